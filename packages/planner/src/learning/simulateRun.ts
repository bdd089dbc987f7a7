/**
 * The run's own training rule in one process, without shares, proofs or chain: the same quantization, integer steps and
 * accounting, noise from a seeded normal generator rounded to integers [PL6]. For what would need many runs (seeds, pilots),
 * or that nobody would run (a member alone that publishes its model at the same ε).
 */
import {
  descending,
  type DescentText,
  type FedAvgTraining,
  inputRules,
  memberBound,
  nextState,
  quantizeMember,
  quantizeRecord,
  recordUnit,
  type RoundRules,
  type RunState,
  startState,
  taskOf,
} from '@concord/protocol';
import { addClipped, type Batch, batchOf } from './clippedSum.ts';
import {
  descend,
  type DifferentiableModel,
  type Random,
  realParameters,
  type Records,
  seededRandom,
  standardize,
  writeMeanStatistics,
  writeStatistics,
} from '@concord/trainer';

export interface Simulation {
  readonly rules: RoundRules;
  readonly model: DifferentiableModel;
  /** Standard deviation of the noise in an opened sum, in integer steps. */
  readonly noise: number;
  readonly seed: number;
  /**
   * How real vectors become integers: 'records' (default) rounds each record's, as members do; 'sums' adds up the clipped
   * gradients of a member in real numbers and rounds that once. Rounding n records at random moves a coordinate of the sum
   * by at most √n/2 integer steps (one standard deviation), beside noise of Δ·z·√N or so: thousands of times less. fedAvg
   * rounds one vector a member either way.
   */
  readonly rounding?: 'records' | 'sums';
}

/** What members hold in a training round. */
interface Ready {
  readonly standardized: Records;
  readonly batch: Batch;
}

/** The integer sum that a round would open over these records, before noise. */
function sumOf(
  text: DescentText,
  state: RunState,
  raw: Records,
  ready: Ready | undefined,
  { rules, model }: Simulation,
  words: () => Uint32Array,
): Int32Array {
  const sum = new Int32Array(rules.d);
  const vector = new Float64Array(rules.d);
  const statistics = ready === undefined;
  const norm = (statistics ? text.training.statisticsNorm : text.training.clippingNorm) / 2 ** 16;
  const scale = { clippingNorm: norm, recordBound: rules.recordBound };
  const parameters = realParameters(state.optimizer.model.parameters);
  const gradient = vector.subarray(0, model.parameterCount);
  for (let row = 0; row < raw.count; row++) {
    if (statistics) writeStatistics(raw, row, norm, vector);
    else model.gradient(parameters, ready.standardized.features, row * raw.width, raw.labels[row]!, gradient);
    quantizeRecord(vector, scale, words(), sum);
  }
  return sum;
}

/** The same sum rounded once: the clipped vectors are added in real numbers. */
function roughSumOf(
  text: DescentText,
  state: RunState,
  raw: Records,
  ready: Ready | undefined,
  { rules }: Simulation,
  random: Random,
): Float64Array {
  const norm = (ready === undefined ? text.training.statisticsNorm : text.training.clippingNorm) / 2 ** 16;
  const sum = new Float64Array(rules.d);
  if (ready) addClipped(text.model, realParameters(state.optimizer.model.parameters), ready.batch, norm, sum);
  else {
    const vector = new Float64Array(1 + 2 * raw.width);
    for (let row = 0; row < raw.count; row++) {
      writeStatistics(raw, row, norm, vector);
      for (let i = 0; i < vector.length; i++) sum[i]! += vector[i]!;
    }
  }
  const unit = recordUnit({ clippingNorm: norm, recordBound: rules.recordBound }, rules.d);
  for (let i = 0; i < sum.length; i++) sum[i] = Math.floor(sum[i]! / unit + random.uniform());
  return sum;
}

/** The one vector that a member of fedAvg adds in a round. */
function vectorOf(
  training: FedAvgTraining,
  state: RunState,
  raw: Records,
  ready: Ready | undefined,
  { rules, model }: Simulation,
  random: Random,
  words: () => Uint32Array,
): Int32Array {
  const vector = new Float64Array(rules.d);
  if (ready === undefined) writeMeanStatistics(raw, vector);
  else {
    const { local } = training;
    const start = realParameters(state.optimizer.model.parameters);
    const trained = start.slice();
    const [learningRate, momentum, proximal] = [local.learningRate, local.momentum, local.proximal].map(
      (value) => value / 2 ** 16,
    ) as [number, number, number];
    descend(model, trained, ready.standardized, { ...local, learningRate, momentum, proximal }, random);
    for (let i = 0; i < start.length; i++) vector[i] = start[i]! - trained[i]!;
  }
  const clippingNorm = (ready === undefined ? training.statisticsNorm : training.clippingNorm) / 2 ** 16;
  const out = new Int32Array(rules.d);
  quantizeMember(vector, { clippingNorm, bound: memberBound(rules) }, words, out);
  return out;
}

/**
 * The state after all rounds of a run over these members' records. Throws ModelError when noise left no record count (LR7),
 * or the rules' text is one of trees.
 */
export function simulateRun(members: readonly Records[], simulation: Simulation): RunState {
  const { rules, noise, seed } = simulation;
  const charter = descending(rules.charter);
  const random = seededRandom(seed);
  const buffer = new Uint32Array(rules.d);
  const words = (): Uint32Array => {
    for (let i = 0; i < buffer.length; i++) buffer[i] = random.uniform() * 2 ** 32;
    return buffer;
  };
  const start = new Uint8Array(32);
  new DataView(start.buffer).setUint32(0, seed);
  let state = startState(charter, start);
  let ready: readonly (Ready | undefined)[] = members.map(() => undefined);
  for (let round = 0; round < rules.rounds; round++) {
    if (taskOf(round) === 'training' && ready[0] === undefined) {
      const { constants } = state.statistics!;
      ready = members.map((records) => {
        const standardized = standardize(records, constants, inputRules(charter));
        return { standardized, batch: batchOf(standardized) };
      });
    }
    const total = new Float64Array(rules.d);
    members.forEach((records, i) => {
      const { training } = charter;
      const sum =
        training.algorithm === 'fedAvg'
          ? vectorOf(training, state, records, ready[i], simulation, random, words)
          : simulation.rounding === 'sums'
            ? roughSumOf(charter, state, records, ready[i], simulation, random)
            : sumOf(charter, state, records, ready[i], simulation, words);
      for (let j = 0; j < total.length; j++) total[j]! += sum[j]!;
    });
    const opened = Array.from(total, (value) => BigInt(Math.round(value + noise * random.normal())));
    state = nextState(rules, state, opened, members.length);
  }
  return state;
}
