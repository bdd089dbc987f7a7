/** The public report: its bytes, and the total decoder that every holder runs on bytes from outside (AG11, AG15). */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { concat, elementBytes, equalBytes, Reader, readElements, u32 } from '../codec.ts';
import { coordinatesRoot } from '../commitment.ts';
import type { Elements } from '../field.ts';
import { merkleRoot } from '../merkle.ts';
import { type ReportType, sizesOf } from '../params.ts';
import type { Platform } from '../platform.ts';
import { recover, reportDigest, SIGNATURE_BYTES } from '../signing.ts';
import { type Attempt, type Components, contextFor } from './attempt.ts';
import { ReportError } from './error.ts';
import { decodeHeader, encodeHeader, type Header, headerBytes } from './header.ts';

export interface PublicReport {
  readonly header: Header;
  /** keccak256 of the encoded header. */
  readonly headerHash: Uint8Array;
  /** r ‖ s ‖ v, 65 bytes. */
  readonly signature: Uint8Array;
  /** Masked (x ‖ s ‖ e): D elements. */
  readonly y1: Elements;
  /** Masked bits. */
  readonly y2: Elements;
  /** Public proof share. */
  readonly proofShare: Elements;
  /** T: n elements. */
  readonly commitment: Elements;
}

/** Coordinates in one leaf of the tree over y₁. */
const Y1_PER_LEAF = 2048;

/** y₁-root: Merkle over leaves of 2,048 coordinates, dataHash = SHA-256 of their bytes. */
export function y1Root(y1: Elements, platform: Platform): Uint8Array {
  const count = Math.ceil(y1.length / Y1_PER_LEAF);
  return merkleRoot(
    Array.from({ length: count }, (_, i) =>
      platform.sha256(elementBytes(y1.subarray(i * Y1_PER_LEAF, (i + 1) * Y1_PER_LEAF))),
    ),
  );
}

export const headerHash = (header: Header): Uint8Array => keccak_256(encodeHeader(header));

/** Bytes of a public report of this type. */
export function reportBytes(attempt: Attempt, type: ReportType): number {
  const { field, ringDegree } = attempt.sizes;
  const { length, proofLength } = sizesOf(attempt.sizes, type);
  return 4 + headerBytes(attempt.shares) + SIGNATURE_BYTES + field.bytes * (length + proofLength + ringDegree);
}

export function encodeReport(report: PublicReport): Uint8Array {
  const header = encodeHeader(report.header);
  const vectors = [report.y1, report.y2, report.proofShare, report.commitment];
  return concat(u32(header.length), header, report.signature, ...vectors.map(elementBytes));
}

/**
 * Total: lengths, elements < q, all hashes, field, k, context, type and the member's signature; the error names the
 * first that does not hold. encodeReport(decodeReport(b)) = b. `knownSigned` may say of an encoded header and a signature
 * that they were found to belong together before; then the signature is not checked again.
 */
export function decodeReport(
  bytes: Uint8Array,
  type: ReportType,
  attempt: Attempt,
  components: Components,
  knownSigned: (header: Uint8Array, signature: Uint8Array) => boolean = () => false,
): PublicReport | ReportError {
  const { field, ringDegree, vectorLength } = attempt.sizes;
  const expected = reportBytes(attempt, type);
  if (bytes.length !== expected) return new ReportError('LENGTH', bytes.length, expected);
  const reader = new Reader(bytes);
  const headerLength = reader.uint(4);
  if (headerLength !== headerBytes(attempt.shares))
    return new ReportError('LENGTH', headerLength, headerBytes(attempt.shares));

  const encoded = reader.take(headerLength);
  const header = decodeHeader(encoded);
  if (header instanceof ReportError) return header;
  const misplaced = checkPlace(header, type, attempt);
  if (misplaced !== undefined) return misplaced;

  const signature = reader.take(SIGNATURE_BYTES).slice();
  const { bits, proofLength } = sizesOf(attempt.sizes, type);
  const [y1, y2, proofShare, commitment] = [vectorLength, bits, proofLength, ringDegree].map((count) =>
    readElements(field, reader.take(count * field.bytes)),
  );
  if (y1 === undefined || y2 === undefined || proofShare === undefined || commitment === undefined)
    return new ReportError('ELEMENT', `an element of ${field.modulus} or more`, 'canonical elements');
  const report = { header, headerHash: keccak_256(encoded), signature, y1, y2, proofShare, commitment };
  const misfit = checkHashes(report, components);
  if (misfit !== undefined) return misfit;
  return knownSigned(encoded, signature) ? report : (checkSignature(report, attempt) ?? report);
}

/** Field, k, context and type are those of the attempt. */
export function checkPlace(header: Header, type: ReportType, attempt: Attempt): ReportError | undefined {
  const { params } = attempt.sizes;
  if (header.field !== params.field) return new ReportError('FIELD', header.field, params.field);
  if (header.seedCommitments.length !== attempt.shares)
    return new ReportError('SHARES', header.seedCommitments.length, attempt.shares);
  if (header.type !== type) return new ReportError('TYPE', header.type, type);
  if (!equalBytes(header.context, contextFor(attempt, type)))
    return new ReportError('CONTEXT', 'another chain, run, round, attempt, model or beacon', 'this attempt');
  return undefined;
}

function checkHashes(report: PublicReport, { platform, kernels }: Components): ReportError | undefined {
  const { header } = report;
  const claims = [
    ['Y1_ROOT', header.y1Root, y1Root(report.y1, platform)],
    ['Y2_DIGEST', header.y2Digest, platform.sha256(elementBytes(report.y2))],
    ['PROOF_DIGEST', header.proofDigest, platform.sha256(elementBytes(report.proofShare))],
    ['COMMITMENT_ROOT', header.commitmentRoot, coordinatesRoot(report.commitment, kernels.keccak256)],
  ] as const;
  for (const [code, claimed, actual] of claims)
    if (!equalBytes(claimed, actual)) return new ReportError(code, 'bytes that hash otherwise', 'the header’s hash');
  return undefined;
}

function checkSignature(
  { header, headerHash, signature }: Pick<PublicReport, 'header' | 'headerHash' | 'signature'>,
  attempt: Attempt,
): ReportError | undefined {
  const signer = recover(reportDigest(attempt.domain, headerHash), signature);
  if (signer !== undefined && equalBytes(signer, header.member)) return undefined;
  return new ReportError('SIGNATURE', signer === undefined ? 'no canonical signature' : 'another signer', 'the member');
}
