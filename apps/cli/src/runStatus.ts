/** Where a run stands, as facts: for people who ask, and for programs. */
import { epsilonWad } from '@concord/protocol';
import {
  type Address,
  currentAttempt,
  endOf,
  endWords,
  gasRoundsLeft,
  hasSaid,
  isCommittee,
  type RunView,
  waitingOf,
} from '@concord/sdk';
import type { Now } from './connect.ts';

type Moment = Pick<Now, 'view' | 'time'>;

/** Whom the run waits for, as far as they can be asked. */
interface Missing {
  readonly address: Address;
  readonly endpoint: string | undefined;
  /** undefined: does not answer. */
  readonly said: boolean | undefined;
}

async function missingIn(run: RunView, { view, time }: Moment, ask: boolean): Promise<readonly Missing[]> {
  const { whom, post, round, attempt } = waitingOf(run, time);
  return Promise.all(
    whom.map(async (address): Promise<Missing> => {
      const endpoint = run.endpoints.get(address) ?? view.endpoints.get(address);
      if (!ask || post === undefined || round === undefined || attempt === undefined)
        return { address, endpoint, said: false };
      return { address, endpoint, said: await hasSaid(endpoint, { runId: run.charterId, round, attempt }, post) };
    }),
  );
}

const wad = (value: bigint): number => Number(value) / 1e18;

/**
 * Where a run stands and whom it waits for. Without `ask` nobody is asked what they said already, so all who may still have
 * to say it are missing.
 */
export async function statusOf(run: RunView, now: Moment, { ask = true }: { readonly ask?: boolean } = {}) {
  const waiting = waitingOf(run, now.time);
  const { limits, members } = run.charter;
  const ended = endOf(run, now.time);
  const missing =
    waiting.phase === 'FAILED' ? [] : (await missingIn(run, now, ask)).filter(({ said }) => said !== true);
  return {
    charterId: run.charterId,
    phase: waiting.phase,
    round: waiting.round,
    attempt: waiting.attempt,
    rounds: limits.rounds,
    settled: run.attempts.filter(({ settled }) => settled).length,
    voided: run.attempts.filter(({ voided }) => voided).length,
    epsilon: wad(epsilonWad(run.rho, BigInt(limits.deltaExponent))),
    epsilonCap: wad(limits.epsilonCap),
    deltaExponent: limits.deltaExponent,
    members: members.length,
    votes: run.votes.size,
    joined: run.endpoints.size,
    committee: isCommittee(run.charter),
    /** Null: not capped. */
    gasCap: limits.gasCap === 0n ? null : Number(limits.gasCap),
    gasLeft: run.gasLeft === undefined ? null : Number(run.gasLeft),
    roundsThatGasPaysFor: gasRoundsLeft(run.charter, currentAttempt(run)?.round ?? limits.rounds, run.gasLeft) ?? null,
    waitsFor: waiting.what,
    secondsLeft: waiting.until === undefined ? undefined : waiting.until - now.time,
    missing,
    /** Null: the run goes on, or never began. */
    ended: ended ?? null,
    endedBecause: ended === undefined ? null : endWords(run),
    /** What members that signed to stop said that they had spent; of others nothing is on chain [RD17]. */
    stopReadings: run.stopped?.readings ?? [],
  };
}

export type RunStatus = Awaited<ReturnType<typeof statusOf>>;

export const PHASE_WORDS: Readonly<Record<string, string>> = {
  VOTING: 'the charter is up for vote',
  FAILED: 'the charter was not accepted',
  SEAT: 'holders take their seats',
  NOISE: 'noise is being brought',
  OPEN: 'the round is being opened',
  UPLOAD: 'updates are being brought',
  QUERY: 'the norm proofs are being challenged',
  VERIFY: 'the norm proofs are being checked',
  UNMASK: 'the sum is being opened; it is paid for',
  SETTLE: 'the new model is being signed',
  FINISHED: 'the run is over',
};
