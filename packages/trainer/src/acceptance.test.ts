import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeBy } from './acceptance.ts';

// Two of three ones above every zero, and a zero above the last: accuracy 4/6, AUC 8/9.
const logits = [300, 200, -50, 100, -100, -200];
const labels = [1, 1, 1, 0, 0, 0];

test('[CH12] a model is accepted from the bar on, on enough held-out records of both labels', () => {
  const bar = { measure: 'accuracy', least: 4 / 6, records: 6 } as const;
  assert.deepEqual(judgeBy(bar, logits, labels), { value: 4 / 6, records: 6, accepted: true });
  assert.equal(judgeBy({ ...bar, least: 0.67 }, logits, labels).accepted, false);
  assert.equal(judgeBy({ ...bar, records: 7 }, logits, labels).accepted, false);
  assert.equal(judgeBy({ ...bar, measure: 'auc', least: 8 / 9 }, logits, labels).value, 8 / 9);
  assert.equal(judgeBy({ ...bar, measure: 'recallAt1PercentFalseAlarms', least: 0.6 }, logits, labels).value, 2 / 3);
  assert.throws(() => judgeBy(bar, [1, 2], [1, 1]), { code: 'ONE_CLASS' });
  assert.throws(() => judgeBy(bar, [Number.NaN, 2], [1, 0]), { code: 'NAN' });
});
