import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Take } from './api/reports.ts';
import { accept, ignore, reject } from './core/verdict.ts';
import { TurnedAway } from './turnedAway.ts';

const runId = `0x${'ab'.repeat(32)}` as const;
const member = `0x${'01'.repeat(20)}` as const;

test('[AG4] a door remembers what it refused for good, once, and only so much of it', async () => {
  const turnedAway = new TurnedAway();
  const door: Take = turnedAway.at(async ({ round }) => {
    if (round === 1) return accept({});
    return round === 2 ? ignore('LATER', 'later') : reject('CONTEXT', 'of another round');
  });
  const bring = (round: number) => door({ runId, round, attempt: 0 }, 'update', member, new Uint8Array());
  for (const round of [1, 2, 3, 3]) await bring(round);
  assert.deepEqual(turnedAway.all, [
    { round: 3, attempt: 0, type: 'update', member, code: 'CONTEXT', why: 'of another round' },
  ]);
  for (let round = 4; round < 104; round++) await bring(round);
  assert.equal(turnedAway.all.length, 64);
  assert.equal(turnedAway.all.at(-1)?.round, 103);
});
