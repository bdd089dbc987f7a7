/**
 * The byte strings that the chain names by their SHA-256 (spec/rounds.md, "Roots and blobs"). Decoders are total and
 * canonical: encode(decode(b)) = b, and undefined for everything else.
 */
import {
  compareBytes,
  concat,
  elementBytes,
  type Elements,
  type Field,
  headerBytes,
  merkleRoot,
  Reader,
  readElements,
  SIGNATURE_BYTES,
  u8,
  u32,
} from '@concord/protocol';
import { keccak256 } from 'viem';

/** A report by its signed header; the report itself is a blob under `reportDigest`. */
export interface HeaderEntry {
  readonly header: Uint8Array;
  readonly signature: Uint8Array;
  readonly reportDigest: Uint8Array;
}

const MEMBER_OFFSET = 1 + 'concord/v1/core'.length + 2 + 32;

/** Whose report it claims to be, 20 bytes. */
export const memberOf = ({ header }: HeaderEntry): Uint8Array => header.subarray(MEMBER_OFFSET, MEMBER_OFFSET + 20);

/** Member ‖ type: what entries and accept sets are sorted by (AG16). */
const sortKey = ({ header }: HeaderEntry): Uint8Array => header.subarray(MEMBER_OFFSET, MEMBER_OFFSET + 21);

export const compareEntries = (a: HeaderEntry, b: HeaderEntry): number =>
  compareBytes(sortKey(a), sortKey(b)) || compareBytes(a.header, b.header);

/** u32 count ‖ per report: u32 header length ‖ header ‖ signature ‖ report digest; entries sorted by `compareEntries`. */
export const encodeHeaderBlob = (entries: readonly HeaderEntry[]): Uint8Array =>
  concat(
    u32(entries.length),
    ...entries.flatMap(({ header, signature, reportDigest }) => [u32(header.length), header, signature, reportDigest]),
  );

/** The entries of a noise or upload blob of an attempt with k shares. */
export function decodeHeaderBlob(bytes: Uint8Array, shares: number): readonly HeaderEntry[] | undefined {
  const reader = new Reader(bytes);
  const count = reader.uint(4);
  const length = headerBytes(shares);
  if (bytes.length !== 4 + count * (4 + length + SIGNATURE_BYTES + 32)) return undefined;
  const entries: HeaderEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (reader.uint(4) !== length) return undefined;
    entries.push({
      header: reader.take(length).slice(),
      signature: reader.take(SIGNATURE_BYTES).slice(),
      reportDigest: reader.take(32).slice(),
    });
  }
  const sorted = entries.every((entry, i) => i === 0 || compareEntries(entries[i - 1]!, entry) < 0);
  return sorted ? entries : undefined;
}

/** One leaf per header, dataHash = headerHash. */
export const headersRoot = (entries: readonly HeaderEntry[]): Uint8Array =>
  merkleRoot(entries.map(({ header }) => keccak256(header, 'bytes')));

/** What one holder found out about one report. */
export interface Finding {
  readonly headerHash: Uint8Array;
  /** Undefined: a complaint. Otherwise the encoded V_j, and V₀ where the report is of the holder's own group (AG13). */
  readonly shares?: { readonly own: Uint8Array; readonly public?: Uint8Array };
}

export interface VerifierFile {
  readonly share: number;
  /** In (address, type) order of both blobs. */
  readonly findings: readonly Finding[];
}

export const encodeVerifierFile = ({ share, findings }: VerifierFile): Uint8Array =>
  concat(
    u8(share),
    u32(findings.length),
    ...findings.flatMap(({ headerHash, shares }) => {
      if (!shares) return [headerHash, u8(1)];
      const open = shares.public ?? new Uint8Array(0);
      return [headerHash, u8(0), u32(shares.own.length), shares.own, u32(open.length), open];
    }),
  );

export function decodeVerifierFile(bytes: Uint8Array): VerifierFile | undefined {
  const reader = new Reader(bytes);
  const share = reader.uint(1);
  const count = reader.uint(4);
  if (count * 33 > bytes.length) return undefined;
  const findings: Finding[] = [];
  for (let i = 0; i < count; i++) {
    const headerHash = reader.take(32).slice();
    const status = reader.uint(1);
    if (status === 1) findings.push({ headerHash });
    else if (status === 0) {
      const own = piece(reader, bytes.length);
      const open = piece(reader, bytes.length);
      if (!own || !open) return undefined;
      findings.push({ headerHash, shares: { own, ...(open.length > 0 && { public: open }) } });
    } else return undefined;
  }
  return reader.complete ? { share, findings } : undefined;
}

/** A counted byte string; undefined when it claims to be longer than everything. */
function piece(reader: Reader, most: number): Uint8Array | undefined {
  const length = reader.uint(4);
  return length > most ? undefined : reader.take(length).slice();
}

/** The verified blob: u32 k ‖ SHA-256 of each holder's file, in seat order. */
export const encodeFileList = (digests: readonly Uint8Array[]): Uint8Array => concat(u32(digests.length), ...digests);

export function decodeFileList(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  const reader = new Reader(bytes);
  const count = reader.uint(4);
  if (bytes.length !== 4 + 32 * count) return undefined;
  return Array.from({ length: count }, () => reader.take(32).slice());
}

/** An aggregate share as a file: u8 j ‖ Z_j, named by its SHA-256 (AG17), or from version 2 on by its list [CM10]. */
export const encodeAggregateShare = (share: number, aggregate: Elements): Uint8Array =>
  concat(u8(share), elementBytes(aggregate));

/** Z_j of exactly `length` elements, by holder `share`. */
export function decodeAggregateShare(
  bytes: Uint8Array,
  share: number,
  field: Field,
  length: number,
): Elements | undefined {
  if (bytes.length !== 1 + length * field.bytes || bytes[0] !== share) return undefined;
  return readElements(field, bytes.subarray(1));
}
