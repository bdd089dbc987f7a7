/**
 * Validity (AG10; PINE's second circuit): every claimed bit is 0 or 1, ‖x‖² ≤ b², and in every wraparound check whose
 * success bit is set the dot product lies in [−wrap + 1, wrap]. The gadget is a sum of c products.
 */
import { elementAt, fillElements, setElement } from '../codec.ts';
import { type Elements, inverse, mod } from '../field.ts';
import type { FieldKernels } from '../kernels/types.ts';
import type { FlpFault } from './normEquality.ts';
import { addSeeds, copyElements, fillPowers, scale, scratch, sumOutputs } from './proof.ts';

export interface ValidityCircuit {
  /** P₂. */
  readonly wireLength: number;
  /** c. */
  readonly products: number;
  readonly normBits: number;
  /** b². */
  readonly squaredBound: bigint;
  readonly wrap: bigint;
  readonly wrapBits: number;
  readonly checks: number;
  /** Checks that must succeed. */
  readonly successes: number;
}

export const validityProofLength = ({ products, wireLength }: ValidityCircuit): number => 2 * (products + wireLength);
/** output, 2c wires, gadget. */
export const validityVerifierLength = ({ products }: ValidityCircuit): number => 2 * products + 2;

export const bitCount = (circuit: ValidityCircuit): number =>
  2 * circuit.normBits + circuit.checks * (circuit.wrapBits + 1);

const callsFor = (circuit: ValidityCircuit): { bitCalls: number; checkCalls: number } => ({
  bitCalls: Math.ceil(bitCount(circuit) / circuit.products),
  checkCalls: Math.ceil(circuit.checks / circuit.products),
});

/** The three challenges of one proof, drawn after the bits were fixed. */
export interface JointRandomness {
  readonly bits: bigint;
  readonly checks: bigint;
  readonly final: bigint;
}

/** A share of the circuit's input, arranged for the gadget calls; the same for all proofs. It lies in kernel memory. */
export interface ValidityInput {
  /** b_i, then r_i − Σ 2^j w_ij + (wrap − 1), before the powers of the challenges: c a call, zero-padded. */
  readonly left: Elements;
  /** b_i − 1, then g_i. */
  readonly right: Elements;
  /** Share of ‖x‖² as claimed. */
  readonly norm: bigint;
  /** Share of Σ 2^i v_i + Σ 2^i u_i − b². */
  readonly range: bigint;
  /** Share of Σ g_i − successes. */
  readonly count: bigint;
}

/**
 * Arranges a share of the bits and of the dot products. one: the share of the constant 1 (1 for the public share and
 * for the member itself, 0 for the others).
 */
export function arrange(
  kernels: FieldKernels,
  circuit: ValidityCircuit,
  bits: Elements,
  dots: readonly bigint[],
  one: bigint,
): ValidityInput {
  const q = kernels.field.modulus;
  const { normBits, wrapBits, wrap, checks, products } = circuit;
  const { bitCalls, checkCalls } = callsFor(circuit);
  const count = bitCount(circuit);
  const left = kernels.alloc((bitCalls + checkCalls) * products);
  const right = kernels.alloc(left.length);
  copyElements(bits, left);
  copyElements(bits, right);
  return scratch(kernels, () => {
    const ones = kernels.alloc(count);
    fillElements(ones, one);
    kernels.sub(right.subarray(0, count), ones);
    const twos = kernels.alloc(Math.max(normBits, wrapBits));
    fillPowers(kernels, 2n, twos);
    const number = (start: number, length: number): bigint =>
      kernels.dot(left.subarray(start, start + length), twos.subarray(0, length));

    let successes = 0n;
    for (let i = 0; i < checks; i++) {
      const start = 2 * normBits + i * (wrapBits + 1);
      const success = elementAt(bits, start + wrapBits);
      successes += success;
      const distance = dots[i]! - number(start, wrapBits) + (wrap - 1n) * one;
      setElement(left, bitCalls * products + i, mod(distance, q));
      setElement(right, bitCalls * products + i, success);
    }
    const norm = number(0, normBits);
    return {
      left,
      right,
      norm,
      range: mod(norm + number(normBits, normBits) - circuit.squaredBound * one, q),
      count: mod(successes - BigInt(circuit.successes) * one, q),
    };
  });
}

/** left ⊙ (1, r_b, r_b², … | 1, r_w, r_w², …) in kernel memory. */
function weighted(
  kernels: FieldKernels,
  circuit: ValidityCircuit,
  input: ValidityInput,
  randomness: JointRandomness,
): Elements {
  const start = callsFor(circuit).bitCalls * circuit.products;
  const out = kernels.alloc(input.left.length);
  fillPowers(kernels, randomness.bits, out.subarray(0, start));
  fillPowers(kernels, randomness.checks, out.subarray(start));
  kernels.mul(out, input.left);
  return out;
}

/** The entries of one parity, in kernel memory: wire 2l is the left, wire 2l + 1 the right side of product l. */
function side(kernels: FieldKernels, wires: Elements, parity: 0 | 1): Elements {
  const out = kernels.alloc(wires.length / 2);
  for (let l = 0; l < out.length; l++) out[l] = wires[2 * l + parity]!;
  return out;
}

/** Writes one proof to `out`. seeds: 2c elements. */
export function proveValidity(
  kernels: FieldKernels,
  circuit: ValidityCircuit,
  input: ValidityInput,
  randomness: JointRandomness,
  seeds: Elements,
  out: Elements,
): void {
  const { wireLength } = circuit;
  copyElements(seeds, out);
  scratch(kernels, () => {
    // A product is a difference of squares, 4ab = (a + b)² − (a − b)², so one kernel proves both circuits.
    const sum = weighted(kernels, circuit, input, randomness);
    const difference = kernels.alloc(sum.length);
    copyElements(sum, difference);
    kernels.add(sum, input.right);
    kernels.sub(difference, input.right);
    const sumSeeds = side(kernels, seeds, 0);
    const differenceSeeds = side(kernels, seeds, 0);
    const rightSeeds = side(kernels, seeds, 1);
    kernels.add(sumSeeds, rightSeeds);
    kernels.sub(differenceSeeds, rightSeeds);

    const values = kernels.alloc(2 * wireLength);
    const subtrahend = kernels.alloc(2 * wireLength);
    kernels.proveSquares(sum, sumSeeds, wireLength, values);
    kernels.proveSquares(difference, differenceSeeds, wireLength, subtrahend);
    kernels.sub(values, subtrahend);
    scale(kernels, values, inverse(4n, kernels.field.modulus));
    copyElements(values, out, seeds.length);
  });
}

/** Writes the verifier share (output, 2c wires at t, gadget at t) of a share of the input and of the proof to `out`. */
export function queryValidity(
  kernels: FieldKernels,
  circuit: ValidityCircuit,
  input: ValidityInput,
  randomness: JointRandomness,
  proof: Elements,
  wireWeights: Elements,
  gadgetWeights: Elements,
  out: Elements,
): void {
  const q = kernels.field.modulus;
  const arity = 2 * circuit.products;
  const { bitCalls, checkCalls } = callsFor(circuit);
  const values = proof.subarray(arity);
  const bitSum = sumOutputs(kernels, values, 1, bitCalls);
  const checkSum = sumOutputs(kernels, values, 1 + bitCalls, checkCalls);
  const r = randomness.final;
  setElement(out, 0, mod(bitSum + r * (input.range + r * (checkSum + r * input.count)), q));
  scratch(kernels, () => {
    const left = kernels.alloc(circuit.products);
    const right = kernels.alloc(circuit.products);
    kernels.evaluateWires(weighted(kernels, circuit, input, randomness), wireWeights, left);
    kernels.evaluateWires(input.right, wireWeights, right);
    const wires = kernels.alloc(arity);
    for (let l = 0; l < circuit.products; l++) {
      wires[2 * l] = left[l]!;
      wires[2 * l + 1] = right[l]!;
    }
    addSeeds(kernels, wires, proof.subarray(0, arity), elementAt(wireWeights, 0));
    copyElements(wires, out, 1);
  });
  setElement(out, arity + 1, kernels.dot(values, gadgetWeights));
}

/** Judges the sum of all verifier shares of one proof. */
export function decideValidity(
  kernels: FieldKernels,
  circuit: ValidityCircuit,
  verifier: Elements,
): FlpFault | undefined {
  if (elementAt(verifier, 0) !== 0n) return 'OUTPUT';
  return scratch(kernels, () => {
    const wires = verifier.subarray(1, 1 + 2 * circuit.products);
    const gadget = kernels.dot(side(kernels, wires, 0), side(kernels, wires, 1));
    return gadget === elementAt(verifier, 1 + wires.length) ? undefined : 'GADGET';
  });
}
