import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Model, predict, type RunState, toFixed } from '@concord/protocol';
import { compileCharter, rulesOf } from '@concord/sdk';
import { logistic, mlp, type Records, seededRandom } from '@concord/trainer';
import { addClipped, batchOf } from './clippedSum.ts';
import { integerLogitsOf, scoresOf } from './score.ts';
import { simulateRun } from './simulateRun.ts';
import { MEMBERS, RECORDS, smallDraft } from './workbench.ts';

test('[PL6] a sum of clipped gradients is that of each record’s own gradient, scaled down where it is too long', () => {
  for (const shape of [
    { kind: 'mlp', inputs: 7, hidden: 6 },
    { kind: 'mlp', inputs: 3, hidden: 1 },
    { kind: 'logistic', inputs: 7 },
  ] as const) {
    const random = seededRandom(3);
    const model = shape.kind === 'mlp' ? mlp(shape.inputs, shape.hidden) : logistic(shape.inputs);
    const parameters = Float64Array.from({ length: model.parameterCount }, () => random.normal());
    const features = Float64Array.from({ length: 40 * shape.inputs }, () => random.normal());
    const records: Records = {
      count: 40,
      width: shape.inputs,
      features,
      labels: Uint8Array.from({ length: 40 }, (_, i) => i % 2),
    };
    for (const clippingNorm of [0.3, 1.5, 1e9]) {
      const expected = new Float64Array(model.parameterCount);
      const gradient = new Float64Array(model.parameterCount);
      for (let row = 0; row < 40; row++) {
        model.gradient(parameters, features, row * shape.inputs, records.labels[row]!, gradient);
        const norm = Math.hypot(...gradient);
        gradient.forEach((g, i) => {
          expected[i]! += g * Math.min(1, clippingNorm / norm);
        });
      }
      const sum = new Float64Array(model.parameterCount);
      addClipped(shape, parameters, batchOf(records), clippingNorm, sum);
      assert.ok(sum.every((value, i) => Math.abs(value - expected[i]!) < 1e-9));
    }
  }
});

test('[PL6] rounding sums instead of records changes no measure by .005 over seeds, and the seed decides every bit', () => {
  const { charter, text } = compileCharter(smallDraft, MEMBERS, `0x${'00'.repeat(32)}`);
  const rules = rulesOf(charter, text);
  const [test, ...members] = RECORDS;
  const noise = Number(charter.aggregation.sigma) * Math.sqrt(members.length);
  const model = logistic(rules.charter.schema.columns.length);
  const score = (seed: number, rounding: 'records' | 'sums') =>
    scoresOf(simulateRun(members, { rules, model, noise, seed, rounding }), test!, { basis: 'plain', featureLimit: 3 });
  const seeds = Array.from({ length: 30 }, (_, i) => i + 1);
  const mean = (rounding: 'records' | 'sums', measure: 'accuracy' | 'auc'): number =>
    seeds.reduce((sum, seed) => sum + score(seed, rounding)[measure], 0) / seeds.length;
  for (const measure of ['accuracy', 'auc'] as const) {
    const [each, once] = [mean('records', measure), mean('sums', measure)];
    assert.ok(Math.abs(each - once) < 0.005, `${measure}: ${each} and ${once}`);
    assert.ok(each > 0.75);
  }
  assert.deepEqual(score(5, 'sums'), score(5, 'sums'));
});

test('[PL6] a pilot scores in the integers that would be served, also where sums leave 2^53', () => {
  const random = seededRandom(11);
  for (const size of [2 ** 18, 2 ** 30]) {
    const shape = { kind: 'mlp', inputs: 5, hidden: 3 } as const;
    const model: Model = {
      shape,
      parameters: Int32Array.from({ length: 22 }, () => Math.round(size * random.normal())),
    };
    const constants = { mean: new Int32Array(5), deviation: new Int32Array(5).fill(20_000) };
    const state: RunState = {
      round: 2,
      optimizer: { model, velocity: new BigInt64Array(22) },
      statistics: { recordCount: 9, constants },
    };
    const features = Float64Array.from({ length: 45 }, () => 2 * random.uniform() - 1);
    const records: Records = { count: 9, width: 5, features, labels: new Uint8Array(9) };
    const expected = Array.from({ length: 9 }, (_, row) =>
      predict(
        model,
        toFixed(features.subarray(5 * row, 5 * row + 5).map((x) => Math.max(-3, Math.min(3, (x * 65_536) / 20_000)))),
      ),
    );
    assert.deepEqual(Array.from(integerLogitsOf(state, records, { basis: 'plain', featureLimit: 3 })), expected);
  }
});
