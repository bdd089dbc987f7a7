/** Training numbers chosen by successive halving (Jamieson, Talwalkar, AISTATS 2016): many few times, few many times. [PL7] */
import { between, type TrainingNumbers } from './numbers.ts';

/** Numbers under trial, with what they scored so far. */
export interface Trial {
  readonly numbers: TrainingNumbers;
  readonly scores: number[];
}

/** How many trials are left in a stage, and how many runs each has had at its end. */
export interface Stage {
  readonly trials: number;
  readonly runs: number;
}

/** What choosing needs of a pilot. */
export interface Tryout {
  /** The score of numbers in their run number `run`: what that draws and where it is scored is alike for all numbers. */
  readonly play: (numbers: TrainingNumbers, run: number) => number;
  /** Called after so many runs are done or given up. */
  readonly tell: (runs: number) => Promise<void>;
  /** Whether no run should begin that is not needed. */
  readonly late: () => boolean;
}

/** The best of the first stage, of which every pair has a child between them. */
const PARENTS = 4;
const CHILDREN = (PARENTS * (PARENTS - 1)) / 2;

/** Fewest numbers that can be chosen among: those known, and one to be drawn for each. */
export const LEAST_CANDIDATES = PARENTS;

export const stagesOf = (candidates: number, repeats: number): readonly Stage[] => [
  { trials: candidates, runs: Math.ceil(repeats / 2) },
  { trials: Math.max(PARENTS, Math.ceil(candidates / 3)), runs: Math.ceil((3 * repeats) / 2) },
  { trials: Math.max(PARENTS, Math.ceil(candidates / 9)), runs: 4 * repeats },
];

/** Runs that `halve` makes. */
export const runsOf = (stages: readonly Stage[]): number =>
  stages.reduce(
    (sum, { trials, runs }, i) => sum + trials * (runs - (stages[i - 1]?.runs ?? 0)),
    CHILDREN * stages[0]!.runs,
  );

/** The mean less one standard error: of equals, the one that fails less often. */
function prospect({ scores }: Trial): number {
  const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return mean - Math.sqrt(squares / Math.max(1, scores.length - 1) / scores.length);
}

/** Best first. */
export const ranked = (trials: readonly Trial[]): Trial[] => [...trials].sort((a, b) => prospect(b) - prospect(a));

export const trialOf = (numbers: TrainingNumbers): Trial => ({ numbers, scores: [] });

/** Plays all trials until each has had so many runs, at least one. Returns whether time was too short for that. */
export async function tryOut(trials: readonly Trial[], runs: number, { play, tell, late }: Tryout): Promise<boolean> {
  for (let run = trials[0]!.scores.length; run < runs; run++) {
    if (run > 0 && late()) {
      await tell(trials.length * (runs - run));
      return true;
    }
    for (const { numbers, scores } of trials) {
      scores.push(play(numbers, run));
      await tell(1);
    }
  }
  return false;
}

/**
 * Chooses among `known` numbers, which stay to the last stage, and others, of which the worse are dropped after each. What
 * lies between each two of the best four of the first stage takes part from the second on: between two good ones there is
 * often a better one. Returns those of the last stage, best first, and whether time was short.
 */
export async function halve(
  known: readonly TrainingNumbers[],
  others: readonly TrainingNumbers[],
  stages: readonly Stage[],
  tryout: Tryout,
): Promise<{ readonly left: readonly Trial[]; readonly short: boolean }> {
  const kept = known.map(trialOf);
  let rest = others.map(trialOf);
  let short = false;
  for (const [i, { trials, runs }] of stages.entries()) {
    if (i > 0) rest = ranked(rest).slice(0, trials - kept.length);
    short = (await tryOut([...kept, ...rest], runs, tryout)) || short;
    if (i > 0) continue;
    const parents = ranked([...kept, ...rest]).slice(0, PARENTS);
    const children = parents.flatMap((a, j) =>
      parents.slice(j + 1).map((b) => trialOf(between(a.numbers, b.numbers, 0.5))),
    );
    short = (await tryOut(children, runs, tryout)) || short;
    rest.push(...children);
  }
  return { left: ranked([...kept, ...rest]), short };
}
