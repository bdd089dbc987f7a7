import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentAttempt, deadlineOf, PHASES } from '@concord/sdk';
import { proposedRun, runInPhase, type Stage } from '../../../testing/src/stages.ts';
import { landingOf } from './landings.ts';

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
