/** Prime fields over BigInt, as slow and as plain as they can be written. */

export interface Field {
  /** The prime. */
  readonly q: bigint;
  /** Bytes of one encoded element. */
  readonly bytes: number;
  /** A root of unity of order `order`, a power of two. */
  readonly generator: bigint;
  readonly order: bigint;
}

/** The representative of a in [0, q). */
export function mod(a: bigint, q: bigint): bigint {
  const r = a % q;
  return r < 0n ? r + q : r;
}

/** a^e mod q for e ≥ 0. */
export function power(a: bigint, e: bigint, q: bigint): bigint {
  let result = 1n;
  let square = mod(a, q);
  for (let rest = e; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % q;
    square = (square * square) % q;
  }
  return result;
}

/** 1/a by Euclid; throws RangeError for 0. */
export function inverse(a: bigint, q: bigint): bigint {
  let [r0, r1] = [q, mod(a, q)];
  let [t0, t1] = [0n, 1n]; // t·a ≡ r throughout
  if (r1 === 0n) throw new RangeError('zero has no inverse');
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  return mod(t0, q);
}

/** ω_m, the principal m-th root of unity (AG7); m is a power of two. */
export function root(field: Field, m: number): bigint {
  return power(field.generator, field.order / BigInt(m), field.q);
}

/** 1, w, w², … (m of them). */
export function powers(w: bigint, m: number, q: bigint): bigint[] {
  const result = [1n];
  while (result.length < m) result.push((result.at(-1)! * w) % q);
  return result;
}

/** The representative of a in (−q/2, q/2] (AG18). */
export function lift(a: bigint, q: bigint): bigint {
  const r = mod(a, q);
  return 2n * r > q ? r - q : r;
}

export const add = (a: readonly bigint[], b: readonly bigint[], q: bigint): bigint[] =>
  a.map((x, i) => mod(x + b[i]!, q));

export const subtract = (a: readonly bigint[], b: readonly bigint[], q: bigint): bigint[] =>
  a.map((x, i) => mod(x - b[i]!, q));

export function dot(a: readonly bigint[], b: readonly bigint[], q: bigint): bigint {
  let sum = 0n;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return mod(sum, q);
}

/** Little-endian bytes of elements in [0, q). */
export function encode(field: Field, values: readonly bigint[]): Buffer {
  const out = Buffer.alloc(values.length * field.bytes);
  values.forEach((value, i) => {
    if (value < 0n || value >= field.q) throw new RangeError(`${value} is not in [0, q)`);
    for (let j = 0; j < field.bytes; j++) out[i * field.bytes + j] = Number((value >> BigInt(8 * j)) & 255n);
  });
  return out;
}

/** An unsigned integer from little-endian bytes. */
export function integer(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex') || '0'}`);
}

/** Elements from little-endian bytes; throws RangeError for an element ≥ q or a part of one (AG15). */
export function decode(field: Field, bytes: Uint8Array): bigint[] {
  if (bytes.length % field.bytes !== 0) throw new RangeError('not a whole number of elements');
  const out: bigint[] = [];
  for (let at = 0; at < bytes.length; at += field.bytes) {
    const value = integer(bytes.subarray(at, at + field.bytes));
    if (value >= field.q) throw new RangeError('element-not-canonical');
    out.push(value);
  }
  return out;
}

/** `count` bits of a non-negative integer, low bit first. */
export const bitsOf = (value: bigint, count: number): bigint[] =>
  Array.from({ length: count }, (_, i) => (value >> BigInt(i)) & 1n);

export const bitLength = (value: bigint): number => (value === 0n ? 0 : value.toString(2).length);

/** The least s with s² ≥ value, for value ≥ 1. */
export function ceilingRoot(value: bigint): bigint {
  let below = 0n; // the largest s with s² < value, found bit by bit
  for (let bit = 1n << BigInt(bitLength(value)); bit > 0n; bit >>= 1n) {
    if ((below + bit) ** 2n < value) below += bit;
  }
  return below + 1n;
}
