/** The holders' verbs: verifier shares, and the decision that anybody takes from all of them (AG12–AG14). */
import { ascii, concat, elementAt, elementBytes, newElements, readElements, setElement, tag } from '../codec.ts';
import { type Elements, power } from '../field.ts';
import { decideNorm, queryNorm } from '../flp/normEquality.ts';
import { copyElements, scratch } from '../flp/proof.ts';
import { arrange, decideValidity, queryValidity } from '../flp/validity.ts';
import { lagrangeWeights } from '../flp/weights.ts';
import type { FieldKernels } from '../kernels/types.ts';
import { type ReportType, sizesOf, VALIDITY_WIRE_LENGTH } from '../params.ts';
import type { Secret } from '../secret.ts';
import { fold } from '../xof.ts';
import { type Attempt, type Components, kernelsOf } from './attempt.ts';
import * as challenge from './challenges.ts';
import { ReportError } from './error.ts';
import type { Header } from './header.ts';
import type { PublicReport } from './report.ts';
import { maskStream, proofStream } from './streams.ts';

/** What one verifyBeacon asks of every report of an attempt; made once, in ordinary memory (about 2·D elements). */
export interface Query {
  /** λ per proof: Lagrange weights over the P-th (P₂-th) roots; norm equality first. */
  readonly wireWeights: readonly Elements[];
  /** μ per proof: weights over the 2P-th (2P₂-th) roots. */
  readonly gadgetWeights: readonly Elements[];
  /** u⁽⁰⁾, u⁽¹⁾: n elements each. */
  readonly checks: readonly [Elements, Elements];
  /** Aᵀu⁽⁰⁾, Aᵀu⁽¹⁾: D elements each. */
  readonly projections: readonly [Elements, Elements];
}

/** Element i of block b of the public stream (tag, seed), AG6. */
function publicElements(name: string, seed: Uint8Array, block: number, count: number, kernels: FieldKernels): Elements {
  const out = newElements(kernels.field, count);
  kernels.expandPublic(concat(ascii(name), seed), block, count, out);
  return out;
}

/** The first element of the proof's block that is no root of unity of the given order. */
function queryPoint(seed: Uint8Array, proof: number, order: number, kernels: FieldKernels): bigint {
  for (let count = 1; ; count++) {
    const t = elementAt(publicElements('cc/v1/t', seed, proof, count, kernels), count - 1);
    if (power(t, BigInt(order), kernels.field.modulus) !== 1n) return t;
  }
}

/** The query of an attempt. verifyBeacon: 32 bytes, and the only one of the attempt: a second would leak (AG12). */
export function createQuery(attempt: Attempt, verifyBeacon: Uint8Array, components: Components): Query {
  const { sizes, matrix, noiseContext } = attempt;
  const { field, ringDegree: n, params } = sizes;
  const kernels = kernelsOf(attempt, components);
  const seed = components.platform.sha256(concat(tag('query'), noiseContext, verifyBeacon));
  const lengths = [
    ...new Array<number>(params.normProofs).fill(params.wireLength),
    ...new Array<number>(params.validityProofs).fill(VALIDITY_WIRE_LENGTH),
  ];
  const points = lengths.map((length, p) => queryPoint(seed, p, 2 * length, kernels));
  const check = (block: number): Elements => publicElements('cc/v1/u', seed, block, n, kernels);
  const project = (u: Elements): Elements => {
    const out = newElements(field, matrix.length);
    kernels.transpose(u, matrix, out);
    return out;
  };
  const checks = [check(0), check(1)] as const;
  return {
    wireWeights: lengths.map((length, p) => lagrangeWeights(field, length, points[p]!)),
    gadgetWeights: lengths.map((length, p) => lagrangeWeights(field, 2 * length, points[p]!)),
    checks,
    projections: [project(checks[0]), project(checks[1])],
  };
}

/**
 * V_j of one report from its seed (AG13), in ordinary memory. Record it durably before it is spoken, and make it once
 * per (round, attempt, member, j): a second one under another beacon would leak.
 */
export function verifyShare(
  header: Header,
  share: number,
  seed: Secret,
  query: Query,
  attempt: Attempt,
  components: Components,
): Elements {
  const { field } = attempt.sizes;
  const { platform } = components;
  const kernels = kernelsOf(attempt, components);
  const { length, proofLength } = sizesOf(attempt.sizes, header.type);
  const id = { context: header.context, member: header.member, share };
  return scratch(kernels, () => {
    const vector = kernels.alloc(length);
    fold(maskStream(platform, field, seed, id), kernels, vector, 'set');
    const proofs = newElements(field, proofLength);
    fold(proofStream(platform, field, seed, id), kernels, proofs, 'set');
    return verifierShare(header, vector, proofs, 0n, query, attempt, components);
  });
}

/** V_0 from the public share; made by the pair that the report was assigned to. */
export function verifyPublicShare(
  report: PublicReport,
  query: Query,
  attempt: Attempt,
  components: Components,
): Elements {
  const { vectorLength } = attempt.sizes;
  const kernels = kernelsOf(attempt, components);
  return scratch(kernels, () => {
    const vector = kernels.alloc(vectorLength + report.y2.length);
    copyElements(report.y1, vector);
    copyElements(report.y2, vector, vectorLength);
    return verifierShare(report.header, vector, report.proofShare, 1n, query, attempt, components);
  });
}

/** vector: a share of (x ‖ s ‖ e ‖ bits) in kernel memory; one: its share of the constant 1. */
function verifierShare(
  header: Header,
  vector: Elements,
  proofs: Elements,
  one: bigint,
  query: Query,
  attempt: Attempt,
  components: Components,
): Elements {
  const { sizes } = attempt;
  const { params, vectorLength: D } = sizes;
  const { platform } = components;
  const kernels = kernelsOf(attempt, components);
  const typeSizes = sizesOf(sizes, header.type);
  const coordinates = vector.subarray(0, D);
  const wrapSeed = challenge.wraparoundSeed(header, platform);
  const dots = challenge.wraparoundDots(coordinates, wrapSeed, params.checks, kernels, platform);
  const { validityProofs, normProofs } = params;
  const randomness = challenge.jointRandomness(wrapSeed, header.y2Digest, header, validityProofs, kernels, platform);
  const circuit = challenge.validityCircuit(typeSizes, params.checks);
  const out = newElements(sizes.field, typeSizes.verifierLength);
  const input = arrange(kernels, circuit, vector.subarray(D), dots, one);
  challenge.proofPlaces(sizes, typeSizes).forEach(({ kind, start, length, verifier, verifierStart }, p) => {
    const proof = proofs.subarray(start, start + length);
    const place = out.subarray(verifierStart, verifierStart + verifier);
    const wire = query.wireWeights[p]!;
    const gadget = query.gadgetWeights[p]!;
    if (kind === 'norm') queryNorm(kernels, params, coordinates, input.norm, proof, wire, gadget, place);
    else queryValidity(kernels, circuit, input, randomness[p - normProofs]!, proof, wire, gadget, place);
  });
  query.projections.forEach((projection, i) => {
    setElement(out, out.length - 2 + i, kernels.dot(coordinates, projection));
  });
  return out;
}

export type Decision = { readonly accepted: true } | { readonly accepted: false; readonly error: ReportError };

/** Accepts iff V_0 … V_k, complete, satisfy every equation of AG14; otherwise names the first broken one. */
export function decide(
  report: Pick<PublicReport, 'header' | 'commitment'>,
  verifierShares: readonly Elements[],
  query: Query,
  attempt: Attempt,
  components: Components,
): Decision {
  const { sizes } = attempt;
  const { field, params } = sizes;
  const kernels = kernelsOf(attempt, components);
  const typeSizes = sizesOf(sizes, report.header.type);
  const rejected = (...facts: ConstructorParameters<typeof ReportError>): Decision => ({
    accepted: false,
    error: new ReportError(...facts),
  });
  if (verifierShares.length !== attempt.shares + 1)
    return rejected('SHARES', verifierShares.length, `${attempt.shares + 1} verifier shares`);
  const sum = newElements(field, typeSizes.verifierLength);
  for (const share of verifierShares) {
    if (share.length !== sum.length) return rejected('VERIFIER_LENGTH', share.length, sum.length);
    kernels.add(sum, share);
  }

  const circuit = challenge.validityCircuit(typeSizes, params.checks);
  for (const [p, { kind, verifier, verifierStart }] of challenge.proofPlaces(sizes, typeSizes).entries()) {
    const place = sum.subarray(verifierStart, verifierStart + verifier);
    const fault = kind === 'norm' ? decideNorm(kernels, params, place) : decideValidity(kernels, circuit, place);
    if (fault !== undefined)
      return rejected(kind === 'norm' ? `NORM_${fault}` : `VALIDITY_${fault}`, `proof ${p} fails`, 'a valid proof');
  }
  for (const [i, u] of query.checks.entries()) {
    const consistent = kernels.dot(u, report.commitment) === elementAt(sum, sum.length - 2 + i);
    if (!consistent) return rejected('COMMITMENT', `check ${i} fails`, 'T of the shared vector');
  }
  return { accepted: true };
}

/** Little-endian bytes of a verifier share. */
export const encodeVerifierShare = (share: Elements): Uint8Array => elementBytes(share).slice();

/** Total: a verifier share of this type, or why the bytes are none. */
export function decodeVerifierShare(bytes: Uint8Array, type: ReportType, attempt: Attempt): Elements | ReportError {
  const { field } = attempt.sizes;
  const expected = sizesOf(attempt.sizes, type).verifierLength * field.bytes;
  if (bytes.length !== expected) return new ReportError('VERIFIER_LENGTH', bytes.length, expected);
  return readElements(field, bytes) ?? new ReportError('ELEMENT', 'an element of q or more', 'canonical elements');
}
