/** Files in pieces: kept so that list and pieces are served as blobs of their own, and put together from them [CM10]. */
import { cutPieces, digestsIn, joinPieces } from '@concord/sdk';
import type { Address, Hex } from '../core/hex.ts';
import type { Journal } from '../journal.ts';
import type { Party } from '../ports.ts';
import { obtainBlob } from './state.ts';
import { AttemptError, type Work } from './work.ts';

/** Keeps list and pieces; returns the SHA-256 of the list, which names the file. */
export function putPieced(journal: Pick<Journal, 'putBlob'>, file: Uint8Array): Hex {
  const { digest, list, pieces } = cutPieces(file);
  for (const bytes of [...pieces, list]) journal.putBlob(bytes);
  return digest;
}

/** The file of a list's SHA-256; `keepers` are asked first. Throws AttemptError when it is no file in pieces. */
export async function obtainPieced(
  party: Party,
  work: Work,
  digest: Hex,
  keepers: readonly Address[],
): Promise<Uint8Array> {
  const digests = digestsIn(await obtainBlob(party, work, digest, keepers));
  const pieces = digests && (await Promise.all(digests.map((piece) => obtainBlob(party, work, piece, keepers))));
  const file = pieces && joinPieces(pieces);
  if (!file) throw new AttemptError('PIECES', `${digest} is no file in pieces: its list or their lengths are wrong`);
  return file;
}
