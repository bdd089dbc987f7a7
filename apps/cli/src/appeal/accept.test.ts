import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCsv, parseCsv, readRecords, type Schema, type Table } from '@concord/trainer';
import { SettingError } from '../settings/checks.ts';
import { accept, APPEALED, fits, mentions, roomFor } from './accept.ts';

const schema: Schema = {
  columns: [
    { name: 'b', transform: 'signedLog', bound: 20 },
    { name: 'a', transform: 'identity', bound: 10 },
  ],
  label: 'y',
  blank: 'zero',
};
const name = (i: number): `0x${string}` => `0x${i.toString(16).padStart(40, '0')}`;
/** Own records: account i is row i, each third one bad. */
const table = (count: number): Table =>
  parseCsv(
    `Address,a,note,b,y\n${Array.from(
      { length: count },
      (_, i) =>
        `${name(i + 1)
          .toUpperCase()
          .replace('0X', '0x')},${i % 5},"n, ${i}",${i},${i % 3 === 0 ? 1 : 0}\n`,
    ).join('')}`,
  );
const values = new Map([
  ['a', 7],
  ['b', -1.5],
  ['more', 3],
]);
const add = (to: Table, who: number, percent = 1): Table => accept(to, name(who), values, { schema, percent });
const refuses = (message: RegExp) => (error: unknown) => error instanceof SettingError && message.test(error.message);

test('[GU15] an accepted appeal is one ordinary record more, and the member’s own rows are as they were', () => {
  const before = table(100);
  const after = add(before, 1_000);
  assert.deepEqual(after.header, ['Address', 'a', 'note', 'b', 'y', APPEALED]);
  assert.deepEqual(after.rows.at(-1), [name(1_000), '7', '', '-1.5', '0', name(1_000)]);
  assert.deepEqual(
    after.rows.slice(0, -1),
    before.rows.map((row) => [...row, '']),
  );
  const read = (each: Table) => readRecords(parseCsv(formatCsv(each)), schema);
  const [own, more] = [read(before), read(after)];
  assert.equal(more.count, own.count + 1);
  assert.deepEqual(more.features.subarray(0, own.features.length), own.features);
  assert.deepEqual([...more.features.subarray(own.features.length)], [-Math.log1p(1.5) / 20, 0.7]);
  assert.equal(more.labels.at(-1), 0);
});

test('[GU15] appeals weigh at most their share of the other records, in whatever files they came', () => {
  assert.deepEqual(roomFor(table(99), 1), { taken: 0, most: 0 });
  assert.throws(
    () => add(table(99), 1_000),
    refuses(/0 of your records came from appeals, and 0 may \(1 % of the 99 others\)/),
  );
  let grown = table(250);
  for (const who of [1_000, 1_001]) grown = add(parseCsv(formatCsv(grown)), who);
  // Rows from appeals make no room for others.
  assert.deepEqual(roomFor(grown, 1), { taken: 2, most: 2 });
  assert.throws(() => add(grown, 1_002), refuses(/2 of your records came from appeals, and 2 may/));
  assert.deepEqual(roomFor(add(grown, 1_002, 2), 2), { taken: 3, most: 5 });
});

test('[GU15] an account that the records name already is not added, whatever they say of it', () => {
  assert.throws(() => add(table(100), 1), refuses(/row 1 of your records says 1 of .* only adds/));
  assert.throws(() => add(table(100), 2), refuses(/row 2 of your records says already that .* is ordinary/));
  const grown = add(table(300), 0xabcdef);
  assert.throws(() => add(grown, 0xabcdef), refuses(/row 301 of your records says already/));
  assert.deepEqual(mentions(grown, name(0xabcdef), schema), [{ row: 301, label: '0', accepted: true }]);
  assert.deepEqual(mentions(grown, name(4), schema), [{ row: 4, label: '1', accepted: false }]);
  assert.deepEqual(mentions(grown, name(9_999), schema), []);
});

test('[GU15] a column without a value, or with one that is no number, is named', () => {
  const lacking = new Map([['a', 1]]);
  assert.throws(() => accept(table(100), name(1_000), lacking, { schema, percent: 1 }), refuses(/no value for “b”/));
  const words = new Map<string, string>([
    ['a', 'much'],
    ['b', '1'],
  ]);
  const wordy = accept(table(100), name(1_000), words, { schema, percent: 1 });
  assert.throws(() => fits(wordy, schema), refuses(/--row: row 101: column “a”: have “much”/));
  fits(add(table(100), 1_000), schema);
});
