/**
 * What boosted trees from secure histograms reach on the wallets data: the member's own code and the charter's integer
 * rule in one process, without shares, proofs and chain. A seed draws the columns of the trees and the noise; the split is
 * fixed (spec/learning.md LR9). Charters are compiled, so that every ε is what a contract would charge; rows without noise
 * are what no contract admits, and say so.
 */
import { loadWallets } from '../packages/datasets/src/index.ts';
import { updateVector } from '../packages/node/src/core/vectors.ts';
import {
  encodeRunState,
  nextState,
  predict,
  type RunState,
  startState,
  toFixed,
} from '../packages/protocol/src/index.ts';
import { type CharterTerms, type CompiledCharter, compileCharter, rulesOf } from '../packages/sdk/src/index.ts';
import {
  type Evaluation,
  evaluate,
  joinRecords,
  readRecords,
  type Records,
  seededRandom,
} from '../packages/trainer/src/index.ts';
import { type Spread, spread } from './spread.ts';

type Federation = NonNullable<Awaited<ReturnType<typeof loadWallets>>>;

const Q16 = 2 ** 16;
const MEMBERS = Array.from({ length: 6 }, (_, i) => `0x${String(i + 1).padStart(40, '0')}` as const);

/** Numbers as people say them. */
interface TreeSetting {
  readonly groups: number;
  readonly together: number;
  readonly depth: number;
  readonly columns: number;
  /** Bins above 0, beside one for what is below 0 and one for 0 itself. */
  readonly bins: number;
  /** Edge i of them is (i / bins)^power of the bound: with 2, bins are finer where values are small. */
  readonly power: number;
  /** Of all trees of a group together. */
  readonly rate: number;
  readonly penalty: number;
  readonly leastHessian: number;
  readonly leafLimit: number;
}

/** For sums without noise: as few as come near the reference, then more of them. Chosen on fifths of the training records. */
const OPEN: readonly TreeSetting[] = [
  {
    groups: 5,
    together: 12,
    depth: 5,
    columns: 14,
    bins: 64,
    power: 2,
    rate: 1.8,
    penalty: 1,
    leastHessian: 0.3,
    leafLimit: 4,
  },
  {
    groups: 8,
    together: 8,
    depth: 5,
    columns: 12,
    bins: 64,
    power: 2,
    rate: 1.5,
    penalty: 1,
    leastHessian: 0.3,
    leafLimit: 4,
  },
  {
    groups: 8,
    together: 8,
    depth: 6,
    columns: 12,
    bins: 64,
    power: 2,
    rate: 1.7,
    penalty: 2,
    leastHessian: 0.5,
    leafLimit: 4,
  },
];
/** What each member grows alone. */
const ALONE = OPEN[1]!;

/** A booster as others have it, a tree at a time on all columns: 500 sums, and nothing that a seed draws. */
const ONE_BY_ONE: TreeSetting = {
  groups: 100,
  together: 1,
  depth: 5,
  columns: 38,
  bins: 64,
  power: 2,
  rate: 0.1,
  penalty: 0.3,
  leastHessian: 0.3,
  leafLimit: 4,
};

/** For sums with noise, chosen likewise at ε = 4. */
const NOISED: TreeSetting = {
  groups: 8,
  together: 16,
  depth: 3,
  columns: 2,
  bins: 4,
  power: 1,
  rate: 1,
  penalty: 20,
  leastHessian: 10,
  leafLimit: 2,
};

/** Thresholds that look at no data: 0, just above 0, then up to the bound. */
const edgesOf = ({ bins, power }: TreeSetting): number[] => [
  ...new Set([0, 1, ...Array.from({ length: bins - 1 }, (_, i) => Math.round(Q16 * ((i + 1) / bins) ** power))]),
];

function compiled(
  { schema }: Federation,
  setting: TreeSetting,
  { epsilon, honest, seed }: { readonly epsilon: number; readonly honest: number; readonly seed: number },
): CompiledCharter {
  const { columns, label, blank } = schema;
  const q16 = (value: number): number => Math.round(value * Q16);
  const text = {
    ...{ version: 2, name: 'Bench', purpose: 'to be measured', metric: 'none' },
    schema: { columns, label, blank, basis: 'plain' },
    model: { kind: 'trees', inputs: columns.length, trees: setting.groups * setting.together, depth: setting.depth },
    training: {
      algorithm: 'boostedTrees',
      ...{ together: setting.together, featuresPerTree: setting.columns, seed, edges: edgesOf(setting) },
      learningRate: q16(setting.rate / setting.together),
      leafLimit: q16(setting.leafLimit),
      penalty: q16(setting.penalty),
      leastHessian: q16(setting.leastHessian),
    },
    clauses: [{ id: 'CH1', sentence: 'This is a bench.', enforcedBy: 'nobody' }],
  };
  const terms: CharterTerms = {
    ...{ epsilon, deltaExponent: 5, trainingRounds: setting.groups * setting.depth, minCohort: 6, honest },
    ...{ maxRecords: 2_000, recordBound: 1 << 14, votingSeconds: 600, sunset: 0, gasCap: 0 },
    deadlines: { seat: 60, noise: 60, open: 60, upload: 60, query: 60, verify: 60, unmask: 60, settle: 60 },
  };
  return compileCharter({ text, terms }, MEMBERS, `0x${'ab'.repeat(32)}`);
}

/** The state after all rounds. `noise` is the standard deviation in an opened sum, in integer steps. */
async function grown(
  members: readonly Records[],
  { charter, text }: CompiledCharter,
  noise: number,
  seed: number,
): Promise<RunState> {
  const rules = rulesOf(charter, text);
  const normal = seededRandom(seed);
  const nothing = (): never => {
    throw new Error('histograms draw nothing');
  };
  let state = startState(text, new Uint8Array(32));
  while (state.round < rules.rounds) {
    const sum = new Float64Array(rules.d);
    for (const records of members) {
      const contributor = {
        records,
        text,
        aggregation: charter.aggregation,
        random: nothing,
        breathe: async () => undefined,
      };
      const vector = await updateVector(contributor, state);
      for (let i = 0; i < sum.length; i++) sum[i]! += Number(vector[i]!);
    }
    const opened = Array.from(sum, (value) =>
      BigInt(noise === 0 ? value : Math.round(value + noise * normal.normal())),
    );
    state = nextState(rules, state, opened, members.length);
  }
  return state;
}

/** The integer model on the test part, as a contract would score it. */
function judged({ optimizer }: RunState, { features, width, labels, count }: Records): Evaluation {
  const fixed = toFixed(features);
  const scores = Array.from({ length: count }, (_, row) =>
    predict(optimizer.model, fixed.subarray(row * width, (row + 1) * width)),
  );
  return evaluate(scores, labels);
}

export interface TreeRow {
  readonly name: string;
  readonly privacy: string;
  readonly openedSums: number;
  readonly coordinates: number;
  readonly auc: Spread;
  readonly averagePrecision: Spread;
  readonly recallAt1PercentFalseAlarms: Spread;
}

/** What the data set's notes give for a pooled gradient booster of 100 trees (scikit-learn's, one run): no row of ours. */
export const REFERENCE = { auc: 0.993, averagePrecision: 0.979, recallAt1PercentFalseAlarms: 0.88 };

const OPENLY = 'none: no contract admits it';

/** All rows, over so many seeds. Throws where the data set is not on this machine, and where six members are not one owner. */
export async function* treeRows(seeds: number): AsyncGenerator<TreeRow> {
  const federation = await loadWallets({ folder: undefined, download: false });
  if (!federation) throw new Error('have no wallets data, need it in CONCORD_DATA or ../shared/data');
  const members = federation.members.map(({ table }) => readRecords(table, federation.schema));
  const test = readRecords(federation.test, federation.schema);
  const numbers = Array.from({ length: seeds }, (_, i) => i + 1);
  const row = (name: string, privacy: string, { charter }: CompiledCharter, states: readonly RunState[]): TreeRow => {
    const all = states.map((state) => judged(state, test));
    return {
      ...{ name, privacy, openedSums: charter.limits.rounds, coordinates: charter.aggregation.d },
      auc: spread(all.map(({ auc }) => auc)),
      averagePrecision: spread(all.map(({ averagePrecision }) => averagePrecision)),
      recallAt1PercentFalseAlarms: spread(all.map((each) => each.recallAt1PercentFalseAlarms)),
    };
  };
  const shapeOf = ({ groups, together, depth }: TreeSetting): string => `${groups * together} trees of depth ${depth}`;
  const open = (setting: TreeSetting, seed: number): CompiledCharter =>
    compiled(federation, setting, { epsilon: 18.44, honest: 1, seed });
  for (const setting of OPEN) {
    const onePlace: RunState[] = [];
    for (const seed of numbers) {
      const charter = open(setting, seed);
      const one = await grown([joinRecords(members)], charter, 0, seed);
      const six = await grown(members, charter, 0, seed);
      if (Buffer.compare(encodeRunState(one), encodeRunState(six)) !== 0)
        throw new Error(`seed ${seed}: six members grew other trees than one owner`);
      onePlace.push(one);
    }
    yield row(`one place = together, ${shapeOf(setting)}`, OPENLY, open(setting, 1), onePlace);
  }
  const oneByOne = open(ONE_BY_ONE, 1);
  yield row(`one place, ${shapeOf(ONE_BY_ONE)} one by one`, OPENLY, oneByOne, [
    await grown([joinRecords(members)], oneByOne, 0, 1),
  ]);
  for (const [i, records] of members.entries()) {
    const alone: RunState[] = [];
    for (const seed of numbers) alone.push(await grown([records], open(ALONE, seed), 0, seed));
    yield row(`${federation.members[i]!.name} alone, ${shapeOf(ALONE)}`, OPENLY, open(ALONE, 1), alone);
  }
  for (const [epsilon, honest] of [
    [4, 1],
    [4, 6],
    [8, 1],
    [18, 1],
    [18, 6],
  ] as const) {
    const states: RunState[] = [];
    for (const seed of numbers) {
      const charter = compiled(federation, NOISED, { epsilon, honest, seed });
      // All six bring their noise, whatever number is counted on.
      states.push(
        await grown(members, charter, Number(charter.charter.aggregation.sigma) * Math.sqrt(members.length), seed),
      );
    }
    const charter = compiled(federation, NOISED, { epsilon, honest, seed: 1 });
    const { sigma, recordBound } = charter.charter.aggregation;
    const z = (Number(sigma) * Math.sqrt(honest)) / Number(recordBound);
    yield row(
      `together, ${shapeOf(NOISED)}`,
      `record level, ε = ${epsilon} at δ = 1e-5, z = ${z.toFixed(2)}, h = ${honest}`,
      charter,
      states,
    );
  }
}

/** One line a row. */
export function formatTreeRow({ name, privacy, openedSums, coordinates, ...scores }: TreeRow): string {
  const say = ({ mean, deviation }: Spread): string => `${mean.toFixed(3)} ± ${deviation.toFixed(3)}`;
  const { auc, averagePrecision, recallAt1PercentFalseAlarms: recall } = scores;
  const sums = `${openedSums} sums of ${coordinates}`;
  return `${name.padEnd(48)} ${sums.padEnd(18)} AUC ${say(auc)}  AP ${say(averagePrecision)}  recall ${say(recall)}  ${privacy}`;
}
