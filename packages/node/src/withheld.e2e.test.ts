/**
 * Real processes on a real chain: a holder signs for its aggregate share and gives away all of it but one piece. Where it
 * holds the share alone the attempt is void and it is named; where another has the same bytes, they are published.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type AttemptView,
  type BlobSource,
  demand,
  digestsIn,
  emptyView,
  type Fact,
  fetchBlob,
  fold,
  gateways,
  getFacts,
  holdersOf,
  placesOf,
  promisedShare,
  type RunView,
  type Verification,
  verifyRun,
} from '@concord/sdk';
import { type Consortium, startConsortium } from '../../testing/src/consortium.ts';
import { loadKernels } from './adapters/kernels.ts';
import { nodePlatform } from './adapters/platform.ts';

/** A run that is stuck shows itself much earlier than this. */
const PATIENCE = 120_000;
const LIAR = 1;

/** Looks at the chain until `find` finds something. */
async function until<T>(
  { client, fromBlock }: Consortium,
  find: (facts: readonly Fact[]) => T | undefined,
): Promise<T> {
  const started = performance.now();
  for (;;) {
    const facts = await getFacts(client, fromBlock, await client.reader.getBlockNumber());
    const found = find(facts);
    if (found !== undefined) return found;
    assert.ok(performance.now() - started < PATIENCE, 'the run is stuck');
    await delay(200);
  }
}

const kindOf =
  <K extends Fact['kind']>(kind: K, which = 0) =>
  (facts: readonly Fact[]): Extract<Fact, { kind: K }> | undefined =>
    facts.filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind)[which];

async function runNow(consortium: Consortium): Promise<RunView> {
  const { client, fromBlock, runId } = consortium;
  const facts = await getFacts(client, fromBlock, await client.reader.getBlockNumber());
  return facts.reduce(fold, emptyView).runs.get(runId)!;
}

async function judge(consortium: Consortium, blobs: BlobSource): Promise<Verification> {
  const { client, fromBlock, runId, charterText } = consortium;
  const head = await client.reader.getBlock();
  return verifyRun({
    ...{ runId, charterText, blobs, deployment: client.deployment },
    facts: await getFacts(client, fromBlock, head.number),
    now: Number(head.timestamp),
    components: { platform: nodePlatform, kernels: loadKernels() },
  });
}

const evidenceOf = ({ clauses }: Verification, id: string): string => clauses.find((each) => each.id === id)!.evidence!;
const options = { members: 3, rounds: 2, phaseSeconds: 60, verifySeconds: 20, blockMilliseconds: 150 };

/** Asks the holder whose signature landed a share for its first piece; returns what was asked. */
async function ask(consortium: Consortium, run: RunView, view: AttemptView, share: number, sources: readonly string[]) {
  const promise = await promisedShare(consortium.client, run, view, share);
  const list = await fetchBlob(sources, promise.digest);
  await demand(consortium.client, promise, { list });
  return { holder: promise.holder, piece: digestsIn(list)![0]! };
}

describe('[CM10] a holder withholds a piece of what it signed for', () => {
  test('alone with its share: its attempt is void, and it is named', async () => {
    const consortium = await startConsortium({ ...options, liars: { [LIAR]: 'withheld-leaf' } });
    try {
      const { members } = consortium;
      const liar = members[LIAR]!.address;
      const endpoints = members.map(({ endpoint }) => endpoint);
      await until(consortium, kindOf('unmasked'));
      const run = await runNow(consortium);
      const view = run.attempts[0]!;
      const seat = holdersOf(view).indexOf(liar);
      const { holder, piece } = await ask(consortium, run, view, seat + 1, endpoints);
      assert.equal(holder, liar);
      await assert.rejects(fetchBlob(endpoints, piece));
      // An honest one is asked too, and answers through its relayer.
      const honest = await ask(consortium, run, view, ((seat + 1) % 3) + 1, endpoints);
      const answered = await until(consortium, kindOf('answered'));
      const [asked, other] = await Promise.all([0, 1].map((i) => until(consortium, kindOf('demanded', i))));
      assert.deepEqual([asked!.piece, other!.piece], [piece, honest.piece]);
      assert.equal(answered.demandId, other!.demandId);

      // The relayer forfeits it when it is due.
      const forfeited = await until(consortium, kindOf('forfeited'));
      assert.deepEqual([forfeited.holder, forfeited.voided], [liar, true]);
      const voided = await until(consortium, kindOf('voided'));
      assert.deepEqual([voided.round, voided.attempt, voided.phase], [0, 0, 7]);
      const found = await judge(consortium, gateways(endpoints));
      assert.ok(found.clauses.every(({ verdict }) => verdict !== 'FAIL'));
      assert.match(
        evidenceOf(found, 'CM10'),
        new RegExp(`^2 demands, 1 answered; ${liar} withheld ${piece} of round 0`),
      );
      const [first] = found.voids;
      assert.deepEqual([first!.by, first!.clause, first!.charged], [liar, 'CM10', true]);
    } finally {
      await consortium.stop();
    }
  });

  test('beside a partner that has the same bytes: they are published, and the run verifies', async () => {
    const committee = { shares: 2, aggregators: 4 };
    const consortium = await startConsortium({ ...options, committee, lyingAggregators: { [LIAR]: 'withheld-leaf' } });
    try {
      const { members, aggregators } = consortium;
      const endpoints = [...members, ...aggregators].map(({ endpoint }) => endpoint);
      await until(consortium, kindOf('settled', 1));
      const run = await runNow(consortium);
      const view = run.attempts.findLast(({ settled }) => settled)!;
      const { share } = placesOf(view, aggregators[LIAR]!.address)!;
      const { piece } = await ask(consortium, run, view, share, endpoints);
      await until(consortium, kindOf('answered'));
      // Nobody serves it any more: it stands in the chain's records.
      const others = gateways(endpoints);
      const found = await judge(consortium, async (digest) => (digest === piece ? undefined : others(digest)));
      assert.equal(found.verdict, 'PASS');
      assert.equal(evidenceOf(found, 'CM10'), '1 demands, 1 answered');
    } finally {
      await consortium.stop();
    }
  });
});
