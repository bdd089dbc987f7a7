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
  /** The closed list was searched for this member's own report [WI2]. */
  looked: (type: TypeName): string => `looked/${type}`,
  received: (type: TypeName, member: Address): string => `report/${type}/${member.toLowerCase()}`,
  seal: (type: TypeName, member: Address): string => `seal/${type}/${member.toLowerCase()}`,
  closed: (type: TypeName): string => `closed/${type}`,
  /** A primary's preimages, in its standby's journal [CM7]. */
  handedOver: 'handedOver',
  /** The verifier-share file was there within a quarter of the deadline: no list may leave it out [CM8]. */
  fileInTime: 'fileInTime',
  /** A fact of the attempt that this node has acted on [RD15]. */
  basis: (name: BasisName): string => `basis/${name}`,
  /** What was spent on the run so far, the n-th time that it was written down in this slot [RD18]. */
  spent: (n: number): string => `spent/${n}`,
  /** Bytes that this node had published on chain [CM10]. */
  answer: (demandId: Hex): string => `answer/${demandId}`,
  /** A statement by its EIP-712 type, or a revealed preimage (`open`, `query`). */
  post: (kind: PostKind): string => `post/${kind}`,
} as const;

/**
 * What a holder, or a member that wishes to stop, publishes about an attempt: signed statements, preimages, the digest of its verifier-share file; in a
 * committee also the sealed hand-over to its standby [CM7] and the lists that it proposes to sign [CM8].
 */
export const POST_KINDS = [
  'Stop',
  'Seat',
  'CommitteeSeat',
  'handOver',
  'noiseProposal',
  'NoiseClosed',
  'open',
  'updateProposal',
  'UploadsClosed',
  'query',
  'verifierFile',
  'fileProposal',
  'Verified',
  'draw',
  'Unmasked',
  'Settled',
] as const;
export type PostKind = (typeof POST_KINDS)[number];

/** What holders of a committee must agree on before each signs it once: two lists of reports, one of files. */
export type Proposed = TypeName | 'file';

export const proposalOf = (what: Proposed): PostKind => `${what}Proposal`;

/** Facts that what is said in an attempt rests on. */
export type BasisName = 'seated' | 'noise' | 'open' | 'uploads' | 'query' | 'verified';

/** Preimages to which a seat commits; only a committee's seats have the third. */
export type Preimage = 'open' | 'query' | 'draw';
