/**
 * Norm equality (AG9; PINE's first circuit): the bits that claim ‖x‖² are the bits of Σ x_i² mod q. The gadget is a sum
 * of L squares; call c takes coordinates (c − 1)·L … of x.
 */
import { elementAt, setElement } from '../codec.ts';
import { type Elements, mod } from '../field.ts';
import type { FieldKernels } from '../kernels/types.ts';
import { addSeeds, copyElements, load, scratch, sumOutputs } from './proof.ts';

export interface NormCircuit {
  /** P. */
  readonly wireLength: number;
  /** L. */
  readonly chunk: number;
}

export const normProofLength = ({ wireLength, chunk }: NormCircuit): number => chunk + 2 * wireLength;
/** output, L wires, gadget. */
export const normVerifierLength = ({ chunk }: NormCircuit): number => chunk + 2;

/** Writes one proof to `out`. seeds: L elements. Throws KernelError where x does not fit (P − 1)·L. */
export function proveNorm(
  kernels: FieldKernels,
  circuit: NormCircuit,
  x: Elements,
  seeds: Elements,
  out: Elements,
): void {
  copyElements(seeds, out);
  scratch(kernels, () => {
    const values = kernels.alloc(2 * circuit.wireLength);
    kernels.proveSquares(x, seeds, circuit.wireLength, values);
    copyElements(values, out, circuit.chunk);
  });
}

/**
 * Writes the verifier share (output, wires at t, gadget at t) of a share of x and of the proof to `out`. claimed: the
 * share of the claimed ‖x‖²; wireWeights over P-th, gadgetWeights over 2P-th roots.
 */
export function queryNorm(
  kernels: FieldKernels,
  circuit: NormCircuit,
  x: Elements,
  claimed: bigint,
  proof: Elements,
  wireWeights: Elements,
  gadgetWeights: Elements,
  out: Elements,
): void {
  const { chunk } = circuit;
  const values = proof.subarray(chunk);
  const calls = Math.ceil(x.length / chunk);
  setElement(out, 0, mod(claimed - sumOutputs(kernels, values, 1, calls), kernels.field.modulus));
  scratch(kernels, () => {
    const wires = kernels.alloc(chunk);
    kernels.evaluateWires(x, wireWeights, wires);
    addSeeds(kernels, wires, proof.subarray(0, chunk), elementAt(wireWeights, 0));
    copyElements(wires, out, 1);
  });
  setElement(out, chunk + 1, kernels.dot(values, gadgetWeights));
}

export type FlpFault = 'OUTPUT' | 'GADGET';

/** Judges the sum of all verifier shares of one proof. */
export function decideNorm(kernels: FieldKernels, circuit: NormCircuit, verifier: Elements): FlpFault | undefined {
  if (elementAt(verifier, 0) !== 0n) return 'OUTPUT';
  return scratch(kernels, () => {
    const wires = load(kernels, verifier.subarray(1, 1 + circuit.chunk));
    return kernels.dot(wires, wires) === elementAt(verifier, circuit.chunk + 1) ? undefined : 'GADGET';
  });
}
