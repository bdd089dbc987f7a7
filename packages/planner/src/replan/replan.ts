/** What is left of a run that is under way, as things are: asked again between any two attempts. Pure. [PL12] */
import {
  byteCost,
  type CompiledCharter,
  currentAttempt,
  type Fact,
  gasCost,
  isOverdue,
  phaseAt,
  type RunView,
  runPhaseAt,
  type Transaction,
} from '@concord/sdk';
import { costOf } from '../cost/costOf.ts';
import { gasPriceAt } from '../cost/gasPrice.ts';
import { NETWORK } from '../cost/overheads.ts';
import { stepsOf } from '../cost/rounds.ts';
import type { Budget, Calibration, Chain, Prices } from '../types.ts';
import { type Chance, chanceOf } from './chance.ts';
import type { Advice, Left, Replan } from './document.ts';
import { endsOf } from './ends.ts';
import { landedIn, type Lost, type Observed, observe, phasesOf, type Step } from './observe.ts';
import { movedSince, type Planned } from './moved.ts';
import { type Rest, type Walk, walk } from './walk.ts';
import { sentencesOf } from './words.ts';

/** There is nothing to plan: the run has not begun, or is over. */
export class ReplanError extends Error {
  readonly code: 'NOT_PASSED' | 'FINISHED';
  constructor(code: ReplanError['code'], message: string) {
    super(message);
    this.name = 'ReplanError';
    this.code = code;
  }
}

export interface ReplanQuestion {
  readonly compiled: CompiledCharter;
  readonly run: RunView;
  /** Of the whole chain, or of this run. */
  readonly facts: readonly Fact[];
  /** Unix seconds, by the chain's clock. */
  readonly time: number;
  /** Of what is left, not of the whole run. */
  readonly budget: Budget;
  /** Records that each member is taken to hold. */
  readonly records: readonly number[];
}

export interface ReplanKnown {
  /** Its first chain is the run's own, with the gas price of its last day. */
  readonly prices: Prices;
  readonly calibration: Calibration;
  readonly planned?: Planned;
}

const HOURS = 24;
const HOUR = 3_600;
const GIGABYTE = 1e9;
/** Where nothing was tried yet everything is possible; a run in which nearly every attempt is void has no rest to tell. */
const MOST_ABSENCE = 0.9;

/** A void attempt as PL4 has it: any of the phases after the seats, equally likely; the next one waits for seats as long as it may. */
function lostBefore({ charter }: CompiledCharter, steps: readonly Step[], voidGas: number): Lost {
  const { deadlines } = charter;
  const seat = charter.aggregation.holders === 2 ? 0 : deadlines.seat;
  const after = steps.filter(({ phase }) => phase !== 'draw' && phase !== 'seat');
  let [seconds, gas] = [0, 0];
  for (const step of steps) {
    if (after.includes(step)) {
      const { phase } = step as { readonly phase: Exclude<Transaction, 'draw'> };
      const before = steps.slice(0, steps.indexOf(step));
      seconds += before.reduce((all, each) => all + each.seconds, deadlines[phase] + seat);
      gas += before.reduce((all, each) => all + each.gas, voidGas);
    }
  }
  return { seconds: seconds / after.length, gas: gas / after.length, charged: 2 / after.length };
}

/** What is expected of void attempts counts as one of them beside those that there were. */
function lostNow(before: Lost, { voids }: Observed): Lost {
  const of = (what: keyof Lost): number =>
    (before[what] + voids.reduce((sum, each) => sum + each[what], 0)) / (voids.length + 1);
  return { seconds: of('seconds'), gas: of('gas'), charged: of('charged') };
}

interface Ground {
  readonly rest: Rest;
  readonly observed: Observed;
  readonly absence: Chance;
}

function groundOf(question: ReplanQuestion, { prices, calibration }: ReplanKnown, chain: Chain): Ground {
  const { compiled, run, facts, time, records } = question;
  const { charter } = compiled;
  const { network = NETWORK, aggregators } = prices;
  const costs = gasCost(charter, aggregators === undefined ? {} : { aggregators });
  const seen = observe(run, facts);
  const steps: readonly Step[] =
    seen.steps ??
    stepsOf(compiled, chain, network, calibration, Math.max(...records)).map(({ phase, seconds }) => ({
      ...{ phase, seconds, gas: costs.transactions[phase] },
    }));
  const attempt = currentAttempt(run)!;
  // Nobody has ended it yet, but nobody can save it either.
  const overdue = isOverdue(attempt, charter, time);
  const landed = overdue ? [] : landedIn(attempt);
  const began = landed.at(-1)?.origin.time ?? (overdue ? time : attempt.began);
  const more = attempt.round === 0 ? costs.firstRound - costs.laterRound : 0;
  const first = phasesOf(run)
    .slice(landed.length)
    .map((phase, i): Step => {
      const step = steps.find((each) => each.phase === phase)!;
      const seconds = i === 0 ? Math.max(0, step.seconds - (time - began)) : step.seconds;
      return { ...step, seconds, gas: step.gas + (phase === 'seat' ? more : 0) };
    });
  const observed: Observed = overdue
    ? {
        ...seen,
        voids: [
          ...seen.voids,
          {
            seconds: time - attempt.began,
            gas: landedIn(attempt).reduce((sum, { origin }) => sum + Number(origin.gas), costs.voidAttempt),
            charged: attempt.verified ? 1 : 0,
          },
        ],
      }
    : seen;
  const rest: Rest = {
    ...{ time, rounds: charter.limits.rounds - attempt.round, first, steps },
    lost: lostNow(lostBefore(compiled, steps, costs.voidAttempt), observed),
    deadlines: charter.deadlines,
    blockSeconds: chain.blockSeconds,
  };
  return {
    rest,
    observed,
    absence: chanceOf(observed.voids.length, observed.settled + observed.voids.length, prices.absence),
  };
}

const limited = (chance: number): number => Math.min(MOST_ABSENCE, chance);

/** Whether what is left keeps what was said of money, gas, bytes and time; ε is the charter's own. */
function keepsBudget({ usd, gas, seconds, bytes }: Left, budget: Budget): boolean {
  const within = (have: number, most: number | undefined): boolean => most === undefined || have <= most;
  return (
    within(usd.total, budget.usd) &&
    within(gas, budget.gas) &&
    within(seconds, budget.seconds) &&
    within(bytes.all, budget.bytes) &&
    within(bytes.member, budget.memberBytes)
  );
}

/**
 * The rest of a run. Throws ReplanError where the charter has not passed or the run is over, CostError for prices that are
 * none or records of another number of members.
 */
export function replan(question: ReplanQuestion, known: ReplanKnown): Replan {
  const { compiled, run, time, budget, records } = question;
  const { prices, calibration, planned } = known;
  const { charter } = compiled;
  const phase = runPhaseAt(run, time);
  if (phase === undefined)
    throw new ReplanError(
      'NOT_PASSED',
      'its members have not accepted this charter yet: ask “concord plan” what it would cost',
    );
  if (phase === 'FINISHED') throw new ReplanError('FINISHED', 'the run is over: nothing is left to plan');
  const chain = prices.chains[0]!;
  const cost = costOf(compiled, { chain: chain.name, hour: 0 }, { ...prices, absence: 0 }, calibration, records);
  const { rest: whole, observed, absence } = groundOf(question, known, chain);
  const size = byteCost(charter, { textBytes: compiled.textBytes.length });
  const { rounds } = charter.limits;
  const attempt = currentAttempt(run)!;
  const caps = compiled.text.caps;
  const ends = endsOf({
    ...{ run, rest: whole, absence: { ...absence, high: limited(absence.high) }, caps: caps ?? {} },
    ended: observed.settled + observed.voids.length,
    charged: phaseAt(attempt) === 'UNMASK' || phaseAt(attempt) === 'SETTLE',
    takes: {
      bytes: size.memberPerRound,
      bytesOnce: size.memberOnce,
      seconds: cost.processorSeconds.member / rounds,
    },
  });
  // Rounds that nothing pays for will cost nothing.
  const rest: Rest = { ...whole, rounds: Math.min(...ends.map((each) => each.rounds)) };

  const leftOf = ({ gas, wei, seconds, voids }: Walk): Left => {
    const attempts = rest.rounds + voids;
    const all = attempts * size.allPerRound;
    const usd = {
      gas: (wei / 1e18) * chain.usdPerEther,
      bytes: (all / GIGABYTE) * prices.usdPerGigabyte,
      compute: (cost.usd.compute / rounds) * attempts,
    };
    return {
      usd: { ...usd, total: usd.gas + usd.bytes + usd.compute },
      ...{ gas, seconds, voids, bytes: { member: attempts * size.memberPerRound, all } },
    };
  };
  const at = (chance: number, more: { readonly maxGasPrice?: number; readonly wait?: number } = {}): Left =>
    leftOf(walk(rest, { gasPrice: chain.gasPrice, absence: limited(chance), ...more }));
  const expected = at(absence.expected);

  // The next seats are waited for until a full hour: nothing else of a run can be put off.
  const intoHour = time % HOUR;
  const curve = typeof chain.gasPrice === 'number' ? [] : chain.gasPrice;
  const waits =
    curve.length === 0 ? [0] : [0, ...Array.from({ length: HOURS - 1 }, (_, i) => (i + 1) * HOUR - intoHour)];
  const straight = (wait: number): Walk => walk(rest, { gasPrice: chain.gasPrice, absence: absence.expected, wait });
  const starts = waits
    .filter((wait) => wait === 0 || straight(wait).lastSeat <= Number(charter.limits.sunset))
    .map((wait) => ({ wait, left: at(absence.expected, { wait }) }));
  const best = starts.reduce((a, b) => (b.left.usd.total < a.left.usd.total ? b : a));

  const answer = {
    version: 1,
    run: {
      ...{ id: run.charterId, phase, time, rounds, settled: observed.settled },
      ...{ voids: observed.voids.length, chargedVoids: observed.voids.filter(({ charged }) => charged > 0).length },
      ...{ gas: observed.gas, epsilon: observed.epsilon, epsilonCap: Number(charter.limits.epsilonCap) / 1e18 },
      roundSeconds: rest.steps.reduce((sum, { seconds }) => sum + seconds, 0),
      ...{ measured: observed.measured, held: phase === 'SEAT' },
    },
    ...{ prices, calibration, records, absence, ends, best, budget },
    left: { expected, low: at(absence.low), high: at(absence.high) },
    relayer: adviceOf(expected, curve, budget, (maxGasPrice) => at(absence.expected, { maxGasPrice })),
    moved: planned ? movedSince(planned, { compiled, observed, rest, absence, chain }) : [],
  } as const;
  return { ...answer, sentences: sentencesOf({ ...answer, priceNow: gasPriceAt(chain.gasPrice, time / HOUR) }) };
}

/** The highest limit, so the least waiting, that keeps the budget; where none does, the one that costs least. */
function adviceOf(asIs: Left, curve: readonly number[], budget: Budget, at: (maxGasPrice: number) => Left): Advice {
  if (keepsBudget(asIs, budget)) return { left: asIs, keeps: true };
  const limits = [...new Set(curve.map((price) => Math.ceil(price)))].sort((a, b) => b - a);
  const tried = limits.map((maxGasPrice) => ({ maxGasPrice, left: at(maxGasPrice) }));
  const fits = tried.find(({ left }) => keepsBudget(left, budget));
  if (fits) return { ...fits, keeps: true };
  const cheapest = tried.reduce<Omit<Advice, 'keeps'>>((a, b) => (b.left.usd.total < a.left.usd.total ? b : a), {
    left: asIs,
  });
  return { ...cheapest, keeps: false };
}
