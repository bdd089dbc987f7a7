/**
 * What a member puts into a report: its records' clipped contributions or histograms, its one update, or its share of the
 * noise. Pure.
 */
import {
  type CharterText,
  descending,
  type DescentText,
  type FedAvgTraining,
  inputRules,
  type Kernels,
  memberBound,
  type NoiseSampler,
  noiseWords,
  quantizeMember,
  quantizeRecord,
  type Random,
  type RunState,
  runStateHash,
  sampleNoise,
  type Signed,
  taskOf,
  toFixed,
  treeHistograms,
  treePlan,
} from '@concord/protocol';
import {
  type DifferentiableModel,
  logistic,
  mlp,
  type Records,
  realParameters,
  standardize,
  trainLocally,
  writeMeanStatistics,
  writeStatistics,
} from '@concord/trainer';
import type { Aggregation } from '../../../sdk/src/facts.ts';

/** Records between two turns of the event loop. */
const STRIDE = 128;
/** Records whose words are drawn at once: a question to the system costs more than the words of a small model. */
const DRAWN = 8;

/** What one member computes a round's vector from. */
export interface Contributor {
  readonly records: Records;
  readonly text: CharterText;
  readonly aggregation: Pick<Aggregation, 'd' | 'recordBound' | 'bound' | 'field'>;
  readonly random: Random;
  /** Awaited now and then, so that a node answers while it computes. */
  readonly breathe: () => Promise<void>;
  /**
   * What a program of the member's own computed in a training round (LR22), instead of what this file would: fedSgd, one
   * gradient a record, row by row; fedAvg, the parameters after local training.
   */
  readonly trained?: Float64Array;
}

/** Writes one record's real vector into `out`, whose other coordinates are 0. */
type Contribution = (row: number, out: Float64Array) => void;

const modelFor = ({ model }: DescentText): DifferentiableModel =>
  model.kind === 'mlp' ? mlp(model.inputs, model.hidden) : logistic(model.inputs);

const statistics =
  (records: Records, norm: number): Contribution =>
  (row, out) => {
    writeStatistics(records, row, norm, out);
  };

/** The records as the model of a training round sees them. Throws RangeError before the statistics round is settled. */
export function standardized(records: Records, state: RunState, text: CharterText): Records {
  if (!state.statistics) throw new RangeError('training needs the constants of the statistics round');
  return standardize(records, state.statistics.constants, inputRules(text));
}

function gradients({ records, text, trained }: Contributor, state: RunState): Contribution {
  const standard = standardized(records, state, text);
  const parameters = realParameters(state.optimizer.model.parameters);
  const width = parameters.length;
  if (trained) return (row, out) => out.set(trained.subarray(row * width, (row + 1) * width));
  const model = modelFor(descending(text));
  return (row, out) => {
    model.gradient(parameters, standard.features, row * standard.width, standard.labels[row]!, out);
  };
}

/** The seed of a round's local training: nothing depends on it, but whoever has the records can do it again (LR21). */
export const localSeed = (state: RunState): number => new DataView(runStateHash(state).buffer).getUint32(0);

/** C of the round's vectors, in units of what is clipped. */
const clippingNormOf = ({ training }: DescentText, state: RunState): number =>
  (taskOf(state.round) === 'statistics' ? training.statisticsNorm : training.clippingNorm) / 2 ** 16;

const words = (random: Random, count: number): Uint32Array => new Uint32Array(random(4 * count).buffer);

/** fedSgd: the integer sum of all records' vectors, each of norm at most Δ after rounding (DP2, DP12). */
async function sumOfRecords(contributor: Contributor, state: RunState): Promise<Signed> {
  const { records, text, aggregation, random, breathe } = contributor;
  const { d, recordBound, field } = aggregation;
  const clippingNorm = clippingNormOf(descending(text), state);
  const contribution =
    taskOf(state.round) === 'statistics' ? statistics(records, clippingNorm) : gradients(contributor, state);
  const scale = { clippingNorm, recordBound: Number(recordBound) };
  const sum = new Int32Array(d);
  const one = new Float64Array(d);
  let drawn: Uint32Array = new Uint32Array(0);
  for (let row = 0; row < records.count; row++) {
    contribution(row, one);
    const at = row % DRAWN;
    if (at === 0) drawn = words(random, d * Math.min(DRAWN, records.count - row));
    quantizeRecord(one, scale, drawn.subarray(at * d, (at + 1) * d), sum);
    if (row % STRIDE === STRIDE - 1) await breathe();
  }
  return field === 32 ? sum : BigInt64Array.from(sum, BigInt);
}

/** fedAvg: one vector for all that a member has, of norm at most B after rounding (DP2, DP13, LR21). */
async function memberVector(contributor: Contributor, state: RunState, training: FedAvgTraining): Promise<Signed> {
  const { records, aggregation, random, breathe } = contributor;
  const text = descending(contributor.text);
  const { d, bound, field } = aggregation;
  const update = new Float64Array(d);
  if (taskOf(state.round) === 'statistics') writeMeanStatistics(records, update);
  else {
    const standard = standardized(records, state, text);
    const start = realParameters(state.optimizer.model.parameters);
    const { trained = await trainLocally(modelFor(text), start, standard, localOptions(training, state), breathe) } =
      contributor;
    // LR4 subtracts what was opened: an update is sent with its sign turned.
    for (let i = 0; i < start.length; i++) update[i] = start[i]! - trained[i]!;
  }
  const scale = { clippingNorm: clippingNormOf(text, state), bound: memberBound({ bound: Number(bound), d }) };
  const out = field === 32 ? new Int32Array(d) : new BigInt64Array(d);
  quantizeMember(update, scale, (count) => words(random, count), out);
  return out;
}

/** How a member trains in this round, in real numbers. */
export const localOptions = ({ local }: FedAvgTraining, state: RunState) => ({
  passes: local.passes,
  batchSize: local.batchSize,
  learningRate: local.learningRate / 2 ** 16,
  momentum: local.momentum / 2 ** 16,
  proximal: local.proximal / 2 ** 16,
  seed: localSeed(state),
});

/**
 * What a member puts into the round that starts from this state, d integers: statistics in round 0, what the text's
 * algorithm makes of its records later (RD12, LR20). Throws RangeError (PrivacyRangeError) for bounds too small for d, a
 * sum beyond 32 bits, or an update that is not finite.
 */
export async function updateVector(contributor: Contributor, state: RunState): Promise<Signed> {
  const { records, text, aggregation } = contributor;
  const { training } = text;
  const plan = treePlan(text);
  if (plan) {
    // Exact, so nothing is drawn (LR34); a tenth of a second for 2,000 records, so nobody is kept waiting.
    const place = {
      model: state.optimizer.model,
      round: state.round,
      d: aggregation.d,
      recordBound: Number(aggregation.recordBound),
    };
    const sum = treeHistograms(plan, place, { ...records, features: toFixed(records.features) });
    return aggregation.field === 32 ? sum : BigInt64Array.from(sum, BigInt);
  }
  return training.algorithm === 'fedAvg'
    ? memberVector(contributor, state, training)
    : sumOfRecords(contributor, state);
}

/** d independent samples of N_Z(0, sigma²) (DP3, DP11). `sampler` is of the charter's sigma. */
export function noiseVector(
  sampler: NoiseSampler,
  { d, field }: Pick<Aggregation, 'd' | 'field'>,
  random: Random,
  kernels: Kernels,
): Signed {
  const out = new BigInt64Array(d);
  sampleNoise(sampler, kernels, new BigUint64Array(random(8 * noiseWords(sampler, d)).buffer), out);
  return field === 32 ? Int32Array.from(out, Number) : out;
}
