/**
 * Files in pieces, as charters of version 2 name them [CM10]: what the chain holds is the SHA-256 of a list of the
 * pieces' digests, so that anybody can ask for one piece, and anybody can publish it, on chain.
 */
import { concat, deriveSizes, type Params } from '@concord/protocol';
import { bytesToHex, sha256 } from 'viem';
import type { Charter, Hex } from './facts.ts';

/** Most bytes of a piece: what one transaction can carry. */
export const PIECE_BYTES = 16_384;

/** Whether verifier-share files and aggregate shares are named by their lists, or by their own SHA-256 as in version 1. */
export const isPieced = ({ version }: Pick<Charter, 'version'>): boolean => version >= 2;

/** A file as it is served: list and pieces are blobs of their own. */
export interface Pieced {
  /** SHA-256 of the list: what the chain, or a list of files, holds. */
  readonly digest: Hex;
  readonly list: Uint8Array;
  readonly pieces: readonly Uint8Array[];
}

/** Cuts a file of at least one byte. */
export function cutPieces(bytes: Uint8Array): Pieced {
  const count = Math.ceil(bytes.length / PIECE_BYTES);
  const pieces = Array.from({ length: count }, (_, i) => bytes.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES));
  const list = concat(...pieces.map((piece) => sha256(piece, 'bytes')));
  return { digest: sha256(list), list, pieces };
}

/** The digests in a list; undefined when the bytes are none. */
export function digestsIn(list: Uint8Array): readonly Hex[] | undefined {
  if (list.length === 0 || list.length % 32 !== 0) return undefined;
  return Array.from({ length: list.length / 32 }, (_, i) => bytesToHex(list.subarray(32 * i, 32 * i + 32)));
}

/** The file of all pieces in order; undefined unless it is cut where `cutPieces` would. */
export function joinPieces(pieces: readonly Uint8Array[]): Uint8Array | undefined {
  const whole = pieces.slice(0, -1).every(({ length }) => length === PIECE_BYTES);
  const last = pieces.at(-1)?.length ?? 0;
  return whole && last > 0 && last <= PIECE_BYTES ? concat(...pieces) : undefined;
}

/** The longest file whose list is no longer than a piece: a charter under which there may be longer ones is refused. */
export const LONGEST_FILE = (PIECE_BYTES / 32) * PIECE_BYTES;

/** Values at a point of one validity proof, counted as contracts do: at most 63 products. */
const VALIDITY_VALUES = 128;

/** Bytes that an aggregate share, or a verifier-share file over everybody's reports, may take at most. */
export function longestFile(params: Params, members: number): number {
  const { field, vectorLength } = deriveSizes(params);
  const values = params.normProofs * (params.chunk + 2) + params.validityProofs * VALIDITY_VALUES + 2;
  return Math.max(1 + vectorLength * field.bytes, 5 + 2 * members * (41 + 2 * values * field.bytes));
}
