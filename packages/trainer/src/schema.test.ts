import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCsv } from './csv.ts';
import { featureCount, joinRecords, readFeatures, readRecords, type Schema, selectRecords } from './schema.ts';

const SCHEMA: Schema = {
  columns: [
    { name: 'amount', transform: 'signedLog', bound: 10 },
    { name: 'age', transform: 'identity', bound: 100 },
  ],
  label: 'bad',
  blank: 'zero',
};
const read = (csv: string, schema: Schema = SCHEMA) => readRecords(parseCsv(csv), schema);

test('[LR6] a table that fits becomes bounded features and labels, whatever other columns it has', () => {
  const records = read('age,secret,bad,amount\n50,x,1,-2.5e3\n200,y,0,\n');
  assert.deepEqual([records.count, records.width, ...records.labels], [2, 2, 1, 0]);
  const expected = [-Math.log(2501) / 10, 0.5, 0, 1];
  assert.deepEqual(
    [...records.features].map((x) => x.toFixed(12)),
    expected.map((x) => x.toFixed(12)),
  );
});

test('[LR6] on the wave basis a column becomes its presence and a place on the circle', () => {
  const waves: Schema = { ...SCHEMA, basis: 'waves' };
  assert.deepEqual([featureCount(SCHEMA), featureCount(waves)], [2, 6]);
  const { width, features } = read('age,amount,bad\n25,0,0\n-12.5,,1\n', waves);
  assert.equal(width, 6);
  const half = Math.SQRT1_2;
  const expected = [0, 0, 1, 1, 1, 0, 0, 0, 1, 1, -half, half];
  features.forEach((x, i) => {
    assert.ok(Math.abs(x - expected[i]!) < 1e-12, `${i}: ${x}`);
  });
});

test('[LR6] gated waves are waves where the column is there, and zero where it is not', () => {
  const gated: Schema = { ...SCHEMA, basis: 'gatedWaves' };
  assert.equal(featureCount(gated), 6);
  const { width, features } = read('age,amount,bad\n25,0,0\n-12.5,,1\n', gated);
  assert.equal(width, 6);
  const half = Math.SQRT1_2;
  const expected = [0, 0, 0, 1, 1, 0, 0, 0, 0, 1, -half, half];
  features.forEach((x, i) => {
    assert.ok(Math.abs(x - expected[i]!) < 1e-12, `${i}: ${x}`);
  });
});

test('[LR6] what does not fit is refused, naming row, column and need', () => {
  assert.throws(() => read('age,bad\n1,0\n'), { code: 'MISSING_COLUMN', column: 'amount' });
  assert.throws(() => read('age,amount\n1,0\n'), { code: 'MISSING_COLUMN', column: 'bad' });
  for (const value of ['NaN', 'Infinity', '1e999', '0x10', '1,5', 'twelve', '--1'])
    assert.throws(() => read(`age,amount,bad\n1,1,0\n"${value}",1,0\n`), {
      code: 'NOT_A_NUMBER',
      column: 'age',
      row: 2,
    });
  for (const label of ['2', '-1', '', '0.5', 'yes'])
    assert.throws(() => read(`age,amount,bad\n1,1,${label}\n`), { code: 'LABEL', column: 'bad', row: 1 });
  assert.throws(() => read('age,amount,bad\n,1,0\n', { ...SCHEMA, blank: 'refuse' }), { code: 'BLANK', row: 1 });
  assert.throws(() => read('age,amount,bad\n'), { code: 'NO_RECORDS' });
  assert.throws(() => read('age,amount,bad\n1,1,7\n'), /row 1: column “bad”: have “7”, need 0 or 1/);
});

test('[LR6] a schema that contradicts itself is refused', () => {
  const column = SCHEMA.columns[0]!;
  for (const columns of [[], [column, column], [{ ...column, bound: 0 }], [{ ...column, bound: Number.NaN }]])
    assert.throws(() => read('amount,bad\n1,1\n', { ...SCHEMA, columns }), { code: 'SCHEMA' });
});

test('records can be chosen and joined', () => {
  const records = read('age,amount,bad\n10,0,1\n20,0,0\n30,0,1\n');
  const chosen = selectRecords(records, [2, 0]);
  assert.deepEqual([...chosen.features], [0, 0.3, 0, 0.1]);
  assert.deepEqual([...joinRecords([chosen, records]).labels], [1, 1, 1, 0, 1]);
  const narrow = { count: 1, width: 1, features: Float64Array.of(1), labels: Uint8Array.of(0) };
  assert.throws(() => joinRecords([records, narrow]), { code: 'WIDTH' });
});

test('[LR6] one record without a label has the features that a table gives it', () => {
  for (const basis of ['plain', 'waves', 'gatedWaves'] as const) {
    const schema: Schema = { ...SCHEMA, basis };
    const { features } = read('age,amount,bad\n50,-2.5e3,1\n', schema);
    assert.deepEqual(readFeatures({ amount: -2_500, age: '50' }, schema), features);
    assert.deepEqual(readFeatures({ amount: null, age: 50 }, schema), read('age,amount,bad\n50,,1\n', schema).features);
  }
  assert.throws(() => readFeatures({ amount: 1 }, SCHEMA), { code: 'MISSING_COLUMN', column: 'age' });
  assert.throws(() => readFeatures({ amount: '', age: 1 }, { ...SCHEMA, blank: 'refuse' }), { code: 'BLANK' });
});
