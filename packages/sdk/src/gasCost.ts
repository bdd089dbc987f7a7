/**
 * What a run's transactions cost in gas, before it is voted on: straight lines in the number of shares through what the
 * contracts' own snapshots measure (packages/contracts/snapshots). The test holds them to those, and to a run.
 */
import type { Charter } from './facts.ts';
import { gasRoom } from './runEnd.ts';
import { isCommittee } from './seats.ts';

/** Gas = fixed + each · k. */
type Line = readonly [fixed: number, each: number];
const at = ([fixed, each]: Line, count: number): number => fixed + each * count;

/** Transactions of one attempt, in the order in which they land; `draw` in committees only. */
export const TRANSACTIONS = ['draw', 'seat', 'noise', 'open', 'upload', 'query', 'verify', 'unmask', 'settle'] as const;
export type Transaction = (typeof TRANSACTIONS)[number];

/**
 * Of a later round, whose words were written before. The snapshots land the same roots and digests in every round; in a
 * run they change, which costs 2,800 for each word: one at noise, upload and unmask, two at verify.
 */
const CONSORTIUM: Readonly<Record<Transaction, Line>> = {
  draw: [0, 0],
  seat: [60_790, 10_235],
  noise: [48_044, 5_550],
  open: [43_686, 764],
  upload: [48_066, 5_550],
  query: [43_786, 764],
  verify: [66_257, 5_546],
  unmask: [49_186, 6_920],
  settle: [48_702, 5_551],
};
const COMMITTEE: Readonly<Record<Transaction, Line>> = {
  draw: [51_463, 0],
  seat: [75_384, 24_440],
  noise: [50_214, 6_200],
  open: [43_686, 763],
  upload: [50_236, 6_200],
  query: [43_786, 763],
  verify: [77_997, 6_197],
  unmask: [64_294, 8_323],
  settle: [50_912, 6_191],
};
/** A seating of a committee hashes the whole roster. */
const ROSTER_SEAT = 610;
/** What the first round writes for the first time: six slots of 17,100 and, with the seats, the run's own. */
const FIRST_WORDS = 7 * 17_100;
const FIRST_SEAT = { consortium: [246_307, 1_487], committee: [85_752, 0] } as const satisfies Record<string, Line>;
const BEGIN = 281_670;
const PROPOSE: Line = [423_610, 8_376];
/** By the number of members, whose list is read; the first vote opens the ballot. */
const VOTE: Line = [51_450, 216];
const FIRST_VOTE = 17_000;
/** With an endpoint of about 30 bytes. */
const JOIN: Line = [66_800, 216];
const REGISTER: Line = [80_500, 2_190];
const VOID = 37_000;

export interface GasCost {
  readonly propose: number;
  /** One vote and one join of every member. */
  readonly votes: number;
  readonly firstRound: number;
  readonly laterRound: number;
  /** Transactions of a later round. */
  readonly transactions: Readonly<Record<Transaction, number>>;
  /** Ending an attempt whose deadline has passed. */
  readonly voidAttempt: number;
  /** What each aggregator paid once, before any run, to be on the roster; 0 in a consortium, and not in `total`. */
  readonly register: number;
  /** From the proposal to the last settled round, if no attempt is void. */
  readonly total: number;
}

/**
 * Gas of a run, about: per share and signature, independent of the model's size. `aggregators` is the length of the roster
 * that committees are drawn from, unless told the shortest from which one can be.
 */
export function gasCost(
  charter: Pick<Charter, 'members' | 'limits' | 'aggregation'>,
  { aggregators = 2 * charter.aggregation.shares }: { readonly aggregators?: number } = {},
): GasCost {
  const { members, limits, aggregation } = charter;
  const committee = isCommittee(charter);
  const k = aggregation.shares;
  const lines = committee ? COMMITTEE : CONSORTIUM;
  const roster = committee ? ROSTER_SEAT * aggregators : 0;
  const transactions = Object.fromEntries(
    TRANSACTIONS.map((name) => [name, at(lines[name], k) + (name === 'seat' ? roster : 0)]),
  ) as Record<Transaction, number>;
  const laterRound = Object.values(transactions).reduce((a, b) => a + b, 0);
  const first = at(committee ? FIRST_SEAT.committee : FIRST_SEAT.consortium, k);
  const firstRound = laterRound + first + FIRST_WORDS + (committee ? BEGIN : 0);
  const propose = at(PROPOSE, members.length);
  const votes = FIRST_VOTE + members.length * (at(VOTE, members.length) + at(JOIN, members.length));
  return {
    ...{ propose, votes, firstRound, laterRound, transactions },
    voidAttempt: VOID,
    register: committee ? at(REGISTER, aggregators) : 0,
    total: propose + votes + firstRound + laterRound * (limits.rounds - 1),
  };
}

/** Rounds that the gas which is left still pays for, each as dear as an ordinary one; undefined: no cap. */
export function gasRoundsLeft(charter: Charter, round: number, gasLeft: bigint | undefined): number | undefined {
  if (gasLeft === undefined) return undefined;
  const { firstRound, laterRound } = gasCost(charter);
  let left = gasLeft;
  let rounds = 0;
  for (let next = round; left >= gasRoom(charter, next) && next < charter.limits.rounds; next++) {
    left -= BigInt(next === 0 ? firstRound : laterRound);
    rounds += 1;
  }
  return rounds;
}
