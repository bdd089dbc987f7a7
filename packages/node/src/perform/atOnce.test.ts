import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce } from './atOnce.ts';

test('all are done, begun in order, never more at a time than the bound', async () => {
  const begun: number[] = [];
  const end: (() => void)[] = [];
  const all = atOnce([0, 1, 2, 3, 4], 2, (item) => {
    begun.push(item);
    return new Promise<void>((resolve) => end.push(resolve));
  });
  for (let ended = 0; ended < 5; ended++) {
    assert.deepEqual(begun, [0, 1, 2, 3, 4].slice(0, ended + 2));
    end[ended]!();
    await new Promise(setImmediate);
  }
  await all;
});

test('after a failure nothing more is begun, and it is what the caller hears', async () => {
  const begun: number[] = [];
  const failing = atOnce([0, 1, 2, 3], 2, async (item) => {
    begun.push(item);
    await undefined;
    throw new Error(`item ${item}`);
  });
  await assert.rejects(failing, /item 0/);
  assert.deepEqual(begun, [0, 1]);
  await atOnce([], 2, () => assert.fail('there is nothing to do'));
});
