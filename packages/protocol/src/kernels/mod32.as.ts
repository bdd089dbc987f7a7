/**
 * Arithmetic modulo q = 2^32 − 2^20 + 1, four canonical elements a vector. Unsigned comparisons are written as ≥, which
 * is two machine instructions where < is four.
 */
import { q4 } from './constants.as';
export const Q: u32 = 4293918721;
/** 2^64 mod q: mont4 of x and this is x · 2^32. */
export const R2: u32 = 266338049;

@inline export function add4(a: v128, b: v128): v128 {
  return sub4(a, i32x4.sub(q4(), b));
}
/** a − b; b may be q itself. */
@inline export function sub4(a: v128, b: v128): v128 {
  return i32x4.add(i32x4.sub(a, b), v128.andnot(q4(), i32x4.ge_u(a, b)));
}
/** Montgomery product a·b / 2^32 (Montgomery 1985). 1/q = 1 + 2^20 mod 2^32, so both inner products are shifts. */
@inline export function mont4(a: v128, b: v128): v128 {
  const low = i64x2.extmul_low_i32x4_u(a, b);
  const high = i64x2.extmul_high_i32x4_u(a, b);
  const l = v128.shuffle<u32>(low, high, 0, 2, 4, 6);
  const h = v128.shuffle<u32>(low, high, 1, 3, 5, 7);
  const m = i32x4.add(l, i32x4.shl(l, 20));
  return sub4(h, timesQ4(m));
}
/** The high word of m·q = m·2^32 − m·2^20 + m. */
@inline function timesQ4(m: v128): v128 {
  const borrow = v128.not(i32x4.ge_u(m, i32x4.shl(m, 20)));
  return i32x4.add(i32x4.sub(m, i32x4.shr_u(m, 12)), borrow);
}
@inline export function add1(a: u32, b: u32): u32 {
  return sub1(a, Q - b);
}
@inline export function sub1(a: u32, b: u32): u32 {
  return a - b + select<u32>(0, Q, a >= b);
}
@inline export function mul1(a: u32, b: u32): u32 {
  return <u32>((<u64>a * <u64>b) % <u64>Q);
}
