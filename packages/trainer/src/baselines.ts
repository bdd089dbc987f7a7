/**
 * What training would give without Concord, for comparison only: a member alone, all records in one place, and
 * federated averaging (McMahan et al., AISTATS 2017) without any privacy. Deterministic by seed.
 */
import { descend } from './descend.ts';
import type { DifferentiableModel } from './models/model.ts';
import { seededRandom, type Random } from './random.ts';
import type { Records } from './schema.ts';

export interface TrainingOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Heavy-ball momentum, 0 ≤ momentum < 1; 0 when absent. */
  readonly momentum?: number;
  readonly seed: number;
}

export interface AveragingOptions {
  readonly rounds: number;
  readonly localEpochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** Start weights uniform in ±√(6 / inputs) for every weight of an MLP (biases too: this is only a baseline). */
export function startParameters(model: DifferentiableModel, random: Random): Float64Array {
  const bound = Math.sqrt(6 / model.inputs) / 2;
  return Float64Array.from({ length: model.parameterCount }, () => (2 * random.uniform() - 1) * bound);
}

/** Ordinary training on one set of records: a member alone, or the pool. Returns real parameters. */
export function train(model: DifferentiableModel, records: Records, options: TrainingOptions): Float64Array {
  const random = seededRandom(options.seed);
  const parameters = startParameters(model, random);
  descend(model, parameters, records, { ...options, passes: options.epochs }, random);
  return parameters;
}

/** Federated averaging with every member in every round, weighted by record count. Returns real parameters. */
export function federatedAverage(
  model: DifferentiableModel,
  members: readonly Records[],
  { rounds, localEpochs, batchSize, learningRate, seed }: AveragingOptions,
): Float64Array {
  const random = seededRandom(seed);
  const parameters = startParameters(model, random);
  const total = members.reduce((sum, { count }) => sum + count, 0);
  for (let round = 0; round < rounds; round++) {
    const sum = new Float64Array(model.parameterCount);
    for (const records of members) {
      const local = parameters.slice();
      descend(model, local, records, { passes: localEpochs, batchSize, learningRate }, random);
      for (let i = 0; i < sum.length; i++) sum[i]! += (local[i]! * records.count) / total;
    }
    parameters.set(sum);
  }
  return parameters;
}

/** The logit of every record. */
export const logits = (model: DifferentiableModel, parameters: Float64Array, records: Records): Float64Array =>
  Float64Array.from({ length: records.count }, (_, row) =>
    model.logit(parameters, records.features, row * records.width),
  );
