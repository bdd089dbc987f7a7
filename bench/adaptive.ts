/**
 * How many rounds gated waves and the adaptive step save on the wallets data at ε = 4 (LR6, LR13): today's charter beside
 * shorter ones, through the run's own integer pipeline and ledger (apps/cli/src/demo/simulate.ts). A seed draws noise,
 * rounding and first weights; the split is fixed. Settings were chosen on held-out fifths of the training records, in a
 * float model of this pipeline, never on the test part.
 */
import { modelOf, scoreRun } from '../apps/cli/src/demo/comparison.ts';
import { readCharterFile } from '../apps/cli/src/demo/examples.ts';
import type { Scores } from '../apps/cli/src/demo/judge.ts';
import { loadWallets } from '../packages/datasets/src/index.ts';
import { compileCharter, rulesOf } from '../packages/sdk/src/index.ts';
import { readRecords } from '../packages/trainer/src/index.ts';
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

/** Chosen for 12 sums, twice, and for 24. */
const SLOW: Setting = { clip: 3.39, deviationFloor: 0.117, featureLimit: 2.55, rate: [0.087, 0.061], momentum: 0.3, decay: 0.98, epsilon: 0.0008 };
const QUICK: Setting = { clip: 3.42, deviationFloor: 0.116, featureLimit: 3.61, rate: [0.083, 0.054], momentum: 0.37, decay: 0.65, epsilon: 0.0009 };
const LONG: Setting = { clip: 1.38, deviationFloor: 0.185, featureLimit: 3.27, rate: [0.103, 0.075], momentum: 0.22, decay: 0.56, epsilon: 0.0024 };

interface Plan {
  readonly name: string;
  /** Opened sums, statistics included. */
  readonly sums: number;
  /** Undefined: the charter as it is. */
  readonly setting?: Setting;
}

export const PLANS: readonly Plan[] = [
  { name: 'the charter: waves, momentum', sums: 24 },
  ...[8, 12, 16].flatMap((sums) => [
    { name: 'gated waves, adaptive, slow', sums, setting: SLOW },
    { name: 'gated waves, adaptive, quick', sums, setting: QUICK },
  ]),
  { name: 'gated waves, adaptive, long', sums: 16, setting: LONG },
  { name: 'gated waves, adaptive, long', sums: 24, setting: LONG },
];

const q16 = (value: number): number => Math.round(value * 2 ** 16);

interface Json {
  readonly [field: string]: unknown;
}

/** The charter's text with gated waves and the adaptive step. */
function adaptiveText(text: Json, { clip, deviationFloor, featureLimit, rate, momentum, decay, epsilon }: Setting): Json {
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
  const file = readCharterFile('wallets');
  const names = federation.members.map((_, i) => `0x${String(i + 1).padStart(40, '0')}` as const);
  for (const { name, sums, setting } of plans) {
    const text = setting ? adaptiveText(file.text as Json, setting) : file.text;
    const terms = { ...file.terms, trainingRounds: sums - 1 };
    const { charter, text: read } = compileCharter({ text, terms }, names, `0x${'00'.repeat(32)}`);
    const rules = rulesOf(charter, read);
    const members = federation.members.map(({ table }) => readRecords(table, read.schema));
    const test = readRecords(federation.test, read.schema);
    const noise = Number(charter.aggregation.sigma) * Math.sqrt(members.length);
    const all = Array.from({ length: seeds }, (_, i): Scores =>
      scoreRun(members, { rules, model: modelOf(rules), noise, seed: i + 1 }, { test }),
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
  const head = `${String(sums).padStart(2)} sums  ${name.padEnd(30)}`;
  return `${head} recall ${say(recall)}  AUC ${say(auc)}  AP ${say(averagePrecision)}  accuracy ${say(accuracy)}  (${seeds} seeds)`;
}
