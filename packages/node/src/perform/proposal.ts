/** [CM8] What another holder proposes to sign. */
import { proposersOf } from '../core/attempt.ts';
import type { Address, Hex } from '../core/hex.ts';
import type { PostKind } from '../core/slot.ts';
import type { Party } from '../ports.ts';
import { AttemptError, type Work } from './work.ts';

export interface Proposal {
  /** SHA-256 of the list. */
  readonly blob: Hex;
  /** Who has it. */
  readonly keeper: Address;
}

/** The proposal of the holder whose turn is number `proposer`, as soon as it makes one. */
export async function proposalBy(party: Party, work: Work, kind: PostKind, proposer: number): Promise<Proposal> {
  const { place, where, signal } = work;
  const keeper = proposersOf(place.holders)[proposer]!.address;
  const { blob } = await party.peers.post(where(keeper), place.slot, kind, signal);
  if (typeof blob !== 'string' || !/^0x[0-9a-f]{64}$/.test(blob))
    throw new AttemptError('PROPOSAL', `${keeper} does not name its list by a SHA-256`);
  return { blob: blob as Hex, keeper };
}
