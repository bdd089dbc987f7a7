import assert from 'node:assert/strict';
import test from 'node:test';
import { gaussianDelta, gaussianEpsilon } from './gaussian.ts';
import { discretizeLoss } from './lossDistribution.ts';
import { directedDelta, pldDelta, pldEpsilon } from './pld.ts';
import { rdpEpsilon } from './rdp.ts';

test('[DP9] a discretized step keeps its probability under both neighbours', () => {
  for (const [q, sigma] of [
    [0.01, 0.7],
    [0.5, 2],
    [1, 1],
    [1e-6, 5],
  ] as const) {
    for (const direction of ['remove', 'add'] as const) {
      for (const step of [0.1, 1e-3]) {
        const { mass, first, infinite } = discretizeLoss(q, sigma, direction, step, 9);
        let [total, other] = [infinite, 0];
        for (const [i, p] of mass.entries()) {
          assert.ok(p >= 0);
          total += p;
          other += p * Math.exp(-(first + i) * step);
        }
        assert.ok(Math.abs(total - 1) < 1e-12 && Math.abs(other - 1) < 1e-12, `${q} ${sigma} ${direction}`);
      }
    }
  }
});

test('[DP9] without sampling it equals the analytic Gaussian mechanism and is never below it', () => {
  for (const [sigma, steps, delta] of [
    [0.3, 2, 1e-9],
    [20, 500, 1e-30],
    [100, 10, 1e-3],
  ] as const) {
    const exact = gaussianEpsilon(delta, sigma / Math.sqrt(steps));
    const ours = pldEpsilon({ samplingRate: 1, noiseMultiplier: sigma, steps, delta });
    assert.ok(
      ours >= exact && ours <= exact * (1 + 1e-6),
      `σ ${sigma} × ${steps} at δ ${delta}: ${ours}, exact ${exact}`,
    );
  }
  for (const epsilon of [0, 2]) {
    const exact = gaussianDelta(epsilon, 5 / Math.sqrt(24));
    const ours = pldDelta({ samplingRate: 1, noiseMultiplier: 5, steps: 24, epsilon });
    assert.ok(ours >= exact && ours <= exact * (1 + 1e-6), `ε ${epsilon}: ${ours}, exact ${exact}`);
  }
});

test('[DP9] ε rises with q, steps and 1/δ, falls with noise, and stays below Rényi accounting', () => {
  const base = { samplingRate: 0.03, noiseMultiplier: 1.1, steps: 300, delta: 1e-6 };
  const epsilon = pldEpsilon(base);
  assert.ok(epsilon < rdpEpsilon(base));
  assert.ok(pldEpsilon({ ...base, samplingRate: 0.0301 }) > epsilon);
  assert.ok(pldEpsilon({ ...base, steps: 301 }) > epsilon);
  assert.ok(pldEpsilon({ ...base, delta: 9.9e-7 }) > epsilon);
  assert.ok(pldEpsilon({ ...base, noiseMultiplier: 1.11 }) < epsilon);
  assert.ok(Math.abs(pldDelta({ ...base, epsilon }) / base.delta - 1) < 1e-5);
});

test('[DP9] neither direction of neighbours can be forgotten, and `add` ends at −n·ln(1 − q)', () => {
  const run = { samplingRate: 0.5, noiseMultiplier: 2, steps: 3 };
  const [remove, add] = [
    directedDelta({ ...run, epsilon: 0.2 }, 'remove'),
    directedDelta({ ...run, epsilon: 0.2 }, 'add'),
  ];
  assert.ok(remove > add && add > 0.01, `${remove}, ${add}`);
  assert.ok(directedDelta({ ...run, epsilon: 3 * Math.LN2 + 0.01 }, 'add') < 1e-18);
});

test('[DP9] extremes give 0, a finite number or a refusal', () => {
  assert.equal(pldEpsilon({ samplingRate: 1e-9, noiseMultiplier: 1, steps: 1, delta: 1e-6 }), 0);
  assert.equal(pldEpsilon({ samplingRate: 1, noiseMultiplier: 1, steps: 1, delta: 0.5 }), 0);
  const heavy = { samplingRate: 0.1, noiseMultiplier: 0.1, steps: 1000, delta: 1e-6 };
  const epsilon = pldEpsilon(heavy);
  assert.ok(epsilon > 100 && epsilon < rdpEpsilon(heavy));
  for (const bad of [
    { steps: 1e8 },
    { delta: 0 },
    { samplingRate: Number.NaN },
    { noiseMultiplier: Number.POSITIVE_INFINITY },
  ]) {
    assert.throws(() => pldEpsilon({ ...heavy, ...bad }), { code: 'PRIVACY_RANGE' }, JSON.stringify(bad));
  }
  assert.throws(() => pldDelta({ ...heavy, epsilon: -1 }), { code: 'PRIVACY_RANGE' });
});
