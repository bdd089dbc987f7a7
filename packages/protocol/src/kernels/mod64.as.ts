/**
 * Arithmetic modulo p = 2^64 − 2^32 + 1, two elements a vector. With φ = 2^32: φ² = φ − 1 and φ³ = −1 mod p. SIMD
 * compares 64-bit lanes as signed only: biased words (the top bit flipped) are in the order of the unsigned ones.
 */
import { joinHigh, joinLow, largest2, lowHalves, topBits } from './constants.as';
export const P: u64 = 0xffffffff00000001;
/** 2^64 mod p. */
export const EPSILON: u64 = 0xffffffff;
export const BIAS: u64 = 0x8000000000000000;

@inline export function bias2(x: v128): v128 {
  return v128.xor(x, topBits());
}
@inline function epsilonWhere(mask: v128): v128 {
  return i64x2.shr_u(mask, 32);
}
/** Canonical a ± b of canonical a, b. */
@inline export function add2(a: v128, b: v128): v128 {
  return sub2(a, i64x2.sub(i64x2.splat(P), b));
}
@inline export function sub2(a: v128, b: v128): v128 {
  return i64x2.sub(i64x2.sub(a, b), epsilonWhere(i64x2.gt_s(bias2(b), bias2(a))));
}
/** Canonical form of any u64. */
@inline export function canonical2(x: v128): v128 {
  return i64x2.add(x, epsilonWhere(i64x2.gt_s(bias2(x), largest2())));
}

/** (low0, low1, high0, high1): the operands of the 32-bit products. */
@inline export function split2(x: v128): v128 {
  return v128.shuffle<u32>(x, x, 0, 2, 1, 3);
}
@inline export function swap2(s: v128): v128 {
  return v128.shuffle<u64>(s, s, 1, 0);
}
/**
 * l of a product l + φ·h of split operands (t = swap2(s)); `high2` is h. Both are signed, |l|, |h| < 2^35. A sum of such
 * limbs is a sum of such pairs, and φ·(l + φ·h) = −h + φ·(l + h).
 */
@inline export function low2(x: v128, s: v128, t: v128): v128 {
  const a = i64x2.extmul_low_i32x4_u(x, s), d = i64x2.extmul_high_i32x4_u(x, s);
  return i64x2.sub(i64x2.sub(v128.and(a, lowHalves()), i64x2.shr_u(d, 32)), shared(x, d, t));
}
@inline export function high2(x: v128, s: v128, t: v128): v128 {
  const a = i64x2.extmul_low_i32x4_u(x, s), d = i64x2.extmul_high_i32x4_u(x, s), mask = lowHalves();
  const b = i64x2.extmul_low_i32x4_u(x, t), c = i64x2.extmul_high_i32x4_u(x, t);
  const middle = i64x2.add(i64x2.add(v128.and(b, mask), v128.and(c, mask)), i64x2.shr_u(a, 32));
  return i64x2.add(middle, shared(x, d, t));
}
/** What φ² = φ − 1 puts into both limbs of a + φ·(b + c) + φ²·d. */
@inline function shared(x: v128, d: v128, t: v128): v128 {
  const b = i64x2.extmul_low_i32x4_u(x, t), c = i64x2.extmul_high_i32x4_u(x, t);
  return i64x2.add(i64x2.add(i64x2.shr_u(b, 32), i64x2.shr_u(c, 32)), v128.and(d, lowHalves()));
}
/** A u64, canonical or not, that is l + φ·h for signed |l|, |h| < 2^53. */
@inline export function join2(l: v128, h: v128): v128 {
  // Adding 2^22·p makes both limbs positive; the sum t < 2^56 and φ·(h mod φ) then carry at most once.
  const low = i64x2.add(l, joinLow()), high = i64x2.add(h, joinHigh()), top = i64x2.shr_u(high, 32);
  const t = i64x2.add(i64x2.sub(low, top), i64x2.shl(top, 32)), s = i64x2.add(t, i64x2.shl(high, 32));
  return bias2(i64x2.add(s, epsilonWhere(i64x2.gt_s(t, s))));
}
/** Canonical product of split operands. */
@inline export function product2(x: v128, s: v128, t: v128): v128 {
  return canonical2(join2(low2(x, s, t), high2(x, s, t)));
}

/** Adds a product of split operands to limbs at `sums`: 2^28 products fit. */
@inline export function accumulate2(sums: usize, x: v128, s: v128, t: v128): void {
  v128.store(sums, i64x2.add(v128.load(sums), low2(x, s, t)));
  v128.store(sums, i64x2.add(v128.load(sums, 16), high2(x, s, t)), 16);
}
/** The canonical element of lane 0 or 1 of such sums. */
@inline export function settle1(sums: usize, lane: u32): u64 {
  const at = sums + (<usize>lane << 3);
  return add1(fromSigned(load<i64>(at)), mul1(fromSigned(load<i64>(at, 16)), EPSILON + 1));
}
@inline export function fromSigned(x: i64): u64 {
  return select<u64>(<u64>x + P, <u64>x, x < 0);
}

@inline export function add1(a: u64, b: u64): u64 {
  return sub1(a, P - b);
}
@inline export function sub1(a: u64, b: u64): u64 {
  return a - b - select<u64>(0, EPSILON, a >= b);
}
export function mul1(a: u64, b: u64): u64 {
  const a0 = a & EPSILON, a1 = a >> 32, b0 = b & EPSILON, b1 = b >> 32;
  const low = a0 * b0;
  const x = a0 * b1 + (low >> 32), y = a1 * b0 + (x & EPSILON);
  const high = a1 * b1 + (x >> 32) + (y >> 32);
  const l = (y << 32) | (low & EPSILON), h = high & EPSILON;
  let r = l - (high >> 32);
  if (r > l) r -= EPSILON;
  const s = r + ((h << 32) - h);
  return canonical1(s < r ? s + EPSILON : s);
}
@inline export function canonical1(x: u64): u64 {
  return select<u64>(x - P, x, x >= P);
}
