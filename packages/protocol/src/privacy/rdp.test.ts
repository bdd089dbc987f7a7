import assert from 'node:assert/strict';
import test from 'node:test';
import { gaussianEpsilon } from './gaussian.ts';
import { RDP_GRID, rdpEpsilon, rdpOfOrder, rdpToEpsilon } from './rdp.ts';
import { logMoment } from './sampledGaussian.ts';

/** ln E[r^α] for integer α from the binomial sum; the terms k = 0 and 1 add up to the 1 that log1p restores. */
function binomialMoment(q: number, sigma: number, alpha: number): number {
  let sum = 0;
  let coefficient = (1 - q) ** alpha;
  for (let k = 1; k <= alpha; k++) {
    coefficient *= ((alpha - k + 1) / k) * (q / (1 - q));
    sum += coefficient * Math.expm1((k * (k - 1)) / (2 * sigma * sigma));
  }
  return Math.log1p(sum);
}

test('[DP9] the quadrature equals the binomial sum at integer orders', () => {
  for (const q of [1e-9, 1e-4, 0.01, 0.3, 0.9]) {
    for (const sigma of [0.45, 0.8, 2, 30, 1e4]) {
      for (const alpha of [2, 3, 7, 12]) {
        const [ours, exact] = [logMoment(q, sigma, alpha), binomialMoment(q, sigma, alpha)];
        assert.ok(Math.abs(ours / exact - 1) < 1e-9, `q ${q} σ ${sigma} α ${alpha}: ${ours}, ${exact}`);
      }
    }
  }
});

test('[DP9] moments are a convex function of the order that vanishes at 0 and 1', () => {
  for (const [q, sigma] of [
    [0.01, 0.7],
    [0.5, 3],
    [1e-5, 0.2],
  ] as const) {
    const orders = [-3, -0.5, 0, 0.25, 0.5, 1, 1.25, 2.5, 7.1, 40];
    const values = orders.map((alpha) => logMoment(q, sigma, alpha));
    assert.equal(values[2], 0);
    assert.equal(values[5], 0);
    for (let i = 1; i + 1 < orders.length; i++) {
      const t = (orders[i]! - orders[i - 1]!) / (orders[i + 1]! - orders[i - 1]!);
      assert.ok(
        values[i]! <= (1 - t) * values[i - 1]! + t * values[i + 1]! + 1e-15,
        `q ${q} σ ${sigma} α ${orders[i]}`,
      );
    }
  }
});

test('[DP9] Rényi ε rises with q, steps and 1/δ, falls with noise, and never undercuts the analytic Gaussian', () => {
  const base = { samplingRate: 0.05, noiseMultiplier: 1.2, steps: 200, delta: 1e-6 };
  const epsilon = rdpEpsilon(base);
  assert.ok(rdpEpsilon({ ...base, samplingRate: 0.06 }) > epsilon);
  assert.ok(rdpEpsilon({ ...base, steps: 201 }) > epsilon);
  assert.ok(rdpEpsilon({ ...base, delta: 1e-7 }) > epsilon);
  assert.ok(rdpEpsilon({ ...base, noiseMultiplier: 1.3 }) < epsilon);
  for (const sigma of [0.1, 1, 10]) {
    for (const delta of [1e-3, 1e-8, 1e-30]) {
      const ours = rdpEpsilon({ samplingRate: 1, noiseMultiplier: sigma, steps: 3, delta });
      const exact = gaussianEpsilon(delta, sigma / Math.sqrt(3));
      assert.ok(ours >= exact && ours <= 1.2 * exact + 0.01, `σ ${sigma} δ ${delta}: ${ours}, ${exact}`);
    }
  }
});

test('[DP9] extremes are finite or refused', () => {
  for (const samplingRate of [1e-9, 0.5, 0.999999, 1]) {
    for (const noiseMultiplier of [0.05, 1, 1e6]) {
      const epsilon = rdpEpsilon({ samplingRate, noiseMultiplier, steps: 1e6, delta: 1e-10 });
      assert.ok(Number.isFinite(epsilon) && epsilon >= 0, `q ${samplingRate} σ ${noiseMultiplier}: ${epsilon}`);
    }
  }
  const good = { samplingRate: 0.1, noiseMultiplier: 1, steps: 1, delta: 1e-5 };
  for (const bad of [
    { samplingRate: 0 },
    { samplingRate: 1.1 },
    { noiseMultiplier: 0.01 },
    { noiseMultiplier: Number.NaN },
    { steps: 0 },
    { steps: 1.5 },
    { delta: 0 },
    { delta: 1 },
  ]) {
    assert.throws(() => rdpEpsilon({ ...good, ...bad }), { code: 'PRIVACY_RANGE' }, JSON.stringify(bad));
  }
  assert.throws(() => rdpOfOrder(0.1, 1, 1), { code: 'PRIVACY_RANGE' });
  assert.throws(() => rdpToEpsilon(RDP_GRID, [], 1e-5), { code: 'PRIVACY_RANGE' });
});
