/** Lies about a finished run: one change to a log or to a blob, with or without everything that hashes it. */
import { cutPieces, digestsIn, type Fact, type Hex, joinPieces } from '@concord/sdk';
import { bytesToHex, hexToBytes, sha256 } from 'viem';

/** A run's records, as an auditor gets them. */
export interface Records {
  readonly facts: readonly Fact[];
  readonly blobs: ReadonlyMap<Hex, Uint8Array>;
}

export type FactOf<K extends Fact['kind']> = Extract<Fact, { kind: K }>;

/** Changes the facts of one kind; `which` 0 is the first, −1 the last. Throws RangeError where there is none. */
export function editFact<K extends Fact['kind']>(
  records: Records,
  kind: K,
  which: number,
  change: (fact: FactOf<K>) => Fact,
): Records {
  const chosen = factOf(records, kind, which);
  return { ...records, facts: records.facts.map((fact) => (fact === chosen ? change(chosen) : fact)) };
}

/** The fact of this kind at a place among its kind. */
export function factOf<K extends Fact['kind']>({ facts }: Records, kind: K, which: number): FactOf<K> {
  const chosen = facts.filter((fact): fact is FactOf<K> => fact.kind === kind).at(which);
  if (!chosen) throw new RangeError(`there is no ${kind} at ${which}`);
  return chosen;
}

/** The same blob with one bit of byte `at` flipped, under the digest of the true one: what a bad archive would give. */
export function corrupt(records: Records, digest: Hex, at = 0): Records {
  const bytes = Uint8Array.from(records.blobs.get(digest)!);
  bytes[at]! ^= 1;
  return { ...records, blobs: new Map(records.blobs).set(digest, bytes) };
}

export function lose(records: Records, digest: Hex): Records {
  const blobs = new Map(records.blobs);
  blobs.delete(digest);
  return { ...records, blobs };
}

/**
 * Another blob in the place of one, and its digest in every blob and fact that names the old one, up to the chain: what
 * a committee would publish that agreed on a lie. Merkle roots are the caller's to change.
 */
export function forge(records: Records, digest: Hex, bytes: Uint8Array): Records {
  const forged = sha256(bytes);
  const blobs = new Map(records.blobs);
  blobs.delete(digest);
  blobs.set(forged, bytes);
  const facts = records.facts.map((fact) => substitute(fact, digest, forged) as Fact);
  let next: Records = { facts, blobs };
  for (const [parent, content] of records.blobs) {
    const at = Buffer.from(content).indexOf(hexToBytes(digest));
    if (parent === digest || at < 0) continue;
    const renamed = Uint8Array.from(content);
    renamed.set(hexToBytes(forged), at);
    next = forge(next, parent, renamed);
  }
  return next;
}

function substitute(value: unknown, from: Hex, to: Hex): unknown {
  if (value === from) return to;
  if (Array.isArray(value)) return value.map((each) => substitute(each, from, to));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, substitute(each, from, to)]));
}

/** The bytes behind a digest. */
export const blobOf = ({ blobs }: Records, digest: Hex): Uint8Array => blobs.get(digest)!;

/** The file that is named by its list [CM10]. */
export const fileOf = (records: Pick<Records, 'blobs'>, digest: Hex): Uint8Array =>
  joinPieces(digestsIn(records.blobs.get(digest)!)!.map((piece) => records.blobs.get(piece)!))!;

/** As `forge`, of a file in pieces. */
export function forgeFile(records: Records, digest: Hex, file: Uint8Array): Records {
  const { list, pieces } = cutPieces(file);
  const forged = forge(records, digest, list);
  return { ...forged, blobs: new Map([...forged.blobs, ...pieces.map((piece) => [sha256(piece), piece] as const)]) };
}

/** Another 32 bytes. */
export const other = (word: Hex): Hex => {
  const bytes = hexToBytes(word);
  bytes[31]! ^= 1;
  return bytesToHex(bytes);
};
