/** AG1: the parameters, what is derived from them, and the floors that every party holds. */
import { join, keccak, u256 } from './bytes.ts';
import { bitLength, ceilingRoot, type Field, power } from './field.ts';

const Q64 = 2n ** 64n - 2n ** 32n + 1n;
export const F32: Field = { q: 2n ** 32n - 2n ** 20n + 1n, bytes: 4, generator: 3925978153n, order: 2n ** 20n };
export const F64: Field = { q: Q64, bytes: 8, generator: power(7n, 2n ** 32n - 1n, Q64), order: 2n ** 32n };

export const UPDATE = 1;
export const NOISE = 2;
export type ReportType = typeof UPDATE | typeof NOISE;

/** Wire length of the validity proof, P₂. */
export const VALIDITY_WIRE = 64;

/** The struct `Aggregation` of spec/charter.md, its fields in the order in which they are hashed. */
export interface Parameters {
  readonly field: 32 | 64;
  readonly d: number;
  readonly bound: bigint;
  readonly noiseBound: bigint;
  readonly recordBound: bigint;
  readonly maxRecords: number;
  readonly sigma: bigint;
  readonly honest: number;
  readonly minNoise: number;
  readonly shares: number;
  readonly holders: number;
  readonly wireLength: number;
  readonly chunk: number;
  readonly normProofs: number;
  readonly validityProofs: number;
  readonly checks: number;
  readonly unit: 1 | 2;
  readonly matrixSeed: Uint8Array;
}

export interface Derived {
  readonly normBits: number;
  readonly wrap: bigint;
  readonly wrapBits: number;
  readonly bits: number;
  /** V = D + bits. */
  readonly vector: number;
  /** c, pairs in one gadget call of the validity proof. */
  readonly pairs: number;
  /** Gadget calls for the bits and for the checks. */
  readonly bitCalls: number;
  readonly checkCalls: number;
  readonly proof: number;
  /** Elements of a verifier share (AG13). */
  readonly verifier: number;
  /** Bytes of the header and of the public report (AG11). */
  readonly header: number;
  readonly report: number;
}

export const fieldOf = (p: Parameters): Field => (p.field === 32 ? F32 : F64);

/** n, the degree of the commitment's ring. */
export const degree = (p: Parameters): number => (p.field === 32 ? 2048 : 4096);

/** D, the coordinates of (x ‖ s ‖ e). */
export const coordinates = (p: Parameters): number => (Math.ceil(p.d / degree(p)) + 2) * degree(p);

export const boundOf = (p: Parameters, type: ReportType): bigint => (type === UPDATE ? p.bound : p.noiseBound);

/** The least power of two ≥ ⌈87·b/10⌉ + 1. */
export function wrapOf(bound: bigint): bigint {
  const least = (87n * bound + 9n) / 10n + 1n;
  let wrap = 1n;
  while (wrap < least) wrap *= 2n;
  return wrap;
}

/** c, the least number of pairs a call with ⌈bits/c⌉ + ⌈checks/c⌉ ≤ P₂ − 1. */
export function pairsFor(bits: number, checks: number): number {
  let c = 1;
  while (Math.ceil(bits / c) + Math.ceil(checks / c) > VALIDITY_WIRE - 1) c++;
  return c;
}

/** Every size that follows from the parameters for one report type. */
export function derive(p: Parameters, type: ReportType): Derived {
  const field = fieldOf(p);
  const D = coordinates(p);
  const bound = boundOf(p, type);
  const normBits = bitLength(bound * bound);
  const wrap = wrapOf(bound);
  const wrapBits = bitLength(2n * wrap - 1n);
  const bits = 2 * normBits + p.checks * (wrapBits + 1);
  const pairs = pairsFor(bits, p.checks);
  const proof = p.normProofs * (p.chunk + 2 * p.wireLength) + p.validityProofs * (2 * pairs + 2 * VALIDITY_WIRE);
  const verifier = p.normProofs * (p.chunk + 2) + p.validityProofs * (2 * pairs + 2) + 2;
  // T("core"), field, k, ctx, member, type, four digests, k commitments, the digest of the seals.
  const header = 1 + 15 + 1 + 1 + 32 + 20 + 1 + 4 * 32 + 32 * p.shares + 32;
  const report = 4 + header + 65 + (D + bits + proof + degree(p)) * field.bytes;
  return {
    normBits,
    wrap,
    wrapBits,
    bits,
    vector: D + bits,
    pairs,
    bitCalls: Math.ceil(bits / pairs),
    checkCalls: Math.ceil(p.checks / pairs),
    proof,
    verifier,
    header,
    report,
  };
}

/** The least noiseBound that AG1 allows. */
export function leastNoiseBound(p: Parameters): bigint {
  const size = BigInt(p.d) + 12n * ceilingRoot(BigInt(p.d)) + 100n;
  return ceilingRoot(p.sigma * p.sigma * size + 2n * BigInt(degree(p)) * 16n);
}

/** paramsHash = keccak256(abi.encode(Aggregation)): every field is one 32-byte word. */
export function parametersHash(p: Parameters): Buffer {
  const numbers = [
    p.field,
    p.d,
    p.bound,
    p.noiseBound,
    p.recordBound,
    p.maxRecords,
    p.sigma,
    p.honest,
    p.minNoise,
    p.shares,
    p.holders,
    p.wireLength,
    p.chunk,
    p.normProofs,
    p.validityProofs,
    p.checks,
    p.unit,
  ];
  return keccak(join(...numbers.map((value) => u256(value)), p.matrixSeed));
}

/**
 * AG1: the floors that a struct breaks, by name, in the table's order; empty when it may be used.
 * @param reports N_max and m, the most updates and noise reports that one sum may hold.
 */
export function brokenFloors(p: Parameters, reports: { readonly updates: number; readonly noises: number }): string[] {
  const { q } = fieldOf(p);
  const D = coordinates(p);
  const limit = p.field === 32 ? 2n ** 30n : 2n ** 46n;
  const proofs = p.field === 32 ? [2, 5] : [1, 3];
  const L = 4 * Math.ceil(Math.ceil(D / (p.wireLength - 1)) / 4);
  const bounds = [p.bound, p.noiseBound];
  const powerOfTwo = (p.wireLength & (p.wireLength - 1)) === 0;
  const floors: [string, boolean][] = [
    ['dimension', p.d >= 1 && D <= 2 ** 24],
    ['norm fits the field', bounds.every((b) => 3n * b * b + 2n < q)],
    ['wraparound is seen', bounds.every((b) => 9n * wrapOf(b) ** 2n <= q)],
    ['sum is short', 2n * (BigInt(reports.updates) * p.bound + BigInt(reports.noises) * p.noiseBound) <= limit],
    ['wire length', powerOfTwo && p.wireLength >= 32 && p.wireLength <= 4096],
    ['chunk', p.chunk === L],
    ['proofs', p.normProofs === proofs[0] && p.validityProofs === proofs[1]],
    ['checks', p.checks === 100],
    ['shares', (p.holders === 1 && p.shares >= 3) || (p.holders === 2 && p.shares >= 2)],
    ['sigma', p.sigma >= 3n],
    ['honest', p.honest >= 1 && p.honest <= p.minNoise],
    ['records', p.bound >= BigInt(p.maxRecords) * p.recordBound + 1024n],
    ['noise bound', p.noiseBound >= leastNoiseBound(p)],
  ];
  return floors.filter(([, holds]) => !holds).map(([name]) => name);
}
