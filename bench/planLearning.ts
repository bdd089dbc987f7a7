/**
 * What the planner learns from a pilot, held against runs that it did not see: on wallets, hospitals and MNIST a pilot on the
 * members' training records alone; then runs at other rounds and ε with the numbers that the model gives for them, scored on
 * the test part; and the fewest rounds that, by the pilot alone, are worth as much as the charter as it stands at the same ε,
 * beside what those rounds measure there. Needs the real data.
 */
import { parse } from 'yaml';
import { draftOf, draftYaml } from '../apps/cli/src/draft.ts';
import { type Federation, loadHospitals, loadMnist, loadWallets, mnistSchema } from '../packages/datasets/src/index.ts';
import {
  type Draft,
  fitLearning,
  type LearningModel,
  type Metric,
  type Pilot,
  pilot,
  type PilotOptions,
  playDraft,
  type TrainingNumbers,
  type Worth,
} from '../packages/planner/src/index.ts';
import { compileCharter, privacyCost } from '../packages/sdk/src/index.ts';
import { readRecords, type Records, seededRandom, selectRecords } from '../packages/trainer/src/index.ts';
import { firstLight } from './firstLight.ts';
import { mean, type Spread, spread } from './spread.ts';

export const LEARNING_TASKS = ['wallets', 'hospitals', 'mnist'] as const;
export type LearningTask = (typeof LEARNING_TASKS)[number];

const RECALL = 'recallAt1PercentFalseAlarms';
/** What a held-back run may miss by. */
const NEAR = 0.02;
/** Of runs that are compared for equality. */
const EQUALITY_SEEDS = 20;

interface Setting {
  readonly load: () => Promise<Federation | undefined>;
  readonly draft: (federation: Federation) => Draft;
  /** What the charter is about; numbers are chosen by it. */
  readonly metric: Metric;
  /** Held against runs as well. */
  readonly also: readonly Metric[];
  readonly pilot: PilotOptions;
  /** Training rounds and ε of held-back runs; none of these pairs is the pilot's. */
  readonly held: readonly (readonly [trainingRounds: number, epsilon: number])[];
  readonly seeds: number;
  /** Fewer rounds than the draft's that are measured beside it. */
  readonly fewer: readonly number[];
}

const crossed = (rounds: readonly number[], epsilons: readonly number[]) =>
  rounds.flatMap((t) => epsilons.map((epsilon) => [t, epsilon] as const));

/** What `concord init` drafts for a member's table, with the one bound that everybody knows of a byte. */
function initialDraft({ members }: Federation): Draft {
  const { text, terms } = parse(draftYaml(draftOf(members[0]!.table, mnistSchema.label))) as {
    text: { schema: object };
    terms: Draft['terms'];
  };
  return { text: { ...text, schema: { ...text.schema, columns: mnistSchema.columns } }, terms };
}

const SETTINGS: Readonly<Record<LearningTask, Setting>> = {
  wallets: {
    load: () => loadWallets(),
    draft: () => firstLight('wallets'),
    metric: RECALL,
    also: ['auc'],
    pilot: { rounds: [8, 12, 17, 23] },
    held: [...crossed([10, 14, 20], [3, 4, 6]), [23, 6]],
    seeds: 5,
    fewer: [14, 17, 20],
  },
  hospitals: {
    load: () => loadHospitals(),
    draft: () => firstLight('hospitals'),
    metric: 'accuracy',
    also: ['auc'],
    pilot: { rounds: [1, 2, 4, 6], repeats: 10 },
    held: [...crossed([1, 2, 4, 5], [0.7, 1.5]), [3, 1], [5, 1]],
    seeds: 20,
    fewer: [1, 2, 3, 4, 5],
  },
  mnist: {
    load: () => loadMnist(),
    draft: initialDraft,
    metric: 'accuracy',
    also: ['auc'],
    pilot: { rounds: [2, 4, 6, 8, 12], records: 12_000 },
    held: [...crossed([3, 5, 7, 10], [3, 6]), [5, 4], [10, 4]],
    seeds: 3,
    fewer: [4, 5, 6, 7, 8],
  },
};

/** A run that no pilot saw, beside what was expected of it. */
export interface HeldBack {
  readonly trainingRounds: number;
  readonly epsilon: number;
  readonly metric: Metric;
  readonly expected: Worth;
  /** On the test part, over seeds. */
  readonly measured: Spread;
}

/** The charter as it stands, or a choice of fewer rounds, on the test part over EQUALITY_SEEDS seeds. */
export interface Measured {
  readonly trainingRounds: number;
  /** 'draft' or 'model'. */
  readonly numbers: 'draft' | 'model';
  readonly expected: number;
  readonly measured: Spread;
}

export interface LearningResult {
  readonly task: LearningTask;
  readonly data: string;
  readonly metric: Metric;
  readonly seconds: number;
  readonly heldBack: readonly HeldBack[];
  readonly draft: Measured;
  /** By the number of rounds, the draft's own number with the model's numbers last. */
  readonly choices: readonly Measured[];
  /** One standard error of the draft's metric on this test part: records drawn again, one seed. */
  readonly standardError: number;
  /** The fewest rounds that the pilot alone expects to be worth the draft's own, less one standard error of the pilot's. */
  readonly chosen: number;
  readonly pilot: Pilot;
  readonly model: LearningModel;
  readonly members: readonly Records[];
  readonly drafted: Draft;
}

/** The deviation of a measure over test records that are drawn again. */
function sampling(score: (test: Records) => number, test: Records): number {
  const random = seededRandom(1);
  const drawn = (): Records =>
    selectRecords(
      test,
      Array.from({ length: test.count }, () => random.integer(test.count)),
    );
  return spread(Array.from({ length: EQUALITY_SEEDS }, () => score(drawn()))).deviation;
}

/** What a task is about: the first charter of it, whose numbers nobody planned, and records to train and to test on. */
export async function groundOf(task: LearningTask) {
  const setting = SETTINGS[task];
  const federation = await setting.load();
  if (!federation) throw new Error(`have no ${task} data, need it in CONCORD_DATA or ../shared/data`);
  return { federation, draft: setting.draft(federation), metric: setting.metric, pilot: setting.pilot };
}

/** Everything of one task; `tell` hears how far it is. Throws where the data set is not on this machine. */
export async function learningOf(
  task: LearningTask,
  tell: (line: string) => void = () => undefined,
): Promise<LearningResult> {
  const setting = SETTINGS[task];
  const { federation, draft } = await groundOf(task);
  const { metric, seeds } = setting;
  const { text } = compiled(draft, federation.members.length);
  const members = federation.members.map(({ table }) => readRecords(table, text.schema));
  const test = readRecords(federation.test, text.schema);
  const began = performance.now();
  const declared = members.map(({ count }) => ({ rows: count }));
  let last = 0;
  const made = await pilot(
    { draft, declared, records: members, metric },
    setting.pilot,
    ({ done, of, trainingRounds, what }) => {
      const part = Math.floor((10 * done) / of);
      if (part > last) tell(`${task}: pilot ${10 * part} %, ${what} at ${trainingRounds} rounds, ${seconds(began)} s`);
      last = part;
    },
  );
  const models = new Map([metric, ...setting.also].map((each) => [each, fitLearning(made, each)]));
  const model = models.get(metric)!;
  const multiplierAt = (trainingRounds: number, epsilon: number): number =>
    privacyCost(compiled({ ...draft, terms: { ...draft.terms, trainingRounds, epsilon } }, members.length).charter)
      .multiplier;
  const play = (
    trainingRounds: number,
    epsilon: number,
    training: TrainingNumbers | undefined,
    seed: number,
    on: Records = test,
  ) => playDraft(draft, { trainingRounds, epsilon, ...(training && { training }) }, { members, test: on, seed });

  const heldBack: HeldBack[] = [];
  for (const [trainingRounds, epsilon] of setting.held) {
    const at = { trainingRounds, multiplier: multiplierAt(trainingRounds, epsilon) };
    const training = model.at(at).training as unknown as TrainingNumbers;
    const scores = Array.from({ length: seeds }, (_, seed) => play(trainingRounds, epsilon, training, seed + 1));
    for (const [each, by] of models)
      heldBack.push({
        trainingRounds,
        epsilon,
        metric: each,
        expected: by.at(at),
        measured: spread(scores.map((score) => score[each])),
      });
    tell(`${task}: held back ${trainingRounds} rounds at ε = ${epsilon}, ${seconds(began)} s`);
  }

  const { epsilon, trainingRounds: most } = draft.terms;
  const measured = (trainingRounds: number, training?: TrainingNumbers): Spread => {
    const values = Array.from(
      { length: EQUALITY_SEEDS },
      (_, i) => play(trainingRounds, epsilon, training, 101 + i)[metric],
    );
    tell(`${task}: ${trainingRounds} rounds, ${EQUALITY_SEEDS} seeds, ${seconds(began)} s`);
    return spread(values);
  };
  const own = made.drafted.runs.map(({ scores }) => scores[metric]);
  const choices = [...setting.fewer, most].map((trainingRounds): Measured => {
    const worth = model.at({ trainingRounds, multiplier: multiplierAt(trainingRounds, epsilon) });
    return {
      trainingRounds,
      numbers: 'model',
      expected: worth.mean,
      measured: measured(trainingRounds, worth.training as unknown as TrainingNumbers),
    };
  });
  const bar = mean(own) - spread(own).deviation / Math.sqrt(own.length);
  const rounds = Array.from({ length: most }, (_, i) => i + 1).filter(
    (t) => t >= Math.min(...made.points.map(({ trainingRounds }) => trainingRounds)),
  );
  return {
    ...{ task, data: federation.name, metric, heldBack, choices, pilot: made, model, members, drafted: draft },
    draft: { trainingRounds: most, numbers: 'draft', expected: mean(own), measured: measured(most) },
    standardError: sampling((on) => play(most, epsilon, undefined, 1, on)[metric], test),
    chosen:
      rounds.find((t) => model.at({ trainingRounds: t, multiplier: multiplierAt(t, epsilon) }).mean >= bar) ?? most,
    seconds: (performance.now() - began) / 1_000,
  };
}

const compiled = (draft: Draft, members: number) =>
  compileCharter(
    draft,
    Array.from({ length: members }, (_, i) => `0x${String(i + 1).padStart(40, '0')}` as const),
    `0x${'00'.repeat(32)}`,
  );

const seconds = (began: number): string => ((performance.now() - began) / 1_000).toFixed(0);
const three = (value: number): string => value.toFixed(3);
const signed = (value: number): string => (value < 0 ? '−' : '+') + three(Math.abs(value));

export function formatLearning(result: LearningResult): string {
  const { task, data, metric, heldBack, draft, choices, standardError, chosen, pilot: made } = result;
  const say = ({ mean: m, deviation }: Spread): string => `${three(m)} ± ${three(deviation)}`;
  const held = heldBack.map(({ trainingRounds, epsilon, metric: each, expected, measured }) => {
    const miss = measured.mean - expected.mean;
    const at = `${String(trainingRounds).padStart(2)} rounds, ε = ${epsilon}`.padEnd(22);
    const said = `expected ${three(expected.mean)} [${three(expected.low)}, ${three(expected.high)}]  measured ${say(measured)}`;
    return `  ${at}${each.padEnd(28)}${said}  ${signed(miss)}${Math.abs(miss) > NEAR ? '  MISSED' : ''}`;
  });
  const within = [...new Set(heldBack.map(({ metric: each }) => each))].map((each) => {
    const of = heldBack.filter((run) => run.metric === each);
    return `${each}: ${of.filter(({ expected, measured }) => Math.abs(measured.mean - expected.mean) <= NEAR).length} of ${of.length}`;
  });
  const sums = (t: number): string => `${t + 1} sums`;
  const equal = choices.map(({ trainingRounds, expected, measured }) => {
    const [gap, over] = [
      measured.mean - draft.measured.mean,
      Math.hypot(measured.deviation, draft.measured.deviation) / Math.sqrt(EQUALITY_SEEDS),
    ];
    const verdict =
      gap >= -over
        ? 'equal over seeds'
        : gap >= -standardError
          ? 'equal within the test part’s standard error'
          : 'less';
    return `  ${sums(trainingRounds).padEnd(10)} expected ${three(expected)}  measured ${say(measured)}  ${signed(gap)} ± ${three(over)} of the draft’s: ${verdict}`;
  });
  return [
    `${task}: ${data}; by ${metric}; pilot on ${made.records.used} of ${made.records.declared} training records; ${result.seconds.toFixed(0)} s in all`,
    ...made.leftOut.map((line) => `  left out: ${line}`),
    `  held-back runs within ${NEAR}: ${within.join(', ')}`,
    ...held,
    `  the draft as it stands: ${sums(draft.trainingRounds)}, expected ${three(draft.expected)}, measured ${say(draft.measured)} over ${EQUALITY_SEEDS} seeds; standard error of the test part ${three(standardError)}`,
    ...equal,
    `  by the pilot alone the fewest that are worth it: ${sums(chosen)} instead of ${sums(draft.trainingRounds)} (${((draft.trainingRounds + 1) / (chosen + 1)).toFixed(2)} × fewer)`,
  ].join('\n');
}

/** Facts of a result as JSON: all but what only code can use. */
export const plainLearning = ({ model: _, members: __, drafted: ___, ...facts }: LearningResult) => facts;

export async function run({ json }: { readonly json: boolean }): Promise<void> {
  for (const task of LEARNING_TASKS) {
    const result = await learningOf(task, (line) => console.error(line));
    console.log(json ? JSON.stringify(plainLearning(result)) : `${formatLearning(result)}\n`);
  }
}
