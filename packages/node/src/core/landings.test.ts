import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { currentAttempt, deadlineOf, type DemandView, PHASES, rosterHashOf } from '@concord/sdk';
import { committeeInPhase, proposedRun, runInPhase, type Stage } from '../../../testing/src/stages.ts';
import { forfeitsDue, landingOf } from './landings.ts';
import { quarterOf } from './duties.ts';

const FAR = 1_000n;
const at = (stage: Stage, now = stage.now(), block = FAR) => landingOf(stage.run(), now, block);

test('[RD2] each phase waits for its own transition', () => {
  for (const phase of PHASES.slice(0, -1)) {
    const landing = at(runInPhase(phase));
    assert.ok(landing?.kind === 'land' && landing.phase === phase, phase);
  }
});

test('an unpassed charter and a finished run wait for nothing', () => {
  assert.equal(at(proposedRun(3)), undefined);
  assert.equal(at(runInPhase('FINISHED')), undefined);
});

test('[RD4] past its deadline a phase is voided, one second earlier it is not', () => {
  for (const phase of PHASES.slice(1, -1)) {
    const stage = runInPhase(phase);
    const deadline = deadlineOf(currentAttempt(stage.run())!, stage.run().charter);
    assert.equal(at(stage, deadline)?.kind, 'land', phase);
    assert.equal(at(stage, deadline + 1)?.kind, 'void', phase);
  }
});

test('[RD6] past the seat deadline those who are there sit, at least three of them', () => {
  const stage = runInPhase('SEAT');
  stage.ledger.wait(601);
  const landing = at(stage);
  assert.ok(landing?.kind === 'seatPresent' && landing.least === 3);
});

test('[RD8] a beacon waits for the block after the one that closed its list', () => {
  for (const [phase, part] of [
    ['OPEN', 'noise'],
    ['QUERY', 'uploads'],
  ] as const) {
    const stage = runInPhase(phase);
    const closed = currentAttempt(stage.run())![part]!.origin.block;
    assert.equal(at(stage, stage.now(), closed), undefined, phase);
    assert.equal(at(stage, stage.now(), closed + 1n)?.kind, 'land', phase);
  }
});

const pairs = { shares: 2, aggregators: 4 };

test('[CM2] a committee’s run takes a snapshot first, and draws two blocks later', () => {
  const stage = committeeInPhase('SEAT', pairs);
  assert.equal(at(stage)?.kind, 'begin');
  const rosterHash = rosterHashOf(stage.ledger.view.roster);
  stage.ledger.post({ kind: 'begun', runId: stage.runId, rosterHash });
  const { block } = stage.run().snapshot!.origin;
  assert.equal(at(stage, stage.now(), block), undefined);
  assert.equal(at(stage, stage.now(), block + 1n)?.kind, 'draw');
});

test('[CM5] who was drawn sits; past the deadline those who are there, past twice the deadline nobody', () => {
  const stage = committeeInPhase('SEAT', pairs);
  const { runId, ledger } = stage;
  const rosterHash = rosterHashOf(ledger.view.roster);
  ledger.post({ kind: 'begun', runId, rosterHash });
  ledger.post({ kind: 'drawn', runId, round: 0, attempt: 0, beacon: rosterHash, rosterHash });
  const deadline = deadlineOf(currentAttempt(stage.run())!, stage.run().charter);
  assert.equal(at(stage, deadline)?.kind, 'land');
  assert.equal(at(stage, deadline + 1)?.kind, 'seatPresent');
  assert.equal(at(stage, deadline + 601)?.kind, 'void');
});

test('[CM7] standbys are asked when a quarter of the time has passed, and in a consortium there are none', () => {
  for (const phase of PHASES.slice(1, -1) as Parameters<typeof committeeInPhase>[0][]) {
    const drawn = committeeInPhase(phase, pairs);
    const asked = (stage: Stage, early: number): unknown => {
      const began = deadlineOf(currentAttempt(stage.run())!, stage.run().charter) - 600;
      const landing = at(stage, began + quarterOf(600) - early);
      return landing?.kind === 'land' && landing.standbys;
    };
    assert.equal(asked(drawn, 1), false, phase);
    assert.equal(asked(drawn, 0), true, phase);
    assert.equal(asked(runInPhase(phase), 0), false, phase);
  }
});

describe('[CM10] a relayer forfeits what is due', () => {
  const stage = runInPhase('SETTLE');
  const run = stage.run();
  const [view] = run.attempts;
  const holder = view!.seated!.seats[0]!.holder;
  const origin = view!.seated!.origin;
  const demandOf = (state: DemandView['state'], who = holder): DemandView => ({
    ...{ round: 0, attempt: 0, holder: who, piece: `0x${'cc'.repeat(32)}`, due: 1_000, state, origin },
  });
  const id = `0x${'d1'.repeat(32)}` as const;
  const dueIn = (demand: DemandView, now: number) => forfeitsDue({ ...run, demands: new Map([[id, demand]]) }, now);

  test('once it is due, as long as it is open, and of whoever has a seat', () => {
    assert.deepEqual(dueIn(demandOf('open'), 999), []);
    assert.deepEqual(dueIn(demandOf('open'), 1_000), [{ demandId: id, holder, view }]);
    for (const state of ['answered', 'forfeited'] as const) assert.deepEqual(dueIn(demandOf(state), 2_000), []);
    assert.deepEqual(dueIn(demandOf('open', `0x${'5e'.repeat(20)}`), 2_000), []);
  });
});
