/** What `GET /status` says: for people and dashboards, never for decisions. */
import { epsilonWad } from '@concord/protocol';
import { currentAttempt, deadlineOf, endWords, gasRoundsLeft, type RunView, runPhaseAt } from '@concord/sdk';
import type { Head } from './ports.ts';

const wad = (value: bigint): number => Number(value) / 1e18;

/** Where a run is, in plain numbers; times are seconds of the chain's clock. */
export function describeRun(run: RunView, head: Head): object {
  const view = currentAttempt(run);
  const phase = runPhaseAt(run, head.now) ?? 'VOTING';
  const { limits, members } = run.charter;
  return {
    run: run.charterId,
    phase,
    rounds: limits.rounds,
    ...(view && {
      round: view.round,
      attempt: view.attempt,
      seated: view.seated?.seats.length ?? 0,
      ...(phase !== 'FINISHED' && { secondsLeft: deadlineOf(view, run.charter) - head.now }),
    }),
    members: members.length,
    votes: run.votes.size,
    joined: run.endpoints.size,
    voided: run.attempts.filter((each) => each.voided).length,
    model: run.model,
    epsilon: wad(epsilonWad(run.rho, BigInt(limits.deltaExponent))),
    epsilonCap: wad(limits.epsilonCap),
    deltaExponent: limits.deltaExponent,
    ...(run.gasLeft !== undefined && {
      gasLeft: Number(run.gasLeft),
      roundsThatGasPaysFor: gasRoundsLeft(run.charter, view?.round ?? limits.rounds, run.gasLeft),
    }),
    finished: run.finished,
    ...(phase === 'FINISHED' && { why: endWords(run) }),
  };
}
