import assert from 'node:assert/strict';
import test from 'node:test';
import { erfc, erfcx, gaussianDelta, gaussianEpsilon, gaussianSigma, normalCdf } from './gaussian.ts';

test('erfc agrees with 17-digit values over its whole range', () => {
  const exact = [
    [-3, 1.999977909503001],
    [-0.5, 1.520499877813047],
    [0.1, 0.8875370839817152],
    [0.5, 0.4795001221869535],
    [1, 0.1572992070502851],
    [3, 2.209049699858544e-5],
    [6.28, 6.610653977656803e-19],
    [10, 2.088487583762545e-45],
    [20, 5.395865611607901e-176],
    [26, 5.663192408856143e-296],
  ] as const;
  for (const [x, value] of exact) assert.ok(Math.abs(erfc(x) / value - 1) < 1e-14, `erfc(${x}) = ${erfc(x)}`);
  assert.equal(erfc(40), 0);
  assert.equal(erfc(-40), 2);
  assert.ok(Math.abs(erfcx(1e8) * 1e8 * Math.sqrt(Math.PI) - 1) < 1e-14);
  assert.equal(normalCdf(0), 0.5);
});

test('[DP9] δ(ε, σ) falls in both, and its inverses undo it', () => {
  for (const sigma of [0.05, 0.3, 1, 4, 50, 1e4]) {
    let before = 1;
    for (const epsilon of [0, 0.01, 0.1, 1, 3, 10, 100]) {
      const delta = gaussianDelta(epsilon, sigma);
      assert.ok(delta <= before && delta >= gaussianDelta(epsilon, sigma * 1.01), `ε ${epsilon} σ ${sigma}`);
      before = delta;
      if (delta < 1e-300 || delta > 0.999 || epsilon === 0) continue;
      assert.ok(Math.abs(gaussianEpsilon(delta, sigma) / epsilon - 1) < 1e-9, `ε ${epsilon} σ ${sigma}`);
      assert.ok(Math.abs(gaussianSigma(epsilon, delta) / sigma - 1) < 1e-9, `ε ${epsilon} σ ${sigma}`);
    }
  }
});

test('[DP9] what lies outside the domain is refused, not NaN', () => {
  for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => gaussianDelta(1, bad), { code: 'PRIVACY_RANGE' });
    assert.throws(() => gaussianEpsilon(bad, 1), { code: 'PRIVACY_RANGE' });
  }
  assert.throws(() => gaussianDelta(Number.NaN, 1), { code: 'PRIVACY_RANGE' });
  assert.throws(() => gaussianSigma(-1, 1e-5), { code: 'PRIVACY_RANGE' });
});
