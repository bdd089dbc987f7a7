/**
 * Means and deviations of the features from one opened, noised sum, in integers, so that every member derives the same
 * constants bit for bit (LR7). What a record contributes to that sum is in packages/trainer/src/standardize.ts.
 */
import { floorDivide, integerSqrt } from './integers.ts';
import { FRACTION_BITS, ModelError } from './model.ts';

/** What a column's bounded value becomes (LR6): itself; its presence and two waves; the same with waves only where it is there. */
export const BASES = ['plain', 'waves', 'gatedWaves'] as const;
export type Basis = (typeof BASES)[number];

/** Features that one column becomes, side by side. */
export const featuresPerColumn = (basis: Basis): number => (basis === 'plain' ? 1 : 3);

/** Per feature, in Q16 of the feature after transform and division by its public bound (so |mean| ≤ 2^16 or so). */
export interface Standardization {
  readonly mean: Int32Array;
  readonly deviation: Int32Array;
}

/** Coordinates of the statistics sum for so many features: a count, first moments, second moments. */
export const statisticsLength = (features: number): number => 1 + 2 * features;

/**
 * From the sum (count, Σx_1 … Σx_k, Σx_1² … Σx_k²), all in one integer unit:
 * mean = clamp(⌊2^16·Σx / count⌋, ±2^16), deviation = max(floor, ⌊√max(0, ⌊2^32·Σx² / count⌋ − mean²)⌋).
 * On the basis gatedWaves the count of a wave is max(1, the sum of its column's presence), noised as it is.
 * `floor` (Q16, ≥ 1) keeps a feature that hardly varies, and the noise in its variance, from being blown up.
 * Throws ModelError when the noised count is not positive or the length is not odd.
 */
export function deriveStandardization(sum: ArrayLike<bigint>, floor: number, basis: Basis): Standardization {
  if (sum.length < 3 || sum.length % 2 === 0) throw new ModelError('LENGTH', sum.length, 'an odd length of at least 3');
  if (!Number.isInteger(floor) || floor < 1) throw new ModelError('SHAPE', floor, 'a deviation floor of at least 1');
  const all = sum[0]!;
  if (all <= 0n) throw new ModelError('SHAPE', `noised count ${all}`, 'a positive count');
  const features = (sum.length - 1) / 2;
  const one = 1n << BigInt(FRACTION_BITS);
  const mean = new Int32Array(features);
  const deviation = new Int32Array(features);
  const countOf = (i: number): bigint => {
    if (basis !== 'gatedWaves' || i % 3 === 0) return all;
    const present = sum[1 + i - (i % 3)]!;
    return present < 1n ? 1n : present;
  };
  for (let i = 0; i < features; i++) {
    const count = countOf(i);
    const raw = floorDivide(sum[1 + i]! * one, count);
    const m = raw > one ? one : raw < -one ? -one : raw;
    const variance = floorDivide(sum[1 + features + i]! * one * one, count) - m * m;
    mean[i] = Number(m);
    // Features lie in [−1, 1], so noise alone can bring a deviation above 2^16; it is cut there.
    const root = variance > 0n ? integerSqrt(variance) : 0n;
    deviation[i] = Math.max(floor, Number(root > one ? one : root));
  }
  return { mean, deviation };
}
