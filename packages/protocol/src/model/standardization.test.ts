import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deriveStandardization, statisticsLength } from './standardization.ts';

test('[LR7] means and deviations come back from exact sums', () => {
  // x ∈ {−0.5, 0.5} equally often (mean 0, deviation ½) and x = ¼ always (deviation 0, so the floor), unit 1000.
  const sum = [100_000n, 0n, 25_000n, 25_000n, 6_250n];
  const { mean, deviation } = deriveStandardization(sum, 64);
  assert.deepEqual([...mean], [0, 16384]);
  assert.deepEqual([...deviation], [32768, 64]);
  assert.equal(statisticsLength(2), sum.length);
});

test('[LR7] whatever noise does to the sums, constants stay in range', () => {
  const noisy = fc.bigInt({ min: -(2n ** 50n), max: 2n ** 50n });
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 2n ** 40n }), noisy, noisy, (count, first, second) => {
      const { mean, deviation } = deriveStandardization([count, first, second], 1024);
      assert.ok(Math.abs(mean[0]!) <= 65536);
      assert.ok(deviation[0]! >= 1024 && deviation[0]! <= 65536);
    }),
  );
});

test('[LR7] a count that noise made worthless, a wrong length and a floor of zero are refused', () => {
  assert.throws(() => deriveStandardization([0n, 1n, 1n], 1), { code: 'SHAPE' });
  assert.throws(() => deriveStandardization([-5n, 1n, 1n], 1), { code: 'SHAPE' });
  assert.throws(() => deriveStandardization([5n, 1n], 1), { code: 'LENGTH' });
  assert.throws(() => deriveStandardization([5n, 1n, 1n], 0), { code: 'SHAPE' });
});
