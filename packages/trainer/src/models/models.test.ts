import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../random.ts';
import { logistic } from './logistic.ts';
import { mlp } from './mlp.ts';
import { type DifferentiableModel, logisticLoss, realParameters } from './model.ts';

const models: readonly [string, DifferentiableModel][] = [
  ['logistic', logistic(5)],
  ['mlp', mlp(5, 4)],
];

for (const [name, model] of models)
  test(`the ${name} gradient equals central differences of the loss`, () => {
    const random = seededRandom(3);
    const gradient = new Float64Array(model.parameterCount).fill(7);
    for (let trial = 0; trial < 20; trial++) {
      const parameters = Float64Array.from({ length: model.parameterCount }, () => random.normal());
      // The record starts at offset 5, as row 1 of a table would.
      const features = Float64Array.from({ length: 10 }, () => random.normal());
      const label = trial % 2;
      const loss = model.gradient(parameters, features, 5, label, gradient);
      assert.ok(Math.abs(loss - logisticLoss(model.logit(parameters, features, 5), label)) < 1e-12);
      for (let i = 0; i < gradient.length; i++) {
        const at = (step: number): number => {
          const moved = parameters.slice();
          moved[i]! += step;
          return logisticLoss(model.logit(moved, features, 5), label);
        };
        const difference = (at(1e-5) - at(-1e-5)) / 2e-5;
        assert.ok(Math.abs(gradient[i]! - difference) < 1e-7, `${i}: ${gradient[i]} against ${difference}`);
      }
    }
  });

test('parameters lie in the documented order', () => {
  const features = Float64Array.of(2, -3);
  assert.equal(logistic(2).logit(Float64Array.of(1, 10, 100), features, 0), 72);
  // h1 = relu(2·1 − 3·2 + 5) = 1, h2 = relu(2·3 − 3·4 + 1) = 0, logit = 7·1 + 9·0 + 11
  assert.equal(mlp(2, 2).logit(Float64Array.of(1, 2, 3, 4, 5, 1, 7, 9, 11), features, 0), 18);
  assert.equal(mlp(38, 32).parameterCount, 1281);
  assert.deepEqual([...realParameters(Int32Array.of(65536, -32768))], [1, -0.5]);
});

test('the loss neither overflows nor loses the small side', () => {
  assert.equal(logisticLoss(1000, 1), 0);
  assert.equal(logisticLoss(1000, 0), 1000);
  assert.equal(logisticLoss(-1000, 1), 1000);
  assert.ok(logisticLoss(40, 1) > 0);
});
