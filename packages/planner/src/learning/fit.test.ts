import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@concord/trainer';
import { curveAt, fitCurve, noiseOf } from './curve.ts';
import { fitLearning } from './fit.ts';
import { monotone, rising } from './monotone.ts';
import type { TrainingNumbers } from './numbers.ts';
import type { Pilot, PilotPoint } from './pilot.ts';

const truth = { limit: 0.9, a: 0.4, alpha: 0.7, b: 0.03, beta: 1 } as const;
const numbers = (trainingRounds: number): TrainingNumbers => ({
  ...{ clippingNorm: 65_536 * trainingRounds, statisticsNorm: 131_072, deviationFloor: 4_096, featureLimit: 3 },
  ...{ learningRate: [65_536, 65_536] as const, momentum: 0 },
});

/** A pilot whose runs follow a curve with chance of this deviation, part of it the held-out part's. */
function madePilot(
  deviation: number,
  of: (t: number, noise: number) => number,
  rounds: readonly number[] = [1, 2, 4, 8, 16],
  seed = 7,
): Pilot {
  const random = seededRandom(seed);
  const parts = Array.from({ length: 5 }, () => random.normal() * deviation * 0.5);
  const points = rounds.flatMap((trainingRounds) =>
    [0.6, 1.2, 2.4].map((noise): PilotPoint => {
      const runs = Array.from({ length: 10 }, (_, i) => {
        const value = of(trainingRounds, noise) + parts[i % 5]! + deviation * random.normal();
        return { fold: i % 5, seed: i, scores: { accuracy: value, auc: value, recallAt1PercentFalseAlarms: value } };
      });
      return {
        trainingRounds,
        epsilon: 1 / noise,
        multiplier: noise * Math.sqrt(trainingRounds + 1),
        training: numbers(trainingRounds),
        runs,
      };
    }),
  );
  return {
    ...{ version: 1, origin: 'own', records: { used: 1, declared: 1 }, metric: 'auc', seed: 1, folds: 5, grid: '' },
    ...{ points, drafted: points[0]!, leftOut: [], warning: '' },
  };
}

test('[PL7] the curve is found again from exact values, and has no sign that makes no sense', () => {
  const observations = madePilot(0, (t, noise) => curveAt(truth, t, noise)).points.map(
    ({ trainingRounds, multiplier, runs }) => {
      const noise = noiseOf(trainingRounds, multiplier);
      return { trainingRounds, noise, value: runs[0]!.scores.auc, weight: 1 };
    },
  );
  const found = fitCurve(observations);
  for (const [key, value] of Object.entries(truth))
    assert.ok(Math.abs(found[key as keyof typeof truth] - value) < 1e-6, key);
  const falling = fitCurve(observations.map((each) => ({ ...each, value: -each.value })));
  assert.ok(falling.a === 0 && falling.b === 0);
});

test('[PL7] between noised points the expected worth is near the truth, and its interval mostly holds it', () => {
  let [held, all] = [0, 0];
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const model = fitLearning(madePilot(0.015, (t, noise) => curveAt(truth, t, noise), [1, 2, 4, 8, 16], seed));
    assert.equal(model.metric, 'auc');
    for (const trainingRounds of [1, 3, 6, 11, 16])
      for (const noise of [0.7, 1, 2]) {
        const worth = model.at({ trainingRounds, multiplier: noise * Math.sqrt(trainingRounds + 1) });
        const expected = curveAt(truth, trainingRounds, noise);
        assert.ok(
          Math.abs(worth.mean - expected) < 0.02,
          `seed ${seed}, ${trainingRounds}, ${noise}: ${worth.mean}, ${expected}`,
        );
        assert.ok(!worth.extrapolated);
        all++;
        if (worth.low < expected && expected < worth.high) held++;
      }
  }
  assert.ok(held / all > 0.85, `${held} of ${all}`);
});

test('[PL7] what no such curve says is taken from the points', () => {
  // A jump that a power of T does not make.
  const step = (t: number): number => (t < 4 ? 0.6 : 0.8);
  const model = fitLearning(madePilot(0.005, step));
  for (const t of [2, 4, 16])
    assert.ok(Math.abs(model.at({ trainingRounds: t, multiplier: 1.2 * Math.sqrt(t + 1) }).mean - step(t)) < 0.02);
});

test('[PL7] more rounds at the same noise are never worth less, more noise never more', () => {
  const random = seededRandom(2);
  const model = fitLearning(madePilot(0.03, () => 0.7 + 0.1 * random.normal()));
  const at = (t: number, noise: number): number =>
    model.at({ trainingRounds: t, multiplier: noise * Math.sqrt(t + 1) }).mean;
  for (let t = 1; t <= 16; t++)
    for (const noise of [0.6, 0.9, 1.2, 2, 2.4]) {
      assert.ok(at(t, noise) >= at(t, noise * 1.1) - 1e-6);
      if (t > 1) assert.ok(at(t, noise) >= at(t - 1, noise) - 1e-6);
    }
  assert.deepEqual(rising([1, 3, 2, 2, 5]), [1, 7 / 3, 7 / 3, 7 / 3, 5]);
  assert.deepEqual(
    monotone([
      [1, 2],
      [0, 1],
    ]),
    [
      [1, 2],
      [0, 1],
    ],
  );
  // The nearest: no table of the same kind in the neighbourhood is nearer.
  const raw = Array.from({ length: 3 }, () => Array.from({ length: 5 }, () => random.normal()));
  const found = monotone(raw);
  const far = (table: readonly (readonly number[])[]): number =>
    table.flat().reduce((sum, x, i) => sum + (x - raw.flat()[i]!) ** 2, 0);
  const fits = (table: readonly (readonly number[])[]): boolean =>
    table.every((row, i) =>
      row.every((x, j) => (j === 0 || x >= row[j - 1]! - 1e-6) && (i === 0 || x <= table[i - 1]![j]! + 1e-6)),
    );
  assert.ok(fits(found));
  for (let i = 0; i < 2_000; i++) {
    const near = monotone(found.map((row) => row.map((x) => x + 0.05 * random.normal())));
    assert.ok(far(near) > far(found) - 1e-4);
  }
});

test('[PL7] beyond the pilot’s rounds or noise a worth is marked as extrapolated; within, numbers are between its points’', () => {
  const model = fitLearning(madePilot(0.01, (t, noise) => curveAt(truth, t, noise), [2, 8]));
  const at = (trainingRounds: number, noise: number) =>
    model.at({ trainingRounds, multiplier: noise * Math.sqrt(trainingRounds + 1) });
  assert.deepEqual(
    [at(4, 1), at(2, 0.6), at(8, 2.4)].map(({ extrapolated }) => extrapolated),
    [false, false, false],
  );
  assert.deepEqual(
    [at(1, 1), at(9, 1), at(4, 0.5), at(4, 3)].map(({ extrapolated }) => extrapolated),
    [true, true, true, true],
  );
  assert.ok(at(9, 1).mean >= at(8, 1).mean && at(1, 1).mean <= at(2, 1).mean);
  assert.deepEqual(
    [2, 4, 8].map((t) => at(t, 1).training?.['clippingNorm']),
    [2, 4, 8].map((c) => 65_536 * c),
  );
});
