/** The signed part of a report: what it is bound to, and the hashes of all its other parts (AG11). */
import { concat, Reader, tag, u8 } from '../codec.ts';
import type { Platform } from '../platform.ts';
import { NOISE, type ReportType, UPDATE } from '../params.ts';
import { ReportError } from './error.ts';

/** Hashes, roots and seed commitments have 32 bytes, the member 20. */
export interface Header {
  readonly field: 32 | 64;
  readonly context: Uint8Array;
  readonly member: Uint8Array;
  readonly type: ReportType;
  readonly y1Root: Uint8Array;
  readonly y2Digest: Uint8Array;
  /** SHA-256 of the public proof share. */
  readonly proofDigest: Uint8Array;
  /** T-root. */
  readonly commitmentRoot: Uint8Array;
  /** hc_1 … hc_k. */
  readonly seedCommitments: readonly Uint8Array[];
  /** SHA-256(T("seals") ‖ SHA-256(ct_1) … SHA-256(ct_k)). */
  readonly sealsDigest: Uint8Array;
}

export type Core = Omit<Header, 'sealsDigest'>;

const CORE_TAG = tag('core');
const FIXED_BYTES = CORE_TAG.length + 1 + 1 + 32 + 20 + 1 + 4 * 32;

export const headerBytes = (shares: number): number => FIXED_BYTES + 32 * shares + 32;

export function encodeCore(core: Core): Uint8Array {
  return concat(
    CORE_TAG,
    u8(core.field),
    u8(core.seedCommitments.length),
    core.context,
    core.member,
    u8(core.type),
    core.y1Root,
    core.y2Digest,
    core.proofDigest,
    core.commitmentRoot,
    ...core.seedCommitments,
  );
}

export const encodeHeader = (header: Header): Uint8Array => concat(encodeCore(header), header.sealsDigest);

/** SHA-256 of the core: the associated data of every seal. */
export const coreHash = (core: Core, platform: Platform): Uint8Array => platform.sha256(encodeCore(core));

export const sealsDigest = (cipherDigests: readonly Uint8Array[], platform: Platform): Uint8Array =>
  platform.sha256(concat(tag('seals'), ...cipherDigests));

/** Total: the header of these bytes, or why they are none. encodeHeader(decodeHeader(b)) = b. */
export function decodeHeader(bytes: Uint8Array): Header | ReportError {
  const reader = new Reader(bytes);
  const label = reader.take(CORE_TAG.length);
  const field = reader.uint(1);
  const shares = reader.uint(1);
  const header = {
    context: reader.take(32).slice(),
    member: reader.take(20).slice(),
    type: reader.uint(1),
    y1Root: reader.take(32).slice(),
    y2Digest: reader.take(32).slice(),
    proofDigest: reader.take(32).slice(),
    commitmentRoot: reader.take(32).slice(),
    seedCommitments: Array.from({ length: shares }, () => reader.take(32).slice()),
    sealsDigest: reader.take(32).slice(),
  };
  if (!reader.complete) return new ReportError('LENGTH', bytes.length, headerBytes(shares));
  if (!label.every((byte, i) => byte === CORE_TAG[i])) return new ReportError('HEADER', 'another tag', 'T("core")');
  if (field !== 32 && field !== 64) return new ReportError('FIELD', field, '32 or 64');
  const { type } = header;
  if (type !== UPDATE && type !== NOISE) return new ReportError('TYPE', type, '1 (update) or 2 (noise)');
  return { ...header, field, type: type as ReportType };
}
