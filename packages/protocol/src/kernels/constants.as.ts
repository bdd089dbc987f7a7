/**
 * Vectors with equal lanes, loaded from the module's data: V8 makes a constant anew at every use, in three
 * instructions, where a load is one and keeps the vector units free.
 */
const DATA: usize = memory.data<u64>([
  0x00000000ffffffff, 0x00000000ffffffff, // low halves
  0x8000000000000000, 0x8000000000000000, // top bits
  0x7fffffff00000000, 0x7fffffff00000000, // 2^64 − 2^32, top bit flipped
  0xfff00001fff00001, 0xfff00001fff00001, // 2^32 − 2^20 + 1
  0x8040000000400000, 0x8040000000400000, // 2^54 + 2^22, top bit flipped
  0x003fffffff800000, 0x003fffffff800000, // 2^54 − 2^23
  0x0003000300030003, 0x0003000300030003,
  0x5555555555555555, 0x5555555555555555,
], 16);

/** 64-bit lanes. */
@inline export function lowHalves(): v128 {
  return v128.load(DATA);
}
@inline export function topBits(): v128 {
  return v128.load(DATA, 16);
}
/** p − 1 of mod64.as.ts, biased. */
@inline export function largest2(): v128 {
  return v128.load(DATA, 32);
}
/** q of mod32.as.ts. */
@inline export function q4(): v128 {
  return v128.load(DATA, 48);
}
/** The limbs of 2^22·p = (2^54 + 2^22) + 2^32·(2^54 − 2^23), the low one biased. */
@inline export function joinLow(): v128 {
  return v128.load(DATA, 64);
}
@inline export function joinHigh(): v128 {
  return v128.load(DATA, 80);
}
/** 16-bit lanes. */
@inline export function threes(): v128 {
  return v128.load(DATA, 96);
}
@inline export function evenBits(): v128 {
  return v128.load(DATA, 112);
}
