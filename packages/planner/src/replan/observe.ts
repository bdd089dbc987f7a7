/** What a run has shown of itself on chain: how long its phases take, what they cost, and what was lost. Pure. [PL12] */
import { epsilonWad } from '@concord/protocol';
import {
  type AttemptView,
  type Fact,
  isCommittee,
  type Origin,
  type RunView,
  TRANSACTIONS,
  type Transaction,
} from '@concord/sdk';
import { mean } from '../mean.ts';

/** A phase of one attempt: seconds from the block that began it, and the gas of the transaction that ended it. */
export interface Step {
  readonly phase: Transaction;
  readonly seconds: number;
  readonly gas: number;
}

export interface Lost {
  readonly seconds: number;
  readonly gas: number;
  /** Whether ε was charged; on the mean, how often. */
  readonly charged: number;
}

export interface Observed {
  /** Rounds that are FINAL. */
  readonly settled: number;
  /** Each attempt that was void at a deadline; one that members stopped is none. */
  readonly voids: readonly Lost[];
  /** Training rounds that are FINAL, and the mean of their steps; none before there is one. */
  readonly measured: number;
  readonly steps: readonly Step[] | undefined;
  /** Of every transaction that told a fact of this run. */
  readonly gas: number;
  /** Seconds from the first seats to the last settled round. */
  readonly seconds: number;
  readonly epsilon: number;
}

/** Transactions of an attempt that have landed, in their order. */
export function landedIn(view: AttemptView): readonly { readonly phase: Transaction; readonly origin: Origin }[] {
  const facts: Readonly<Record<Transaction, { readonly origin: Origin } | undefined>> = {
    ...{ draw: view.draw, seat: view.seated, noise: view.noise, open: view.open, upload: view.uploads },
    ...{ query: view.query, verify: view.verified, unmask: view.unmasked, settle: view.settled },
  };
  return TRANSACTIONS.flatMap((phase) => (facts[phase] ? [{ phase, origin: facts[phase].origin }] : []));
}

/** The phases that an attempt of this run has. */
export const phasesOf = ({ charter }: Pick<RunView, 'charter'>): readonly Transaction[] =>
  TRANSACTIONS.filter((phase) => phase !== 'draw' || isCommittee(charter));

function stepsIn(view: AttemptView): readonly Step[] {
  let before = view.began;
  return landedIn(view).map(({ phase, origin }) => {
    const seconds = Math.max(0, origin.time - before);
    before = origin.time;
    return { phase, seconds, gas: Number(origin.gas) };
  });
}

/** What the facts of a chain (of all its runs, or of this one) tell of a run. */
export function observe(run: RunView, facts: readonly Fact[]): Observed {
  const settled = run.attempts.filter((each) => each.settled);
  const seated = run.attempts.find((each) => each.seated)?.seated?.origin.time;
  const last = settled.at(-1)?.settled?.origin.time;
  const stopped = run.stopped?.origin.transaction;
  const voids = run.attempts.flatMap((view): Lost[] =>
    view.voided && view.voided.origin.transaction !== stopped
      ? [
          {
            seconds: view.voided.origin.time - view.began,
            gas: landedIn(view).reduce((sum, { origin }) => sum + Number(origin.gas), Number(view.voided.origin.gas)),
            charged: view.verified ? 1 : 0,
          },
        ]
      : [],
  );
  // Round 0 opens statistics, and writes the run's words for the first time: it is like no later one.
  const training = settled.filter(({ round }) => round > 0).map(stepsIn);
  const of = (phase: Transaction, what: 'seconds' | 'gas'): number =>
    mean(training.flatMap((steps) => steps.filter((step) => step.phase === phase).map((step) => step[what])));
  const transactions = new Map(
    facts.flatMap((fact) => {
      const id = 'runId' in fact ? fact.runId : 'charterId' in fact ? fact.charterId : undefined;
      return id === run.charterId ? [[fact.origin.transaction, Number(fact.origin.gas)] as const] : [];
    }),
  );
  return {
    settled: settled.length,
    voids,
    measured: training.length,
    steps:
      training.length === 0
        ? undefined
        : phasesOf(run).map((phase) => ({ phase, seconds: of(phase, 'seconds'), gas: of(phase, 'gas') })),
    gas: [...transactions.values()].reduce((a, b) => a + b, 0),
    seconds: seated === undefined || last === undefined ? 0 : last - seated,
    epsilon: Number(epsilonWad(run.rho, BigInt(run.charter.limits.deltaExponent))) / 1e18,
  };
}
