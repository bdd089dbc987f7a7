/**
 * How many rounds gated waves and the adaptive step save on the wallets data at ε = 4 (LR6, LR13): the example's
 * first charter beside shorter ones, through the run's own integer pipeline and ledger (packages/planner/src/learning/simulateRun.ts). A seed draws noise,
 * rounding and first weights; the split is fixed. Settings were chosen on held-out fifths of the training records, in a
 * float model of this pipeline, never on the test part.
 */
import { modelOf, scoreRun } from '../apps/cli/src/demo/comparison.ts';
import type { Scores } from '../apps/cli/src/demo/judge.ts';
import { loadWallets } from '../packages/datasets/src/index.ts';
import { compileCharter, rulesOf } from '../packages/sdk/src/index.ts';
import { readRecords } from '../packages/trainer/src/index.ts';
import { firstLight } from './firstLight.ts';
import { type Spread, spread } from './spread.ts';

/** Numbers as people say them. */
interface Setting {
  readonly clip: number;
  readonly deviationFloor: number;
  readonly featureLimit: number;
  readonly rate: readonly [first: number, last: number];
  readonly momentum: number;
  readonly decay: number;
  readonly epsilon: number;
}

/** The best of 12,000 drawn for 8, 12, 16 and 24 sums each. */
const CHOSEN: Readonly<Record<number, Setting>> = {
  8: {
    clip: 1.85,
    deviationFloor: 0.137,
    featureLimit: 2.08,
    rate: [0.061, 0.0492],
    momentum: 0.292,
    decay: 0.625,
    epsilon: 0.0005,
  },
  12: {
    clip: 2.78,
    deviationFloor: 0.166,
    featureLimit: 3.16,
    rate: [0.0528, 0.0523],
    momentum: 0.392,
    decay: 0.654,
    epsilon: 0.0007,
  },
  16: {
    clip: 2.09,
    deviationFloor: 0.12,
    featureLimit: 4.16,
    rate: [0.0794, 0.058],
    momentum: 0.274,
    decay: 0.856,
    epsilon: 0.001,
  },
  24: {
    clip: 2.18,
    deviationFloor: 0.11,
    featureLimit: 3.55,
    rate: [0.0694, 0.0315],
    momentum: 0.249,
    decay: 0.52,
    epsilon: 0.001,
  },
};

interface Plan {
  readonly name: string;
  /** Opened sums, statistics included. */
  readonly sums: number;
  /** Undefined: the charter as it is. */
  readonly setting?: Setting;
}

export const PLANS: readonly Plan[] = [
  { name: 'the first charter: waves, momentum', sums: 24 },
  ...Object.entries(CHOSEN).map(([sums, setting]) => ({ name: 'gated waves, adaptive', sums: Number(sums), setting })),
];

const q16 = (value: number): number => Math.round(value * 2 ** 16);

interface Json {
  readonly [field: string]: unknown;
}

/** The charter's text with gated waves and the adaptive step. */
function adaptiveText(
  text: Json,
  { clip, deviationFloor, featureLimit, rate, momentum, decay, epsilon }: Setting,
): Json {
  return {
    ...text,
    version: 2,
    schema: { ...(text['schema'] as Json), basis: 'gatedWaves' },
    training: {
      algorithm: 'fedSgd',
      ...(text['training'] as Json),
      clippingNorm: q16(clip),
      deviationFloor: q16(deviationFloor),
      featureLimit,
      learningRate: rate.map(q16),
      momentum: q16(momentum),
      adaptive: { decay: q16(decay), epsilon: q16(epsilon) },
    },
  };
}

export interface AdaptiveRow {
  readonly name: string;
  readonly sums: number;
  readonly seeds: number;
  readonly recallAt1PercentFalseAlarms: Spread;
  readonly auc: Spread;
  readonly averagePrecision: Spread;
  readonly accuracy: Spread;
}

/** One row a plan, over so many seeds. Throws where the data set is not on this machine. */
export async function* adaptiveRows(seeds: number, plans: readonly Plan[] = PLANS): AsyncGenerator<AdaptiveRow> {
  const federation = await loadWallets({ folder: undefined, download: false });
  if (!federation) throw new Error('have no wallets data, need it in CONCORD_DATA or ../shared/data');
  const file = firstLight('wallets');
  const names = federation.members.map((_, i) => `0x${String(i + 1).padStart(40, '0')}` as const);
  for (const { name, sums, setting } of plans) {
    const text = setting ? adaptiveText(file.text as Json, setting) : file.text;
    const terms = { ...file.terms, trainingRounds: sums - 1 };
    const { charter, text: read } = compileCharter({ text, terms }, names, `0x${'00'.repeat(32)}`);
    const rules = rulesOf(charter, read);
    const members = federation.members.map(({ table }) => readRecords(table, read.schema));
    const test = readRecords(federation.test, read.schema);
    const noise = Number(charter.aggregation.sigma) * Math.sqrt(members.length);
    const all = Array.from(
      { length: seeds },
      (_, i): Scores =>
        scoreRun(members, { rules, model: modelOf(rules), noise, seed: i + 1, rounding: 'sums' }, { test }),
    );
    yield {
      ...{ name, sums, seeds },
      recallAt1PercentFalseAlarms: spread(all.map((each) => each.recallAt1PercentFalseAlarms)),
      auc: spread(all.map(({ auc }) => auc)),
      averagePrecision: spread(all.map(({ averagePrecision }) => averagePrecision)),
      accuracy: spread(all.map(({ accuracy }) => accuracy)),
    };
  }
}

/** One line a row. */
export function formatAdaptiveRow({ name, sums, seeds, ...scores }: AdaptiveRow): string {
  const say = ({ mean, deviation }: Spread): string => `${mean.toFixed(3)} ± ${deviation.toFixed(3)}`;
  const { recallAt1PercentFalseAlarms: recall, auc, averagePrecision, accuracy } = scores;
  const head = `${String(sums).padStart(2)} sums  ${name.padEnd(35)}`;
  return `${head} recall ${say(recall)}  AUC ${say(auc)}  AP ${say(averagePrecision)}  accuracy ${say(accuracy)}  (${seeds} seeds)`;
}
