/** What a member puts into a report: its records' clipped contributions, or its share of the noise. Pure. */
import {
  type CharterText,
  type Kernels,
  type NoiseSampler,
  noiseWords,
  quantizeRecord,
  type Random,
  type RunState,
  sampleNoise,
  type Signed,
  taskOf,
} from '@concord/protocol';
import {
  type DifferentiableModel,
  logistic,
  mlp,
  type Records,
  realParameters,
  standardize,
  writeStatistics,
} from '@concord/trainer';
import type { Aggregation } from '../../../sdk/src/facts.ts';

/** Records between two turns of the event loop. */
const STRIDE = 128;
/** Records whose words are drawn at once: a question to the system costs more than the words of a small model. */
const DRAWN = 8;

/** Writes one record's real vector into `out`, whose other coordinates are 0. */
type Contribution = (row: number, out: Float64Array) => void;

const modelFor = ({ model }: CharterText): DifferentiableModel =>
  model.kind === 'mlp' ? mlp(model.inputs, model.hidden) : logistic(model.inputs);

const statistics =
  (records: Records, norm: number): Contribution =>
  (row, out) => {
    writeStatistics(records, row, norm, out);
  };

function gradients(records: Records, state: RunState, text: CharterText): Contribution {
  if (!state.statistics) throw new RangeError('gradients need the constants of the statistics round');
  const standard = standardize(records, state.statistics.constants, text.training.featureLimit);
  const parameters = realParameters(state.optimizer.model.parameters);
  const model = modelFor(text);
  return (row, out) => {
    model.gradient(parameters, standard.features, row * standard.width, standard.labels[row]!, out);
  };
}

/** 32-bit integers as the field's signed type: i32 for F32, i64 for F64. */
const signed = (x: Int32Array, field: Aggregation['field']): Signed =>
  field === 32 ? x : BigInt64Array.from(x, BigInt);

const words = (random: Random, count: number): Uint32Array => new Uint32Array(random(4 * count).buffer);

/**
 * The integer sum of all records' vectors, each of norm at most Δ after rounding (DP2, DP12): feature statistics in
 * round 0, gradients at the state's model later (RD12). d coordinates. `breathe` is awaited now and then. Throws
 * PrivacyRangeError when Δ is too small for d or the sum leaves 32 bits.
 */
export async function updateVector(
  records: Records,
  state: RunState,
  text: CharterText,
  { d, recordBound, field }: Pick<Aggregation, 'd' | 'recordBound' | 'field'>,
  random: Random,
  breathe: () => Promise<void>,
): Promise<Signed> {
  const isStatistics = taskOf(state.round) === 'statistics';
  const clippingNorm = (isStatistics ? text.training.statisticsNorm : text.training.clippingNorm) / 2 ** 16;
  const contribution = isStatistics ? statistics(records, clippingNorm) : gradients(records, state, text);
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
  return signed(sum, field);
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
