/** Blobs as evidence: their hash is checked again here, and a missing one names those who promised to serve it. */
import type { Platform } from '@concord/protocol';
import { bytesToHex } from 'viem';
import { BlobError, fetchBlob, type FetchBlobOptions } from '../blobs.ts';
import type { Address, Hex } from '../facts.ts';
import { Broken, type ClauseId } from './clauses.ts';

/** Wherever bytes may come from: gateways, a folder, an archive. Undefined: it does not have them. */
export type BlobSource = (digest: Hex) => Promise<Uint8Array | undefined>;

/** The endpoints, each asked in turn. */
export const gateways =
  (sources: readonly string[], options?: FetchBlobOptions): BlobSource =>
  async (digest) => {
    try {
      return await fetchBlob(sources, digest, options);
    } catch (error) {
      if (error instanceof BlobError) return undefined;
      throw error;
    }
  };

/** A blob that the chain holds the SHA-256 of. */
export interface Wanted {
  readonly digest: Hex;
  /** Which clause cannot be checked without it. */
  readonly clause: ClauseId;
  /** What it is and where it belongs, in words. */
  readonly what: string;
  /** Who signed that it serves it. */
  readonly promisedBy: readonly Address[];
}

/** The bytes. Throws Broken: INCOMPLETE when nobody has them, FAIL when the source's bytes have another hash. */
export async function obtain(source: BlobSource, wanted: Wanted, platform: Platform): Promise<Uint8Array> {
  const { digest, clause, what, promisedBy } = wanted;
  const bytes = await source(digest);
  if (!bytes)
    throw new Broken(
      clause,
      'INCOMPLETE',
      `${what} is missing: SHA-256 ${digest}, promised by ${promisedBy.join(', ')}`,
    );
  const have = bytesToHex(platform.sha256(bytes));
  if (have !== digest) throw new Broken(clause, 'FAIL', `${what} has SHA-256 ${have}, the chain holds ${digest}`);
  return bytes;
}
