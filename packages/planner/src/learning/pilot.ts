/**
 * A pilot: the run's own rule at several numbers of rounds and levels of noise, in one process, on records that somebody
 * holds or that are made up, each run scored on records that it did not train on [PL6]; the training numbers of each point
 * chosen among numbers drawn at random [PL7].
 *
 * Noise is scaled by how many records the pilot trains on, so that a record weighs beside it what it will weigh in the run.
 */
import { type Records, seededRandom } from '@concord/trainer';
import type { Draft, Metric } from '../types.ts';
import { type Declared, type Fold, foldsOf, sampled, syntheticRecords } from './folds.ts';
import { halve, LEAST_CANDIDATES, ranked, runsOf, stagesOf, trialOf, type Tryout, tryOut } from './halving.ts';
import { type Level, levelIf, levelOf, PilotError, playOn } from './level.ts';
import { drawNumbers, faster, GRID, numbersOf, type TrainingNumbers } from './numbers.ts';
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
  synthetic:
    'Made on made-up records of the declared sizes: it says how rounds and noise trade, and nothing about what a model would reach on real ones.',
} as const;

const doublings = (most: number): number[] => {
  const out: number[] = [];
  for (let t = 1; t < most; t *= 2) out.push(t);
  return [...out, most];
};

/** Records as a pilot plays on them. */
interface Ground {
  readonly folds: readonly Fold[];
  readonly declared: readonly Declared[];
  readonly seed: number;
}

const countOf = (members: readonly Records[]): number => members.reduce((sum, { count }) => sum + count, 0);

/** Run number `run` of a level: which part it holds out and what it draws follow from that number. */
function playPart({ folds, declared, seed }: Ground, level: Level, numbers: TrainingNumbers, run: number): PilotRun {
  const fold = run % folds.length;
  const { members, held } = folds[fold]!;
  const drawn = seed * 10_000 + run;
  const all = declared.reduce((sum, { rows }) => sum + rows, 0);
  const share = level.unit === 1 ? countOf(members) / all : members.length / declared.length;
  return { fold, seed: drawn, scores: playOn(level, numbers, members, held, share, drawn) };
}

/** Runs that choose and runs that measure draw different things. */
const MEASURING = 5_000;
/** Part of the time at each number of rounds in which numbers may be chosen. */
const CHOOSING = 0.6;

function checked(options: PilotOptions, k: number, candidates: number, repeats: number): void {
  if (options.rounds?.length === 0 || k < 2 || candidates < LEAST_CANDIDATES || repeats < 1)
    throw new PilotError(
      'OPTIONS',
      `need rounds to try, at least 2 held-out parts, ${LEAST_CANDIDATES} candidates and 1 repeat`,
    );
  if (options.seconds !== undefined && options.now === undefined)
    throw new PilotError('OPTIONS', 'a pilot that is bounded in seconds needs a clock: pass `now`');
}

/** The records that it is made with. */
function poolOf(
  { records, declared }: PilotTask,
  level: Level,
  most: number,
  k: number,
  seed: number,
): readonly Records[] {
  const pool = sampled(records ?? syntheticRecords(level.text.schema, declared, seed), most, seed);
  const ones = pool.reduce((sum, { labels }) => sum + labels.reduce((a, b) => a + b, 0), 0);
  const zeros = countOf(pool) - ones;
  if (Math.min(ones, zeros) < 2 * k)
    throw new PilotError(
      'RECORDS',
      `have ${ones} records of label 1 and ${zeros} of label 0, need at least ${2 * k} of each: bring more, or none for made-up ones`,
    );
  return pool;
}

/**
 * Makes a pilot. Deterministic by seed, unless `seconds` cuts it short (`leftOut` says where). Throws PilotError (too few
 * records, trees, options that say nothing), and what compileCharter throws for the draft.
 */
export async function pilot(
  task: PilotTask,
  options: PilotOptions = {},
  onProgress: (progress: PilotProgress) => void = () => undefined,
): Promise<Pilot> {
  const { draft, declared } = task;
  const {
    folds: k = 5,
    candidates = 48,
    repeats = 2,
    records: most = 10_000,
    choosing = 2_500,
    seed = 1,
    budgets = [0.5, 2],
  } = options;
  const { seconds = Number.POSITIVE_INFINITY, now = () => 0, breathe } = options;
  checked(options, k, candidates, repeats);
  const rounds = [...new Set(options.rounds ?? doublings(draft.terms.trainingRounds))].sort((a, b) => b - a);
  const { epsilon } = draft.terms;
  const own = levelOf(draft, declared.length, draft.terms.trainingRounds, epsilon);
  const drafted = numbersOf(own.text.training);
  const metric = task.metric ?? own.text.acceptance?.measure ?? 'auc';
  const pool = poolOf(task, own, most, k, seed);
  const folds = foldsOf(pool, k, seed);
  const whole: Ground = { folds, declared, seed };
  const part: Ground = {
    ...whole,
    folds: folds.map(({ members, held }) => ({ members: sampled(members, choosing, seed), held })),
  };

  const stages = stagesOf(candidates, repeats);
  const finalists = stages.at(-1)!.trials;
  const again = Math.ceil((3 * repeats) / 2);
  const of =
    k * repeats +
    rounds.length * (runsOf(stages) + budgets.length * again * finalists + (1 + budgets.length) * k * repeats);
  // Work is about the sums: each number of rounds may take its share of the time.
  const weight = rounds.reduce((sum, t) => sum + t + 1, own.trainingRounds + 1);
  const began = now();
  const lateAfter = (share: number) => (): boolean => (now() - began) / 1_000 > (seconds * share) / weight;
  const leftOut: string[] = [];
  let done = 0;
  const telling =
    ({ trainingRounds }: Level, what: PilotProgress['what']) =>
    async (runs: number): Promise<void> => {
      done += runs;
      onProgress({ done, of, trainingRounds, what });
      await breathe?.();
    };
  const at = (level: Pick<Level, 'trainingRounds' | 'epsilon'>): string =>
    `${level.trainingRounds} training rounds at ε = ${level.epsilon}`;
  const trying = (level: Level, share: number): Tryout => ({
    play: (numbers, run) => playPart(part, level, numbers, run).scores[metric],
    tell: telling(level, 'choose'),
    late: lateAfter(share),
  });
  const measure = async (level: Level, training: TrainingNumbers, share: number): Promise<PilotPoint> => {
    const [late, tell] = [lateAfter(share), telling(level, 'measure')];
    const runs: PilotRun[] = [];
    for (let run = 0; run < k * repeats; run++) {
      if (run < k || !late()) runs.push(playPart(whole, level, training, MEASURING + run));
      await tell(1);
    }
    if (runs.length < k * repeats) leftOut.push(`${at(level)}: measured ${runs.length} times of ${k * repeats}`);
    const { trainingRounds, multiplier } = level;
    return { trainingRounds, epsilon: level.epsilon, multiplier, training, runs };
  };
  const random = seededRandom(seed);

  let share = own.trainingRounds + 1;
  const asDrafted = await measure(own, drafted, share);
  const points: PilotPoint[] = [];
  let warm: readonly TrainingNumbers[] = [];
  for (const trainingRounds of rounds) {
    const level = levelOf(draft, declared.length, trainingRounds, epsilon);
    const choosingEnds = share + CHOOSING * (trainingRounds + 1);
    share += trainingRounds + 1;
    const shorter = Math.max(1, own.trainingRounds / trainingRounds);
    const known = [drafted, faster(drafted, Math.sqrt(shorter))];
    const others = [...warm];
    while (known.length + others.length < candidates) others.push(drawNumbers(drafted, shorter, random));
    const { left, short } = await halve(known, others, stages, trying(level, choosingEnds));
    if (short) leftOut.push(`${at(level)}: numbers chosen by fewer runs than asked for`);
    warm = left.slice(0, 4).map(({ numbers }) => numbers);
    points.push(await measure(level, left[0]!.numbers, share));
    for (const factor of budgets) {
      const there = levelIf(draft, declared.length, trainingRounds, epsilon * factor);
      if (there === undefined || lateAfter(share)()) {
        leftOut.push(`${at({ trainingRounds, epsilon: epsilon * factor })}${there ? '' : ': no charter can say it'}`);
        await telling(level, 'measure')(again * finalists + k * repeats);
        continue;
      }
      const trials = left.map(({ numbers }) => trialOf(numbers));
      await tryOut(trials, again, trying(there, share));
      points.push(await measure(there, ranked(trials)[0]!.numbers, share));
    }
  }
  const origin = task.records ? 'own' : 'synthetic';
  const records = { used: countOf(pool), declared: declared.reduce((sum, { rows }) => sum + rows, 0) };
  return {
    version: 1,
    origin,
    records,
    metric,
    seed,
    folds: k,
    grid: GRID,
    points,
    drafted: asDrafted,
    leftOut,
    warning: WARNINGS[origin],
  };
}
