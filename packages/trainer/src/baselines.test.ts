import assert from 'node:assert/strict';
import { test } from 'node:test';
import { federatedAverage, logits, train } from './baselines.ts';
import { auc } from './metrics.ts';
import { logistic } from './models/logistic.ts';
import { mlp } from './models/mlp.ts';
import { seededRandom } from './random.ts';
import type { Records } from './schema.ts';

/** Label 1 where both features have the same sign: invisible to a linear model. */
function exclusiveOr(count: number, seed: number): Records {
  const random = seededRandom(seed);
  const features = Float64Array.from({ length: 2 * count }, () => random.normal());
  const labels = Uint8Array.from({ length: count }, (_, i) => (features[2 * i]! * features[2 * i + 1]! > 0 ? 1 : 0));
  return { count, width: 2, features, labels };
}

const members = [exclusiveOr(300, 1), exclusiveOr(300, 2)];
const held = exclusiveOr(500, 3);

test('a hidden layer learns what a linear model cannot, and the seed decides every bit', () => {
  const options = { epochs: 60, batchSize: 16, learningRate: 0.1, momentum: 0.9, seed: 4 };
  const network = mlp(2, 8);
  const parameters = train(network, members[0]!, options);
  assert.deepEqual(parameters, train(network, members[0]!, options));
  assert.notDeepEqual(parameters, train(network, members[0]!, { ...options, seed: 5 }));
  assert.ok(auc(logits(network, parameters, held), held.labels) > 0.95);
  const line = logistic(2);
  assert.ok(auc(logits(line, train(line, members[0]!, options), held), held.labels) < 0.65);
});

test('federated averaging learns from members that never pool', () => {
  const network = mlp(2, 8);
  const options = { rounds: 60, localEpochs: 1, batchSize: 16, learningRate: 0.3, seed: 6 };
  const parameters = federatedAverage(network, members, options);
  assert.deepEqual(parameters, federatedAverage(network, members, options));
  assert.ok(auc(logits(network, parameters, held), held.labels) > 0.95);
});

test('seeded numbers are uniform and normal enough, and shuffles keep every element', () => {
  const random = seededRandom(0);
  const uniforms = Array.from({ length: 20000 }, () => random.uniform());
  const normals = Array.from({ length: 20000 }, () => random.normal());
  const mean = (x: number[]): number => x.reduce((sum, value) => sum + value, 0) / x.length;
  assert.ok(Math.abs(mean(uniforms) - 0.5) < 0.01);
  assert.ok(Math.abs(mean(normals)) < 0.03);
  assert.ok(Math.abs(mean(normals.map((x) => x * x)) - 1) < 0.05);
  const order = Int32Array.from({ length: 100 }, (_, i) => i);
  random.shuffle(order);
  assert.notDeepEqual(
    [...order],
    [...order].sort((a, b) => a - b),
  );
  assert.equal(new Set(order).size, 100);
});
