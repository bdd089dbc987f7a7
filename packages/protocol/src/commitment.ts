/** The homomorphic Ajtai commitment T = Σ_b A_b · NTT(block_b) over F_q[X]/(X^n + 1), and its randomness (AG7). */
import { ascii, concat, elementBytes, fillElements, newElements } from './codec.ts';
import type { Elements, Signed } from './field.ts';
import { plainKernels } from './kernels/plain.ts';
import type { FieldKernels, Keccak256, Kernels } from './kernels/types.ts';
import { packedTree } from './merkle.ts';
import type { Sizes } from './params.ts';

/** A: D elements in the NTT domain, in ordinary memory; block b is expanded from (seed, b), the last is all ones. */
export function expandMatrix(sizes: Sizes, kernels: Kernels): Elements {
  const { field, ringDegree: n, vectorLength, params } = sizes;
  const matrix = newElements(field, vectorLength);
  const prefix = concat(ascii('cc/v1/A'), params.matrixSeed);
  const last = vectorLength / n - 1;
  for (let b = 0; b < last; b++) kernels[field.name].expandPublic(prefix, b, n, matrix.subarray(b * n, (b + 1) * n));
  fillElements(matrix.subarray(last * n), 1n);
  return matrix;
}

/** T of D elements: n elements in ordinary memory. Linear: the commitments of a sum are the sum of commitments. */
export function commit(x: Elements, matrix: Elements, kernels: FieldKernels): Elements {
  const T = newElements(kernels.field, kernels.field.ringDegree);
  kernels.commit(x, matrix, T);
  return T;
}

const popcount = (x: number): number => {
  let count = 0;
  for (let rest = x; rest; rest &= rest - 1) count++;
  return count;
};

/**
 * Commitment randomness: one coefficient popcount(u16) − popcount(u16) for every four bytes of `random`, so a variance
 * of 8. Writes random.length / 4 small integers to out.
 */
export function fillBinomial(random: Uint8Array, out: Signed): void {
  for (let i = 0; i < out.length; i++) {
    const plus = popcount((random[4 * i]! << 8) | random[4 * i + 1]!);
    const value = plus - popcount((random[4 * i + 2]! << 8) | random[4 * i + 3]!);
    if (out instanceof BigInt64Array) out[i] = BigInt(value);
    else out[i] = value;
  }
}

/** Coordinates in one leaf of the trees over T and X. */
export const COORDINATES_PER_LEAF = 64;

/** Data hashes of a vector's leaves: keccak256 of the bytes of 64 coordinates each (the last leaf may be shorter). */
export function coordinateHashes(x: Elements): Uint8Array[] {
  const packed = packedHashes(x, plainKernels.keccak256);
  return Array.from({ length: packed.length / 32 }, (_, i) => packed.slice(32 * i, 32 * (i + 1)));
}

const packedHashes = (x: Elements, keccak256: Keccak256): Uint8Array =>
  keccak256(elementBytes(x), COORDINATES_PER_LEAF * x.BYTES_PER_ELEMENT);

/** T-root and X-root; `keccak256` of the kernels is the faster one. */
export const coordinatesRoot = (x: Elements, keccak256: Keccak256 = plainKernels.keccak256): Uint8Array =>
  packedTree(packedHashes(x, keccak256), keccak256).root;
