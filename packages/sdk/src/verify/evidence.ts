/** Blobs as evidence: their hash is checked again here, and a missing one names those who promised to serve it. */
import type { Platform } from '@concord/protocol';
import { bytesToHex, hexToBytes, sha256 } from 'viem';
import { BlobError, fetchBlob, type FetchBlobOptions } from '../blobs.ts';
import type { Address, Fact, Hex } from '../facts.ts';
import { digestsIn, joinPieces } from '../pieces.ts';
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
  /** The options of `concord demand` that ask for it on chain, where that can be done [CM10]. */
  readonly demand?: string;
}

/** The bytes. Throws Broken: INCOMPLETE when nobody has them, FAIL when the source's bytes have another hash. */
export async function obtain(source: BlobSource, wanted: Wanted, platform: Platform): Promise<Uint8Array> {
  const { digest, clause, what, promisedBy, demand } = wanted;
  const bytes = await source(digest);
  if (!bytes)
    throw new Broken(
      clause,
      'INCOMPLETE',
      `${what} is missing: SHA-256 ${digest}, promised by ${promisedBy.join(', ')}${demand ? `; “concord demand ${demand}” asks for it on chain` : ''}`,
    );
  const have = bytesToHex(platform.sha256(bytes));
  if (have !== digest) throw new Broken(clause, 'FAIL', `${what} has SHA-256 ${have}, the chain holds ${digest}`);
  return bytes;
}

/**
 * A file by the SHA-256 of its list, from list and pieces [CM10]. Throws Broken: INCOMPLETE naming the list or piece that
 * nobody has, FAIL when they are there and are no file.
 */
export async function obtainPieced(source: BlobSource, wanted: Wanted, platform: Platform): Promise<Uint8Array> {
  const { what, clause, demand } = wanted;
  const part = (name: string, digest: Hex, option: string): Wanted => ({
    ...{ ...wanted, digest, what: `${what}, ${name}` },
    ...(demand && { demand: `${demand}${option}` }),
  });
  const digests = digestsIn(await obtain(source, part('list of pieces', wanted.digest, ''), platform));
  if (!digests) throw new Broken(clause, 'FAIL', `${what}: its list is none`);
  const asked = digests.map((digest, i) =>
    obtain(source, part(`piece ${i + 1} of ${digests.length}`, digest, ` --piece ${i + 1}`), platform),
  );
  const bytes = joinPieces(await Promise.all(asked));
  if (!bytes) throw new Broken(clause, 'FAIL', `${what}: its pieces are not cut as they must be`);
  return bytes;
}

/** What was published in answers, before whatever else there is [CM10]. */
export function withAnswers(source: BlobSource, facts: readonly Fact[]): BlobSource {
  const answers = new Map(
    facts.flatMap((fact) => (fact.kind === 'answered' ? [[sha256(fact.data), hexToBytes(fact.data)] as const] : [])),
  );
  return async (digest) => answers.get(digest) ?? source(digest);
}
