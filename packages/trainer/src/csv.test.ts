import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCsv, parseCsv } from './csv.ts';

test('[LR6] fields, quotes, line ends and repeated names are read as written', () => {
  assert.deepEqual(parseCsv('a, b ,a\r\n1,"x, ""y""\nz",\r\n4,5,6'), {
    header: ['a', 'b', 'a.1'],
    rows: [
      ['1', 'x, "y"\nz', ''],
      ['4', '5', '6'],
    ],
  });
  assert.deepEqual(parseCsv('a,b\n').rows, []);
});

test('a table that is written reads as the same table', () => {
  for (const text of ['a, b ,a\r\n1,"x, ""y""\nz",\r\n4,5,6', 'a,b\n', 'a\n\n"\r"\n', '"a,""b""",c\n, \n'])
    assert.deepEqual(parseCsv(formatCsv(parseCsv(text))), parseCsv(text));
});

test('[LR6] a broken file is refused with its line', () => {
  assert.throws(() => parseCsv(' \n'), { code: 'EMPTY' });
  assert.throws(() => parseCsv('a,b\n1,2\n3\n'), { code: 'FIELD_COUNT', line: 3 });
  assert.throws(() => parseCsv('a,b\n1,2,\n'), { code: 'FIELD_COUNT', line: 2 });
  assert.throws(() => parseCsv('a,b\n"1\n2",3\n"open,5'), { code: 'QUOTE', line: 4 });
  assert.throws(() => parseCsv('a\nx"y\n'), { code: 'QUOTE', line: 2 });
  assert.throws(() => parseCsv('a\n"x"y\n'), { code: 'QUOTE', line: 2 });
});
