/**
 * What the demo and the benches can say because they hold all files, and no member could: every member alone, all together
 * without privacy (federated averaging), all records in one place, and the run itself with other seeds.
 */
import { type Simulation, simulateRun } from '@concord/planner';
import { inputRules, ModelError, type RoundRules, type RunState } from '@concord/protocol';
import {
  type Basis,
  type Constants,
  type DifferentiableModel,
  federatedAverage,
  joinRecords,
  logistic,
  logits,
  majorityGuess,
  mlp,
  readRecords,
  type Records,
  type Schema,
  standardize,
  type Table,
  train,
} from '@concord/trainer';
import { type Exam, integerLogits, type Metric, score, type Scores } from './judge.ts';

export interface Spread {
  readonly mean: Scores;
  /** Sample standard deviation over seeds; 0 for one seed. */
  readonly deviation: Scores;
}

export interface ComparisonTask {
  readonly schema: Schema;
  readonly members: readonly Table[];
  readonly test: Table;
  /** The test part of each member, where there is one for every member. */
  readonly homes?: readonly Table[];
  /** The run's own rules, so that simulated runs follow them. */
  readonly rules: RoundRules;
  /** s, one contributor's noise; and h. */
  readonly sigma: number;
  readonly honest: number;
  /** Of everything random but the split: rows are means over them. */
  readonly seeds: readonly number[];
  /** Over its records, for training without privacy. */
  readonly passes: number;
}

export interface Baselines {
  readonly majority: { readonly accuracy: number; readonly atHome?: number };
  /** Each member on its own records, without privacy: a model that it keeps to itself. */
  readonly alone: readonly Spread[];
  /** Each member on its own records at the run's ε: a model that it could publish as the run does. */
  readonly alonePrivate: readonly Spread[];
  /** The run simulated with other seeds. */
  readonly privately: Spread;
  readonly together: Spread;
  readonly pooled: Spread;
}

/** Plain mean and deviation of the features (LR7: of waves that are gated, where their column is), in the units of the constants. */
export function constantsOf({ count, width, features }: Records, basis: Basis): Constants {
  const mean = new Int32Array(width);
  const deviation = new Int32Array(width);
  for (let j = 0; j < width; j++) {
    let sum = 0;
    let squares = 0;
    let present = 0;
    const gated = basis === 'gatedWaves' && j % 3 !== 0;
    for (let i = j; i < features.length; i += width) {
      sum += features[i]!;
      squares += features[i]! ** 2;
      if (gated) present += features[i - (j % 3)]!;
    }
    const among = gated ? Math.max(1, present) : count;
    mean[j] = Math.round((sum / among) * 2 ** 16);
    deviation[j] = Math.max(655, Math.round(Math.sqrt(Math.max(0, squares / among - (sum / among) ** 2)) * 2 ** 16));
  }
  return { mean, deviation };
}

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Mean and deviation of every metric that all of these have. */
export function spreadOf(all: readonly Scores[]): Spread {
  const each = (of: (values: readonly number[]) => number): Scores =>
    Object.fromEntries(
      Object.keys(all[0]!).map((key) => [key, of(all.map((scores) => scores[key as Metric] ?? Number.NaN))]),
    ) as unknown as Scores;
  return {
    mean: each(average),
    deviation: each((values) => {
      const m = average(values);
      return Math.sqrt(values.reduce((sum, v) => sum + (v - m) ** 2, 0) / Math.max(1, values.length - 1));
    }),
  };
}

/** The state after a simulated run, or undefined when noise made the record count of its statistics round vanish (LR7). */
function stateOf(members: readonly Records[], simulation: Simulation): RunState | undefined {
  try {
    return simulateRun(members, simulation);
  } catch (error) {
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}

/** Scores of a simulated run. A run that ends without a model guesses the label that is more frequent in the test part. */
export function scoreRun(members: readonly Records[], simulation: Simulation, exam: Exam, home?: number): Scores {
  const state = stateOf(members, simulation);
  const seen = inputRules(simulation.rules.charter);
  const ones = exam.test.labels.reduce((sum, label) => sum + label, 0);
  const guess = 2 * ones > exam.test.count ? 1 : -1;
  const logitsOf = (records: Records): ArrayLike<number> =>
    state ? integerLogits(state, records, seen).logits : new Array<number>(records.count).fill(guess);
  return { ...score(logitsOf, exam, home), noModel: state ? 0 : 1 };
}

export const modelOf = ({ charter }: RoundRules): DifferentiableModel =>
  charter.model.kind === 'mlp' ? mlp(charter.model.inputs, charter.model.hidden) : logistic(charter.model.inputs);

export function compare(task: ComparisonTask): Baselines {
  const read = (table: Table): Records => readRecords(table, task.schema);
  const members = task.members.map(read);
  const test = read(task.test);
  const homes = task.homes?.map(read);
  const exam = { test, homes };
  const model = modelOf(task.rules);
  const seen = inputRules(task.rules.charter);
  const overSeeds = (of: (seed: number) => Scores): Spread => spreadOf(task.seeds.map(of));
  const simulated = (who: readonly Records[], noise: number, seed: number, home?: number): Scores =>
    // Rounded once a member: as near to the run as a test holds it (PL6), in a tenth of the time.
    scoreRun(who, { rules: task.rules, model, noise, seed, rounding: 'sums' }, exam, home);
  const judge = (parameters: Float64Array, constants: Constants, home?: number): Scores =>
    score((records) => logits(model, parameters, standardize(records, constants, seen)), exam, home);
  const centrally = (records: Records, seed: number, home?: number): Scores => {
    const constants = constantsOf(records, seen.basis);
    const standardized = standardize(records, constants, seen);
    const options = { epochs: task.passes, batchSize: 64, learningRate: 0.02, momentum: 0.9, seed };
    return judge(train(model, standardized, options), constants, home);
  };
  const pool = joinRecords(members);
  const pooled = constantsOf(pool, seen.basis);
  const shared = members.map((records) => standardize(records, pooled, seen));
  return {
    majority: {
      accuracy: majorityGuess(test.labels),
      ...(homes && { atHome: average(homes.map(({ labels }) => majorityGuess(labels))) }),
    },
    alone: members.map((records, i) => overSeeds((seed) => centrally(records, seed, i))),
    // A loner counts on itself alone: its noise must be all that ε asks for.
    alonePrivate: members.map((records, i) =>
      overSeeds((seed) => simulated([records], task.sigma * Math.sqrt(task.honest), seed, i)),
    ),
    privately: overSeeds((seed) => simulated(members, task.sigma * Math.sqrt(members.length), seed)),
    together: overSeeds((seed) => {
      const options = { rounds: 100, localEpochs: 1, batchSize: 64, learningRate: 0.2, seed };
      return judge(federatedAverage(model, shared, options), pooled);
    }),
    pooled: overSeeds((seed) => centrally(pool, seed)),
  };
}
