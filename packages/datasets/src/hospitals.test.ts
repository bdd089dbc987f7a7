import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseCsv, readRecords } from '@concord/trainer';
import { type Federation, formatCsv } from './federation.ts';
import { HOSPITALS, hospitalSchema, loadHospitals, PUBLISHED_SEED, readHospital, readHospitals } from './hospitals.ts';
import { syntheticHospitals } from './synthetic.ts';
import { mersenneTwister, trainTestSplit } from './trainTestSplit.ts';

const published = await loadHospitals();
const skip =
  published === undefined && 'SKIPPED: heart-disease/processed.*.data not found; set CONCORD_DATA to the data folder';

interface Part {
  readonly kept: readonly number[];
  readonly test: readonly number[];
}
const vector = JSON.parse(
  readFileSync(new URL('../../../spec/vectors/hospitals-split.json', import.meta.url), 'utf8'),
) as { readonly hospitals: Readonly<Record<string, Part>> };

/** Records and label 1 of the training and of the test part of every hospital. */
const sizes = ({ members }: Federation) =>
  members.map(({ table, test: held }) =>
    [table, held!].flatMap((part) => [part.rows.length, part.rows.filter(([label]) => label === '1').length]),
  );

test('[LR12] the published split has the published sizes, and Switzerland trains on one class', { skip }, () => {
  assert.deepEqual(sizes(published!), [
    [199, 91, 104, 48],
    [172, 65, 89, 33],
    [30, 30, 16, 15],
    [85, 66, 45, 35],
  ]);
  assert.equal(published!.test.rows.length, 254);
});

test('[LR12] our split of the published seed is the line numbers that scikit-learn made', { skip }, async () => {
  const tables = (await readHospitals())!;
  HOSPITALS.forEach(({ name }, i) => {
    const { kept, test: held } = vector.hospitals[name]!;
    const { rows } = tables[i]!;
    assert.equal(rows.length, kept.length);
    const labels = rows.map(([label]) => Number(label));
    const split = trainTestSplit(labels, 0.66, PUBLISHED_SEED, name !== 'switzerland');
    assert.deepEqual(
      split.test.map((at) => kept[at]),
      held,
    );
    assert.equal(split.train.length + held.length, rows.length);
    assert.equal(new Set([...split.train, ...split.test]).size, rows.length);
  });
});

test('[LR12] other seeds draw other splits of the same sizes', { skip }, async () => {
  const other = (await loadHospitals({ seed: 44 }))!;
  assert.deepEqual(
    sizes(other).map(([train, , held]) => [train, held]),
    sizes(published!).map(([train, , held]) => [train, held]),
  );
  assert.notDeepEqual(other.test, published!.test);
});

test('[LR12] the ten-thousandth word of seed 5489 is the one that the C++ standard names', () => {
  const words = mersenneTwister(5489);
  for (let i = 1; i < 10_000; i++) words();
  assert.equal(words(), 4123659995);
});

test('[LR12] a gap in the first ten columns drops a row, later gaps do not, and any disease is label 1', () => {
  const table = readHospital(
    '63,1,4,140,260,0,1,112,1,3,2,?,?,2\n44,0,2,?,209,0,1,127,0,0,?,?,?,0\n60,0,1,132,0,0,2,140,0,0.5,?,?,?,0\n',
  );
  assert.deepEqual(table.rows, [
    ['1', '8', '1', '0', '10', '0', '-28', '1', '3', '0', '0', '1', '1', '0'],
    ['0', '5', '0', '-8', '-250', '0', '0', '0', '0.5', '0', '0', '0', '0', '1'],
  ]);
  // No cholesterol at all reads as the mildest value inside the bound.
  assert.equal(readRecords(table, hospitalSchema).features[13 + 3], -1);
});

test('[LR12] a hospital can write its part to a file and read it back', { skip }, () => {
  const { table } = published!.members[3]!;
  assert.deepEqual(parseCsv(formatCsv(table)), table);
  const records = readRecords(table, hospitalSchema);
  assert.equal(records.width, 13);
  assert.ok(records.features.every((x) => Math.abs(x) <= 1));
});

test('[LR12] the synthetic stand-in has the same shape, says that it is synthetic, and follows its seed', () => {
  const stand = syntheticHospitals(1);
  assert.ok(stand.synthetic && /synthetic/.test(stand.name));
  assert.deepEqual(
    sizes(stand).map(([train, , held]) => [train, held]),
    [
      [199, 104],
      [172, 89],
      [30, 16],
      [85, 45],
    ],
  );
  for (const { table } of stand.members) assert.equal(readRecords(table, stand.schema).width, 13);
  assert.deepEqual(stand, syntheticHospitals(1));
  assert.notDeepEqual(stand.test, syntheticHospitals(2).test);
});
