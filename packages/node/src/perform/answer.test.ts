import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cutPieces, type Hex, type RunView } from '@concord/sdk';
import { bytesToHex } from '../core/hex.ts';
import { entry } from '../core/slot.ts';
import { openJournal } from '../journal.ts';
import type { Party } from '../ports.ts';
import { answer } from './answer.ts';
import { putPieced } from './pieces.ts';
import type { AttemptError } from './work.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-answer-'));
after(() => rmSync(folder, { recursive: true }));
const journal = openJournal(join(folder, 'journal.sqlite'));
after(() => journal.close());

const demandId: Hex = `0x${'d1'.repeat(32)}`;
const runId: Hex = `0x${'ab'.repeat(32)}`;
const slot = { runId, round: 3, attempt: 1 };
const run = { charterId: runId, demands: new Map([[demandId, { round: 3, attempt: 1 }]]) } as unknown as RunView;
const file = Uint8Array.from({ length: 20_000 }, (_, i) => i);

test('[CM10] list and pieces are there before the digest is said, and an answer is journaled before it is given', async () => {
  const { digest, list, pieces } = cutPieces(file);
  assert.equal(putPieced(journal, file), digest);
  assert.deepEqual(journal.blob(digest.slice(2)), list);
  const piece: Hex = bytesToHex(list.subarray(32, 64));
  const given: [Hex, Uint8Array, boolean][] = [];
  const stop = new AbortController();
  const publish: Party['publish'] = async (id, bytes) => {
    given.push([id, bytes, journal.keys(slot).has(entry.answer(demandId))]);
    stop.abort();
  };
  const party = { journal, publish, log: () => undefined } as unknown as Party;
  // It waits for the chain to show the answer, unless the node stops.
  await assert.rejects(answer(party, run, { demandId, piece }, stop.signal), { name: 'AbortError' });
  assert.deepEqual(given, [[demandId, pieces[1], true]]);
});

test('[CM10] bytes that are gone are not answered with anything else', async () => {
  const party = { journal, publish: () => assert.fail('nothing to publish') } as unknown as Party;
  const lost = answer(party, run, { demandId, piece: `0x${'ee'.repeat(32)}` }, new AbortController().signal);
  await assert.rejects(lost, (error: AttemptError) => error.code === 'BYTES');
});
