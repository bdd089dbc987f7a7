import { type DifferentiableModel, logisticLoss, sigmoid } from './model.ts';

/** Logistic regression. Parameters: w[inputs], b. */
export function logistic(inputs: number): DifferentiableModel {
  const logit = (parameters: Float64Array, features: Float64Array, offset: number): number => {
    let z = parameters[inputs]!;
    for (let i = 0; i < inputs; i++) z += parameters[i]! * features[offset + i]!;
    return z;
  };
  return {
    inputs,
    parameterCount: inputs + 1,
    logit,
    gradient: (parameters, features, offset, label, out) => {
      const z = logit(parameters, features, offset);
      const slope = sigmoid(z) - label;
      for (let i = 0; i < inputs; i++) out[i] = slope * features[offset + i]!;
      out[inputs] = slope;
      return logisticLoss(z, label);
    },
  };
}
