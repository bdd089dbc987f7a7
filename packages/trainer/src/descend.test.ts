import assert from 'node:assert/strict';
import { test } from 'node:test';
import { descend, trainLocally } from './descend.ts';
import { logistic } from './models/logistic.ts';
import { seededRandom } from './random.ts';
import type { Records } from './schema.ts';

const random = seededRandom(1);
const features = Float64Array.from({ length: 120 }, () => random.normal());
const records: Records = {
  count: 60,
  width: 2,
  features,
  labels: Uint8Array.from({ length: 60 }, (_, i) => (features[2 * i]! > 0 ? 1 : 0)),
};
const line = logistic(2);
const options = { passes: 5, batchSize: 8, learningRate: 0.3 };
const distance = (a: Float64Array, b: Float64Array): number => Math.hypot(...a.map((value, i) => value - b[i]!));

test('[LR21] one whole batch is one step of gradient descent with momentum', () => {
  const parameters = Float64Array.of(0.5, -0.5, 0.1);
  let [w, v] = [parameters.slice(), new Float64Array(3)];
  const gradient = new Float64Array(3);
  for (let step = 0; step < 3; step++) {
    const mean = new Float64Array(3);
    for (let row = 0; row < records.count; row++) {
      line.gradient(w, features, 2 * row, records.labels[row]!, gradient);
      for (const [i, g] of gradient.entries()) mean[i]! += g / records.count;
    }
    v = v.map((value, i) => 0.9 * value + mean[i]!);
    w = w.map((value, i) => value - 0.2 * v[i]!);
  }
  descend(line, parameters, records, { passes: 3, batchSize: 60, learningRate: 0.2, momentum: 0.9 }, seededRandom(7));
  assert.ok(distance(parameters, w) < 1e-12);
});

test('[LR21] the seed decides local training to the bit, the start is left alone, and it pauses at every batch', async () => {
  const start = Float64Array.of(0, 0, 0);
  let pauses = 0;
  const breathe = async (): Promise<void> => {
    pauses++;
  };
  const train = (seed: number) => trainLocally(line, start, records, { ...options, seed }, breathe);
  const trained = await train(3);
  assert.equal(pauses, 5 * Math.ceil(60 / 8));
  assert.deepEqual(trained, await train(3));
  assert.notDeepEqual(trained, await train(4));
  assert.deepEqual(start, Float64Array.of(0, 0, 0));
  assert.ok(trained[0]! > 1);
});

test('[LR21] a proximal term keeps the member nearer to where the round began; 0 changes nothing', async () => {
  const start = Float64Array.of(0.2, 0.1, -0.3);
  const train = (proximal: number) =>
    trainLocally(line, start, records, { ...options, proximal, seed: 3 }, async () => undefined);
  const [free, none, pulled] = [
    await trainLocally(line, start, records, { ...options, seed: 3 }, async () => undefined),
    await train(0),
    await train(1),
  ];
  assert.deepEqual(none, free);
  assert.ok(distance(pulled, start) < 0.6 * distance(free, start));
});
