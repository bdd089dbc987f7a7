/**
 * Where floats end: gradients become integer vectors whose L2 norm has an exact bound, which is the sensitivity that the
 * ledger charges for (DP2). Rounding is stochastic, ⌊v + u⌋ with u uniform, so that its expectation is v.
 */
import type { Signed } from '../field.ts';
import { requireRange } from './range.ts';

/** u = (word >>> 8)·2^-24, as in the kernel `roundStochastically`. */
const round = (value: number, word: number): number => Math.floor(value + (word >>> 8) * 2 ** -24);

/** ‖x‖₂ in f64; infinite or NaN if x holds such values, or squares overflow. */
function norm(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * x[i]!;
  return Math.sqrt(sum);
}

export interface RecordScale {
  /** C: gradients of larger L2 norm are scaled down to it; > 0. */
  readonly clippingNorm: number;
  /** Δ: exact bound on the integer norm of one record; an integer in (⌈√d⌉, 2^26]. */
  readonly recordBound: number;
}

const checkClip = (clippingNorm: number): void =>
  requireRange(clippingNorm > 0 && clippingNorm < 1e150, 'clippingNorm', clippingNorm, 'in (0, 1e150)');

/**
 * [DP12] What one integer step of a record means: C / (Δ − ⌈√d⌉), in units of the gradient.
 * @throws PrivacyRangeError if Δ leaves no room for rounding in d dimensions.
 */
export function recordUnit({ clippingNorm, recordBound }: RecordScale, dimension: number): number {
  checkClip(clippingNorm);
  const room = Math.ceil(Math.sqrt(dimension));
  const fits = Number.isInteger(recordBound) && recordBound > room && recordBound <= 2 ** 26;
  requireRange(fits, 'recordBound', recordBound, `an integer in (${room}, 2^26]`);
  return clippingNorm / (recordBound - room);
}

/**
 * [DP12] Clips one record's gradient to C, scales C to Δ − ⌈√d⌉, rounds it stochastically and adds it to `sum`.
 *
 * ‖rounded‖ ≤ Δ: the scaled vector has norm ≤ Δ − ⌈√d⌉ and rounding moves each of d coordinates by less than 1, hence the
 * vector by less than √d. What f64 may add to that is caught: the integer norm is computed exactly (Δ² ≤ 2^52) and a
 * record above Δ, like one that is not finite, counts as the zero vector. It is not rounded again, so nothing about it
 * shows in the time taken.
 * @param random d uniform words, used for this record only.
 * @returns whether the record was added (false: as zero).
 * @throws PrivacyRangeError if lengths or the scale do not fit, or a coordinate of the sum would leave 32 bits; `sum` is
 * then as before.
 */
export function quantizeRecord(
  gradient: Float64Array,
  scale: RecordScale,
  random: Uint32Array,
  sum: Int32Array,
): boolean {
  const dimension = gradient.length;
  requireRange(random.length >= dimension, 'random.length', random.length, `≥ ${dimension}`);
  requireRange(sum.length === dimension, 'sum.length', sum.length, `${dimension}`);
  const length = norm(gradient);
  const clip = length > scale.clippingNorm ? scale.clippingNorm / length : 1;
  const factor = clip / recordUnit(scale, dimension);
  let square = 0;
  let largest = 0;
  for (let i = 0; i < dimension; i++) {
    const v = round(gradient[i]! * factor, random[i]!);
    square += v * v;
    largest = Math.max(largest, Math.abs(sum[i]! + v));
  }
  // False also for NaN.
  if (!(Number.isFinite(length) && square <= scale.recordBound ** 2)) return false;
  requireRange(largest < 2 ** 31, 'sum', largest, 'below 2^31: fewer records or a smaller Δ');
  for (let i = 0; i < dimension; i++) sum[i]! += round(gradient[i]! * factor, random[i]!);
  return true;
}

/** Σ x² of integers below 2^32 in absolute value, exact: 16-bit halves, whose products are added in f64 while they fit. */
function squaredNorm(x: Float64Array): bigint {
  let total = 0n;
  for (let from = 0; from < x.length; from += 1 << 16) {
    let [high, middle, low] = [0, 0, 0];
    for (let i = from; i < Math.min(x.length, from + (1 << 16)); i++) {
      const v = Math.abs(x[i]!);
      const a = Math.floor(v / 65_536);
      const b = v - a * 65_536;
      high += a * a;
      middle += a * b;
      low += b * b;
    }
    total += (BigInt(high) << 32n) + (BigInt(middle) << 17n) + BigInt(low);
  }
  return total;
}

export interface MemberScale {
  /** C: updates of larger L2 norm are scaled down to it; > 0. */
  readonly clippingNorm: number;
  /** Bound on the integer norm of x: B, less what the commitment's randomness takes. At least 5·√d, below 2^32. */
  readonly bound: number;
}

/** Share of the bound that the clipping norm is scaled to: the rest is for rounding. */
const MARGIN = 0.97;
/** Roundings tried at one scale. */
const TRIES = 8;

/**
 * [DP13] What one integer step of a member's update means: C / 0.97·bound, in units of the update.
 * @throws PrivacyRangeError if the bound is too small to round d dimensions.
 */
export function memberUnit({ clippingNorm, bound }: MemberScale, dimension: number): number {
  checkClip(clippingNorm);
  const least = Math.max(1, 5 * Math.sqrt(dimension));
  requireRange(bound >= least && bound < 2 ** 32, 'bound', bound, `in [${least}, 2^32)`);
  return clippingNorm / (MARGIN * bound);
}

/**
 * [DP13] Clips a member's update to C, scales C to 0.97·bound and rounds stochastically until the exact integer norm is
 * within the bound; after 8 tries the scale shrinks by 0.97. It ends: rounding adds less than √d ≤ bound/5, so 8
 * shrinkings are always enough.
 * @param random gives `count` uniform words, never the same twice.
 * @param out d integers; Int32Array needs bound < 2^31.
 * @returns tries made.
 * @throws PrivacyRangeError if the update is not finite, or lengths or the scale do not fit.
 */
export function quantizeMember(
  update: Float64Array,
  scale: MemberScale,
  random: (count: number) => Uint32Array,
  out: Signed,
): number {
  const length = norm(update);
  requireRange(Number.isFinite(length), 'norm of the update', length, 'finite');
  requireRange(out.length === update.length, 'out.length', out.length, `${update.length}`);
  const narrow = out instanceof Int32Array;
  requireRange(!narrow || scale.bound < 2 ** 31, 'bound', scale.bound, 'below 2^31 for 32-bit integers');
  const clip = length > scale.clippingNorm ? scale.clippingNorm / length : 1;
  const limit = BigInt(Math.floor(scale.bound)) ** 2n;
  const rounded = new Float64Array(update.length);
  let factor = clip / memberUnit(scale, update.length);
  for (let tries = 1; ; tries++) {
    const words = random(update.length);
    for (let i = 0; i < update.length; i++) rounded[i] = round(update[i]! * factor, words[i]!);
    if (squaredNorm(rounded) <= limit) {
      if (narrow) out.set(rounded);
      else for (let i = 0; i < rounded.length; i++) out[i] = BigInt(rounded[i]!);
      return tries;
    }
    if (tries % TRIES === 0) factor *= MARGIN;
  }
}

/**
 * An opened integer sum as floats: sum·unit/count.
 * @param unit of `recordUnit` or `memberUnit`.
 * @param count by which to divide for a mean; 1 for the sum itself.
 */
export function dequantize(sum: Signed, unit: number, count: number): Float64Array {
  requireRange(count > 0, 'count', count, '> 0');
  return Float64Array.from(sum, (v: number | bigint) => (Number(v) * unit) / count);
}
