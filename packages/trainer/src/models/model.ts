/** What training asks of a model: a logit and the gradient of one record's loss. */

export interface DifferentiableModel {
  readonly inputs: number;
  readonly parameterCount: number;
  /** The logit of the record whose features start at `offset`. */
  logit(parameters: Float64Array, features: Float64Array, offset: number): number;
  /**
   * Writes ∂loss/∂parameters of one record into `out` (parameterCount values, all overwritten) and returns its loss,
   * the logistic loss ln(1 + e^∓logit) of a label in {0, 1}.
   */
  gradient(parameters: Float64Array, features: Float64Array, offset: number, label: number, out: Float64Array): number;
}

/** 1 / (1 + e^−z). */
export const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** −ln σ(±z) without overflow. */
export const logisticLoss = (z: number, label: number): number =>
  Math.max(z, 0) - z * label + Math.log1p(Math.exp(-Math.abs(z)));

/** Fixed-point parameters (Q16) as real numbers. */
export const realParameters = (parameters: Int32Array): Float64Array =>
  Float64Array.from(parameters, (parameter) => parameter / 2 ** 16);
