/** The public end: the sum appears, and anyone checks that it is the only one that the commitments allow (AG18). */
import { elementBytes, equalBytes, newElements, readElements } from '../codec.ts';
import { commit } from '../commitment.ts';
import type { Elements, Signed } from '../field.ts';
import { scratch } from '../flp/proof.ts';
import { type Attempt, type Components, kernelsOf } from './attempt.ts';
import { ReportError } from './error.ts';

export interface Unsharded {
  /** X: D canonical elements. */
  readonly aggregate: Elements;
  /** The first d coordinates, lifted to (−q/2, q/2]: the sum of all updates and all noise. */
  readonly sum: Signed;
}

export interface Counts {
  readonly updates: number;
  readonly noises: number;
}

/** X = Σ Z_j, checked. aggregates: Z_1 … Z_k; commitments: T of every report of S, in any order. */
export function unshard(
  aggregates: readonly Elements[],
  commitments: Iterable<Elements>,
  counts: Counts,
  attempt: Attempt,
  components: Components,
): Unsharded | ReportError {
  const { vectorLength } = attempt.sizes;
  if (aggregates.length !== attempt.shares)
    return new ReportError('SHARES', aggregates.length, `${attempt.shares} aggregate shares`);
  const wrong = aggregates.find((aggregate) => aggregate.length !== vectorLength);
  if (wrong !== undefined) return new ReportError('LENGTH', wrong.length, vectorLength);
  const kernels = kernelsOf(attempt, components);
  return scratch(kernels, () => {
    const X = kernels.alloc(vectorLength);
    for (const aggregate of aggregates) kernels.add(X, aggregate);
    return checkAggregate(X.slice(), commitments, counts, attempt, components);
  });
}

/**
 * X, if the commitments of S allow it: Σ_S T = commit(X) (else SUM_COMMITMENT) and ‖X‖² ≤ (|S_u|·B + |S_n|·B_noise)²
 * (else SUM_NORM). This is all that a stranger has to check about a sum.
 */
export function checkAggregate(
  X: Elements,
  commitments: Iterable<Elements>,
  counts: Counts,
  attempt: Attempt,
  components: Components,
): Unsharded | ReportError {
  const { params, field, ringDegree } = attempt.sizes;
  const kernels = kernelsOf(attempt, components);
  const sum = newElements(field, ringDegree);
  for (const commitment of commitments) kernels.add(sum, commitment);
  if (!equalBytes(elementBytes(sum), elementBytes(commit(X, attempt.matrix, kernels))))
    return new ReportError('SUM_COMMITMENT', 'a sum that the commitments do not open to', 'Σ T = commit(X)');
  return scratch(kernels, () => {
    const lifted = kernels.allocSigned(X.length);
    kernels.center(X, lifted);
    const squaredNorm = kernels.squaredNorm(lifted);
    const most = (BigInt(counts.updates) * params.bound + BigInt(counts.noises) * params.noiseBound) ** 2n;
    if (squaredNorm > most) return new ReportError('SUM_NORM', squaredNorm, `at most ${most}`);
    return { aggregate: X, sum: lifted.slice(0, params.d) };
  });
}

/** Total: an aggregate share (or X) of these bytes, or why they are none. */
export function decodeAggregate(bytes: Uint8Array, attempt: Attempt): Elements | ReportError {
  const { field, vectorLength } = attempt.sizes;
  if (bytes.length !== vectorLength * field.bytes)
    return new ReportError('LENGTH', bytes.length, vectorLength * field.bytes);
  return readElements(field, bytes) ?? new ReportError('ELEMENT', 'an element of q or more', 'canonical elements');
}
