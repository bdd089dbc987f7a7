/** The examples that the demo can play: where their records come from, and the words in which their story is told. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  ADDRESS_COLUMN,
  type Federation,
  type FindOptions,
  HOSPITALS_URL,
  loadHospitals,
  loadWallets,
  syntheticHospitals,
  syntheticWallets,
  WALLET_SOURCE,
} from '@concord/datasets';
import type { Table } from '@concord/trainer';
import { parse } from 'yaml';
import type { Group } from '../model/evaluation.ts';
import type { Metric } from './judge.ts';
import type { CharterFile } from './story.ts';

/** A column of the table: one metric of the rows without privacy, at the run's ε, or of whichever a row has. */
export interface TableColumn {
  /** “ε” stands for what the run spent. */
  readonly label: string;
  readonly metric: Metric;
  readonly side: 'open' | 'private' | 'either';
  /** Whether the deviation over seeds stands beside the mean. */
  readonly spread: boolean;
}

export interface Example {
  readonly title: string;
  /** What one record is about, and what label 1 says of it: “1920 accounts, 86 of them illicit”. */
  readonly records: string;
  readonly positives: string;
  /** What a member with records of one label only holds. */
  readonly ordinary: string;
  /** Heads the table: what its numbers are. */
  readonly scores: string;
  /** “the best member alone finds .63”. */
  readonly verb: string;
  /** The metric that the charter is about. */
  readonly headline: Metric;
  readonly columns: readonly TableColumn[];
  /** Said when a member alone, without privacy, does as well as the run. */
  readonly limit: string;
  /** Passes over its records that training without privacy takes until it no longer gets better. */
  readonly passes: number;
  /** Where its card looks for records that evade the model, and for those that it wrongs. */
  readonly groups?: readonly Group[];
  /** The column of its held-out table that names an account: where there is one, a guard stands before a wallet. */
  readonly address?: string;
  readonly load: (options: FindOptions) => Promise<Federation | undefined>;
  readonly standIn: () => Federation;
  readonly source: string;
}

const TRANSACTIONS = 'total transactions (including tnx to create contract';
const RECALL = 'recallAt1PercentFalseAlarms';

export const EXAMPLES = {
  wallets: {
    title: 'six companies learn to spot scams',
    records: 'accounts',
    positives: 'illicit',
    ordinary: 'ordinary',
    scores: 'scams found at 1 % false alarms, beside accuracy and AUC',
    verb: 'finds',
    headline: RECALL,
    columns: [
      { label: 'accuracy', metric: 'accuracy', side: 'either', spread: false },
      { label: 'AUC', metric: 'auc', side: 'either', spread: false },
      { label: 'no privacy', metric: RECALL, side: 'open', spread: true },
      { label: 'ε', metric: RECALL, side: 'private', spread: true },
    ],
    limit: 'what limits the run is the number of rounds first and the noise second',
    passes: 30,
    groups: [
      { what: 'fresh accounts: three transactions or fewer', column: TRANSACTIONS, above: -1, atMost: 3 },
      { what: 'accounts with 4 to 50 transactions', column: TRANSACTIONS, above: 3, atMost: 50 },
      { what: 'busy accounts: more than 50', column: TRANSACTIONS, above: 50, atMost: Number.MAX_SAFE_INTEGER },
    ],
    address: ADDRESS_COLUMN,
    load: loadWallets,
    standIn: () => syntheticWallets(1),
    source: WALLET_SOURCE.url,
  },
  hospitals: {
    title: 'four hospitals learn to recognise heart disease',
    records: 'patients',
    positives: 'diseased',
    ordinary: 'healthy',
    scores: 'accuracy on test patients of all four',
    verb: 'scores',
    headline: 'accuracy',
    columns: [
      { label: 'no privacy', metric: 'accuracy', side: 'open', spread: true },
      { label: 'AUC', metric: 'auc', side: 'open', spread: false },
      { label: 'ε', metric: 'accuracy', side: 'private', spread: true },
      { label: 'AUC', metric: 'auc', side: 'private', spread: false },
      { label: 'own patients', metric: 'atHome', side: 'either', spread: false },
    ],
    limit: 'with so few test patients the difference may be chance',
    passes: 300,
    load: loadHospitals,
    standIn: () => syntheticHospitals(1),
    source: HOSPITALS_URL,
  },
} as const satisfies Readonly<Record<string, Example>>;

export type ExampleName = keyof typeof EXAMPLES;
export const EXAMPLE_NAMES = Object.keys(EXAMPLES) as readonly ExampleName[];

const FOLDER = fileURLToPath(new URL('../../../../examples/', import.meta.url));

/** The charter that the members of an example vote on. */
export const readCharterFile = (name: ExampleName): CharterFile =>
  parse(readFileSync(`${FOLDER}${name}/charter.yaml`, 'utf8')) as CharterFile;

export interface NamedFederation extends Federation {
  /** Where the records come from, for people. */
  readonly source: string;
}

/** The test part of each member, where every member has one. */
export function testsByMember({ members }: Federation): readonly Table[] | undefined {
  const tests = members.flatMap(({ test }) => test ?? []);
  return tests.length === members.length ? tests : undefined;
}

/** An example's data from disk or its public source, else a synthetic stand-in that says so. */
export async function loadFederation(
  { load, standIn, source }: Example,
  options: { readonly folder: string | undefined; readonly download: boolean },
): Promise<NamedFederation> {
  const real = await load(options).catch((error: unknown) => {
    if (!options.download) throw error;
    return undefined;
  });
  if (real !== undefined) return { ...real, source };
  return { ...standIn(), source: 'made by this program: shaped like the real data, about nobody' };
}
