/**
 * Illicit Ethereum accounts: S. Farrugia, J. Ellul, G. Azzopardi, “Detection of illicit accounts over the Ethereum
 * blockchain”, Expert Systems with Applications 150 (2020) 113318; file Account_Stats/Complete_large.csv of the authors'
 * repository. Published for research, licence unstated: it is read, never shipped. One record an account.
 *
 * What gives the label away is left out (LR9): blanks become 0 without a flag (all 829 rows with blank ERC-20 numbers are
 * illicit), the two token-name columns are dropped, and repeated addresses are dropped so that none lies on both sides.
 */
import { createHash } from 'node:crypto';
import { type Column, parseCsv, type Schema, type Table } from '@concord/trainer';
import type { Federation } from './federation.ts';
import { type FindOptions, findSource, type Source } from './source.ts';

export const WALLET_SOURCE: Source = {
  path: 'ethereum-illicit-accounts/Complete_large.csv',
  sha256: 'e596d409269b7feb3b386331396e2ee7e5f0353365746a8d047cefe4085b1b52',
  url: 'https://raw.githubusercontent.com/sfarrugia15/Ethereum_Fraud_Detection/7c71cb8d103e94e8d441463803b96a4b80de0f96/Account_Stats/Complete_large.csv',
};

export const ADDRESS_COLUMN = 'Address';
const LABEL_COLUMN = 'FLAG';

/**
 * Bounds of ln(1 + |x|) that need no look at the data: minutes since the first block, 2^21 (four years) → 14.6; counts,
 * where the API that was asked lists at most 10,000 transactions each way → 9.91; ether, a supply of 1.2·10^8 → 18.6;
 * token amounts, which have no natural limit, 10^13 → 30.
 */
const BOUNDS = { minutes: 14.6, count: 9.91, ether: 18.6, tokens: 30 } as const;

const COLUMNS: readonly (readonly [unit: keyof typeof BOUNDS, names: readonly string[]])[] = [
  ['minutes', ['Avg min between sent tnx', 'Avg min between received tnx', 'Time Diff between first and last (Mins)']],
  [
    'count',
    [
      'Sent tnx',
      'Received Tnx',
      'Number of Created Contracts',
      'Unique Received From Addresses',
      'Unique Sent To Addresses',
    ],
  ],
  [
    'ether',
    [
      'min value received',
      'max value received',
      'avg val received',
      'min val sent',
      'max val sent',
      'avg val sent',
      'min value sent to contract',
      'max val sent to contract',
      'avg value sent to contract',
    ],
  ],
  ['count', ['total transactions (including tnx to create contract']],
  ['ether', ['total Ether sent', 'total ether received', 'total ether sent contracts', 'total ether balance']],
  ['count', ['Total ERC20 tnxs']],
  ['tokens', ['ERC20 total Ether received', 'ERC20 total ether sent', 'ERC20 total Ether sent contract']],
  // The second of the two columns with one name counts contracts; its suffix comes from reading the header.
  ['count', ['ERC20 uniq sent addr', 'ERC20 uniq rec addr', 'ERC20 uniq sent addr.1', 'ERC20 uniq rec contract addr']],
  [
    'tokens',
    [
      'ERC20 min val rec',
      'ERC20 max val rec',
      'ERC20 avg val rec',
      'ERC20 min val sent',
      'ERC20 max val sent',
      'ERC20 avg val sent',
    ],
  ],
  ['count', ['ERC20 uniq sent token name', 'ERC20 uniq rec token name']],
];

export const walletSchema: Schema = {
  columns: COLUMNS.flatMap(([unit, names]) =>
    names.map((name): Column => ({ name, transform: 'signedLog', bound: BOUNDS[unit] })),
  ),
  label: LABEL_COLUMN,
  blank: 'zero',
};

/** The same columns on the wave basis, 114 features: what the example charter trains on (spec/learning.md). */
export const walletWaveSchema: Schema = { ...walletSchema, basis: 'waves' };

/** Cumulative shares by which licit (0) and illicit (1) accounts fall to the six members: a label skew that is imposed. */
const SHARES = [
  [0.3, 0.55, 0.7, 0.85, 0.95, 1],
  [0.05, 0.15, 0.3, 0.5, 0.7, 1],
] as const;

export const WALLET_MEMBERS = [
  'exchange-1',
  'exchange-2',
  'wallet-1',
  'wallet-2',
  'wallet-3',
  'security-firm',
] as const;

/** The member (0 … 5) that holds an account, or 'test'. SHA-256(“concord-split-v1|” ‖ address) decides (LR9). */
export function placeOf(address: string, illicit: boolean): number | 'test' {
  const hash = createHash('sha256').update(`concord-split-v1|${address.toLowerCase()}`).digest();
  if (hash.readUInt32BE(0) / 2 ** 32 < 0.2) return 'test';
  const u = hash.readUInt32BE(4) / 2 ** 32;
  return SHARES[illicit ? 1 : 0].findIndex((share) => u < share);
}

/** Only address, label and the schema's columns; only well-formed addresses; only the first row of each. */
export function cleanWallets(table: Table): Table {
  const header = [ADDRESS_COLUMN, LABEL_COLUMN, ...walletSchema.columns.map(({ name }) => name)];
  const places = header.map((name) => table.header.indexOf(name));
  const seen = new Set<string>();
  const rows: string[][] = [];
  for (const row of table.rows) {
    const address = row[places[0]!] ?? '';
    if (!/^0x[0-9a-f]{40}$/.test(address) || seen.has(address)) continue;
    seen.add(address);
    rows.push(places.map((at) => row[at] ?? ''));
  }
  return { header, rows };
}

/** Cuts a clean table into the six members and the test part; order within a part is the table's. */
export function splitWallets(table: Table, name: string, synthetic: boolean): Federation {
  const parts: (readonly string[])[][] = WALLET_MEMBERS.map(() => []);
  const test: (readonly string[])[] = [];
  for (const row of table.rows) {
    const place = placeOf(row[0]!, row[1] === '1');
    (place === 'test' ? test : parts[place]!).push(row);
  }
  const { header } = table;
  return {
    name,
    synthetic,
    schema: walletSchema,
    members: WALLET_MEMBERS.map((member, i) => ({ name: member, table: { header, rows: parts[i]! } })),
    test: { header, rows: test },
  };
}

/** The real data: 9,811 accounts, 38 features; undefined when the file is not there. Throws as `findSource` does. */
export async function loadWallets(options: FindOptions = {}): Promise<Federation | undefined> {
  const bytes = await findSource(WALLET_SOURCE, options);
  if (bytes === undefined) return undefined;
  const table = cleanWallets(parseCsv(new TextDecoder().decode(bytes)));
  return splitWallets(table, 'Ethereum accounts (Farrugia et al. 2020)', false);
}
