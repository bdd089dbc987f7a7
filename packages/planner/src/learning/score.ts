/** How good a finished model is at each of the measures that a charter may set a bar in, in the integers that are served. */
import { type Model, ModelError, predict, type RunState, toFixed, type InputRules } from '@concord/protocol';
import { evaluate, type Records, standardize } from '@concord/trainer';
import type { Metric } from '../types.ts';

export type Scores = Readonly<Record<Metric, number>>;
export const METRICS: readonly Metric[] = ['accuracy', 'auc', 'recallAt1PercentFalseAlarms'];

const LARGEST = 2 ** 53;
const largest = (x: Int32Array): number => x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Rows of Q16 features, side by side. */
interface Inputs {
  readonly count: number;
  readonly features: Int32Array;
}

/**
 * What `predict` says of every row (IN2, IN3), in f64: products of int32 are exact there, and so are their sums while they
 * stay below 2^53, which is checked; undefined where they might not.
 */
function exactly({ shape, parameters }: Model, { count, features }: Inputs): Float64Array | undefined {
  if (shape.kind === 'trees') return undefined;
  const { inputs } = shape;
  const hidden = shape.kind === 'mlp' ? shape.hidden : 0;
  const [weight, feature] = [largest(parameters), largest(features)];
  const first = weight * (inputs * feature + 65_536);
  if (!(first < LARGEST && weight * ((hidden * first) / 65_536 + 65_536) < LARGEST)) return undefined;
  const [b1, last] = [hidden * inputs, parameters.length - 1];
  const cut = (x: number): number => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.floor(x / 65_536)));
  return Float64Array.from({ length: count }, (_, row) => {
    const from = row * inputs;
    let z = parameters[last]! * 65_536;
    if (hidden === 0) for (let i = 0; i < inputs; i++) z += parameters[i]! * features[from + i]!;
    for (let j = 0; j < hidden; j++) {
      let sum = parameters[b1 + j]! * 65_536;
      const start = j * inputs;
      for (let i = 0; i < inputs; i++) sum += parameters[start + i]! * features[from + i]!;
      if (sum > 0) z += parameters[b1 + hidden + j]! * Math.floor(sum / 65_536);
    }
    return cut(z);
  });
}

/** The integer logits of all records under a finished run's model and constants. Throws ModelError before round 0 is settled. */
export function integerLogitsOf(
  { optimizer: { model }, statistics }: RunState,
  records: Records,
  inputs: InputRules,
): ArrayLike<number> {
  if (statistics === undefined) throw new ModelError('SHAPE', 'no statistics', 'a settled statistics round');
  const { count, width, features } = standardize(records, statistics.constants, inputs);
  const fixed = toFixed(features);
  return (
    exactly(model, { count, features: fixed }) ??
    Array.from({ length: count }, (_, row) => predict(model, fixed.subarray(row * width, (row + 1) * width)))
  );
}

/** What the model of a run scores on these records; no model (noise drowned its record count, LR7): the more frequent label. */
export function scoresOf(state: RunState | undefined, records: Records, inputs: InputRules): Scores {
  const ones = records.labels.reduce((sum, label) => sum + label, 0);
  const logits = state
    ? integerLogitsOf(state, records, inputs)
    : new Float64Array(records.count).fill(2 * ones > records.count ? 1 : -1);
  const { accuracy, auc, recallAt1PercentFalseAlarms } = evaluate(logits, records.labels);
  return { accuracy, auc, recallAt1PercentFalseAlarms };
}
