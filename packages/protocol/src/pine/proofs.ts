/** PINE-01 proofs carry the gadget polynomial's coefficients; the circuits of `flp` work on its values. */
import { concat, elementAt, elementBytes, newElements, setElement } from '../codec.ts';
import { type Elements, type Field, rootOfUnity } from '../field.ts';
import { normProofLength, normVerifierLength, proveNorm, queryNorm } from '../flp/normEquality.ts';
import { copyElements } from '../flp/proof.ts';
import {
  arrange,
  type JointRandomness,
  proveValidity,
  queryValidity,
  validityProofLength,
  validityVerifierLength,
} from '../flp/validity.ts';
import { lagrangeWeights } from '../flp/weights.ts';
import type { FieldKernels } from '../kernels/types.ts';
import { interpolate, transform } from '../ntt.ts';
import { coefficientCount, type Pine } from './params.ts';

/** seeds ‖ values → seeds ‖ coefficients; the highest of 2P coefficients is 0 and left out. */
function toMonomial(field: Field, arity: number, proof: Elements): Elements {
  const order = proof.length - arity;
  const values = Array.from(proof.subarray(arity), BigInt);
  const coefficients = interpolate(values, rootOfUnity(field, order), field.modulus);
  const out = newElements(field, arity + coefficientCount(order / 2));
  copyElements(proof.subarray(0, arity), out);
  for (let i = 0; arity + i < out.length; i++) setElement(out, arity + i, coefficients[i]!);
  return out;
}

/** The inverse of `toMonomial`; linear, so it is applied to shares too. */
function fromMonomial(field: Field, arity: number, proof: Elements): Elements {
  const order = proof.length - arity + 1;
  const coefficients = [...Array.from(proof.subarray(arity), BigInt), 0n];
  const out = newElements(field, arity + order);
  copyElements(proof.subarray(0, arity), out);
  transform(coefficients, rootOfUnity(field, order), field.modulus).forEach((value, i) => {
    setElement(out, arity + i, value);
  });
  return out;
}

/** A share of what both circuits read; one: the share of the constant 1. */
export interface PineInput {
  readonly coordinates: Elements;
  readonly bits: Elements;
  readonly dots: readonly bigint[];
  readonly one: bigint;
}

/** All proofs of a report, norm equality first: the bytes that are shared. */
export function provePine(
  kernels: FieldKernels,
  pine: Pine,
  input: PineInput,
  randomness: readonly JointRandomness[],
  seeds: Elements,
): Elements {
  const { norm, validity, field, params } = pine;
  const arity = 2 * validity.products;
  const arranged = arrange(kernels, validity, input.bits, input.dots, input.one);
  const proofs: Elements[] = [];
  let used = 0;
  for (let p = 0; p < params.normProofs; p++, used += norm.chunk) {
    const proof = newElements(field, normProofLength(norm));
    proveNorm(kernels, norm, input.coordinates, seeds.subarray(used, used + norm.chunk), proof);
    proofs.push(toMonomial(field, norm.chunk, proof));
  }
  for (let p = 0; p < params.validityProofs; p++, used += arity) {
    const proof = newElements(field, validityProofLength(validity));
    proveValidity(kernels, validity, arranged, randomness[p]!, seeds.subarray(used, used + arity), proof);
    proofs.push(toMonomial(field, arity, proof));
  }
  return joined(field, proofs);
}

/** The verifier share of all proofs. points: one query point a proof. */
export function queryPine(
  kernels: FieldKernels,
  pine: Pine,
  input: PineInput,
  randomness: readonly JointRandomness[],
  proofs: Elements,
  points: Elements,
): Elements {
  const { norm, validity, field, params } = pine;
  const arity = 2 * validity.products;
  const arranged = arrange(kernels, validity, input.bits, input.dots, input.one);
  const weights = (wireLength: number, p: number): [Elements, Elements] => {
    const t = elementAt(points, p);
    return [lagrangeWeights(field, wireLength, t), lagrangeWeights(field, 2 * wireLength, t)];
  };
  const out: Elements[] = [];
  let used = 0;
  const next = (wireArity: number, wireLength: number): Elements => {
    const start = used;
    used += wireArity + coefficientCount(wireLength);
    return fromMonomial(field, wireArity, proofs.subarray(start, used));
  };
  for (let p = 0; p < params.normProofs; p++) {
    const share = newElements(field, normVerifierLength(norm));
    const proof = next(norm.chunk, norm.wireLength);
    queryNorm(kernels, norm, input.coordinates, arranged.norm, proof, ...weights(norm.wireLength, p), share);
    out.push(share);
  }
  for (let p = 0; p < params.validityProofs; p++) {
    const share = newElements(field, validityVerifierLength(validity));
    const proof = next(arity, validity.wireLength);
    const [wire, gadget] = weights(validity.wireLength, params.normProofs + p);
    queryValidity(kernels, validity, arranged, randomness[p]!, proof, wire, gadget, share);
    out.push(share);
  }
  return joined(field, out);
}

function joined(field: Field, parts: readonly Elements[]): Elements {
  const out = newElements(
    field,
    parts.reduce((sum, part) => sum + part.length, 0),
  );
  elementBytes(out).set(concat(...parts.map(elementBytes)));
  return out;
}
