/**
 * The parameters of one run's aggregation (spec/aggregation.md §2), everything that follows from them, and the floors
 * that node, contract and verifier hold alike.
 */
import { type Field, F32, F64, type FieldName } from './field.ts';

/** The struct that the charter carries, in its names and units; the chain hashes its ABI encoding (`paramsHash`). */
export interface Params {
  readonly field: 32 | 64;
  /** Coordinates of an update. */
  readonly d: number;
  /** B: proven norm bound of an update together with its commitment randomness. */
  readonly bound: bigint;
  /** B_noise: the same of a noise report. */
  readonly noiseBound: bigint;
  /** Δ: integer norm bound of one record; 0 at member level. */
  readonly recordBound: bigint;
  /** Records that one member may put into an update; 0 at member level. */
  readonly maxRecords: number;
  /** sᵢ: standard deviation of one contributor's noise. */
  readonly sigma: bigint;
  /** h: honest noise contributors that the privacy ledger counts on. */
  readonly honest: number;
  /** m_min: fewest accepted noise reports. */
  readonly minNoise: number;
  /** k: the most shares (committee seats) of an attempt. */
  readonly shares: number;
  /** r: holders of each share. */
  readonly holders: 1 | 2;
  /** P. */
  readonly wireLength: number;
  /** L. */
  readonly chunk: number;
  readonly normProofs: number;
  readonly validityProofs: number;
  /** Wraparound checks. */
  readonly checks: number;
  /** 1 record level, 2 member level. */
  readonly unit: 1 | 2;
  /** Seed of the commitment matrix, 32 bytes. */
  readonly matrixSeed: Uint8Array;
}

/** What a promise of privacy is about, by the struct's `unit` (DP1). */
export const UNITS = { 1: 'record', 2: 'member' } as const;

/** Update 1, noise 2: the byte that headers and leaves carry. */
export type ReportType = 1 | 2;
export const UPDATE: ReportType = 1;
export const NOISE: ReportType = 2;

/** Wire length of the validity proof (P₂). */
export const VALIDITY_WIRE_LENGTH = 64;
/** Wraparound checks; all of them must succeed. */
export const CHECKS = 100;
/** What the commitment's randomness may add to the norm of an update. */
export const COMMITMENT_ROOM = 1024n;

/** Sizes of one report type; lengths are in field elements. */
export interface ReportSizes {
  /** b: the norm bound of this type. */
  readonly bound: bigint;
  readonly normBits: number;
  /** Power of two: every wraparound dot product lies in [−wrap + 1, wrap]. */
  readonly wrap: bigint;
  readonly wrapBits: number;
  /** Length of the bits that follow (x ‖ s ‖ e). */
  readonly bits: number;
  /** c: products per gadget call of a validity proof. */
  readonly products: number;
  /** V = D + bits. */
  readonly length: number;
  readonly proofLength: number;
  /** Length of one verifier share V_j (AG13). */
  readonly verifierLength: number;
}

export interface Sizes {
  readonly params: Params;
  readonly field: Field;
  /** n. */
  readonly ringDegree: number;
  /** D: coordinates of (x ‖ s ‖ e). */
  readonly vectorLength: number;
  /** ⌈d/n⌉·n: where s begins. */
  readonly updateLength: number;
  readonly update: ReportSizes;
  readonly noise: ReportSizes;
}

/** The largest B and B_noise of F64 (AG1): above it, 9·wrap² > q. */
export const LARGEST_BOUND = 123_418_600n;

const bitLength = (x: bigint): number => x.toString(2).length;

/** Least power of two ≥ ⌈87·b/10⌉ + 1, for α = 8.7. */
export const wrapFor = (bound: bigint): bigint => 1n << BigInt(bitLength((87n * bound + 9n) / 10n));

/** ⌈√x⌉ of a non-negative integer. */
export function ceilSqrt(x: bigint): bigint {
  if (x < 2n) return x;
  let r = 1n << BigInt((bitLength(x) + 1) >> 1);
  for (let next = (r + x / r) >> 1n; next < r; next = (r + x / r) >> 1n) r = next;
  return r * r === x ? r : r + 1n;
}

const fieldOf = (name: 32 | 64): Field => (name === 32 ? F32 : F64);
const proofCounts: Readonly<Record<FieldName, { norm: number; validity: number }>> = {
  F32: { norm: 2, validity: 5 },
  F64: { norm: 1, validity: 3 },
};

/** Least c with ⌈bits/c⌉ + ⌈checks/c⌉ ≤ P₂ − 1. */
function productsPerCall(bits: number): number {
  let c = 1;
  while (Math.ceil(bits / c) + Math.ceil(CHECKS / c) > VALIDITY_WIRE_LENGTH - 1) c++;
  return c;
}

function reportSizes(params: Params, vectorLength: number, bound: bigint): ReportSizes {
  const normBits = bitLength(bound * bound);
  const wrap = wrapFor(bound);
  const wrapBits = bitLength(2n * wrap - 1n);
  const bits = 2 * normBits + CHECKS * (wrapBits + 1);
  const products = productsPerCall(bits);
  const { normProofs, validityProofs, chunk, wireLength } = params;
  return {
    bound,
    normBits,
    wrap,
    wrapBits,
    bits,
    products,
    length: vectorLength + bits,
    proofLength: normProofs * (chunk + 2 * wireLength) + validityProofs * (2 * products + 2 * VALIDITY_WIRE_LENGTH),
    verifierLength: normProofs * (chunk + 2) + validityProofs * (2 * products + 2) + 2,
  };
}

/** L: ⌈D/(P − 1)⌉ rounded up to a multiple of 4. */
const chunkFor = (vectorLength: number, wireLength: number): number =>
  Math.ceil(Math.ceil(vectorLength / (wireLength - 1)) / 4) * 4;

const vectorLengthFor = (d: number, n: number): number => Math.ceil(d / n) * n + 2 * n;

/** Δ of the ledger (LG1): the norm of whatever one unit can change in a sum, the record's bound or the member's. */
export const sensitivityOf = ({ unit, recordBound, bound }: Pick<Params, 'unit' | 'recordBound' | 'bound'>): bigint =>
  unit === 1 ? recordBound : bound;

/** The part of the struct that a charter's author does not choose. `wireLength` is a power of two, 32 … 4096. */
export function fixedParams(
  field: 32 | 64,
  d: number,
  wireLength: number,
): Pick<Params, 'wireLength' | 'chunk' | 'normProofs' | 'validityProofs' | 'checks'> {
  const { name, ringDegree } = fieldOf(field);
  return {
    wireLength,
    chunk: chunkFor(vectorLengthFor(d, ringDegree), wireLength),
    normProofs: proofCounts[name].norm,
    validityProofs: proofCounts[name].validity,
    checks: CHECKS,
  };
}

/** The P, at least 128, with which a norm-equality proof (2P + L) and a verifier share of it (L + 2) are shortest. */
export function shortestWireLength(field: 32 | 64, d: number): number {
  const length = (P: number): number => 2 * (P + fixedParams(field, d, P).chunk);
  return [128, 256, 512, 1024, 2048, 4096].reduce((best, P) => (length(P) < length(best) ? P : best));
}

/** Everything that follows from the parameters (AG1). They must have passed `checkParams`. */
export function deriveSizes(params: Params): Sizes {
  const field = fieldOf(params.field);
  const vectorLength = vectorLengthFor(params.d, field.ringDegree);
  return {
    params,
    field,
    ringDegree: field.ringDegree,
    vectorLength,
    updateLength: vectorLength - 2 * field.ringDegree,
    update: reportSizes(params, vectorLength, params.bound),
    noise: reportSizes(params, vectorLength, params.noiseBound),
  };
}

export const sizesOf = (sizes: Sizes, type: ReportType): ReportSizes => (type === UPDATE ? sizes.update : sizes.noise);

/** Least B_noise: ⌈√(sᵢ²·(d + 12·⌈√d⌉ + 100) + 2n·16)⌉. */
export function leastNoiseBound(field: 32 | 64, d: number, sigma: bigint): bigint {
  const coordinates = BigInt(d) + 12n * ceilSqrt(BigInt(d)) + 100n;
  return ceilSqrt(sigma * sigma * coordinates + 2n * BigInt(fieldOf(field).ringDegree) * 16n);
}

/** A parameter below its floor or above its ceiling. */
export interface BrokenFloor {
  readonly parameter: keyof Params;
  readonly have: number | bigint;
  readonly need: string;
}

/** The first floor of AG1 that the struct breaks, for a run of `members` members (N_max = m), or undefined. */
export function checkParams(params: Params, members: number): BrokenFloor | undefined {
  const { field: name, d, bound, noiseBound, sigma, shares, holders, wireLength } = params;
  const broken = (parameter: keyof Params, need: string): BrokenFloor => {
    const value = params[parameter];
    return { parameter, have: value instanceof Uint8Array ? value.length : value, need };
  };
  if (name !== 32 && name !== 64) return broken('field', '32 or 64');
  const field = fieldOf(name);
  if (!Number.isInteger(d) || d < 1) return broken('d', 'an integer of at least 1');
  if (vectorLengthFor(d, field.ringDegree) > 2 ** 24) return broken('d', 'D of at most 2^24');
  for (const b of ['bound', 'noiseBound'] as const) {
    if (params[b] < 1n) return broken(b, 'at least 1');
    if (3n * params[b] ** 2n + 2n >= field.modulus) return broken(b, `3·b² + 2 < ${field.modulus}`);
    // A vector that is short only mod q has ‖x‖² ≥ q − b²; each check must see that with probability 1/2.
    if (9n * wrapFor(params[b]) ** 2n > field.modulus) return broken(b, `9·wrap² ≤ ${field.modulus}`);
  }
  const short = name === 32 ? 1n << 30n : 1n << 46n;
  if (2n * BigInt(members) * (bound + noiseBound) > short) return broken('bound', `2·N·(B + B_noise) ≤ ${short}`);
  if (sigma < 3n) return broken('sigma', 'at least 3');
  const noise = leastNoiseBound(name, d, sigma);
  if (noiseBound < noise) return broken('noiseBound', `at least ${noise}`);
  if (params.unit !== 1 && params.unit !== 2) return broken('unit', '1 (record) or 2 (member)');
  if (params.unit === 1) {
    if (params.recordBound < 1n) return broken('recordBound', 'at least 1 at record level');
    if (params.maxRecords < 1) return broken('maxRecords', 'at least 1 at record level');
    const reach = BigInt(params.maxRecords) * params.recordBound + COMMITMENT_ROOM;
    if (bound < reach) return broken('bound', `at least maxRecords·Δ + 1024 = ${reach}`);
  }
  if (params.honest < 1 || params.honest > params.minNoise)
    return broken('honest', `1 … minNoise = ${params.minNoise}`);
  if (params.minNoise > members) return broken('minNoise', `at most ${members} members`);
  if (holders !== 1 && holders !== 2) return broken('holders', '1 or 2');
  const least = holders === 1 ? 3 : 2;
  const most = Math.floor(255 / holders); // seals are numbered by one byte
  if (shares < least || shares > most) return broken('shares', `${least} … ${most}`);
  const isPower = Number.isInteger(Math.log2(wireLength)) && wireLength >= 32 && wireLength <= 4096;
  if (!isPower) return broken('wireLength', 'a power of two, 32 … 4096');
  const fixed = fixedParams(name, d, wireLength);
  for (const key of ['chunk', 'normProofs', 'validityProofs', 'checks'] as const)
    if (params[key] !== fixed[key]) return broken(key, `${fixed[key]}`);
  if (params.matrixSeed.length !== 32) return broken('matrixSeed', '32 bytes');
  return undefined;
}
