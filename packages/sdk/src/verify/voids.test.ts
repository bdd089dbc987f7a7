import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { components, records, run } from '../../../testing/src/audited.ts';
import { factOf, fileOf, forgeFile, other, type Records } from '../../../testing/src/tamper.ts';
import type { Fact } from '../facts.ts';
import type { Said } from '../posts.ts';
import { PHASES } from '../view.ts';
import { verifyRun } from './verifyRun.ts';
import type { SettledSource, VoidAttempt } from './voids.ts';

const { runId, deployment } = run;
const settled = factOf(records, 'settled', -1);
const { round, attempt, modelHash, aggregateRoot, blob } = settled;
const { acceptRoot } = factOf(records, 'verified', -1);
const place = { round, attempt, phase: 'SETTLE', charged: true } as const;

/** The same run, whose last sum was opened and never settled. */
function stopped({ facts, blobs }: Records): Records {
  const origin = { ...settled.origin, time: settled.origin.time + run.charter.deadlines.settle + 1 };
  const voided: Fact = { kind: 'voided', runId, round, attempt, phase: PHASES.indexOf('SETTLE'), origin };
  return {
    blobs,
    facts: [
      ...facts.slice(
        0,
        facts.findLastIndex(({ kind }) => kind === 'settled'),
      ),
      voided,
    ],
  };
}

async function lastVoid({ facts, blobs }: Records, settledBy?: SettledSource): Promise<VoidAttempt | undefined> {
  const found = await verifyRun({
    ...{ runId, deployment, facts, components },
    now: run.ledger.now,
    blobs: async (digest) => blobs.get(digest),
    ...(settledBy && { settledBy }),
  });
  // What came to nothing is no fault of the run, which ends one round short: its budget pays for no other [RD16].
  assert.equal(found.verdict, 'PASS');
  assert.ok(found.clauses.every(({ verdict }) => verdict !== 'FAIL'));
  return found.voids.at(-1);
}

const says = (i: number, model = modelHash): Said<'Settled'> => ({
  holder: run.members[i]!.address,
  statement: { kind: 'Settled', runId, round, attempt, acceptRoot, aggregateRoot, modelHash: model, blob },
  signature: '0x51',
});

describe('[RD5] an attempt that came to nothing after its sum was opened', () => {
  test('[AG18] an aggregate share that is wrong in one coordinate breaks the sum, and nobody can say whose it was', async () => {
    const digest = factOf(records, 'unmasked', -1).shareDigests[2]!;
    const lie = Uint8Array.from(fileOf(records, digest));
    // u8 share, then the elements, lowest byte first.
    lie[1]! ^= 1;
    const { why, ...found } = (await lastVoid(stopped(forgeFile(records, digest, lie))))!;
    assert.deepEqual(found, { ...place, clause: 'AG18' });
    assert.match(why, /^round 1, attempt 1: SUM_COMMITMENT/);
  });

  test('[LR10] names the holder that signed another model than the opened sum makes', async () => {
    const wrong = other(modelHash);
    const { why, ...found } = (await lastVoid(stopped(records), async () => [says(0), says(2, wrong), says(3)]))!;
    assert.deepEqual(found, { ...place, clause: 'LR10', by: run.members[2]!.address });
    assert.match(why, new RegExp(`becomes ${wrong}; .* make ${modelHash}, which 2 holders signed`));
  });

  test('[LR10] who is no holder of the attempt is not listened to, and silence accuses nobody', async () => {
    const stranger = { ...says(0, other(modelHash)), holder: runId.slice(0, 42) as `0x${string}` };
    for (const settledBy of [undefined, async () => [], async () => [says(1), stranger]]) {
      const { why, ...found } = (await lastVoid(stopped(records), settledBy))!;
      assert.deepEqual(found, place);
      assert.match(why, /the sum is right/);
    }
  });
});
