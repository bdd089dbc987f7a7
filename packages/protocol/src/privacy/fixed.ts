/**
 * Logarithm and exponential of rationals in BigInt fixed point: what every published table of this package is made
 * with, so that a table is a function of its definition and not of a platform's Math library.
 */
import { requireRange } from './range.ts';

/** Extra bits that absorb the truncation of every intermediate step (fewer than 2^16 steps of one unit each). */
const GUARD = 32n;

/** Rounds a fixed-point number with `bits` fractional bits to the nearest multiple of 2^-(bits − drop). */
const dropBits = (x: bigint, drop: bigint): bigint => (x + (1n << (drop - 1n))) >> drop;

/** 2·atanh(num/den) for |num/den| ≤ 1/3, truncated, in units of 2^-bits. */
function doubleArtanh(num: bigint, den: bigint, bits: bigint): bigint {
  const square = ((num * num) << bits) / (den * den);
  let power = (num << (bits + 1n)) / den;
  let sum = 0n;
  for (let i = 1n; power !== 0n; i += 2n) {
    sum += power / i;
    power = (power * square) / (1n << bits);
  }
  return sum;
}

/**
 * ln(num/den) in units of 2^-bits, off by at most one unit.
 * @throws PrivacyRangeError unless num and den are positive.
 */
export function lnFixed(num: bigint, den: bigint, bits: bigint): bigint {
  requireRange(num > 0n, 'num', num, '> 0');
  requireRange(den > 0n, 'den', den, '> 0');
  // Halve or double until the argument lies in [2/3, 4/3], where the series gains more than two bits a term.
  let twos = 0n;
  let n = num;
  let d = den;
  for (; 3n * n > 4n * d; twos++) d *= 2n;
  for (; 3n * n < 2n * d; twos--) n *= 2n;
  const work = bits + GUARD;
  const ln2 = doubleArtanh(1n, 3n, work);
  return dropBits(twos * ln2 + doubleArtanh(n - d, n + d, work), GUARD);
}

/**
 * exp(−num/den) in units of 2^-bits, off by at most one unit.
 * @throws PrivacyRangeError unless num ≥ 0 and den > 0.
 */
export function expNegFixed(num: bigint, den: bigint, bits: bigint): bigint {
  requireRange(num >= 0n, 'num', num, '≥ 0');
  requireRange(den > 0n, 'den', den, '> 0');
  // x = q·ln 2 + r with 0 ≤ r < ln 2, so exp(−x) = exp(−r) >> q.
  const work = bits + GUARD;
  const x = (num << work) / den;
  const ln2 = doubleArtanh(1n, 3n, work);
  const quotient = x / ln2;
  if (quotient > work) return 0n;
  // The error of ln 2 grows with the quotient, which is at most `work` < 2^16: still inside the guard.
  const r = x - quotient * ln2;
  let sum = 0n;
  let term = 1n << work;
  for (let i = 1n; term !== 0n; i++) {
    sum += term;
    term = -(term * r) / (i << work);
  }
  return dropBits(sum >> quotient, GUARD);
}
