/** A wrong sum beside a committee: two holders spoke for each share, so their words tell whose it was. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { components } from '../../../testing/src/audited.ts';
import { aRun } from '../../../testing/src/builders.ts';
import { blobOf, factOf, fileOf, forgeFile, type Records } from '../../../testing/src/tamper.ts';
import type { Address, Fact, Hex } from '../facts.ts';
import type { Said } from '../posts.ts';
import { currentAttempt, emptyView, fold, PHASES } from '../view.ts';
import { verifyRun } from './verifyRun.ts';
import type { UnmaskedSource, VoidAttempt } from './voids.ts';

const SHARES = 2;
const run = aRun({ members: 3, rounds: 2, committee: { shares: SHARES, aggregators: 4 } }, components);
const { runId, deployment, ledger } = run;
const records: Records = ledger;
const settled = factOf(records, 'settled', -1);
const { round, attempt } = settled;
const { acceptRoot } = factOf(records, 'verified', -1);
const honest = factOf(records, 'unmasked', -1).shareDigests;
const last = records.facts.lastIndexOf(settled);
const seats = currentAttempt(records.facts.slice(0, last).reduce(fold, emptyView).runs.get(runId)!)!.seated!.seats;
/** Share j's primary and standby. */
const pairOf = (share: number): readonly [Address, Address] => [
  seats[share - 1]!.holder,
  seats[SHARES + share - 1]!.holder,
];

/** The run with these shares lied about on chain, its last attempt void. */
function lied(shares: readonly number[]): Records & { readonly digests: readonly Hex[] } {
  let told: Records = records;
  for (const share of shares) {
    const lie = Uint8Array.from(fileOf(records, honest[share - 1]!));
    lie[1]! ^= 1;
    told = forgeFile(told, honest[share - 1]!, lie);
    // The standby serves its own sum.
    told = { ...told, blobs: new Map(told.blobs).set(honest[share - 1]!, blobOf(records, honest[share - 1]!)) };
  }
  const origin = { ...settled.origin, time: settled.origin.time + run.charter.deadlines.settle + 1 };
  const voided: Fact = { kind: 'voided', runId, round, attempt, phase: PHASES.indexOf('SETTLE'), origin };
  return { ...told, facts: [...told.facts.slice(0, last), voided], digests: factOf(told, 'unmasked', -1).shareDigests };
}

const says = (holder: Address, shareDigest: Hex): Said<'Unmasked'> => ({
  holder,
  statement: { kind: 'Unmasked', runId, round, attempt, acceptRoot, shareDigest },
  signature: '0x51',
});

async function explained({ facts, blobs }: Records, said: readonly Said<'Unmasked'>[]): Promise<VoidAttempt> {
  const unmaskedBy: UnmaskedSource = async () => said;
  const found = await verifyRun({
    ...{ runId, deployment, facts, components, now: ledger.now, unmaskedBy },
    blobs: async (digest) => blobs.get(digest),
  });
  assert.ok(found.clauses.every(({ verdict }) => verdict !== 'FAIL'));
  return found.voids.at(-1)!;
}

describe('[AG18][CM7] a lying sum in a committee', () => {
  for (const share of [1, 2])
    test(`names share ${share}, its two holders, and the one whose sum the commitments exclude`, async () => {
      const told = lied([share]);
      const [primary, standby] = pairOf(share);
      const [one, other] = pairOf(3 - share);
      const words = [
        says(primary, told.digests[share - 1]!),
        says(standby, honest[share - 1]!),
        ...[one, other].map((holder) => says(holder, honest[2 - share]!)),
      ];
      const found = await explained(told, words);
      assert.equal(found.clause, 'AG18');
      assert.deepEqual(found.among, [primary, standby]);
      assert.equal(found.by, primary);
      assert.equal(found.charged, true);
      assert.match(
        found.why,
        new RegExp(`SUM_COMMITMENT.*the holders of share ${share} spoke two sums, ${primary} signed`),
      );
      assert.match(found.why, new RegExp(`with the sum of ${standby} that of round \\d+, attempt \\d+ is right`));
    });

  test('a standby that lies where its primary was landed is not mistaken for the reason', async () => {
    const told = lied([2]);
    const wrong = `0x${'0f'.repeat(32)}` as Hex;
    const words = [
      says(pairOf(1)[0], honest[0]!),
      says(pairOf(1)[1], told.digests[1]!),
      says(pairOf(2)[0], told.digests[1]!),
      says(pairOf(2)[1], honest[1]!),
    ];
    assert.equal((await explained(told, words)).by, pairOf(2)[0]);
    // Nothing that the standby of share 1 names exists: it accuses nobody.
    assert.equal((await explained(told, words.with(1, says(pairOf(1)[1], wrong)))).by, pairOf(2)[0]);
  });

  test('two primaries that lie at once are found together', async () => {
    const told = lied([1, 2]);
    const words = [1, 2].flatMap((share) => [
      says(pairOf(share)[0], told.digests[share - 1]!),
      says(pairOf(share)[1], honest[share - 1]!),
    ]);
    const found = await explained(told, words);
    assert.equal(found.by, pairOf(1)[0]);
    assert.match(found.why, /the holders of share 1 spoke two sums.*; the holders of share 2 spoke two sums/);
  });

  test('both holders of a share lie alike, or are silent: one of the holders lied, nobody can say who', async () => {
    const told = lied([1]);
    for (const words of [[], pairOf(1).map((holder) => says(holder, told.digests[0]!))]) {
      const { by, among, why } = await explained(told, words);
      assert.deepEqual([by, among], [undefined, undefined]);
      assert.match(why, /one of the 4 holders lied, and their words do not tell who/);
    }
  });

  test('two sums of which neither is right name the share and its two holders', async () => {
    const told = lied([1]);
    const other = factOf(forgeFile(records, honest[0]!, new Uint8Array(8)), 'unmasked', -1).shareDigests[0]!;
    const found = await explained(told, [says(pairOf(1)[0], told.digests[0]!), says(pairOf(1)[1], other)]);
    assert.equal(found.by, undefined);
    assert.deepEqual(found.among, pairOf(1));
  });

  test('the word of somebody else, or for another accept set, is not listened to', async () => {
    const told = lied([1]);
    const elsewhere = says(pairOf(1)[1], honest[0]!);
    const words = [
      { ...elsewhere, statement: { ...elsewhere.statement, acceptRoot: runId } },
      says(run.members[0]!.address, honest[0]!),
    ];
    assert.equal((await explained(told, words)).among, undefined);
  });
});
