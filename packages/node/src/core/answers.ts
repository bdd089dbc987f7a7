/** Bytes that somebody is asked for on chain, and that this node has [CM10]. Pure. */
import type { Address } from '../../../sdk/src/facts.ts';
import { placesOf } from '../../../sdk/src/seats.ts';
import type { DemandView, RunView } from '../../../sdk/src/view.ts';
import type { Hex } from './hex.ts';
import type { Slot } from './slot.ts';

export interface AnswerDuty {
  readonly kind: 'answer';
  readonly demandId: Hex;
  /** SHA-256 of the bytes. */
  readonly piece: Hex;
}

/**
 * Whoever is asked answers at once, and an aggregator even when the demand was forfeited: that still saves its stake. Whoever else has
 * the bytes answers when a quarter of the time has passed, for the bond and so that no attempt is lost to a silent holder.
 */
export function answersDue(
  { charter, demands, attempts }: Pick<RunView, 'charter' | 'demands' | 'attempts'>,
  me: { readonly address: Address; readonly part: 'member' | 'aggregator' },
  now: number,
  has: (piece: Hex) => boolean,
): readonly AnswerDuty[] {
  const { verify } = charter.deadlines;
  // What is asked of strangers, of whom there may be any number, is nobody's loss.
  const seated = ({ holder, round, attempt }: DemandView): boolean =>
    attempts.some((each) => each.round === round && each.attempt === attempt && placesOf(each, holder) !== undefined);
  const isLate = ({ due }: DemandView): boolean => now >= due - verify + Math.ceil(verify / 4);
  const may = (demand: DemandView): boolean =>
    demand.holder === me.address
      ? demand.state === 'open' || (demand.state === 'forfeited' && me.part === 'aggregator')
      : demand.state === 'open' && isLate(demand) && seated(demand);
  return [...demands].flatMap(([demandId, demand]) =>
    may(demand) && has(demand.piece) ? [{ kind: 'answer', demandId, piece: demand.piece }] : [],
  );
}

/** Whether somebody still waits for bytes of this run, finished or not. */
export const isOwed = ({ demands }: Pick<RunView, 'demands'>): boolean =>
  [...demands.values()].some(({ state }) => state !== 'answered');

/** Where a demand belongs. */
export const slotOf = (runId: Hex, { round, attempt }: DemandView): Slot => ({ runId, round, attempt });
