/**
 * Number-theoretic transforms over bigint: the plain meaning of what the kernels compute, and enough for tables.
 */
import { power } from './field.ts';

/** The low `bits` bits of i in reverse order. */
export function bitReverse(i: number, bits: number): number {
  let r = 0;
  for (let b = 0; b < bits; b++) r |= ((i >>> b) & 1) << (bits - 1 - b);
  return r >>> 0;
}

/** 1, base, base², … (count entries) mod q. */
export function powers(base: bigint, count: number, q: bigint): bigint[] {
  const out: bigint[] = [];
  for (let x = 1n; out.length < count; x = (x * base) % q) out.push(x);
  return out;
}

/**
 * Cyclic transform in natural order: result[k] = Σ_i values[i] · root^(i·k) mod q (Cooley–Tukey 1965, recursive).
 * values.length is a power of two and `root` has exactly that order.
 */
export function transform(values: readonly bigint[], root: bigint, q: bigint): bigint[] {
  const n = values.length;
  if (n === 1) return [...values];
  const squared = (root * root) % q;
  const even = transform(
    values.filter((_, i) => i % 2 === 0),
    squared,
    q,
  );
  const odd = transform(
    values.filter((_, i) => i % 2 === 1),
    squared,
    q,
  );
  const out = new Array<bigint>(n);
  let w = 1n;
  for (let k = 0; k < n / 2; k++) {
    const t = (w * odd[k]!) % q;
    out[k] = (even[k]! + t) % q;
    out[k + n / 2] = (even[k]! - t + q) % q;
    w = (w * root) % q;
  }
  return out;
}

/** Coefficients of the polynomial of degree < n with the given values on the powers of `root` (order n). */
export function interpolate(values: readonly bigint[], root: bigint, q: bigint): bigint[] {
  const n = BigInt(values.length);
  const scale = power(n, q - 2n, q);
  return transform(values, power(root, n - 1n, q), q).map((c) => (c * scale) % q);
}
