import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesText, createRenderer, harmless, timeOf } from './render.ts';

test('what others wrote cannot steer the terminal: controls and direction marks show, our own colors stay', () => {
  assert.equal(harmless('\u001b[31mred\u001b[0m'), '\u001b[31mred\u001b[0m');
  assert.equal(harmless('\u001b[8mhidden'), '\ufffd[8mhidden');
  assert.equal(harmless('up\u001b[2A\rover\u0007'), 'up\ufffd[2A\ufffdover\ufffd');
  assert.equal(harmless('ε = \u202e001\u202c \u200bof 4'), 'ε = \ufffd001\ufffd \ufffdof 4');
  assert.equal(harmless('so\u00adft \u061c\u{e0041}'), 'so\ufffdft \ufffd\ufffd');
  assert.equal(harmless('Ärzte für ≤ 10 “Jahre”'), 'Ärzte für ≤ 10 “Jahre”');
});

test('titles, cells and prose of others stay on their own lines', (t) => {
  const written: string[] = [];
  t.mock.method(process.stdout, 'write', (text: string) => written.push(text) > 0);
  const render = createRenderer({ json: false });
  render.title('A name\n  PASS');
  render.table([['column\n  PASS', 'bound']]);
  render.prose('a clause\n  PASS', '  ');
  t.mock.restoreAll();
  assert.ok(!written.join('').split('\n').includes('  PASS'));
});

test('times and sizes as people read them', () => {
  assert.equal(timeOf(1_772_373_900n), '2026-03-01 14:05:00 UTC');
  assert.deepEqual([999, 162_400, 2_400_000, 84_000_000_000].map(bytesText), ['1 KB', '163 KB', '2.4 MB', '84.0 GB']);
});
