/** Minibatch gradient descent with momentum over shuffled records: what baselines and members of fedAvg train with (LR21). */
import type { DifferentiableModel } from './models/model.ts';
import { type Random, seededRandom } from './random.ts';
import type { Records } from './schema.ts';

export interface DescentOptions {
  /** Times that it goes over all records, in a new order each time. */
  readonly passes: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Heavy-ball momentum, 0 ≤ momentum < 1; 0 when absent. */
  readonly momentum?: number;
  /** μ of FedProx (Li et al. 2020): each step also moves by μ·(parameters − start); 0 when absent. */
  readonly proximal?: number;
}

/** Descends in place, one batch for each `next`, so that a caller with other things to do can pause. */
export function* descents(
  model: DifferentiableModel,
  parameters: Float64Array,
  records: Records,
  { passes, batchSize, learningRate, momentum = 0, proximal = 0 }: DescentOptions,
  random: Random,
): Generator<void, void, void> {
  const gradient = new Float64Array(model.parameterCount);
  const batch = new Float64Array(model.parameterCount);
  const velocity = new Float64Array(model.parameterCount);
  const start = proximal > 0 ? parameters.slice() : parameters;
  const order = Int32Array.from({ length: records.count }, (_, i) => i);
  for (let pass = 0; pass < passes; pass++) {
    random.shuffle(order);
    for (let from = 0; from < order.length; from += batchSize) {
      const end = Math.min(order.length, from + batchSize);
      batch.fill(0);
      for (let k = from; k < end; k++) {
        const row = order[k]!;
        model.gradient(parameters, records.features, row * records.width, records.labels[row]!, gradient);
        for (let i = 0; i < batch.length; i++) batch[i]! += gradient[i]!;
      }
      for (let i = 0; i < batch.length; i++) {
        const pull = proximal > 0 ? proximal * (parameters[i]! - start[i]!) : 0;
        velocity[i] = momentum * velocity[i]! + batch[i]! / (end - from) + pull;
        parameters[i]! -= learningRate * velocity[i]!;
      }
      yield;
    }
  }
}

/** The same without pauses. */
export function descend(...task: Parameters<typeof descents>): void {
  for (const _ of descents(...task));
}

/** A member's part in a round of fedAvg: the parameters that it reaches from these, decided to the bit by the seed (LR21). */
export async function trainLocally(
  model: DifferentiableModel,
  start: Float64Array,
  records: Records,
  { seed, ...options }: DescentOptions & { readonly seed: number },
  breathe: () => Promise<void>,
): Promise<Float64Array> {
  const parameters = start.slice();
  for (const _ of descents(model, parameters, records, options, seededRandom(seed))) await breathe();
  return parameters;
}
