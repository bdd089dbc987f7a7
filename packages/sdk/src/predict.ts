/**
 * What a run's model says about a record: raw values under the charter's schema become the integers that contracts compute
 * with (IN1), and the score is computed here, where the record stays, or by the contract: bit for bit the same (IN3). [BD1]
 */
import { FRACTION_BITS, inputRules, predict as scoreOf, toFixed, treePlan } from '@concord/protocol';
import { readFeatures, type RecordValues, standardizeFeatures } from '@concord/trainer';
import type { Hex } from './facts.ts';
import { type FinalModel, FinalModelError } from './finalModel.ts';

export interface Prediction {
  readonly runId: Hex;
  readonly modelId: Hex;
  /** What label 1 is called in the charter's schema. */
  readonly label: string;
  /** The logit, int32 in Q16: positive means label 1 is more likely than not (IN2). */
  readonly score: number;
  /** σ(score / 2^16), as the model estimates it. */
  readonly probability: number;
  /** Where it was computed: here, or by the contract, which saw the features. */
  readonly by: 'here' | 'contract';
}

/** The features of a record as the model sees them, int32 in Q16 (LR6, LR7, LR31, IN1). Throws SchemaError naming the column. */
export function featuresOf({ state, text, runId }: FinalModel, values: RecordValues): Int32Array {
  if (treePlan(text)) return toFixed(readFeatures(values, text.schema));
  if (state.statistics === undefined)
    throw new FinalModelError('NOT_FINISHED', `run ${runId} has no settled statistics round: see “concord status”`);
  const features = readFeatures(values, text.schema);
  return toFixed(standardizeFeatures(features, state.statistics.constants, inputRules(text)));
}

/** What a score says. */
export const predictionOf = (
  { runId, modelId, text }: FinalModel,
  score: number,
  by: Prediction['by'],
): Prediction => ({
  runId,
  modelId,
  label: text.schema.label,
  score,
  probability: 1 / (1 + Math.exp(-score / 2 ** FRACTION_BITS)),
  by,
});

/** Scores a record on this machine; nothing leaves it. Throws SchemaError. [BD1] */
export const predictHere = (model: FinalModel, values: RecordValues): Prediction =>
  predictionOf(model, scoreOf(model.state.optimizer.model, featuresOf(model, values)), 'here');
