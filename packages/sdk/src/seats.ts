/**
 * Who holds which share of an attempt, in both modes: k seats with one holder a share (RD9), or 2k in the order of the
 * draw, primaries of shares 1 … k before their standbys (CM4, CM5). Pure.
 */
import type { Address, Charter } from './facts.ts';
import type { AttemptView, SeatView } from './view.ts';

export interface HolderPlace {
  /** j: 1 … k. */
  readonly share: number;
  /** 0: the primary, or the one holder of a consortium's share; 1: the standby. */
  readonly role: 0 | 1;
}

/** Whether shares are held by drawn pairs rather than by the members (CM4, RD6). */
export const isCommittee = ({ aggregation }: Pick<Charter, 'aggregation'>): boolean => aggregation.holders === 2;

/** k of a seated attempt; 0 before. */
export const sharesOf = ({ seated, draw }: AttemptView): number => (seated ? seated.seats.length / (draw ? 2 : 1) : 0);

/** The holders in seat order, k or 2k, missing ones too: what the contract calls `holders`. Empty before the seating. */
export const holdersOf = ({ seated }: AttemptView): readonly Address[] =>
  seated?.seats.map(({ holder }) => holder) ?? [];

/** Where an address sits; undefined where it was not drawn, or is missing: then nothing that it says counts (CM5). */
export function placesOf(attempt: AttemptView, address: Address): HolderPlace | undefined {
  const index = attempt.seated?.seats.findIndex(({ holder, missing }) => holder === address && !missing) ?? -1;
  const shares = sharesOf(attempt);
  return index < 0 ? undefined : { share: (index % shares) + 1, role: index < shares ? 0 : 1 };
}

/** The seats of share j whose holders are there, the primary's first. Empty before the seating. */
export function seatsOf(attempt: AttemptView, share: number): readonly SeatView[] {
  const shares = sharesOf(attempt);
  return (attempt.seated?.seats ?? []).filter(({ missing }, i) => i % shares === share - 1 && !missing);
}

/** The seat whose commits are share j's: the primary's, or the standby's where the primary is missing (CM5). */
export const commitsOf = (attempt: AttemptView, share: number): SeatView | undefined => seatsOf(attempt, share)[0];
