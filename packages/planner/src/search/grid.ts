/** The grid of choices that the planner looks at, every one of them. [PL1][PL8] */
import { type CharterText, decodeCharterText, roundsOf } from '@concord/protocol';
import type { Budget, Chain, Choice, Draft } from '../types.ts';

/** Who may hold the shares: the members, or k pairs of drawn aggregators. */
export type Holders = 'members' | number;

export interface Grid {
  /** Ascending. */
  readonly trainingRounds: readonly number[];
  /** Descending; the first is the most that the person allows. */
  readonly epsilons: readonly number[];
  readonly holders: readonly Holders[];
  readonly chains: readonly string[];
  /** Laid over the text's training numbers: other local passes of fedAvg. The first, `{}`, changes nothing. */
  readonly training: readonly Readonly<Record<string, unknown>>[];
  /** Parts of the drafted deadlines, the first is 1; without it only those. */
  readonly slack?: readonly number[];
}

/** Neighbors on the ladder of rounds differ by one, or by at most this part. */
const STEP = 1.02;
/** The ladder ends at this many times the draft's own rounds. */
const MOST = 2;

/** Rounds from 1 to twice the draft's: every number at first, then in steps of 2 %, always with the draft's own. */
export function ladder(own: number): number[] {
  const rungs = new Set([own]);
  for (let rung = 1; rung <= MOST * own; rung = Math.max(rung + 1, Math.floor(rung * STEP))) rungs.add(rung);
  return [...rungs].sort((a, b) => a - b);
}

export const holdersOf = ({ terms }: Draft): Holders => terms.committee?.shares ?? 'members';

/** What a draft's own local passes may become: half and twice as many, where its algorithm has passes. */
function passesOf({ training }: CharterText): Grid['training'] {
  if (training.algorithm !== 'fedAvg') return [{}];
  const { passes } = training.local;
  const others = [Math.max(1, Math.floor(passes / 2)), 2 * passes].filter((each) => each !== passes);
  return [{}, ...others.map((each) => ({ local: { passes: each } }))];
}

/**
 * The choices of a draft: its own holders and those that the person allows, every chain that has a price, half and twice its local passes, where
 * somebody may be absent half and a quarter of its deadlines, and, where the budget speaks of ε, half and a quarter of it
 * beside it. A budget of ε never raises what the draft promises. Throws
 * CharterTextError.
 */
export function gridOf(
  draft: Draft,
  {
    chains,
    budget = {},
    holders = [],
    absence = 0,
  }: {
    readonly chains: readonly Chain[];
    readonly budget?: Budget;
    readonly holders?: readonly Holders[];
    readonly absence?: number;
  },
): Grid {
  const text = decodeCharterText(draft.text);
  const levels = roundsOf(text);
  const epsilon = Math.min(draft.terms.epsilon, budget.epsilon ?? Infinity);
  return {
    // Trees grow a level a round: other rounds would be other trees.
    trainingRounds: levels === undefined ? ladder(draft.terms.trainingRounds) : [levels],
    epsilons: budget.epsilon === undefined ? [epsilon] : [epsilon, epsilon / 2, epsilon / 4],
    holders: [...new Set([holdersOf(draft), ...holders])],
    chains: chains.map(({ name }) => name),
    training: passesOf(text),
    // Where nobody is ever absent nobody waits for a deadline.
    ...(absence > 0 && { slack: [1, 1 / 2, 1 / 4] }),
  };
}

/** Hours at which beginning may make a difference. */
export const hoursOf = ({ gasPrice }: Chain): readonly number[] =>
  typeof gasPrice === 'number' ? [0] : Array.from(gasPrice, (_, hour) => hour);

/** A choice for each combination but the hour, which is taken where it is cheapest. */
export function outerChoices(grid: Grid, own: number): Omit<Choice, 'hour'>[] {
  return grid.chains.flatMap((chain) =>
    grid.holders.flatMap((holders) =>
      grid.epsilons.flatMap((epsilon) =>
        grid.training.flatMap((training) =>
          (grid.slack ?? [1]).flatMap((slack) =>
            grid.trainingRounds.map((trainingRounds) => ({
              trainingRounds,
              ...(epsilon !== own && { epsilon }),
              ...(holders !== 'members' && { committee: { shares: holders } }),
              ...(Object.keys(training).length > 0 && { training }),
              ...(slack !== 1 && { slack }),
              chain,
            })),
          ),
        ),
      ),
    ),
  );
}
