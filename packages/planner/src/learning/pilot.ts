/**
 * A pilot: the run's own rule at several numbers of rounds and levels of noise, in one process, on records that somebody
 * holds or that are made up, each run scored on records that it did not train on [PL6]; the training numbers of each point
 * chosen by successive halving (Jamieson, Talwalkar, AISTATS 2016) among numbers drawn at random [PL7].
 *
 * Noise is scaled by how many records the pilot trains on, so that a record weighs beside it what it will weigh in the run.
 */
import { type Records, seededRandom } from '@concord/trainer';
import type { Draft, Metric } from '../types.ts';
import { type Declared, type Fold, foldsOf, sampled, syntheticRecords } from './folds.ts';
import { type Level, levelOf, PilotError, playOn } from './level.ts';
import { between, drawNumbers, faster, GRID, numbersOf, type TrainingNumbers } from './numbers.ts';
import type { Scores } from './score.ts';

export interface PilotTask {
  readonly draft: Draft;
  /** What each member will bring to the run, in the order of `records` where those are given. */
  readonly declared: readonly Declared[];
  /** Records that the person holds, member by member (one is enough). Without any they are made up. */
  readonly records?: readonly Records[];
  /** What numbers are chosen by; the charter's bar's measure by default, else AUC. */
  readonly metric?: Metric;
}

export interface PilotOptions {
  /** Training rounds to try, the draft's the most; by default 1, 2, 4, 8, … up to the draft's. */
  readonly rounds?: readonly number[];
  /** Beside the draft's ε, so many times of it; by default a half and the double. */
  readonly budgets?: readonly number[];
  /** Held-out parts; 5. */
  readonly folds?: number;
  /** Numbers tried at each number of rounds; 48. */
  readonly candidates?: number;
  /** Measured runs of each held-out part at each point; 2. Twice as many also means twice as many to choose by. */
  readonly repeats?: number;
  /** Most records that it is made with; 10,000. */
  readonly records?: number;
  /** Most of them that numbers are chosen by training on; 2,500. */
  readonly choosing?: number;
  /** Draws everything; 1. */
  readonly seed?: number;
  /** About how long it may take; without it, as long as it takes. Needs `now`. */
  readonly seconds?: number;
  /** Milliseconds of any clock. */
  readonly now?: () => number;
  /** Awaited between runs. */
  readonly breathe?: () => Promise<void>;
}

export interface PilotRun {
  readonly fold: number;
  readonly seed: number;
  readonly scores: Scores;
}

/** One number of rounds at one ε: what was chosen there, and what it scored in runs that had no part in the choice. */
export interface PilotPoint {
  readonly trainingRounds: number;
  readonly epsilon: number;
  /** As `privacyCost` says it. */
  readonly multiplier: number;
  readonly training: TrainingNumbers;
  readonly runs: readonly PilotRun[];
}

/** Plain data: a plan holds it (PL10). */
export interface Pilot {
  readonly version: 1;
  /** 'synthetic': every figure of it is about made-up records. */
  readonly origin: 'own' | 'synthetic';
  /** Records that it was made with, and that the run will have. */
  readonly records: { readonly used: number; readonly declared: number };
  /** What the numbers were chosen by. */
  readonly metric: Metric;
  readonly seed: number;
  readonly folds: number;
  readonly grid: string;
  readonly points: readonly PilotPoint[];
  /** The draft as it is, measured likewise. */
  readonly drafted: PilotPoint;
  /** What was not done for lack of time, in words. */
  readonly leftOut: readonly string[];
  /** What publishing it would give away, or what it does not say. */
  readonly warning: string;
}

export interface PilotProgress {
  readonly done: number;
  readonly of: number;
  readonly trainingRounds: number;
  readonly what: 'choose' | 'measure';
}

const WARNINGS = {
  own: 'Made on real records: what it says of them is protected by no ε. Whoever publishes it, or a charter tuned by it, spends privacy that no ledger counts.',
  synthetic: 'Made on invented records of the declared sizes: it says how rounds and noise trade, and nothing about what a model would reach on real ones.',
} as const;

/** Numbers under trial, with what they scored so far. */
interface Trial {
  readonly numbers: TrainingNumbers;
  readonly scores: number[];
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** The mean less one standard error: of equals, the one that fails less often. */
function prospect({ scores }: Trial): number {
  const m = mean(scores);
  const squares = scores.reduce((sum, score) => sum + (score - m) ** 2, 0);
  return m - Math.sqrt(squares / Math.max(1, scores.length - 1) / scores.length);
}

const best = (trials: readonly Trial[], keep: number): Trial[] => [...trials].sort((a, b) => prospect(b) - prospect(a)).slice(0, keep);

const doublings = (most: number): number[] => {
  const out: number[] = [];
  for (let t = 1; t < most; t *= 2) out.push(t);
  return [...out, most];
};

/** A stage of successive halving: how many trials have how many runs when it ends. */
interface Stage {
  readonly trials: number;
  readonly runs: number;
}

interface Ground {
  readonly folds: readonly Fold[];
  /** Records that the run will have. */
  readonly all: number;
  readonly seed: number;
}

const countOf = (members: readonly Records[]): number => members.reduce((sum, { count }) => sum + count, 0);

/** Run number `run` of a level: which part it holds out and what it draws follow from the number, alike for all numbers under trial. */
function playPart({ folds, all, seed }: Ground, level: Level, numbers: TrainingNumbers, run: number): PilotRun {
  const fold = run % folds.length;
  const { members, held } = folds[fold]!;
  const drawn = seed * 10_000 + run;
  return { fold, seed: drawn, scores: playOn(level, numbers, members, held, countOf(members) / all, drawn) };
}

/** The best of the first stage, of which every pair has a child between them. */
const PARENTS = 4;
const CHILDREN = (PARENTS * (PARENTS - 1)) / 2;

/** Runs that choose and runs that measure draw different things. */
const MEASURING = 5_000;

/**
 * Makes a pilot. Deterministic by seed, unless `seconds` cuts it short (`leftOut` says where). Throws PilotError (too few
 * records, trees, options that say nothing), and what compileCharter throws for the draft.
 */
export async function pilot(task: PilotTask, options: PilotOptions = {}, onProgress: (progress: PilotProgress) => void = () => undefined): Promise<Pilot> {
  const { draft, declared } = task;
  const { folds: k = 5, candidates = 48, repeats = 2, records: most = 10_000, choosing = 2_500, seed = 1, budgets = [0.5, 2] } = options;
  const { seconds = Number.POSITIVE_INFINITY, now = () => 0, breathe } = options;
  const rounds = [...new Set(options.rounds ?? doublings(draft.terms.trainingRounds))].sort((a, b) => b - a);
  if (rounds.length === 0 || k < 2 || candidates < 12 || repeats < 1)
    throw new PilotError('OPTIONS', 'need rounds to try, at least 2 held-out parts, 12 candidates and 1 repeat');
  if (options.seconds !== undefined && options.now === undefined)
    throw new PilotError('OPTIONS', 'a pilot that is bounded in seconds needs a clock: pass `now`');
  const own = levelOf(draft, declared.length, draft.terms.trainingRounds, draft.terms.epsilon);
  const metric = task.metric ?? own.text.acceptance?.measure ?? 'auc';
  const pool = sampled(task.records ?? syntheticRecords(own.text.schema, declared, seed), most, seed);
  const ones = pool.reduce((sum, { labels }) => sum + labels.reduce((a, b) => a + b, 0), 0);
  const used = countOf(pool);
  if (Math.min(ones, used - ones) < 2 * k)
    throw new PilotError('RECORDS', `have ${ones} records of label 1 and ${used - ones} of label 0, need at least ${2 * k} of each: bring more, or none for made-up ones`);
  const folds = foldsOf(pool, k, seed);
  const all = declared.reduce((sum, { rows }) => sum + rows, 0);
  const whole: Ground = { folds, all, seed };
  const part: Ground = { folds: folds.map(({ members, held }) => ({ members: sampled(members, choosing, seed), held })), all, seed };

  const stages: readonly Stage[] = [
    { trials: candidates, runs: Math.ceil(repeats / 2) },
    { trials: Math.ceil(candidates / 3), runs: Math.ceil((3 * repeats) / 2) },
    { trials: Math.max(4, Math.ceil(candidates / 9)), runs: 4 * repeats },
  ];
  const finalists = stages.at(-1)!;
  const again = Math.ceil((3 * repeats) / 2);
  const chosenBy = stages.reduce((sum, { trials, runs }, i) => sum + trials * (runs - (stages[i - 1]?.runs ?? 0)), CHILDREN * stages[0]!.runs);
  const of = k * repeats + rounds.length * (chosenBy + budgets.length * again * finalists.trials + (1 + budgets.length) * k * repeats);
  // Work is about the rounds: each number of rounds may take its share of the time, sixty of a hundred parts to choose.
  const weight = rounds.reduce((sum, t) => sum + t + 1, own.trainingRounds + 1);
  const began = now();
  const late = (share: number): boolean => (now() - began) / 1_000 > (seconds * share) / weight;
  const random = seededRandom(seed);
  const drafted = numbersOf(own.text.training);
  const leftOut: string[] = [];
  let done = 0;
  const tell = async (level: Level, what: PilotProgress['what']): Promise<void> => {
    onProgress({ done: ++done, of, trainingRounds: level.trainingRounds, what });
    await breathe?.();
  };
  const at = ({ trainingRounds, epsilon }: Level): string => `${trainingRounds} training rounds at ε = ${epsilon}`;
  /** Runs every trial up to so many runs. Whether time was short. */
  const tryOut = async (level: Level, trials: readonly Trial[], runs: number, share: number): Promise<boolean> => {
    let short = false;
    for (let run = trials[0]!.scores.length; run < runs; run++)
      for (const { numbers, scores } of trials) {
        if (scores.length > 0 && late(share)) short = true;
        else scores.push(playPart(part, level, numbers, run).scores[metric]);
        await tell(level, 'choose');
      }
    return short;
  };
  const measure = async (level: Level, training: TrainingNumbers, share: number): Promise<PilotPoint> => {
    const runs: PilotRun[] = [];
    for (let run = 0; run < k * repeats; run++) {
      if (run < k || !late(share)) runs.push(playPart(whole, level, training, MEASURING + run));
      await tell(level, 'measure');
    }
    if (runs.length < k * repeats) leftOut.push(`${at(level)}: measured ${runs.length} times of ${k * repeats}`);
    const { trainingRounds, epsilon, multiplier } = level;
    return { trainingRounds, epsilon, multiplier, training, runs };
  };

  let share = own.trainingRounds + 1;
  const asDrafted = await measure(own, drafted, share);
  const points: PilotPoint[] = [];
  let warm: readonly TrainingNumbers[] = [];
  for (const trainingRounds of rounds) {
    const [chosenAt, doneAt] = [share + 0.6 * (trainingRounds + 1), share + trainingRounds + 1];
    share = doneAt;
    const level = levelOf(draft, declared.length, trainingRounds, draft.terms.epsilon);
    const shorter = Math.max(1, draft.terms.trainingRounds / trainingRounds);
    const known = [drafted, faster(drafted, Math.sqrt(shorter))].map((numbers): Trial => ({ numbers, scores: [] }));
    const tried = [...warm];
    while (tried.length + known.length < candidates) tried.push(drawNumbers(drafted, shorter, random));
    let trials: Trial[] = [...known, ...tried.map((numbers) => ({ numbers, scores: [] }))];
    let short = await tryOut(level, trials, stages[0]!.runs, chosenAt);
    // What lies between two good ones is often better than either.
    const parents = best(trials, PARENTS);
    const children = parents.flatMap((a, i) => parents.slice(i + 1).map((b): Trial => ({ numbers: between(a.numbers, b.numbers, 0.5), scores: [] })));
    short = (await tryOut(level, children, stages[0]!.runs, chosenAt)) || short;
    for (const stage of stages.slice(1)) {
      const others = trials.filter((trial) => !known.includes(trial));
      trials = [...known, ...best(stage === stages[1] ? [...others, ...children] : others, stage.trials - known.length)];
      short = (await tryOut(level, trials, stage.runs, chosenAt)) || short;
    }
    if (short) leftOut.push(`${at(level)}: numbers chosen by fewer runs than asked for`);
    const ranked = best(trials, trials.length);
    warm = ranked.slice(0, 4).map(({ numbers }) => numbers);
    points.push(await measure(level, ranked[0]!.numbers, doneAt));
    for (const factor of budgets) {
      const there = levelOf(draft, declared.length, trainingRounds, draft.terms.epsilon * factor);
      if (late(doneAt)) {
        leftOut.push(at(there));
        continue;
      }
      const fit = ranked.slice(0, finalists.trials).map(({ numbers }): Trial => ({ numbers, scores: [] }));
      await tryOut(there, fit, again, doneAt);
      points.push(await measure(there, best(fit, 1)[0]!.numbers, doneAt));
    }
  }
  const origin = task.records ? 'own' : 'synthetic';
  return { version: 1, origin, records: { used, declared: all }, metric, seed, folds: k, grid: GRID, points, drafted: asDrafted, leftOut, warning: WARNINGS[origin] };
}
