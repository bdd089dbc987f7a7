/** Real processes whose chain lies to them, whose journal is lost, or whose neighbor lies about a sum. */
import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Address, gateways, heardFrom, phaseAt, type Verification, verifyRun } from '@concord/sdk';
import { type Consortium, startConsortium } from '../../testing/src/consortium.ts';
import { type Devnet, startDevnet } from '../../testing/src/devnet.ts';
import { describeAttempts, type Eavesdropper, eavesdrop } from '../../testing/src/eavesdrop.ts';
import { type RpcLieName, type RpcProxy, startRpcProxy } from '../../testing/src/rpcProxy.ts';
import { loadKernels } from './adapters/kernels.ts';
import { nodePlatform } from './adapters/platform.ts';

const ROUNDS = 2;
const PATIENCE = 100_000;
const settledIn = ({ attempts }: Eavesdropper): number => attempts.filter(({ settled }) => settled).length;

describe('three members: one RPC lies in turns, one of three RPCs always, and one journal is lost', () => {
  const LIED_TO = 0;
  const WITNESSED = 1;
  const FORGETFUL = 2;
  const LIES: readonly RpcLieName[] = ['hidden-logs', 'frozen-head', 'forged-parent', 'flapping', 'errors'];
  let elsewhere: Devnet;
  let run: Consortium;
  let listener: Eavesdropper;
  let verification: Verification;
  let finished = false;
  let lostIn = '';
  let refused = '';
  const proxies: RpcProxy[] = [];
  const told: RpcLieName[] = [];

  before(async () => {
    elsewhere = await startDevnet({ blockMilliseconds: 150, accounts: 1 });
    const proxy = async (rpcUrl: string, lie?: RpcLieName): Promise<string> => {
      const started = await startRpcProxy(rpcUrl, elsewhere.rpcUrl);
      started.behave(lie);
      proxies.push(started);
      return started.url;
    };
    let turns: RpcProxy | undefined;
    run = await startConsortium({
      ...{ members: 3, rounds: ROUNDS, phaseSeconds: 15, blockMilliseconds: 150, confirmations: 1 },
      async rpcOf(member, rpcUrl) {
        if (member === WITNESSED) return [await proxy(rpcUrl, 'consistent-lie'), rpcUrl, rpcUrl];
        if (member !== LIED_TO) return rpcUrl;
        turns = await startRpcProxy(rpcUrl, elsewhere.rpcUrl);
        proxies.push(turns);
        return turns.url;
      },
    });
    listener = eavesdrop(run);
    const forget = async (): Promise<void> => {
      const member = run.members[FORGETFUL]!;
      await member.kill();
      const journal = join(member.folder, 'journal.sqlite');
      // First a damaged one: the node does not start.
      for (const file of readdirSync(member.folder).filter((name) => name.startsWith('journal.')))
        rmSync(join(member.folder, file));
      writeFileSync(journal, Buffer.alloc(20_000, 7));
      refused = await member.restart().then(
        () => 'it started',
        (error: unknown) => String(error),
      );
      rmSync(journal);
      await member.restart();
    };
    let lie: Promise<void> | undefined;
    let forgetting: Promise<void> | undefined;
    finished = await listener.until(() => {
      const now = listener.attempts.at(-1);
      const next = LIES[told.length];
      if (now?.seated && next && !lie && turns) {
        told.push(next);
        turns.behave(next);
        lie = delay(1_200).then(() => {
          turns!.behave();
          setTimeout(() => {
            lie = undefined;
          }, 1_000);
        });
      }
      if (now?.round === 1 && phaseAt(now) === 'UPLOAD' && !forgetting) {
        lostIn = `${now.round}/${now.attempt}`;
        forgetting = forget();
      }
      return settledIn(listener) === ROUNDS && told.length === LIES.length;
    }, PATIENCE);
    await forgetting;
    verification = await listener.verify();
  });
  after(async () => {
    await run?.stop();
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    await elsewhere?.stop();
  });

  test('[RD13] the run ends, and nobody was led to say two things', (t) => {
    t.diagnostic(
      `lies: ${told.join(', ')}; journal lost in ${lostIn}; attempts ${describeAttempts(listener.attempts)}`,
    );
    assert.ok(finished);
    assert.deepEqual(listener.contradictions, []);
  });

  test('[RD13] the member whose RPC lied says in plain words what was wrong with it', () => {
    const troubles = run.members[LIED_TO]!.events.filter(({ event }) => event === 'chain').map((each) =>
      String(each['trouble']),
    );
    assert.ok(
      troubles.some((trouble) => /^CONTRADICTION: .*(left out|is built on)/.test(trouble)),
      troubles.join('\n'),
    );
    assert.ok(run.members[LIED_TO]!.events.some(({ event }) => event === 'settled'));
  });

  test('[RD14] the member with three RPCs of which one lies takes part as if it had none', () => {
    assert.ok(proxies.some(({ lies }) => lies > 0));
    const settled = run.members[WITNESSED]!.events.filter(({ event }) => event === 'settled');
    assert.ok(settled.length >= ROUNDS);
    assert.ok(!run.members[WITNESSED]!.events.some(({ event }) => event === 'reorg' || event === 'silent'));
  });

  test('[RD10] a damaged journal does not start, and a lost one is silent in the attempt in which it had spoken', () => {
    assert.match(refused, /ended with 1 before it was ready/);
    const silent = run.members[FORGETFUL]!.events.filter(({ event }) => event === 'silent');
    assert.match(String(silent[0]?.['reason']), /^SEAT_LOST/);
    assert.equal(`${silent[0]?.['round']}/${silent[0]?.['attempt']}`, lostIn);
    const lost = listener.attempts.find(({ round, attempt }) => `${round}/${attempt}` === lostIn);
    assert.ok(lost?.voided && !lost.verified, 'void, and free of charge');
  });

  test('[RD3] a stranger finds nothing wrong', () => {
    assert.deepEqual(
      verification.clauses.filter(({ verdict }) => verdict === 'FAIL'),
      [],
    );
  });
});

describe('a committee of three pairs, of whom one speaks a wrong sum and one reveals nothing', () => {
  const LIAR = 0;
  const SILENT = 1;
  let run: Consortium;
  let listener: Eavesdropper;
  let verification: Verification;

  before(async () => {
    run = await startConsortium({
      ...{ members: 3, rounds: 3, phaseSeconds: 10, blockMilliseconds: 150 },
      committee: { shares: 3, aggregators: 6 },
      lyingAggregators: { [LIAR]: 'lying-sum', [SILENT]: 'withheld-reveal' },
    });
    listener = eavesdrop(run);
    // Where the liar is drawn as a primary its sum is the one that is landed.
    await listener.until(
      () => listener.attempts.some(({ voided, verified }) => voided && verified) || settledIn(listener) === 3,
      PATIENCE,
    );
    const endpoints = run.aggregators.map(({ endpoint }) => endpoint);
    verification = await verifyRun({
      ...{ runId: run.runId, facts: listener.facts, deployment: run.client.deployment },
      blobs: gateways([...run.members.map(({ endpoint }) => endpoint), ...endpoints]),
      now: Number((await run.client.reader.getBlock()).timestamp),
      components: { platform: nodePlatform, kernels: loadKernels() },
      unmaskedBy: (attempt) => heardFrom(endpoints, run.client.deployment, 'Unmasked', attempt),
    });
  });
  after(() => run?.stop());

  test('[AG18][CM7] a lying primary voids the attempt and is named, with its partner’s word; a lying standby changes nothing', (t) => {
    t.diagnostic(`attempts: ${describeAttempts(listener.attempts)}`);
    const liar: Address = run.aggregators[LIAR]!.address;
    assert.ok(verification.clauses.every(({ verdict }) => verdict !== 'FAIL'));
    assert.ok(settledIn(listener) > 0 || verification.voids.length > 0);
    for (const { round, attempt, settled, voided, verified, seated } of listener.attempts) {
      const at = seated?.seats.findIndex(({ holder }) => holder === liar) ?? -1;
      if (settled) assert.ok(at >= 3 || at < 0, 'it was not landed');
      if (!voided || !verified) continue;
      const why = verification.voids.find((each) => each.round === round && each.attempt === attempt)!;
      assert.ok(at < 3, 'it was the primary');
      assert.equal(why.clause, 'AG18');
      assert.equal(why.by, liar, why.why);
      assert.deepEqual(why.among, [liar, seated!.seats[at + 3]!.holder]);
      assert.equal(why.charged, true);
    }
  });

  test('[RD8][CM7] whoever reveals nothing voids no attempt: its standby reveals what it was handed', () => {
    for (const { voided, verified } of listener.attempts)
      assert.ok(!voided || verified, 'void before the sum was opened');
    assert.deepEqual(listener.contradictions, []);
  });
});

describe('three members, of whom one has a disk that is soon full', () => {
  const FULL = 1;
  let run: Consortium;
  let listener: Eavesdropper;
  let finished = false;
  let complaints: readonly string[] = [];
  let lostIn = '';

  const complaintsOf = (): readonly string[] =>
    run.members[FULL]!.events.flatMap((each) => [each['reason'], each['trouble']])
      .map(String)
      .filter((words) => words.includes('the journal '));

  before(async () => {
    run = await startConsortium({
      members: 3,
      rounds: ROUNDS,
      phaseSeconds: 12,
      blockMilliseconds: 150,
      fullDisk: FULL,
    });
    listener = eavesdrop(run);
    let restarting: Promise<void> | undefined;
    finished = await listener.until(() => {
      if (complaintsOf().length > 0 && !restarting) {
        const now = listener.attempts.at(-1);
        lostIn = `${now?.round}/${now?.attempt}`;
        // There is room again, and the node is started anew.
        restarting = delay(1_000).then(async () => {
          complaints = complaintsOf();
          await run.members[FULL]!.kill();
          await run.members[FULL]!.restart();
        });
      }
      return settledIn(listener) === ROUNDS;
    }, PATIENCE);
    await restarting;
  });
  after(() => run?.stop());

  test('[RD10] it says what is wrong and nothing else, and goes on where it was once there is room', async (t) => {
    t.diagnostic(`full in ${lostIn}; attempts ${describeAttempts(listener.attempts)}`);
    assert.ok(finished);
    assert.ok(complaints.length > 0);
    for (const words of complaints)
      assert.match(words, /the journal .*journal\.sqlite cannot be used: .*\. (Check|Make room)/);
    assert.deepEqual(listener.contradictions, []);
    const { clauses } = await listener.verify();
    assert.deepEqual(
      clauses.filter(({ verdict }) => verdict === 'FAIL'),
      [],
    );
  });
});
