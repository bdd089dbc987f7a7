/**
 * Rotation by random signs and blockwise Walsh–Hadamard transforms: spreads every coordinate over a block, so that
 * rounding and clipping errors are shared. Blocks are a power of four, so the orthonormal scale 1/√block is a power of
 * two and a contract can undo it on integers exactly.
 */
import { requireRange } from './range.ts';

/** Block of the on-chain update rule: √1024 = 2^5. */
export const ROTATION_BLOCK = 1024;

/** Coordinates after padding to whole blocks. */
export const rotatedLength = (dimension: number): number => Math.ceil(dimension / ROTATION_BLOCK) * ROTATION_BLOCK;

function checkLengths(length: number, signs: Uint8Array): void {
  requireRange(length % ROTATION_BLOCK === 0, 'length', length, `a multiple of ${ROTATION_BLOCK}`);
  requireRange(signs.length * 8 >= length, 'signs.length', signs.length, `≥ ${length / 8} bytes`);
}

/** Unnormalized transform of every block, in place: H·x, H symmetric, H·H = block. */
function hadamard(x: Float64Array): void {
  for (let half = 1; half < ROTATION_BLOCK; half *= 2) {
    for (let start = 0; start < x.length; start += 2 * half) {
      for (let i = start; i < start + half; i++) {
        const [a, b] = [x[i]!, x[i + half]!];
        x[i] = a + b;
        x[i + half] = a - b;
      }
    }
  }
}

/** Bit i of `signs`, little-endian in each byte: 1 negates. */
function flip(x: Float64Array, signs: Uint8Array): void {
  for (let i = 0; i < x.length; i++) if ((signs[i >> 3]! >> (i & 7)) & 1) x[i] = -x[i]!;
}

/**
 * [DP14] x ← H·D·x / √block in place; keeps the L2 norm.
 * @param x a multiple of 1024 coordinates.
 * @throws PrivacyRangeError if lengths do not fit.
 */
export function rotate(x: Float64Array, signs: Uint8Array): void {
  checkLengths(x.length, signs);
  flip(x, signs);
  hadamard(x);
  for (let i = 0; i < x.length; i++) x[i]! /= Math.sqrt(ROTATION_BLOCK);
}

/**
 * [DP14] The inverse on an opened integer sum, exact: returns √block·(D·Hᵀ·X/√block) = D·H·X, integers in units of 1/32
 * of the sum's.
 * @throws PrivacyRangeError if lengths do not fit or a coordinate exceeds 2^42, beyond which f64 would round.
 */
export function unrotateSum(sum: BigInt64Array, signs: Uint8Array): BigInt64Array {
  checkLengths(sum.length, signs);
  const x = Float64Array.from(sum, Number);
  for (const v of x) requireRange(Math.abs(v) <= 2 ** 42, 'sum', v, 'within ±2^42');
  hadamard(x);
  flip(x, signs);
  return BigInt64Array.from(x, BigInt);
}
