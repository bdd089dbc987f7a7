/** Inputs on which the two implementations are compared, and the comparison; used by tests only. */
import { sha256 } from '@noble/hashes/sha2.js';
import { type Elements, mod, type Signed } from '../field.ts';
import type { FieldKernels } from './types.ts';

export type Bytes = (count: number) => Uint8Array;

/** A reproducible stream of bytes: SHA-256 of its name and a counter. */
export function source(name: string): Bytes {
  const label = Uint8Array.from(name, (c) => c.charCodeAt(0));
  let counter = 0;
  return (count) => {
    const out = new Uint8Array(Math.ceil(count / 32) * 32);
    for (let at = 0; at < count; at += 32) {
      out.set(sha256(Uint8Array.of(...label, counter >> 24, counter >> 16, counter >> 8, counter)), at);
      counter++;
    }
    return out.slice(0, count);
  };
}
export const words = (bytes: Bytes, count: number): BigUint64Array => new BigUint64Array(bytes(8 * count).buffer);

/** Ordinary arrays of the field's width. */
export const give = (k: FieldKernels, values: readonly bigint[]): Elements =>
  k.field.bytes === 4 ? Uint32Array.from(values, Number) : BigUint64Array.from(values);
export const giveSigned = (k: FieldKernels, values: readonly bigint[]): Signed =>
  k.field.bytes === 4 ? Int32Array.from(values, Number) : BigInt64Array.from(values);

export const random = (k: FieldKernels, bytes: Bytes, count: number): bigint[] =>
  Array.from(words(bytes, count), (w) => w % k.field.modulus);

/** Values next to where words, limbs, halves and the field end. */
export function edges(k: FieldKernels): bigint[] {
  const q = k.field.modulus;
  const near = [0n, 2n ** 15n, 2n ** 16n, 2n ** 20n, 2n ** 31n, 2n ** 32n, 2n ** 63n, q / 2n, 0x7fff7fffn];
  return near.flatMap((v) => [mod(v - 1n, q), mod(v, q), mod(v + 1n, q)]);
}

/** Random, 0, q − 1, alternating, and edges. */
export function inputs(k: FieldKernels, bytes: Bytes, count: number): bigint[][] {
  const q = k.field.modulus;
  const special = edges(k);
  const start = bytes(1)[0]!;
  return [
    random(k, bytes, count),
    new Array<bigint>(count).fill(0n),
    new Array<bigint>(count).fill(q - 1n),
    Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 0n : q - 1n)),
    Array.from({ length: count }, (_, i) => special[(start + i * 7) % special.length]!),
  ];
}

/** Signed integers up to every bound at which the number of limbs changes, and up to what the contract admits. */
export function signedInputs(k: FieldKernels, bytes: Bytes, count: number): bigint[][] {
  const bounds = k.field.bytes === 4 ? [15n, 16n, 30n, 31n] : [15n, 16n, 30n, 31n, 62n];
  return bounds.flatMap((bound) => {
    const largest = 2n ** bound - 1n;
    return [
      random(k, bytes, count).map((v) => mod(v, 2n * largest + 1n) - largest),
      new Array<bigint>(count).fill(largest),
      new Array<bigint>(count).fill(-largest),
      Array.from({ length: count }, (_, i) => (i % 2 === 0 ? largest : -largest)),
    ];
  });
}
