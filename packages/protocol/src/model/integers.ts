/** Exact integer helpers that the fixed-point rules name. */

/** ⌊√x⌋ by Newton's iteration from above. Throws RangeError for x < 0. */
export function integerSqrt(x: bigint): bigint {
  if (x < 0n) throw new RangeError(`integerSqrt: have ${x}, need x ≥ 0`);
  if (x < 2n) return x;
  let root = 1n << BigInt((x.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + x / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** ⌊a / b⌋ for b > 0 (BigInt's `/` truncates toward zero). */
export const floorDivide = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b;

/** x moved into the range of a signed integer of that many bits. */
export function saturate(x: bigint, bits: 32 | 64): bigint {
  const limit = 1n << BigInt(bits - 1);
  return x >= limit ? limit - 1n : x < -limit ? -limit : x;
}
