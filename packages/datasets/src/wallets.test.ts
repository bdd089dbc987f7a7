import assert from 'node:assert/strict';
import { test } from 'node:test';
import { featureCount, parseCsv, readRecords, type Records } from '@concord/trainer';
import { type Federation, formatCsv } from './federation.ts';
import { syntheticWallets } from './synthetic.ts';
import { cleanWallets, loadWallets, placeOf, WALLET_SOURCE, walletSchema, walletWaveSchema } from './wallets.ts';

const wallets = await loadWallets();
const skip = wallets === undefined && `SKIPPED: ${WALLET_SOURCE.path} not found; set CONCORD_DATA to the data folder`;

const sizes = (records: Records): readonly [number, number] => [
  records.count,
  records.labels.reduce((sum, label) => sum + label, 0),
];
const recordsOf = ({ members, test: held, schema }: Federation): Records[] =>
  [...members.map(({ table }) => table), held].map((table) => readRecords(table, schema));

test('[LR9] the six members and the test part have the published sizes', { skip }, () => {
  assert.deepEqual(recordsOf(wallets!).map(sizes), [
    [1920, 86],
    [1704, 173],
    [1148, 250],
    [1287, 369],
    [968, 352],
    [818, 511],
    [1966, 433],
  ]);
});

test('[LR9] no account is in two parts, and every part has 38 features', { skip }, () => {
  const tables = [...wallets!.members.map(({ table }) => table), wallets!.test];
  const addresses = tables.flatMap(({ rows }) => rows.map((row) => row[0]!));
  assert.equal(addresses.length, 9811);
  assert.equal(new Set(addresses).size, 9811);
  for (const records of recordsOf(wallets!)) assert.equal(records.width, 38);
});

test('[LR9] a member can write its part to a file and read it back', { skip }, () => {
  const { table } = wallets!.members[5]!;
  assert.deepEqual(parseCsv(formatCsv(table)), table);
});

test('[LR9] token names, which give the label away, are not features, and no blank is flagged', () => {
  const names = walletSchema.columns.map(({ name }) => name);
  assert.equal(names.length, 38);
  assert.ok(!names.some((name) => /token type/i.test(name)));
  assert.equal(walletSchema.blank, 'zero');
  assert.deepEqual([featureCount(walletSchema), featureCount(walletWaveSchema)], [38, 114]);
});

test('[LR9] a blank and a zero are the same features on either basis, so that blankness tells nothing', () => {
  const header = [walletSchema.label, ...walletSchema.columns.map(({ name }) => name)];
  const rows = ['', '0'].map((value) => header.map((_, i) => (i === 0 ? '0' : value)));
  for (const schema of [walletSchema, walletWaveSchema]) {
    const { features, width } = readRecords({ header, rows }, schema);
    assert.deepEqual(features.slice(0, width), features.slice(width));
  }
});

test('[LR9] cleaning keeps the first row of each well-formed address', () => {
  const header = ['Address', 'FLAG', ...walletSchema.columns.map(({ name }) => name), 'ERC20 most sent token type'];
  const row = (address: string, first: string): string[] => header.map((_, i) => [address, '0', first][i] ?? '');
  const good = `0x${'ab'.repeat(20)}`;
  const rows = [row(good, '1'), row(good, '2'), row(`${good}00`, '3'), row(good.toUpperCase(), '4')];
  const clean = cleanWallets({ header, rows });
  assert.equal(clean.rows.length, 1);
  assert.equal(clean.rows[0]![2], '1');
  assert.equal(clean.header.length, 40);
});

test('[LR9] the split follows the hash of the address alone, in either case', () => {
  const address = '0x00009277775ac7d0d59eaad8fee3d10ac6c805e8';
  assert.equal(placeOf(address, false), placeOf(address.toUpperCase().replace('0X', '0x'), false));
  const places = Array.from({ length: 4000 }, (_, i) => placeOf(`0x${i}`, true));
  assert.ok(Math.abs(places.filter((place) => place === 'test').length / 4000 - 0.2) < 0.03);
});

test('[LR9] the synthetic stand-in has the same shape, says that it is synthetic, and follows its seed', () => {
  const stand = syntheticWallets(1);
  assert.ok(stand.synthetic && /synthetic/.test(stand.name));
  const records = recordsOf(stand);
  assert.equal(
    records.reduce((sum, { count }) => sum + count, 0),
    9811,
  );
  assert.ok(records.every(({ width }) => width === 38));
  assert.ok(records.every((part) => sizes(part)[1] > 0 && sizes(part)[1] < part.count));
  assert.deepEqual(stand, syntheticWallets(1));
  assert.notDeepEqual(stand.test, syntheticWallets(2).test);
});
