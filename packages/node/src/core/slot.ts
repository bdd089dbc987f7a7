/** Where a statement belongs: one attempt of one round of one run. */
import type { Address, Hex } from '../../../sdk/src/facts.ts';

export interface Slot {
  readonly runId: Hex;
  readonly round: number;
  readonly attempt: number;
}

export type TypeName = 'update' | 'noise';

/** The byte that headers carry for each type (AG11). */
export const typeByte = { update: 1, noise: 2 } as const;

export const slotName = ({ runId, round, attempt }: Slot): string => `${runId}/${round}/${attempt}`;

/**
 * Journal keys within a slot. A key is written once and never again, so each names something that must not exist twice
 * [RD10][AG13]: secrets of the seat, a member's own report, a receipt that was given, a list that was closed, a
 * statement that was (or is about to be) signed.
 */
export const entry = {
  seatSecrets: 'secrets',
  ownReport: (type: TypeName): string => `own/${type}`,
  delivered: (type: TypeName): string => `delivered/${type}`,
  received: (type: TypeName, member: Address): string => `report/${type}/${member.toLowerCase()}`,
  seal: (type: TypeName, member: Address): string => `seal/${type}/${member.toLowerCase()}`,
  closed: (type: TypeName): string => `closed/${type}`,
  verifierFile: 'verifierFile',
  /** A statement by its EIP-712 type, or a revealed preimage (`open`, `query`). */
  post: (kind: PostKind): string => `post/${kind}`,
} as const;

/** What a holder publishes about an attempt: signed statements, preimages, and the digest of its verifier-share file. */
export const POST_KINDS = [
  'Seat',
  'NoiseClosed',
  'open',
  'UploadsClosed',
  'query',
  'verifierFile',
  'Verified',
  'Unmasked',
  'Settled',
] as const;
export type PostKind = (typeof POST_KINDS)[number];
