/**
 * What federated averaging reaches on the wallets data: the member's own code, integer sums and the charter's step, in one
 * process without shares, proofs and chain; beside all records in one place. A seed draws first weights, orders, rounding
 * and noise; the split is fixed (spec/learning.md LR9). The charters are compiled, so that every ε is what a contract
 * would charge; rows without noise are what no contract admits, and say so.
 */
import { loadWallets } from '../packages/datasets/src/index.ts';
import { updateVector } from '../packages/node/src/core/vectors.ts';
import {
  type InputRules,
  inputRules,
  nextState,
  predict,
  type Random,
  type RunState,
  startState,
  toFixed,
} from '../packages/protocol/src/index.ts';
import { type CharterTerms, type CompiledCharter, compileCharter, rulesOf } from '../packages/sdk/src/index.ts';
import {
  type Evaluation,
  evaluate,
  joinRecords,
  logits,
  mlp,
  readRecords,
  type Records,
  seededRandom,
  standardize,
  train,
} from '../packages/trainer/src/index.ts';
import { type Spread, spread } from './spread.ts';

type Federation = NonNullable<Awaited<ReturnType<typeof loadWallets>>>;

const Q16 = 2 ** 16;
const MEMBERS = Array.from({ length: 6 }, (_, i) => `0x${String(i + 1).padStart(40, '0')}` as const);

/** One charter to run: numbers as people say them. */
interface Setting {
  readonly basis: 'plain' | 'waves';
  /** 0: logistic. */
  readonly hidden: number;
  readonly rounds: number;
  readonly clip: number;
  readonly statisticsNorm: number;
  readonly deviationFloor: number;
  readonly featureLimit: number;
  readonly passes: number;
  /** Of the member. */
  readonly rate: number;
  /** Undefined: no noise. */
  readonly epsilon?: number;
  readonly honest?: number;
}

const PLAIN = {
  basis: 'plain',
  hidden: 32,
  clip: 8,
  statisticsNorm: 9,
  deviationFloor: 0.01,
  featureLimit: 10,
} as const;
const WAVES = {
  basis: 'waves',
  hidden: 16,
  clip: 8,
  statisticsNorm: 12.5,
  deviationFloor: 0.0625,
  featureLimit: 3,
} as const;
/** Beside noise of a member's size statistics say nothing: a norm near 0 and a floor make public constants of them. */
const NOISED = { statisticsNorm: 0.01, deviationFloor: 0.5, clip: 1, passes: 2, rate: 0.2, rounds: 5 } as const;

const SETTINGS: readonly Setting[] = [
  { ...PLAIN, rounds: 200, passes: 1, rate: 0.2 },
  { ...WAVES, rounds: 20, passes: 1, rate: 0.2 },
  { ...WAVES, rounds: 60, passes: 1, rate: 0.2 },
  ...[8, 18.44].flatMap((epsilon) =>
    [0, 16].flatMap((hidden) => [1, 6].map((honest) => ({ ...WAVES, ...NOISED, hidden, epsilon, honest }))),
  ),
];

function compiled(federation: Federation, setting: Setting): CompiledCharter {
  const { columns, label, blank } = federation.schema;
  const { basis, hidden, epsilon = 18.44, honest = 1 } = setting;
  const inputs = columns.length * (basis === 'waves' ? 3 : 1);
  const q16 = (value: number): number => Math.round(value * Q16);
  const text = {
    version: 2,
    name: 'Bench',
    purpose: 'to be measured',
    metric: 'none',
    schema: { columns, label, blank, basis },
    model: hidden === 0 ? { kind: 'logistic', inputs } : { kind: 'mlp', inputs, hidden },
    training: {
      algorithm: 'fedAvg',
      clippingNorm: q16(setting.clip),
      statisticsNorm: q16(setting.statisticsNorm),
      deviationFloor: q16(setting.deviationFloor),
      featureLimit: setting.featureLimit,
      learningRate: [Q16, Q16],
      momentum: 0,
      local: { passes: setting.passes, batchSize: 64, learningRate: q16(setting.rate), momentum: 0, proximal: 0 },
    },
    clauses: [{ id: 'CH1', sentence: 'This is a bench.', enforcedBy: 'nobody' }],
  };
  const terms: CharterTerms = {
    ...{ epsilon, deltaExponent: 5, trainingRounds: setting.rounds, minCohort: 6, honest },
    ...{ votingSeconds: 600, sunset: 0, gasCap: 0 },
    deadlines: { seat: 60, noise: 60, open: 60, upload: 60, query: 60, verify: 60, unmask: 60, settle: 60 },
  };
  return compileCharter({ text, terms }, MEMBERS, `0x${'ab'.repeat(32)}`);
}

/** Random bytes of a seed. */
function bytesOf(seed: number): Random {
  const random = seededRandom(seed);
  return (count) => {
    const words = Uint32Array.from({ length: Math.ceil(count / 4) }, () => random.integer(2 ** 32));
    return new Uint8Array(words.buffer, 0, count);
  };
}

/** The state after all rounds. `noise` is the standard deviation in an opened sum, in integer steps. */
async function play(
  members: readonly Records[],
  { charter, text }: CompiledCharter,
  noise: number,
  seed: number,
): Promise<RunState> {
  const rules = rulesOf(charter, text);
  const random = bytesOf(seed);
  const normal = seededRandom(~seed);
  let state = startState(text, random(32));
  for (let round = 0; round < rules.rounds; round++) {
    const sum = new Float64Array(rules.d);
    for (const records of members) {
      const contributor = { records, text, aggregation: charter.aggregation, random, breathe: async () => undefined };
      for (const [i, value] of (await updateVector(contributor, state)).entries()) sum[i]! += Number(value);
    }
    const opened = Array.from(sum, (value) => BigInt(Math.round(value + noise * normal.normal())));
    state = nextState(rules, state, opened, members.length);
  }
  return state;
}

/** The integer model on the test part, as a contract would score it. */
function judged({ optimizer, statistics }: RunState, test: Records, seen: InputRules): Evaluation {
  const { features, width } = standardize(test, statistics!.constants, seen);
  const scores = Array.from({ length: test.count }, (_, row) =>
    predict(optimizer.model, toFixed(features.subarray(row * width, (row + 1) * width))),
  );
  return evaluate(scores, test.labels);
}

export interface LearningRow {
  readonly name: string;
  readonly privacy: string;
  readonly auc: Spread;
  readonly recallAt1PercentFalseAlarms: Spread;
  readonly accuracy: Spread;
}

const row = (name: string, privacy: string, all: readonly Evaluation[]): LearningRow => ({
  ...{ name, privacy },
  auc: spread(all.map(({ auc }) => auc)),
  recallAt1PercentFalseAlarms: spread(all.map((each) => each.recallAt1PercentFalseAlarms)),
  accuracy: spread(all.map(({ accuracy }) => accuracy)),
});

/** All rows, over so many seeds. Throws where the data set is not on this machine. */
export async function* learningRows(seeds: number): AsyncGenerator<LearningRow> {
  const federation = await loadWallets({ folder: undefined, download: false });
  if (!federation) throw new Error('have no wallets data, need it in CONCORD_DATA or ../shared/data');
  const numbers = Array.from({ length: seeds }, (_, i) => i + 1);
  for (const setting of SETTINGS) {
    const charter = compiled(federation, setting);
    const { schema } = charter.text;
    const members = federation.members.map(({ table }) => readRecords(table, schema));
    const test = readRecords(federation.test, schema);
    const { sigma, bound } = charter.charter.aggregation;
    const { basis, hidden, epsilon, honest = 1, rounds } = setting;
    const seen = inputRules(charter.text);
    const shape = hidden === 0 ? `${test.width} logistic` : `${test.width}-${hidden}-1`;
    const noise = epsilon === undefined ? 0 : Number(sigma) * Math.sqrt(members.length);
    const ends: RunState[] = [];
    for (const seed of numbers) ends.push(await play(members, charter, noise, seed));
    const z = (Number(sigma) * Math.sqrt(honest)) / Number(bound);
    const privacy =
      epsilon === undefined
        ? 'none: no contract admits it'
        : `member level, ε = ${epsilon} at δ = 1e-5, z = ${z.toFixed(2)}, h = ${honest}`;
    yield row(
      `fedAvg, ${basis} ${shape}, ${rounds} rounds`,
      privacy,
      ends.map((state) => judged(state, test, seen)),
    );
    if (epsilon !== undefined || rounds === 60) continue;
    // The same constants, from a round 0 without noise; ordinary training of the spec's baselines.
    const model = mlp(test.width, hidden);
    const { constants } = ends[0]!.statistics!;
    const [pool, tested] = [joinRecords(members), test].map((each) => standardize(each, constants, seen));
    const options = { epochs: 40, batchSize: 64, learningRate: 0.02, momentum: 0.9 };
    const trained = numbers.map((seed) => train(model, pool!, { ...options, seed }));
    yield row(
      `one place, ${basis} ${shape}, ${options.epochs} passes`,
      'none',
      trained.map((parameters) => evaluate(logits(model, parameters, tested!), tested!.labels)),
    );
  }
}

/** One line a row. */
export function formatLearningRow({ name, privacy, ...scores }: LearningRow): string {
  const say = ({ mean, deviation }: Spread): string => `${mean.toFixed(3)} ± ${deviation.toFixed(3)}`;
  const { auc, recallAt1PercentFalseAlarms: recall, accuracy } = scores;
  return `${name.padEnd(40)} AUC ${say(auc)}  recall ${say(recall)}  accuracy ${say(accuracy)}  ${privacy}`;
}
