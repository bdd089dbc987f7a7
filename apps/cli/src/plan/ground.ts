/** What a plan rests on: this machine's calibration and a pilot, made now with progress shown, or taken from an earlier plan. */
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { loadKernels, nodePlatform, nodeRandom } from '@concord/node';
import {
  type Calibration,
  calibrate,
  draftAt,
  draftedWorth,
  fitLearning,
  type Known,
  type Metric,
  type Pilot,
  type Plan,
  pilot,
} from '@concord/planner';
import { decodeCharterText, updateLength } from '@concord/protocol';
import type { Renderer } from '../render.ts';
import { SettingError } from '../settings/checks.ts';
import { noPlan, planFieldsIn } from './planFile.ts';
import type { Task, TaskArgs } from './task.ts';
import { isCalibration, isPilot } from './wholePlan.ts';

const bar = (part: number): string => {
  const full = Math.round(20 * Math.min(1, part));
  return '█'.repeat(full) + '░'.repeat(20 - full);
};
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Measures this machine for two seconds. */
export async function calibrated(render: Renderer): Promise<Calibration> {
  const processor = `${cpus()[0]?.model ?? 'a processor without a name'}, one of ${cpus().length}`;
  const found = await calibrate(
    {
      now: () => performance.now(),
      components: { platform: nodePlatform, kernels: loadKernels() },
      random: nodeRandom,
      processor,
      breathe,
    },
    ({ done, of, kernel }) => render.status(`  calibrating  ${bar(done / of)}  ${kernel}`),
  );
  render.line(`  calibrated in ${found.seconds.toFixed(1)} s: ${processor}`);
  return found;
}

/** Numbers that a pilot tries at each number of rounds: as many as about half of its time allows, each once. */
const CANDIDATES = { least: 6, most: 48 };
/** Most records that a pilot chooses numbers with. */
const CHOOSING = 2_500;

/** How many numbers there is time for: a run takes about a gradient for each record and round. */
function candidatesFor(
  { draft, rows }: Task & { readonly rows: readonly number[] },
  { kernels }: Calibration,
  seconds: number,
): number {
  const { trainingRounds } = draft.terms;
  const records = Math.min(
    CHOOSING,
    rows.reduce((a, b) => a + b, 0),
  );
  const { fixed, perCoordinate } = kernels.gradient;
  const gradient = fixed + perCoordinate * updateLength(decodeCharterText(draft.text));
  // Rounds that are tried: the draft's, and 1, 2, 4, … below.
  const once = gradient * records * 2 * trainingRounds;
  return Math.max(CANDIDATES.least, Math.min(CANDIDATES.most, Math.floor((0.5 * seconds) / once)));
}

/** A pilot, and what of the draft's training it was made with. */
export interface Piloted {
  readonly training: Readonly<Record<string, unknown>>;
  readonly pilot: Pilot;
}

interface PilotWish {
  readonly metric: Metric;
  /** For all pilots together. */
  readonly seconds: number;
  readonly calibration: Calibration;
  /** What is laid over the draft's training, a pilot each; the first is `{}`. */
  readonly trainings: readonly Readonly<Record<string, unknown>>[];
}

/** Pilot runs on the person's records, or on made-up ones of the declared sizes. Throws PilotError. */
export async function piloted(
  task: Task & { readonly rows: readonly number[] },
  { metric, seconds: all, calibration, trainings }: PilotWish,
  render: Renderer,
): Promise<readonly Piloted[]> {
  const { draft, rows, records } = task;
  const seconds = all / trainings.length;
  const candidates = candidatesFor(task, calibration, seconds);
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1_000;
  const made: Piloted[] = [];
  for (const training of trainings) {
    const { text } = draftAt(draft, { trainingRounds: draft.terms.trainingRounds, training, chain: '', hour: 0 });
    const found = await pilot(
      {
        draft: { ...draft, text },
        declared: rows.map((each) => ({ rows: each })),
        metric,
        ...(records && { records }),
      },
      { seconds, candidates, now: () => performance.now(), breathe },
      ({ done, of, trainingRounds, what }) =>
        render.status(
          `  piloting     ${bar((made.length + done / of) / trainings.length)}  ${trainingRounds} rounds, ${what === 'choose' ? 'choosing numbers' : 'measuring'}, ${Math.round(elapsed())} of about ${all} s`,
        ),
    );
    made.push({ training, pilot: found });
  }
  const points = made.flatMap(({ pilot: { points: of } }) => of);
  const runs = points.reduce((sum, each) => sum + each.runs.length, 0);
  const { used } = made[0]!.pilot.records;
  render.line(
    `  piloted in ${elapsed().toFixed(1)} s: ${points.length} points, ${runs} measured runs, ${used} ${records ? 'records of yours' : 'made-up records'}`,
  );
  return made;
}

/** What the pilots teach about a measure, as a plan takes it. */
export function taught(pilots: readonly Piloted[], metric: Metric): Pick<Known, 'learning' | 'drafted' | 'others'> {
  const [first, ...others] = pilots.map(({ training, pilot: made }) => ({
    training,
    made,
    learning: fitLearning(made, metric),
  }));
  const drafted = draftedWorth(first!.made.drafted.runs, metric);
  return {
    learning: first!.learning,
    drafted,
    others: others.map(({ training, learning }) => ({ training, learning })),
  };
}

interface Earlier {
  readonly question: Plan['question'];
  readonly calibration: Calibration;
  readonly pilots: readonly Piloted[];
}

/** A plan.json as far as it is used again. Throws SettingError for what is none. */
function readPlan(path: string): Earlier {
  if (!existsSync(path)) throw new SettingError('--reuse', `${path} is not there: “concord plan --out” writes one`);
  const { version, question, calibration, pilots } = planFieldsIn(path, '--reuse');
  const known = Array.isArray(pilots) ? (pilots as Partial<Piloted>[]) : [];
  const whole =
    version === 1 &&
    Array.isArray(question?.records) &&
    isCalibration(calibration) &&
    known.length > 0 &&
    known.every((each) => typeof each?.training === 'object' && isPilot(each.pilot));
  if (!whole) throw noPlan(path, '--reuse');
  return { question: question!, calibration, pilots: known as readonly Piloted[] };
}

/** What a command line says; whoever reuses a plan need not say again how many records members hold. */
export const withEarlierRows = <T extends Pick<TaskArgs, 'data' | 'rows'> & { readonly reuse?: string | undefined }>(
  args: T,
): T =>
  args.reuse === undefined || args.data !== undefined || args.rows !== undefined
    ? args
    : { ...args, rows: readPlan(args.reuse).question.records.join(',') };

/** Calibration and pilots of an earlier plan, if it was about the same draft and records. Throws SettingError. */
export function reused(path: string, { draft, rows }: Task): Pick<Earlier, 'calibration' | 'pilots'> {
  const { question, calibration, pilots } = readPlan(path);
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  if (!same(question.draft, draft) || (rows && !same(question.records, rows)))
    throw new SettingError('--reuse', `${path} was made for another draft or other records: plan without --reuse`);
  return { calibration, pilots };
}
