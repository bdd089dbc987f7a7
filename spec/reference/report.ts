/** §5, §6: what member and holders compute alike – masks, challenges, header – and the public report (AG11, AG15). */
import { join, keccak, sha256, tag, u32, u8 } from './bytes.ts';
import { commit, coordinateRoot, matrix } from './commitment.ts';
import { decode, encode, type Field } from './field.ts';
import { extension } from './flp.ts';
import { rootOfBytes } from './merkle.ts';
import {
  coordinates,
  type Derived,
  degree,
  derive,
  fieldOf,
  type Parameters,
  type ReportType,
  VALIDITY_WIRE,
} from './parameters.ts';
import { recover, reportDigest } from './signature.ts';
import { domain, elements, keyAndCounter, stream, USAGE } from './xof.ts';

/** What is computed once for all reports of a run. */
export interface Setup {
  readonly p: Parameters;
  readonly field: Field;
  readonly D: number;
  readonly A: readonly (readonly bigint[])[];
  readonly extend: { readonly norm: bigint[][]; readonly validity: bigint[][] };
  readonly size: (type: ReportType) => Derived;
  /** T of D elements (AG7). */
  readonly commit: (vector: readonly bigint[]) => bigint[];
}

export function setUp(p: Parameters): Setup {
  const field = fieldOf(p);
  const A = matrix(p);
  const sizes = [derive(p, 1), derive(p, 2)];
  return {
    p,
    field,
    D: coordinates(p),
    A,
    extend: { norm: extension(field, p.wireLength), validity: extension(field, VALIDITY_WIRE) },
    size: (type) => sizes[type - 1]!,
    commit: (vector) => commit(field, A, vector),
  };
}

/** Who reports what, to which context. */
export interface Origin {
  readonly type: ReportType;
  readonly ctx: Uint8Array;
  readonly member: Uint8Array;
}

const binder = (o: Origin, j: number): Buffer => join(o.ctx, o.member, u8(j));

/** §5.1, §5.8: share j of the whole vector (V elements) and of the proofs. */
export function expandShare(
  setup: Setup,
  o: Origin,
  j: number,
  seed: Uint8Array,
): { vector: bigint[]; proof: bigint[] } {
  const { vector, proof } = setup.size(o.type);
  return {
    vector: elements(setup.field, seed, USAGE.MASK, binder(o, j), vector),
    proof: elements(setup.field, seed, USAGE.PROOF_SHARE, binder(o, j), proof),
  };
}

/** §5.2: hc_j. */
export const seedCommitment = (setup: Setup, o: Origin, j: number, seed: Uint8Array): Buffer =>
  keyAndCounter(seed, domain(setup.field.bytes, USAGE.COMMIT), binder(o, j));

/** §5.3: y₁-root, over leaves of 2,048 coordinates. */
export const maskedRoot = (field: Field, y1: readonly bigint[]): Buffer =>
  rootOfBytes(encode(field, y1), 2048 * field.bytes, sha256);

/** §5.4: wrSeed. */
export const wraparoundSeed = (o: Origin, hc: readonly Uint8Array[], y1Root: Uint8Array, tRoot: Uint8Array): Buffer =>
  sha256(tag('wraparound'), o.ctx, o.member, u8(o.type), ...hc, y1Root, tRoot);

/** AG8: the dot products of a vector, or of a share, with the checks' −1, 0, +1; not reduced. */
export function dotProducts(setup: Setup, wrSeed: Uint8Array, vector: readonly bigint[]): bigint[] {
  const quarter = setup.D / 4;
  const dst = domain(setup.field.bytes, USAGE.WRAPAROUND);
  const bytes = stream(wrSeed, dst, Buffer.alloc(0), setup.p.checks * quarter);
  return Array.from({ length: setup.p.checks }, (_, i) =>
    vector.slice(0, setup.D).reduce((sum, x, at) => {
      const two = (bytes[i * quarter + (at >> 2)]! >> (2 * (at & 3))) & 3;
      return two === 0 ? sum - x : two === 3 ? sum + x : sum;
    }, 0n),
  );
}

/** §5.6: jrSeed. */
export const jointSeed = (field: Field, wrSeed: Uint8Array, y2: readonly bigint[]): Buffer =>
  sha256(tag('joint-randomness'), wrSeed, sha256(encode(field, y2)));

/** §5.6: three elements for each validity proof. */
export const jointRandomness = (setup: Setup, o: Origin, jrSeed: Uint8Array): bigint[] =>
  elements(setup.field, jrSeed, USAGE.JOINT_RANDOMNESS, join(o.ctx, o.member), 3 * setup.p.validityProofs);

/** §5.8: the proofs of one vector, norm equality first. */
export function splitProofs(
  setup: Setup,
  type: ReportType,
  proof: readonly bigint[],
): { norm: bigint[][]; validity: bigint[][] } {
  const { p } = setup;
  const one = p.chunk + 2 * p.wireLength;
  const two = 2 * setup.size(type).pairs + 2 * VALIDITY_WIRE;
  const cut = (from: number, length: number, count: number) =>
    Array.from({ length: count }, (_, i) => proof.slice(from + i * length, from + (i + 1) * length));
  return { norm: cut(0, one, p.normProofs), validity: cut(p.normProofs * one, two, p.validityProofs) };
}

/** The public part of a report, decoded. */
export interface Body {
  readonly y1: readonly bigint[];
  readonly y2: readonly bigint[];
  readonly proof: readonly bigint[];
  readonly T: readonly bigint[];
}

/** AG11: core. */
export function coreOf(setup: Setup, o: Origin, hc: readonly Uint8Array[], body: Body): Buffer {
  const { field, p } = setup;
  return join(
    tag('core'),
    u8(p.field),
    u8(p.shares),
    o.ctx,
    o.member,
    u8(o.type),
    maskedRoot(field, body.y1),
    sha256(encode(field, body.y2)),
    sha256(encode(field, body.proof)),
    coordinateRoot(field, body.T),
    ...hc,
  );
}

/** AG11: the last 32 bytes of the header, from the digests of the ciphertexts in order. */
export const sealsHash = (digests: readonly Uint8Array[]): Buffer => sha256(tag('seals'), ...digests);

/** AG11: the public report. */
export function encodeReport(field: Field, header: Uint8Array, signature: Uint8Array, body: Body): Buffer {
  const values = [body.y1, body.y2, body.proof, body.T].map((part) => encode(field, part));
  return join(u32(header.length), header, signature, ...values);
}

/** Where a report is received: what its header must say, and the domain of its signature. */
export interface Desk extends Origin {
  readonly chainId: bigint;
  readonly contract: Uint8Array;
}

export interface Received extends Origin {
  readonly header: Uint8Array;
  readonly hc: readonly Uint8Array[];
  readonly sealsHash: Uint8Array;
  readonly body: Body;
}

/** AG15: the report, or a RangeError whose message is the first reason to reject it. */
export function decodeReport(setup: Setup, desk: Desk, bytes: Uint8Array): Received {
  const { field, p, D } = setup;
  const size = setup.size(desk.type);
  const refuse = (reason: string): never => {
    throw new RangeError(reason);
  };
  if (bytes.length !== size.report) refuse('length');
  if (!u32(size.header).equals(bytes.subarray(0, 4))) refuse('header-length');
  const header = bytes.subarray(4, 4 + size.header);
  const signature = bytes.subarray(4 + size.header, 69 + size.header);
  const all = decode(field, bytes.subarray(69 + size.header));
  const ends = [0, D, size.vector, size.vector + size.proof, size.vector + size.proof + degree(p)];
  const [y1, y2, proof, T] = [0, 1, 2, 3].map((i) => all.slice(ends[i], ends[i + 1])) as [
    bigint[],
    bigint[],
    bigint[],
    bigint[],
  ];
  const commitments = header.subarray(size.header - 32 - 32 * p.shares, size.header - 32);
  const hc = Array.from({ length: p.shares }, (_, j) => commitments.subarray(32 * j, 32 * j + 32));
  const body = { y1, y2, proof, T };
  const core = coreOf(setup, desk, hc, body);
  if (!core.equals(header.subarray(0, core.length))) refuse('header');
  const signer = recover(reportDigest(desk.chainId, desk.contract, keccak(header)), signature);
  if (signer === null || !signer.equals(desk.member)) refuse('signature');
  return { ...desk, header, hc, sealsHash: header.subarray(core.length), body };
}
