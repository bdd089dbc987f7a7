import { type DifferentiableModel, logisticLoss, sigmoid } from './model.ts';

/**
 * One hidden ReLU layer and one logit. Parameters: W1[hidden][inputs] row by row, b1[hidden], w2[hidden], b2. The
 * returned object keeps scratch for the hidden layer: do not share one between concurrent callers.
 */
export function mlp(inputs: number, hidden: number): DifferentiableModel {
  const activation = new Float64Array(hidden);
  const b1 = hidden * inputs;
  const w2 = b1 + hidden;
  const b2 = w2 + hidden;
  const logit = (parameters: Float64Array, features: Float64Array, offset: number): number => {
    let z = parameters[b2]!;
    for (let j = 0; j < hidden; j++) {
      let sum = parameters[b1 + j]!;
      const row = j * inputs;
      for (let i = 0; i < inputs; i++) sum += parameters[row + i]! * features[offset + i]!;
      activation[j] = Math.max(sum, 0);
      z += parameters[w2 + j]! * activation[j]!;
    }
    return z;
  };
  return {
    inputs,
    parameterCount: b2 + 1,
    logit,
    gradient: (parameters, features, offset, label, out) => {
      const z = logit(parameters, features, offset);
      const slope = sigmoid(z) - label;
      for (let j = 0; j < hidden; j++) {
        const active = activation[j]! > 0;
        const back = active ? slope * parameters[w2 + j]! : 0;
        const row = j * inputs;
        for (let i = 0; i < inputs; i++) out[row + i] = back * features[offset + i]!;
        out[b1 + j] = back;
        out[w2 + j] = slope * activation[j]!;
      }
      out[b2] = slope;
      return logisticLoss(z, label);
    },
  };
}
