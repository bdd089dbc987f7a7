/**
 * The exact discrete Gaussian of Canonne, Kamath and Steinke (2020, Algorithms 1 to 3) on integers alone: given uniform
 * bytes, no rounding and no table, at about a microsecond a sample. It is the meaning of `noiseTable.ts`.
 */
import { requireRange } from './range.ts';

/** Uniform random bytes, `count` of them, never the same twice. */
export type RandomBytes = (count: number) => Uint8Array;

/** Uniform in [0, limit) by rejection of the shortest byte string that covers it. */
function uniform(limit: bigint, random: RandomBytes): bigint {
  const bits = (limit - 1n).toString(2).length;
  const mask = (1n << BigInt(bits)) - 1n;
  for (;;) {
    let value = 0n;
    for (const byte of random(Math.ceil(bits / 8))) value = (value << 8n) | BigInt(byte);
    value &= mask;
    if (value < limit) return value;
  }
}

/** True with probability exp(−num/den) for 0 ≤ num ≤ den: the parity of the run length of ever rarer coins. */
function unitBernoulli(num: bigint, den: bigint, random: RandomBytes): boolean {
  let k = 1n;
  while (uniform(k * den, random) < num) k += 1n;
  return k % 2n === 1n;
}

/** True with probability exp(−num/den) for num ≥ 0. */
function expBernoulli(num: bigint, den: bigint, random: RandomBytes): boolean {
  for (let whole = num / den; whole > 0n; whole--) if (!unitBernoulli(1n, 1n, random)) return false;
  return unitBernoulli(num % den, den, random);
}

/** Discrete Laplace: P[x] ∝ exp(−|x|/scale). */
function discreteLaplace(scale: bigint, random: RandomBytes): bigint {
  for (;;) {
    const fraction = uniform(scale, random);
    if (!unitBernoulli(fraction, scale, random)) continue;
    let whole = 0n;
    while (unitBernoulli(1n, 1n, random)) whole += 1n;
    const magnitude = fraction + scale * whole;
    const negative = uniform(2n, random) === 1n;
    if (negative && magnitude === 0n) continue;
    return negative ? -magnitude : magnitude;
  }
}

/** ⌊√x⌋ by Newton's iteration from above. */
function squareRoot(x: bigint): bigint {
  if (x === 0n) return 0n;
  let root = 1n << BigInt(Math.ceil(x.toString(2).length / 2));
  for (;;) {
    const next = (root + x / root) / 2n;
    if (next >= root) return root;
    root = next;
  }
}

/**
 * [DP3] One sample of N_ℤ(0, σ²), P[x] ∝ exp(−x²/2σ²), for σ² = num/den.
 * @throws PrivacyRangeError unless num and den are positive.
 */
export function discreteGaussian(num: bigint, den: bigint, random: RandomBytes): bigint {
  requireRange(num > 0n, 'num', num, '> 0');
  requireRange(den > 0n, 'den', den, '> 0');
  const t = squareRoot(num / den) + 1n;
  for (;;) {
    const candidate = discreteLaplace(t, random);
    const distance = (candidate < 0n ? -candidate : candidate) * t * den - num;
    // (|y| − σ²/t)² / 2σ², over the common denominator.
    if (expBernoulli(distance * distance, 2n * num * den * t * t, random)) return candidate;
  }
}
