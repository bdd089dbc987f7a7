/**
 * The two prime fields of Concord-Agg (spec/aggregation.md §2). Both have a large power-of-two subgroup, so that
 * polynomial products are number-theoretic transforms, and both are the fields of VDAF / PINE.
 */
export type FieldName = 'F32' | 'F64';

export interface Field {
  readonly name: FieldName;
  /** The prime q. */
  readonly modulus: bigint;
  /** Bytes of one encoded element, little-endian. */
  readonly bytes: 4 | 8;
  /** A generator of the subgroup of order 2^twoAdicity. */
  readonly root: bigint;
  readonly twoAdicity: number;
  /** Degree n of the commitment ring F_q[X]/(X^n + 1). */
  readonly ringDegree: 2048 | 4096;
}

/** 2^32 − 2^20 + 1 (PINE Field32). */
export const F32: Field = {
  name: 'F32',
  modulus: 4_293_918_721n,
  bytes: 4,
  root: 3_925_978_153n,
  twoAdicity: 20,
  ringDegree: 2048,
};

/** 2^64 − 2^32 + 1, “Goldilocks” (VDAF Field64); root = 7^(2^32 − 1). */
export const F64: Field = {
  name: 'F64',
  modulus: 18_446_744_069_414_584_321n,
  bytes: 8,
  root: 1_753_635_133_440_165_772n,
  twoAdicity: 32,
  ringDegree: 4096,
};

export const fieldByName = (name: FieldName): Field => (name === 'F32' ? F32 : F64);

/** Field elements in canonical form (0 ≤ e < q): u32 words for F32, u64 words for F64. */
export type Elements = Uint32Array | BigUint64Array;

/** Signed integers before they are lifted into the field: i32 for F32, i64 for F64. */
export type Signed = Int32Array | BigInt64Array;

export const mod = (x: bigint, q: bigint): bigint => {
  const r = x % q;
  return r < 0n ? r + q : r;
};

export function power(base: bigint, exponent: bigint, q: bigint): bigint {
  let result = 1n;
  let b = mod(base, q);
  for (let e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * b) % q;
    b = (b * b) % q;
  }
  return result;
}

export const inverse = (x: bigint, q: bigint): bigint => power(x, q - 2n, q);

/** The principal root of unity of the given power-of-two order. */
export const rootOfUnity = (field: Field, order: number): bigint =>
  power(field.root, (1n << BigInt(field.twoAdicity)) / BigInt(order), field.modulus);
