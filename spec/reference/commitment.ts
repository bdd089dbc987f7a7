/** AG7: the Ajtai commitment T = Σ_b A_b·NTT(block_b), whose last A_b is one. */
import { keccak } from './bytes.ts';
import { encode, type Field, mod } from './field.ts';
import { rootOfBytes } from './merkle.ts';
import { transform } from './ntt.ts';
import { coordinates, degree, fieldOf, type Parameters } from './parameters.ts';
import { publicElements } from './xof.ts';

/** A_0 … A_(D/n−1) in the NTT domain, n elements each. */
export function matrix(p: Parameters): bigint[][] {
  const n = degree(p);
  const blocks = coordinates(p) / n;
  return Array.from({ length: blocks }, (_, b) =>
    b === blocks - 1 ? new Array<bigint>(n).fill(1n) : publicElements(fieldOf(p), 'cc/v1/A', p.matrixSeed, b, n),
  );
}

/** T of a vector of D field elements; linear in the vector. */
export function commit(field: Field, A: readonly (readonly bigint[])[], vector: readonly bigint[]): bigint[] {
  const n = A[0]!.length;
  const blocks = A.map((_, b) => transform(field, vector.slice(b * n, (b + 1) * n)));
  return A[0]!.map((_, i) =>
    mod(
      A.reduce((sum, row, b) => sum + row[i]! * blocks[b]![i]!, 0n),
      field.q,
    ),
  );
}

/** The root over leaves of 64 coordinates hashed with keccak256: T-root (AG7) and X-root (AG18). */
export const coordinateRoot = (field: Field, values: readonly bigint[]): Buffer =>
  rootOfBytes(encode(field, values), 64 * field.bytes, keccak);
