import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accuracy,
  auc,
  averagePrecision,
  evaluate,
  majorityGuess,
  recallAtFalseAlarms,
  thresholdAtFalseAlarms,
} from './metrics.ts';
import { seededRandom } from './random.ts';

const labels = [1, 1, 0, 1, 0, 0];
const scores = [9, 8, 7, 6, 5, 4];

test('[LR8] metrics of a worked example', () => {
  assert.ok(Math.abs(auc(scores, labels) - 8 / 9) < 1e-15);
  assert.ok(Math.abs(averagePrecision(scores, labels) - (1 + 1 + 3 / 4) / 3) < 1e-15);
  assert.equal(accuracy(scores, labels, 6.5), 4 / 6);
  assert.equal(majorityGuess([0, 0, 1]), 2 / 3);
  assert.equal(recallAtFalseAlarms(scores, labels, 0), 2 / 3);
  assert.equal(recallAtFalseAlarms(scores, labels, 0.34), 1);
  assert.equal(recallAtFalseAlarms(scores, labels, 0.33), 2 / 3);
});

test('[LR8] ties stand or fall together: a constant score finds nothing and orders nothing', () => {
  const constant = labels.map(() => 1);
  assert.equal(auc(constant, labels), 0.5);
  assert.equal(averagePrecision(constant, labels), 0.5);
  assert.equal(recallAtFalseAlarms(constant, labels, 0.5), 0);
  // One positive shares its score with a negative: with no alarm allowed it counts as missed.
  assert.equal(recallAtFalseAlarms([3, 2, 2, 1], [1, 1, 0, 0], 0), 0.5);
});

test('[LR8] AUC equals the share of pairs in order, ties half', () => {
  const random = seededRandom(5);
  const s = Array.from({ length: 200 }, () => random.integer(30));
  const l = s.map((x) => (random.integer(30) < x ? 1 : 0));
  let good = 0;
  let pairs = 0;
  s.forEach((a, i) => {
    s.forEach((b, j) => {
      if (l[i] !== 1 || l[j] !== 0) return;
      pairs++;
      good += a > b ? 1 : a === b ? 0.5 : 0;
    });
  });
  assert.ok(Math.abs(auc(s, l) - good / pairs) < 1e-12);
});

test('[LR8] one class, unequal lengths and NaN are errors, not numbers', () => {
  assert.throws(() => auc([1, 2], [1, 1]), { code: 'ONE_CLASS' });
  assert.throws(() => evaluate([1], [1, 0]), { code: 'LENGTH' });
  assert.throws(() => averagePrecision([1, Number.NaN], [1, 0]), { code: 'NAN' });
});

test('[LR8] what scores above the threshold of a false-alarm rate is what the recall at that rate counts', () => {
  const random = seededRandom(9);
  for (let trial = 0; trial < 50; trial++) {
    const s = Array.from({ length: 120 }, () => random.integer(40));
    const l = s.map((x) => (random.integer(40) < x ? 1 : 0));
    for (const rate of [0, 0.01, 0.1, 0.5]) {
      const threshold = thresholdAtFalseAlarms(s, l, rate);
      const flagged = (label: number): number => s.filter((x, i) => l[i] === label && x > threshold).length;
      const [ones, zeros] = [l.filter((each) => each === 1).length, l.filter((each) => each === 0).length];
      assert.ok(flagged(0) <= Math.floor(rate * zeros));
      assert.equal(flagged(1) / ones, recallAtFalseAlarms(s, l, rate));
    }
  }
  assert.throws(() => thresholdAtFalseAlarms([1, 2], [0, 0]), { code: 'ONE_CLASS' });
});
