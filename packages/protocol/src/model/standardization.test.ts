import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deriveStandardization, statisticsLength } from './standardization.ts';

test('[LR7] means and deviations come back from exact sums', () => {
  // x ∈ {−0.5, 0.5} equally often (mean 0, deviation ½) and x = ¼ always (deviation 0, so the floor), unit 1000.
  const sum = [100_000n, 0n, 25_000n, 25_000n, 6_250n];
  const { mean, deviation } = deriveStandardization(sum, 64, 'plain');
  assert.deepEqual([...mean], [0, 16384]);
  assert.deepEqual([...deviation], [32768, 64]);
  assert.equal(statisticsLength(2), sum.length);
});

test('[LR7] a gated wave is measured among the records that have its column, its presence among all', () => {
  // 100 records, 25 with the column: there sin ∈ {1, −1} unequally (mean 0.6, deviation 0.8), cos always ½.
  const sum = [100_000n, 25_000n, 15_000n, 12_500n, 25_000n, 25_000n, 6_250n];
  const gated = deriveStandardization(sum, 64, 'gatedWaves');
  assert.deepEqual([...gated.mean], [16_384, 39_321, 32_768]);
  assert.deepEqual([...gated.deviation], [28_377, 52_429, 64]);
  const waves = deriveStandardization(sum, 64, 'waves');
  assert.deepEqual([...waves.mean], [16_384, 9_830, 8_192]);
});

test('[LR7] where noise leaves nobody with a column, its waves still get constants in range', () => {
  const noisy = fc.bigInt({ min: -(2n ** 50n), max: 2n ** 50n });
  fc.assert(
    fc.property(fc.tuple(noisy, noisy, noisy, noisy, noisy, noisy), (moments) => {
      for (const present of [moments[0], -1n, 0n, 1n]) {
        const { mean, deviation } = deriveStandardization([7_000n, present, ...moments.slice(1)], 4_096, 'gatedWaves');
        assert.ok(
          mean.every((each) => Math.abs(each) <= 65_536) && deviation.every((each) => each >= 4_096 && each <= 65_536),
        );
      }
    }),
  );
  // Nobody at all: one unit is divided by.
  const none = deriveStandardization([7_000n, 0n, 0n, -1n, 0n, 0n, 0n], 4_096, 'gatedWaves');
  assert.deepEqual([...none.mean], [0, 0, -65_536]);
});

test('[LR7] whatever noise does to the sums, constants stay in range', () => {
  const noisy = fc.bigInt({ min: -(2n ** 50n), max: 2n ** 50n });
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 2n ** 40n }), noisy, noisy, (count, first, second) => {
      const { mean, deviation } = deriveStandardization([count, first, second], 1024, 'plain');
      assert.ok(Math.abs(mean[0]!) <= 65536);
      assert.ok(deviation[0]! >= 1024 && deviation[0]! <= 65536);
    }),
  );
});

test('[LR7] a count that noise made worthless, a wrong length and a floor of zero are refused', () => {
  assert.throws(() => deriveStandardization([0n, 1n, 1n], 1, 'plain'), { code: 'SHAPE' });
  assert.throws(() => deriveStandardization([-5n, 1n, 1n], 1, 'plain'), { code: 'SHAPE' });
  assert.throws(() => deriveStandardization([5n, 1n], 1, 'plain'), { code: 'LENGTH' });
  assert.throws(() => deriveStandardization([5n, 1n, 1n], 0, 'plain'), { code: 'SHAPE' });
});
