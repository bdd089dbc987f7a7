/** What a run waits for at a moment, and of whom: for people who ask why nothing happens. Pure. */
import type { Address } from './facts.ts';
import { holdersOf, isCommittee } from './seats.ts';
import type { EndReason } from './runEnd.ts';
import { currentAttempt, deadlineOf, type Phase, type RunView, runPhaseAt } from './view.ts';

export interface Waiting {
  readonly phase: Phase | 'VOTING' | 'FAILED';
  readonly round?: number;
  readonly attempt?: number;
  /** Chain time, seconds, at which this phase is over one way or the other. */
  readonly until?: number;
  /** What is waited for, for people. */
  readonly what: string;
  /** Who may still have to say it. */
  readonly whom: readonly Address[];
  /** The post by which each of them says it (WI5); undefined while it is a vote, or the relayer's turn. */
  readonly post?: string;
}

const POSTS: Readonly<Record<Exclude<Phase, 'FINISHED'>, readonly [post: string, what: string]>> = {
  SEAT: ['Seat', 'a signed seat of every holder'],
  NOISE: ['NoiseClosed', 'noise reports of all members, and every holder’s signature under the list of them'],
  OPEN: ['open', 'every holder’s half of the opening beacon'],
  UPLOAD: ['UploadsClosed', 'updates of all members, and every holder’s signature under the list of them'],
  QUERY: ['query', 'every holder’s half of the query beacon'],
  VERIFY: ['Verified', 'the norm proofs to be checked, and every holder’s signature under the accept set'],
  UNMASK: ['Unmasked', 'one sum of every holder'],
  SETTLE: ['Settled', 'every holder’s signature under the new model'],
};

/** Why a run is over at this block time (seconds); undefined: it is not [RD16][RD17][CH8]. */
export function endOf(run: RunView, now: number): EndReason | 'sunset' | undefined {
  if (run.finished) return run.ended;
  return runPhaseAt(run, now) === 'FINISHED' ? 'sunset' : undefined;
}

/** Why a run is over, for people. Of one that is not finished: its sunset. */
export function endWords(run: RunView): string {
  const { ended, attempts, charter, stopped } = run;
  const settled = attempts.filter((each) => each.settled).length;
  const after = `stopped after round ${settled} of ${charter.limits.rounds}`;
  switch (ended) {
    case 'rounds':
      return 'every round is settled';
    case 'gas':
      return `${after}: the gas cap has no room for another round`;
    case 'privacy':
      return `${after}: the privacy budget pays for no other round`;
    case 'stopped':
      return `${after}: ${stopped?.readings.length} of ${charter.members.length} members signed to stop, as they do when their caps leave no room`;
    default:
      return `${after}: the charter’s sunset has come`;
  }
}

/** What the run waits for at this block time (seconds). */
export function waitingOf(run: RunView, now: number): Waiting {
  const { charter } = run;
  if (!run.passed) {
    const until = run.proposed.time + Number(charter.votingSeconds);
    const whom = charter.members.filter((member) => !run.votes.has(member));
    if (now > until) return { phase: 'FAILED', what: 'nothing: the vote ended without a majority', whom: [], until };
    return { phase: 'VOTING', what: `votes of more than half of ${charter.members.length} members`, whom, until };
  }
  const phase = runPhaseAt(run, now);
  const view = currentAttempt(run);
  if (!view || !phase || phase === 'FINISHED') {
    const what = `nothing: ${endWords(run)}`;
    return { phase: 'FINISHED', what, whom: [] };
  }
  const committee = isCommittee(charter);
  const common = { phase, round: view.round, attempt: view.attempt, until: deadlineOf(view, charter) };
  if (phase === 'SEAT' && committee && !view.draw)
    return { ...common, what: 'a relayer to draw the committee', whom: [] };
  const [post, what] = POSTS[phase];
  const drawn = committee ? (view.draw?.committee ?? []) : charter.members;
  const whom = phase === 'SEAT' ? drawn : holdersOf(view);
  return { ...common, what, whom, post: phase === 'SEAT' && committee ? 'CommitteeSeat' : post };
}
