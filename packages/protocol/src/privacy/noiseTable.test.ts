import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { plainKernels } from '../kernels/plain.ts';
import { discreteGaussian, type RandomBytes } from './discreteGaussian.ts';
import { expNegFixed } from './fixed.ts';
import {
  type CumulativeTable,
  cumulativeTable,
  noiseSampler,
  noiseWords,
  sampleDistance,
  sampleNoise,
  splitVariance,
} from './noiseTable.ts';

/** A fixed stream of bytes: AES-128-CTR under a key that is the test's own. */
function stream(label: number): RandomBytes {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, label), Buffer.alloc(16));
  return (count) => cipher.update(Buffer.alloc(count));
}
const words = (random: RandomBytes, count: number): BigUint64Array =>
  new BigUint64Array(Uint8Array.from(random(8 * count)).buffer);

/** P[X = 0 … limit] of N_ℤ(0, variance), from exponentials of each point on its own, in f64. */
function exact(variance: number, limit: number): number[] {
  const weights = Array.from({ length: limit + 1 }, (_, i) => Math.exp((-i * i) / (2 * variance)));
  const total = 2 * weights.reduce((a, b) => a + b) - 1;
  return weights.map((w) => w / total);
}

/** Pearson's statistic over cells [k·width, (k+1)·width) of |x| and its degrees of freedom; both signs are told apart. */
function chiSquare(
  samples: readonly number[],
  variance: number,
  width: number,
): { statistic: number; freedom: number } {
  const reach = Math.ceil(3.2 * Math.sqrt(variance));
  const p = exact(variance, Math.ceil(14 * Math.sqrt(variance)));
  const cells = new Map<number, { seen: number; expected: number }>();
  const cell = (x: number) => {
    const k = Math.abs(x) >= reach ? Math.sign(x) * 1e9 : Math.floor(x / width);
    if (!cells.has(k)) cells.set(k, { seen: 0, expected: 0 });
    return cells.get(k)!;
  };
  for (let x = 1 - p.length; x < p.length; x++) cell(x).expected += p[Math.abs(x)]! * samples.length;
  for (const x of samples) cell(x).seen++;
  let statistic = 0;
  for (const { seen, expected } of cells.values()) statistic += (seen - expected) ** 2 / expected;
  return { statistic, freedom: cells.size - 1 };
}

/** Five standard deviations of a χ² variable: a right sampler fails once in a million seeds, and this seed is fixed. */
function assertFits(samples: readonly number[], variance: number, width: number): void {
  const { statistic, freedom } = chiSquare(samples, variance, width);
  assert.ok(
    Math.abs(statistic - freedom) < 5 * Math.sqrt(2 * freedom),
    `χ² ${statistic} at ${freedom} degrees of freedom`,
  );
}

test('[DP11] the exact sampler fits its probabilities (χ²), with integer and with rational variance', () => {
  for (const [num, den, width] of [
    [9n, 1n, 1],
    [1n, 3n, 1],
    [5_484_964n, 1_000_000n, 1],
    [90_000n, 1n, 40],
  ] as const) {
    const random = stream(Number(num % 250n));
    const samples = Array.from({ length: 12_000 }, () => Number(discreteGaussian(num, den, random)));
    assertFits(samples, Number(num) / Number(den), width);
  }
  assert.throws(() => discreteGaussian(0n, 1n, stream(1)), { code: 'PRIVACY_RANGE' });
});

test('[DP11] the table sampler fits the same probabilities (χ²), with one table and with two', () => {
  for (const [sigma, width] of [
    [3n, 1],
    [40n, 4],
    [300n, 25],
  ] as const) {
    const sampler = noiseSampler(sigma);
    const out = new BigInt64Array(12_000);
    sampleNoise(sampler, plainKernels, words(stream(Number(sigma % 200n)), noiseWords(sampler, out.length)), out);
    assertFits(Array.from(out, Number), Number(sigma) ** 2, width);
  }
});

/** P[x] of a table as integers over 2^96, so that both signs of x have their half exactly. */
function probabilities({ thresholds, tails }: CumulativeTable): (x: number) => bigint {
  const sums = Array.from(thresholds, (t, i) => (t << 32n) | BigInt(tails[i]!));
  sums[sums.length - 1] = 1n << 95n;
  return (x) => {
    const i = Math.abs(x);
    if (i >= sums.length) return 0n;
    const both = sums[i]! - (i === 0 ? 0n : sums[i - 1]!);
    return i === 0 ? 2n * both : both;
  };
}

const magnitude = (x: bigint): bigint => (x < 0n ? -x : x);

test('[DP11] one table is within size·2^-96 + 2^-96 of the exact distribution, summed over all points', () => {
  for (const variance of [1n, 9n, 65_536n]) {
    const p = probabilities(cumulativeTable(variance));
    const size = cumulativeTable(variance).thresholds.length;
    const target = Array.from({ length: 2 * size }, (_, i) => expNegFixed(BigInt(i * i), 2n * variance, 160n));
    const total = 2n * target.reduce((a, b) => a + b) - target[0]!;
    let distance = 0n;
    for (const [i, weight] of target.entries()) {
      distance += (i === 0 ? 1n : 2n) * magnitude((p(i) << 64n) - (weight << 160n) / total);
    }
    // distance / 2 is in units of 2^-160.
    assert.ok(distance / 2n <= BigInt(size + 1) << 64n, `variance ${variance}: ${distance}`);
  }
});

test('[DP10] [DP11] x + m·y is as close to the exact Gaussian as stated, summed over all points', () => {
  const sigma = 260n;
  const { multiplier, fine, coarse } = splitVariance(sigma);
  assert.equal(fine + multiplier ** 2n * coarse, sigma ** 2n);
  const [tableX, tableY] = [cumulativeTable(fine), cumulativeTable(coarse)];
  const [px, py] = [probabilities(tableX), probabilities(tableY)];
  const m = Number(multiplier);
  const [reachX, reachY] = [tableX.thresholds.length - 1, tableY.thresholds.length - 1];
  const limit = reachX + m * reachY;
  const target = Array.from({ length: limit + 1 }, (_, i) => expNegFixed(BigInt(i * i), 2n * sigma ** 2n, 192n));
  const total = 2n * target.reduce((a, b) => a + b) - target[0]!;
  let distance = 0n;
  for (let z = 0; z <= limit; z++) {
    let p = 0n;
    const last = Math.min(reachY, Math.floor((z + reachX) / m));
    for (let y = Math.max(-reachY, Math.ceil((z - reachX) / m)); y <= last; y++) p += px(z - m * y) * py(y);
    distance += (z === 0 ? 1n : 2n) * magnitude(p - (target[z]! << 192n) / total);
  }
  assert.ok(Number(distance / 2n) / 2 ** 192 <= sampleDistance(noiseSampler(sigma)));
  for (const real of [33_443n, 81_920n, 1n << 20n]) assert.ok(sampleDistance(noiseSampler(real)) < 2 ** -80);
});

test('[DP11] at the noise of a real run every point is within 2^-60 of its exact probability, relatively', () => {
  for (const sigma of [33_443n, 81_920n, 1n << 20n]) {
    const { multiplier, fine, coarse } = splitVariance(sigma);
    const [tableX, tableY] = [cumulativeTable(fine), cumulativeTable(coarse)];
    const [px, py] = [probabilities(tableX), probabilities(tableY)];
    const [m, s] = [Number(multiplier), Number(sigma)];
    const at = (z: number): bigint => {
      let p = 0n;
      const reachX = tableX.thresholds.length - 1;
      for (let y = Math.ceil((z - reachX) / m); y <= Math.floor((z + reachX) / m); y++) p += px(z - m * y) * py(y);
      return p;
    };
    const center = at(0);
    for (const z of [1, m - 1, m, m + 1, Math.floor(s / 3), s, 2 * s + 7, 4 * s + 1]) {
      const expected = (center * expNegFixed(BigInt(z) ** 2n, 2n * sigma ** 2n, 192n)) >> 192n;
      assert.ok(magnitude(at(z) - expected) << 60n < expected, `σ ${sigma} at ${z}`);
    }
    // The normalization over the integers is √(2π)·σ up to exp(−2π²σ²).
    assert.ok(Math.abs((Number(center) / 2 ** 192) * s * Math.sqrt(2 * Math.PI) - 1) < 1e-12);
  }
});

test('[DP11] a tie with a threshold is settled by its tail bits', () => {
  const sampler = noiseSampler(3n);
  const { thresholds, tails } = sampler.fine;
  const at = 5;
  assert.ok(tails[at]! > 0 && thresholds[at] !== thresholds[at - 1]);
  const draw = (tail: number, sign: bigint): bigint => {
    const random = new BigUint64Array(noiseWords(sampler, 1)).fill(BigInt(tail));
    random[0] = (thresholds[at]! << 1n) | sign;
    const out = new BigInt64Array(1);
    sampleNoise(sampler, plainKernels, random, out);
    return out[0]!;
  };
  assert.equal(draw(tails[at]! - 1, 0n), 5n);
  assert.equal(draw(tails[at]!, 0n), 6n);
  assert.equal(draw(tails[at]! - 1, 1n), -5n);
  assert.equal(draw(tails[at]!, 1n), -6n);
});

test('[DP11] too little randomness and impossible widths are refused', () => {
  const sampler = noiseSampler(300n);
  const out = new BigInt64Array(10);
  assert.equal(noiseWords(sampler, 10), 28);
  assert.throws(() => sampleNoise(sampler, plainKernels, new BigUint64Array(27), out), { code: 'PRIVACY_RANGE' });
  assert.throws(() => noiseSampler(0n), { code: 'PRIVACY_RANGE' });
  assert.throws(() => noiseSampler((1n << 31n) + 1n), { code: 'PRIVACY_RANGE' });
});

const folder = process.env['CONCORD_DATA'] ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
const vectors = `${folder}/crypto-vectors/discrete-gaussian`;
const skip = existsSync(vectors) ? {} : { skip: `SKIPPED: no samples at ${vectors}; set CONCORD_DATA` };

test('[DP11] samples drawn by another implementation follow our table (Kolmogorov–Smirnov)', skip, () => {
  for (const sigma of [3, 9, 100]) {
    const samples: number[] = JSON.parse(readFileSync(`${vectors}/discrete_gauss_${sigma}.json`, 'utf8')).samples;
    const { thresholds } = cumulativeTable(BigInt(sigma * sigma));
    const upTo = (i: number): number => Number(thresholds[Math.min(i, thresholds.length - 1)]!) / 2 ** 63;
    let distance = 0;
    for (const x of samples.map(Math.abs)) {
      const share = samples.filter((y) => Math.abs(y) <= x).length / samples.length;
      distance = Math.max(distance, Math.abs(share - upTo(x)));
    }
    // The 0.1 % point of the statistic for a sample of this size.
    assert.ok(distance < 1.95 / Math.sqrt(samples.length), `σ ${sigma}: ${distance}`);
    const mean = samples.reduce((a, b) => a + b) / samples.length;
    assert.ok(Math.abs(mean) < (4 * sigma) / Math.sqrt(samples.length), `σ ${sigma}: mean ${mean}`);
  }
});
