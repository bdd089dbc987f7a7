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

export type Landing =
  | { readonly kind: 'land'; readonly phase: Exclude<Phase, 'FINISHED'>; readonly view: AttemptView }
  /** Seat only those who answer: the seat deadline has passed [RD6]. */
  | { readonly kind: 'seatPresent'; readonly least: number; readonly view: AttemptView }
  | { readonly kind: 'void'; readonly view: AttemptView };

/** The transition that the run waits for at the head `block` with time `now` (seconds); undefined while there is none. */
export function landingOf(run: RunView, now: number, block: bigint): Landing | undefined {
  const view = currentAttempt(run);
  const phase = runPhaseAt(run, now);
  if (!view || !phase || phase === 'FINISHED') return undefined;
  if (isOverdue(view, run.charter, now)) return { kind: 'void', view };
  if (phase === 'SEAT' && now > deadlineOf(view, run.charter))
    return { kind: 'seatPresent', least: Math.max(run.charter.limits.minCohort, 3), view };
  // A beacon takes the hash of the block after the one that closed the list [RD8].
  const closed = phase === 'OPEN' ? view.noise : phase === 'QUERY' ? view.uploads : undefined;
  if (closed && block <= closed.origin.block) return undefined;
  return { kind: 'land', phase, view };
}
