import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { currentAttempt, deadlineOf, PHASES, rosterHashOf } from '@concord/sdk';
import { committeeInPhase, runInPhase, type Stage } from '../../../testing/src/stages.ts';
import { quarterOf } from './duties.ts';
import { landingOf } from './landings.ts';
import { mayWait } from './patience.ts';

const at = (stage: Stage, now: number, block: bigint): boolean => {
  const landing = landingOf(stage.run(), now, block);
  assert.ok(landing);
  return mayWait(stage.run(), landing, now, block);
};
const blockOf = (stage: Stage): bigint => BigInt(stage.ledger.facts.length);
/** The last second in which a transition of this phase may still be held back. */
const limitOf = (stage: Stage): number => {
  const { charter } = stage.run();
  return deadlineOf(currentAttempt(stage.run())!, charter) - quarterOf(600) - 1;
};

describe('[RD19] a dear hour is waited out, and costs no attempt', () => {
  test('in every phase, but never in its last quarter, in which a transition can still land', () => {
    for (const phase of PHASES.slice(0, -1)) {
      const stage = runInPhase(phase);
      const block = blockOf(stage) + 1n;
      assert.equal(at(stage, stage.now(), block), true, phase);
      assert.equal(at(stage, limitOf(stage), block), true, phase);
      for (const late of [1, quarterOf(600), quarterOf(600) + 1])
        assert.equal(at(stage, limitOf(stage) + late, block), false, `${phase} + ${late}`);
    }
  });
  test('[RD8] a beacon is not held back until its block’s hash is out of reach', () => {
    for (const [phase, part] of [
      ['OPEN', 'noise'],
      ['QUERY', 'uploads'],
    ] as const) {
      const stage = runInPhase(phase);
      const source = currentAttempt(stage.run())![part]!.origin.block;
      assert.equal(at(stage, stage.now(), source + 127n), true, phase);
      assert.equal(at(stage, stage.now(), source + 128n), false, phase);
    }
    assert.equal(at(runInPhase('UPLOAD'), runInPhase('UPLOAD').now(), 10_000n), true, 'others take no hash');
  });
  test('[CM3] nor is a draw, nor the settlement that the next draw waits for; a run’s beginning is not at all', () => {
    const pairs = { shares: 2, aggregators: 4 };
    const stage = committeeInPhase('SEAT', pairs);
    assert.equal(at(stage, stage.now(), 1_000n), false, 'begin');
    stage.ledger.post({ kind: 'begun', runId: stage.runId, rosterHash: rosterHashOf(stage.ledger.view.roster) });
    const { block } = stage.run().snapshot!.origin;
    assert.equal(at(stage, stage.now(), block + 127n), true, 'draw');
    assert.equal(at(stage, stage.now(), block + 128n), false, 'draw');
    const settling = committeeInPhase('SETTLE', pairs);
    const unmasked = currentAttempt(settling.run())!.unmasked!.origin.block;
    assert.equal(at(settling, settling.now(), unmasked + 127n), true, 'settle');
    assert.equal(at(settling, settling.now(), unmasked + 128n), false, 'settle');
  });
});
