/**
 * What a model says about one record, in integers, bit for bit what `Inference.sol` computes (spec/inference.md).
 * Features are Q16 int32 after the charter's transform and standardisation, which v1 computes off chain.
 */
import { saturate } from '../model/integers.ts';
import { FRACTION_BITS, type Model, ModelError, type ModelShape, parameterCount } from '../model/model.ts';
import { sumOfLeaves, type TreesShape } from '../model/trees.ts';

const SHIFT = BigInt(FRACTION_BITS);

/** Σ_i parameters[start + i]·x[i] + 2^16·parameters[bias], exact, in Q32. */
function affine(parameters: Int32Array, start: number, bias: number, x: readonly bigint[]): bigint {
  let sum = BigInt(parameters[bias]!) << SHIFT;
  for (let i = 0; i < x.length; i++) sum += BigInt(parameters[start + i]!) * x[i]!;
  return sum;
}

/**
 * The logit of one record as int32 in Q16 (IN2, IN3): exact sums in Q32, ⌊·/2^16⌋ after each layer, ReLU between, and
 * saturation to int32 at the very end only; of trees, the sum of the leaves (LR30). Throws ModelError when the lengths do not fit the shape.
 */
export function predict(model: Model, features: Int32Array): number {
  const { shape, parameters } = model;
  const count = parameterCount(shape);
  if (parameters.length !== count) throw new ModelError('PARAMETER_COUNT', parameters.length, count);
  if (features.length !== shape.inputs) throw new ModelError('LENGTH', features.length, shape.inputs);
  if (shape.kind === 'trees')
    return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, sumOfLeaves(shape, parameters, features)));
  let x = Array.from(features, BigInt);
  let start = 0;
  if (shape.kind === 'mlp') {
    const biases = shape.hidden * shape.inputs;
    x = Array.from({ length: shape.hidden }, (_, unit) => {
      const sum = affine(parameters, unit * shape.inputs, biases + unit, x) >> SHIFT;
      return sum > 0n ? sum : 0n;
    });
    start = biases + shape.hidden;
  }
  return Number(saturate(affine(parameters, start, count - 1, x) >> SHIFT, 32));
}

/** Real numbers as Q16 int32: ⌊x·2^16 + ½⌋, saturated (IN1). NaN throws ModelError. */
export function toFixed(x: ArrayLike<number>): Int32Array {
  const out = new Int32Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const value = Math.floor(x[i]! * 2 ** FRACTION_BITS + 0.5);
    if (Number.isNaN(value)) throw new ModelError('SHAPE', 'NaN', 'a number');
    out[i] = Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, value));
  }
  return out;
}

/**
 * A model trained in floating point, made fit for the chain. A run's own parameters are integers from the first round
 * and need none of this; trees, whose features are no real numbers, cannot be given. Throws ModelError when the parameters do not fit the shape.
 */
export function quantizeModel(shape: Exclude<ModelShape, TreesShape>, parameters: ArrayLike<number>): Model {
  const count = parameterCount(shape);
  if (parameters.length !== count) throw new ModelError('PARAMETER_COUNT', parameters.length, count);
  return { shape, parameters: toFixed(parameters) };
}
