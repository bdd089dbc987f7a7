import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentAttempt, deadlineOf, type Phase } from '@concord/sdk';
import { runInPhase } from '../../../testing/src/stages.ts';
import { secondsToTrain } from './upload.ts';

/** Seconds left to train in a phase, so long after its deadline (negative: before it). */
function left(phase: Phase, late: number): number {
  const run = runInPhase(phase).run();
  const view = currentAttempt(run)!;
  return secondsToTrain({ run, view, now: () => deadlineOf(view, run.charter) + late });
}

test('[LR22] a program has three quarters of UPLOAD, all of them where it starts before, and what is left of them after', () => {
  // Phases of the small charter take 600 s.
  assert.equal(left('NOISE', -10), 450);
  assert.equal(left('OPEN', -600), 450);
  assert.equal(left('UPLOAD', -600), 450);
  assert.equal(left('UPLOAD', -400), 250);
  assert.equal(left('UPLOAD', -150), 1);
  assert.equal(left('UPLOAD', 5), 1);
});
