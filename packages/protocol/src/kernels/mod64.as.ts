/**
 * Arithmetic modulo p = 2^64 − 2^32 + 1, two elements a vector. With φ = 2^32: φ² = φ − 1 and φ³ = −1 mod p. SIMD
 * compares 64-bit lanes as signed only, so transforms keep elements biased (the top bit flipped), which orders them.
 */
import { largest2, lowHalves, topBits } from './constants.as';
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
/** x ± r, biased like x (any u64); r is unbiased and canonical, so that one correction suffices. */
@inline export function plus2(x: v128, r: v128): v128 {
  const s = i64x2.add(x, r);
  return i64x2.add(s, epsilonWhere(i64x2.gt_s(x, s)));
}
@inline export function minus2(x: v128, r: v128): v128 {
  const d = i64x2.sub(x, r);
  return i64x2.sub(d, epsilonWhere(i64x2.gt_s(d, x)));
}
/** Biased canonical form of any biased u64. */
@inline export function canonical2(x: v128): v128 {
  return i64x2.add(x, epsilonWhere(i64x2.gt_s(x, largest2())));
}
/** plus2 with a canonical result, for x canonical too. */
@inline export function plusCanonical2(x: v128, r: v128): v128 {
  const s = i64x2.add(x, r);
  const over = v128.or(i64x2.gt_s(x, s), i64x2.gt_s(s, largest2()));
  return i64x2.add(s, epsilonWhere(over));
}

/** (low0, low1, high0, high1): the operands of the 32-bit products. */
@inline export function split2(x: v128): v128 {
  return v128.shuffle<u32>(x, x, 0, 2, 1, 3);
}
@inline export function swap2(s: v128): v128 {
  return v128.shuffle<u64>(s, s, 1, 0);
}
/** Product of split operands (t = swap2(s)), reduced: biased and canonical. */
@inline export function product2(a: v128, s: v128, t: v128): v128 {
  return reduce2(
    i64x2.extmul_low_i32x4_u(a, s), i64x2.extmul_low_i32x4_u(a, t),
    i64x2.extmul_high_i32x4_u(a, t), i64x2.extmul_high_i32x4_u(a, s),
  );
}
@inline function reduce2(a: v128, b: v128, c: v128, d: v128): v128 {
  const mask = lowHalves();
  const x = i64x2.add(b, i64x2.shr_u(a, 32)), y = i64x2.add(c, v128.and(x, mask));
  const low = v128.or(i64x2.shl(y, 32), v128.and(a, mask));
  const high = i64x2.add(i64x2.add(d, i64x2.shr_u(x, 32)), i64x2.shr_u(y, 32));
  // low + φ²·high = low − ⌊high/φ⌋ + (φ − 1)·(high mod φ); neither correction can carry twice.
  const h = v128.and(high, mask);
  const t = minus2(bias2(low), i64x2.shr_u(high, 32));
  return canonical2(plus2(t, i64x2.sub(i64x2.shl(h, 32), h)));
}

/**
 * Adds a product of split operands to two vectors at `sums`, unreduced: l and h of the value l + φ·h, signed, each
 * changed by less than 2^35, so that 2^28 products fit.
 */
@inline export function accumulate2(sums: usize, u: v128, s: v128, t: v128): void {
  const mask = lowHalves();
  const a = i64x2.extmul_low_i32x4_u(u, s), d = i64x2.extmul_high_i32x4_u(u, s);
  const b = i64x2.extmul_low_i32x4_u(u, t), c = i64x2.extmul_high_i32x4_u(u, t);
  const shared = i64x2.add(i64x2.add(i64x2.shr_u(b, 32), i64x2.shr_u(c, 32)), v128.and(d, mask));
  const middle = i64x2.add(i64x2.add(v128.and(b, mask), v128.and(c, mask)), i64x2.shr_u(a, 32));
  const edge = i64x2.sub(v128.and(a, mask), i64x2.shr_u(d, 32));
  v128.store(sums, i64x2.add(v128.load(sums), i64x2.sub(edge, shared)));
  v128.store(sums, i64x2.add(v128.load(sums, 16), i64x2.add(middle, shared)), 16);
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
