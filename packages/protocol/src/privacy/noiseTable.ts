/**
 * Discrete Gaussian noise at table speed, within 2^-80 of the exact distribution per sample for σ ≤ 2^20 (DP11).
 *
 * Up to σ = 256 one cumulative table is enough. Above, x + m·y with x and y from two short tables of variances that add up,
 * σ² = σ_x² + m²σ_y², has the distribution of one Gaussian up to a factor 1 ± 2^-109 at every point, as soon as σ_x ≥ 2m and
 * σ_y ≥ 15 (spec/privacy.md §4). The 63 bits that choose an entry are the head of 95: the rest is looked at only when they
 * tie with a threshold, which no user will ever see, but which makes each table as exact as 95 bits are.
 */
import type { CommonKernels } from '../kernels/types.ts';
import { expNegFixed } from './fixed.ts';
import { requireRange } from './range.ts';

/** Cumulative probabilities P[|X| ≤ i], cut into the head that the kernel compares and the tail that settles ties. */
export interface CumulativeTable {
  /** ⌊2^63·P⌋. */
  readonly thresholds: BigUint64Array;
  /** The next 32 bits of each. */
  readonly tails: Uint32Array;
}

export interface NoiseSampler {
  readonly sigma: bigint;
  /** m; 0 when `fine` alone is the distribution. */
  readonly multiplier: number;
  readonly fine: CumulativeTable;
  readonly coarse: CumulativeTable;
}

/** Bits after the point in the weights; the recurrence below loses fewer than 60 of them at 2^20 entries. */
const WORK = 192n;
const HEAD = 63n;
const TAIL = 32n;
/** −ln 2^-97: the table ends where less than that probability is left on both sides. */
const TAIL_NATS = 97 * Math.LN2;
/** Largest σ that one table serves. */
const SINGLE = 256n;

/**
 * [DP11] The table of N_ℤ(0, variance).
 * @throws PrivacyRangeError outside 1 ≤ variance ≤ 2^40.
 */
export function cumulativeTable(variance: bigint): CumulativeTable {
  requireRange(variance >= 1n && variance <= 1n << 40n, 'variance', variance, 'in [1, 2^40]');
  const size = Math.ceil(Math.sqrt(2 * TAIL_NATS * Number(variance))) + 2;
  // exp(−(i+1)²/2v) = exp(−i²/2v) · exp(−(2i+1)/2v), whose second factor itself falls by exp(−1/v) at each step.
  const fall = expNegFixed(1n, variance, WORK);
  let ratio = expNegFixed(1n, 2n * variance, WORK);
  let weight = 1n << WORK;
  // Zero has half a weight: the sign bit gives it the other half.
  let total = weight / 2n;
  const sums = [total];
  while (sums.length < size) {
    weight = (weight * ratio) >> WORK;
    ratio = (ratio * fall) >> WORK;
    total += weight;
    sums.push(total);
  }
  const thresholds = new BigUint64Array(size);
  const tails = new Uint32Array(size);
  for (const [i, sum] of sums.entries()) {
    // The last entry would be 1: it is never compared, since whatever passes all others is it.
    const bits = i + 1 === size ? (1n << (HEAD + TAIL)) - 1n : (sum << (HEAD + TAIL)) / total;
    thresholds[i] = bits >> TAIL;
    tails[i] = Number(bits & ((1n << TAIL) - 1n));
  }
  return { thresholds, tails };
}

/** How σ² is split: σ² = fine + multiplier²·coarse (DP11). */
export function splitVariance(sigma: bigint): {
  readonly multiplier: bigint;
  readonly fine: bigint;
  readonly coarse: bigint;
} {
  const variance = sigma * sigma;
  if (sigma <= SINGLE) return { multiplier: 0n, fine: variance, coarse: 1n };
  // m is near √σ, so that both tables are short; 4m² ≤ fine < 5m².
  const multiplier = 1n << BigInt(Math.floor((sigma.toString(2).length - 1) / 2));
  const coarse = variance / (multiplier * multiplier) - 4n;
  return { multiplier, fine: variance - multiplier * multiplier * coarse, coarse };
}

/**
 * [DP11] Prepares noise of N_ℤ(0, σ²): a few milliseconds, once per σ.
 * @throws PrivacyRangeError outside 1 ≤ σ ≤ 2^31.
 */
export function noiseSampler(sigma: bigint): NoiseSampler {
  requireRange(sigma >= 1n && sigma <= 1n << 31n, 'sigma', sigma, 'in [1, 2^31]');
  const { multiplier, fine, coarse } = splitVariance(sigma);
  const table = cumulativeTable(fine);
  return {
    sigma,
    multiplier: Number(multiplier),
    fine: table,
    coarse: multiplier === 0n ? table : cumulativeTable(coarse),
  };
}

/**
 * [DP10] Bound on the statistical distance of one sample from N_ℤ(0, σ²): half a unit of 2^-95 for every threshold, the cut
 * tails, and the factor 1 ± 2^-109 of the sum of two.
 */
export const sampleDistance = ({ multiplier, fine, coarse }: NoiseSampler): number =>
  multiplier === 0
    ? (fine.thresholds.length + 1) * 2 ** -96
    : (fine.thresholds.length + coarse.thresholds.length + 2) * 2 ** -96 + 2 ** -109;

/** Words kept for ties: each is needed with probability below 2^-48 per sample. */
const SPARE = 8;

/** How many uniform u64 `sampleNoise` needs for `count` samples. */
export const noiseWords = ({ multiplier }: NoiseSampler, count: number): number =>
  count * (multiplier === 0 ? 1 : 2) + SPARE;

/** Signed samples of one table; the next spare words of `random` from `spare` on settle ties. */
function fromTable(
  { thresholds, tails }: CumulativeTable,
  kernels: Pick<CommonKernels, 'sampleTable'>,
  words: BigUint64Array,
  spare: () => bigint,
): Int32Array {
  const out = new Int32Array(words.length);
  kernels.sampleTable(words, thresholds, out);
  for (let i = 0; i < out.length; i++) {
    let j = Math.abs(out[i]!) - 1;
    // The kernel passed threshold j, and it may have done so with equality: then the tail bits decide.
    if (j < 0 || thresholds[j]! !== words[i]! >> 1n) continue;
    const tail = Number(spare() & 0xffff_ffffn);
    while (j > 0 && thresholds[j - 1]! === thresholds[j]!) j--;
    while (j < Math.abs(out[i]!) && tail >= tails[j]!) j++;
    out[i] = words[i]! & 1n ? -j : j;
  }
  return out;
}

/**
 * [DP3] [DP11] Fills `out` with independent samples of N_ℤ(0, σ²).
 * @param random noiseWords(sampler, out.length) uniform words, used once and then forgotten.
 * @throws PrivacyRangeError if `random` is too short.
 */
export function sampleNoise(
  sampler: NoiseSampler,
  kernels: Pick<CommonKernels, 'sampleTable'>,
  random: BigUint64Array,
  out: BigInt64Array,
): void {
  const count = out.length;
  const needed = noiseWords(sampler, count);
  requireRange(random.length >= needed, 'random.length', random.length, `≥ ${needed}`);
  let next = needed - SPARE;
  const spare = (): bigint => {
    requireRange(next < random.length, 'random.length', random.length, 'larger: more ties than can be by chance');
    return random[next++]!;
  };
  const fine = fromTable(sampler.fine, kernels, random.subarray(0, count), spare);
  if (sampler.multiplier === 0) {
    for (let i = 0; i < count; i++) out[i] = BigInt(fine[i]!);
    return;
  }
  const coarse = fromTable(sampler.coarse, kernels, random.subarray(count, 2 * count), spare);
  for (let i = 0; i < count; i++) out[i] = BigInt(fine[i]! + sampler.multiplier * coarse[i]!);
}
