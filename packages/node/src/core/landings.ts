/** What a relayer has to do now: pure, and free of secrets. Landing what has already landed reverts, harmlessly [RD2]. */
import {
  type AttemptView,
  currentAttempt,
  deadlineOf,
  isOverdue,
  type Phase,
  type RunView,
  runPhaseAt,
} from '../../../sdk/src/view.ts';
import type { Address, Hex } from '../../../sdk/src/facts.ts';
import { isCommittee, placesOf } from '../../../sdk/src/seats.ts';
import { quarterOf } from './duties.ts';

export type Landing =
  /** [CM2][CM3] A committee's run takes its first snapshot; an attempt draws who sits in it. */
  | { readonly kind: 'begin'; readonly view: AttemptView }
  | { readonly kind: 'draw'; readonly view: AttemptView }
  /** `standbys`: a quarter of the time has passed, and what standbys say is asked for too [CM7]. */
  | {
      readonly kind: 'land';
      readonly phase: Exclude<Phase, 'FINISHED'>;
      readonly view: AttemptView;
      readonly standbys: boolean;
    }
  /** Seat only those who answer: the seat deadline has passed [RD6][CM5]. */
  | { readonly kind: 'seatPresent'; readonly least: number; readonly view: AttemptView }
  | { readonly kind: 'void'; readonly view: AttemptView };

export interface Forfeit {
  readonly demandId: Hex;
  readonly holder: Address;
  /** The attempt that it is about. */
  readonly view: AttemptView;
}

/** The transition that the run waits for at the head `block` with time `now` (seconds); undefined while there is none. */
export function landingOf(run: RunView, now: number, block: bigint): Landing | undefined {
  const view = currentAttempt(run);
  const phase = runPhaseAt(run, now);
  if (!view || !phase || phase === 'FINISHED') return undefined;
  if (isOverdue(view, run.charter, now)) return { kind: 'void', view };
  const deadline = deadlineOf(view, run.charter);
  if (phase === 'SEAT') {
    const drawing = isCommittee(run.charter) && !view.draw;
    if (drawing) return drawingOf(run, view, block);
    if (now > deadline) return { kind: 'seatPresent', least: Math.max(run.charter.limits.minCohort, 3), view };
  }
  // A beacon takes the hash of the block after the one that closed the list [RD8].
  const closed = phase === 'OPEN' ? view.noise : phase === 'QUERY' ? view.uploads : undefined;
  if (closed && block <= closed.origin.block) return undefined;
  const allowed = run.charter.deadlines[phase.toLowerCase() as Lowercase<typeof phase>];
  const standbys = isCommittee(run.charter) && now >= deadline - allowed + quarterOf(allowed);
  return { kind: 'land', phase, view, standbys };
}

/**
 * [CM10] Demands that are due and unanswered, to be forfeited: that names the holder, ends the attempt if the bytes are
 * promised in it, and gives the bond back. Of strangers to the attempt, of whom there may be any number, whoever asked
 * them sees to it.
 */
export const forfeitsDue = (
  { demands, attempts }: Pick<RunView, 'demands' | 'attempts'>,
  now: number,
): readonly Forfeit[] =>
  [...demands].flatMap(([demandId, { state, due, holder, round, attempt }]) => {
    const view = attempts.find((each) => each.round === round && each.attempt === attempt);
    return state === 'open' && now >= due && view && placesOf(view, holder) ? [{ demandId, holder, view }] : [];
  });

/** [CM2][CM3] The draw takes the hash of the block after the fact that it follows. */
function drawingOf(run: RunView, view: AttemptView, block: bigint): Landing | undefined {
  const { snapshot } = run;
  if (!snapshot) return { kind: 'begin', view };
  return block <= (drawnAfter(run) ?? block) ? undefined : { kind: 'draw', view };
}

/** The block after which the coming draw's beacon is; undefined before the first snapshot. */
export function drawnAfter({ snapshot, attempts }: RunView): bigint | undefined {
  const before = attempts.at(-2);
  const after = before?.voided ?? before?.unmasked;
  if (!snapshot) return undefined;
  return after && after.origin.block > snapshot.origin.block ? after.origin.block : snapshot.origin.block;
}
