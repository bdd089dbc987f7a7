/**
 * The run's own training rule in one process, without shares, proofs or chain: the same quantization, integer steps and
 * accounting, noise from a seeded normal generator rounded to integers. For rows of the table that would need many runs
 * (seeds), or that nobody would run (a member alone that publishes its model at the same ε).
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
  type RoundRules,
  type RunState,
  startState,
  taskOf,
} from '@concord/protocol';
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
}

/** The integer sum that a round would open over these records, before noise. */
function sumOf(text: DescentText, state: RunState, raw: Records, standardized: Records | undefined, { rules, model }: Simulation, words: () => Uint32Array): Int32Array {
  const sum = new Int32Array(rules.d);
  const vector = new Float64Array(rules.d);
  const statistics = standardized === undefined;
  const norm = (statistics ? text.training.statisticsNorm : text.training.clippingNorm) / 2 ** 16;
  const scale = { clippingNorm: norm, recordBound: rules.recordBound };
  const parameters = realParameters(state.optimizer.model.parameters);
  const gradient = vector.subarray(0, model.parameterCount);
  for (let row = 0; row < raw.count; row++) {
    if (statistics) writeStatistics(raw, row, norm, vector);
    else model.gradient(parameters, standardized.features, row * raw.width, raw.labels[row]!, gradient);
    quantizeRecord(vector, scale, words(), sum);
  }
  return sum;
}

/** The one vector that a member of fedAvg adds in a round. */
function vectorOf(training: FedAvgTraining, state: RunState, raw: Records, standardized: Records | undefined, { rules, model }: Simulation, random: Random, words: () => Uint32Array): Int32Array {
  const vector = new Float64Array(rules.d);
  if (standardized === undefined) writeMeanStatistics(raw, vector);
  else {
    const { local } = training;
    const start = realParameters(state.optimizer.model.parameters);
    const trained = start.slice();
    const [learningRate, momentum, proximal] = [local.learningRate, local.momentum, local.proximal].map((value) => value / 2 ** 16) as [number, number, number];
    descend(model, trained, standardized, { ...local, learningRate, momentum, proximal }, random);
    for (let i = 0; i < start.length; i++) vector[i] = start[i]! - trained[i]!;
  }
  const clippingNorm = (standardized === undefined ? training.statisticsNorm : training.clippingNorm) / 2 ** 16;
  const out = new Int32Array(rules.d);
  quantizeMember(vector, { clippingNorm, bound: memberBound(rules) }, words, out);
  return out;
}

/** The state after all rounds of a run over these members' records. */
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
  let ready: readonly (Records | undefined)[] = members.map(() => undefined);
  for (let round = 0; round < rules.rounds; round++) {
    if (taskOf(round) === 'training' && ready[0] === undefined) {
      const { constants } = state.statistics!;
      ready = members.map((records) => standardize(records, constants, inputRules(charter)));
    }
    const total = new Float64Array(rules.d);
    members.forEach((records, i) => {
      const { training } = charter;
      const sum =
        training.algorithm === 'fedAvg'
          ? vectorOf(training, state, records, ready[i], simulation, random, words)
          : sumOf(charter, state, records, ready[i], simulation, words);
      for (let j = 0; j < total.length; j++) total[j]! += sum[j]!;
    });
    const opened = Array.from(total, (value) => BigInt(Math.round(value + noise * random.normal())));
    state = nextState(rules, state, opened, members.length);
  }
  return state;
}
