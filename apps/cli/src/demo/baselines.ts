/**
 * What the demo can say because it holds all files, and no member could: every member alone, all together without
 * privacy (federated averaging), all records in one place. Runs as a child of the lowest priority, so that it never slows
 * the story down.
 */
import { performance } from 'node:perf_hooks';
import type { RoundRules } from '@concord/protocol';
import {
  type Constants,
  type DifferentiableModel,
  evaluate,
  type Evaluation,
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
import { integerLogits } from './judge.ts';
import { simulateRun } from './simulate.ts';

export interface BaselineTask {
  readonly schema: Schema;
  readonly members: readonly Table[];
  readonly test: Table;
  /** The run's own rules, so that simulated runs follow them. */
  readonly rules: RoundRules;
  /** s, one contributor's noise; and h. */
  readonly sigma: number;
  readonly honest: number;
  readonly seeds: number;
}

export interface BaselineResult {
  readonly baselines: Baselines;
  /** What those passes take here. */
  readonly centralSeconds: number;
}

export interface Spread {
  readonly mean: Evaluation;
  /** Sample standard deviation over seeds; 0 for one seed. */
  readonly deviation: Evaluation;
}

export interface Baselines {
  readonly majority: number;
  /** Each member on its own records, without privacy: a model that it keeps to itself. */
  readonly alone: readonly Spread[];
  /** Each member on its own records at the run's ε: a model that it could publish as the run does. */
  readonly alonePrivate: readonly Spread[];
  /** The run simulated with other seeds. */
  readonly privately: Spread;
  readonly together: Spread;
  readonly pooled: Spread;
}

/** Plain mean and deviation of the features, in the units of the standardisation constants. */
function constantsOf({ count, width, features }: Records): Constants {
  const mean = new Int32Array(width);
  const deviation = new Int32Array(width);
  for (let j = 0; j < width; j++) {
    let sum = 0;
    let squares = 0;
    for (let i = j; i < features.length; i += width) {
      sum += features[i]!;
      squares += features[i]! ** 2;
    }
    mean[j] = Math.round((sum / count) * 2 ** 16);
    deviation[j] = Math.max(655, Math.round(Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)) * 2 ** 16));
  }
  return { mean, deviation };
}

const KEYS = ['accuracy', 'majorityGuess', 'auc', 'averagePrecision', 'recallAt1PercentFalseAlarms'] as const;

function spread(all: readonly Evaluation[]): Spread {
  const each = (of: (values: readonly number[]) => number): Evaluation =>
    Object.fromEntries(KEYS.map((key) => [key, of(all.map((scores) => scores[key]))])) as unknown as Evaluation;
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    mean: each(mean),
    deviation: each((values) => {
      const m = mean(values);
      return Math.sqrt(values.reduce((sum, v) => sum + (v - m) ** 2, 0) / Math.max(1, values.length - 1));
    }),
  };
}

const modelOf = ({ rules }: BaselineTask, inputs: number): DifferentiableModel =>
  rules.charter.model.kind === 'mlp' ? mlp(inputs, rules.charter.model.hidden) : logistic(inputs);

export function computeBaselines(task: BaselineTask): Baselines {
  const members = task.members.map((table) => readRecords(table, task.schema));
  const test = readRecords(task.test, task.schema);
  const model = modelOf(task, test.width);
  const { featureLimit } = task.rules.charter.training;
  const seeds = Array.from({ length: task.seeds }, (_, i) => i + 1);
  const simulated = (who: readonly Records[], noise: number, seed: number): Evaluation => {
    const state = simulateRun(who, { rules: task.rules, model, noise, seed });
    return evaluate(integerLogits(state, test, featureLimit).logits, test.labels);
  };
  const pool = joinRecords(members);
  const pooled = constantsOf(pool);
  const judge = (parameters: Float64Array, constants: Constants): Evaluation =>
    evaluate(logits(model, parameters, standardize(test, constants, featureLimit)), test.labels);
  const centrally = (records: Records, constants: Constants, seed: number): Evaluation => {
    const standardized = standardize(records, constants, featureLimit);
    const options = { epochs: 30, batchSize: 64, learningRate: 0.02, momentum: 0.9, seed };
    return judge(train(model, standardized, options), constants);
  };
  return {
    majority: majorityGuess(test.labels),
    alone: members.map((records) => spread(seeds.map((seed) => centrally(records, constantsOf(records), seed)))),
    // A loner counts on itself alone: its noise must be all that ε asks for.
    alonePrivate: members.map((records) =>
      spread(seeds.map((seed) => simulated([records], task.sigma * Math.sqrt(task.honest), seed))),
    ),
    privately: spread(seeds.map((seed) => simulated(members, task.sigma * Math.sqrt(members.length), seed))),
    together: spread(
      seeds.map((seed) => {
        const standardized = members.map((records) => standardize(records, pooled, featureLimit));
        const options = { rounds: 100, localEpochs: 1, batchSize: 64, learningRate: 0.2, seed };
        return judge(federatedAverage(model, standardized, options), pooled);
      }),
    ),
    pooled: spread(seeds.map((seed) => centrally(pool, pooled, seed))),
  };
}

/** The run's own work without the others: per-record gradients of all records, clipped and summed, once a round. */
function timeCentralTraining(task: BaselineTask): number {
  const pool = joinRecords(task.members.map((table) => readRecords(table, task.schema)));
  const model = modelOf(task, pool.width);
  const parameters = new Float64Array(model.parameterCount);
  const gradient = new Float64Array(model.parameterCount);
  const sum = new Float64Array(model.parameterCount);
  const began = performance.now();
  for (let round = 0; round < task.rules.rounds; round++) {
    sum.fill(0);
    for (let row = 0; row < pool.count; row++) {
      model.gradient(parameters, pool.features, row * pool.width, pool.labels[row]!, gradient);
      let squared = 0;
      for (let i = 0; i < gradient.length; i++) squared += gradient[i]! ** 2;
      const factor = Math.min(1, 1 / Math.sqrt(squared));
      for (let i = 0; i < gradient.length; i++) sum[i]! += factor * gradient[i]!;
    }
    for (let i = 0; i < sum.length; i++) parameters[i]! -= sum[i]! / pool.count;
  }
  return (performance.now() - began) / 1000;
}

process.once('message', (task: BaselineTask) => {
  const result: BaselineResult = { baselines: computeBaselines(task), centralSeconds: timeCentralTraining(task) };
  process.send?.(result, () => process.disconnect());
});
