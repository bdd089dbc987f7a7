/**
 * PINE-01 (draft-chen-cfrg-vdaf-pine-01) as its published test vectors have it. Concord's own reports differ from it in
 * domain separation, basis and who holds which share; this path exists so that field, XOF and circuits are judged by
 * vectors that others wrote.
 */
import { F32, F64, type Field } from '../field.ts';
import { bitCount, type ValidityCircuit } from '../flp/validity.ts';
import type { NormCircuit } from '../flp/normEquality.ts';

export interface PineParams {
  readonly field: 'Field32' | 'Field64';
  readonly dimension: number;
  /** Norm bound in encoded units. */
  readonly bound: number;
  readonly fractionBits: number;
  readonly alpha: number;
  readonly checks: number;
  readonly successes: number;
  /** Products a call in the validity circuit; squares a call in the norm-equality circuit. */
  readonly products: number;
  readonly chunk: number;
  readonly validityProofs: number;
  readonly normProofs: number;
}

export interface Pine {
  readonly params: PineParams;
  readonly field: Field;
  readonly algorithm: number;
  readonly norm: NormCircuit;
  readonly validity: ValidityCircuit;
  /** Coordinates, norm bits and check bits of a share. */
  readonly length: number;
  /** Coefficients of all proofs of a report. */
  readonly proofLength: number;
}

/** Least power of two that is at least x. */
const powerOfTwo = (x: number): number => 2 ** Math.ceil(Math.log2(x));
const bitLength = (x: bigint): number => x.toString(2).length;

/** Coefficients of a gadget polynomial of degree 2(P − 1). */
export const coefficientCount = (wireLength: number): number => 2 * wireLength - 1;

export function createPine(params: PineParams): Pine {
  const field = params.field === 'Field32' ? F32 : F64;
  const { products, chunk, checks, successes } = params;
  const squaredBound = BigInt(params.bound) ** 2n;
  const wrap = BigInt(powerOfTwo(Math.ceil(params.alpha * params.bound) + 1));
  const draft = {
    products,
    normBits: bitLength(squaredBound),
    squaredBound,
    wrap,
    wrapBits: bitLength(2n * wrap - 1n),
    checks,
    successes,
  };
  const bits = bitCount({ ...draft, wireLength: 0 });
  const calls = Math.ceil(bits / products) + Math.ceil(checks / products);
  const validity = { ...draft, wireLength: powerOfTwo(calls + 1) };
  const norm = { chunk, wireLength: powerOfTwo(Math.ceil(params.dimension / chunk) + 1) };
  return {
    params,
    field,
    algorithm: params.field === 'Field32' ? 0xffff_1005 : 0xffff_1004,
    norm,
    validity,
    length: params.dimension + bits,
    proofLength:
      params.normProofs * (chunk + coefficientCount(norm.wireLength)) +
      params.validityProofs * (2 * products + coefficientCount(validity.wireLength)),
  };
}
