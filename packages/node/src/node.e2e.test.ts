/** Real processes on a real chain: one member is killed with SIGKILL and started again, one lies about its norm. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type AttemptView, emptyView, type Fact, fold, gateways, getFacts, verifyRun } from '@concord/sdk';
import { type Consortium, startConsortium } from '../../testing/src/consortium.ts';
import { loadKernels } from './adapters/kernels.ts';
import { nodePlatform } from './adapters/platform.ts';
import { POST_KINDS } from './core/slot.ts';

const LIAR = 3;
const ROUNDS = 2;
/** A run that is stuck shows itself much earlier than this. */
const PATIENCE = 90_000;

interface Status {
  readonly finished?: boolean;
  readonly round?: number;
  readonly attempt?: number;
}

describe('a run of four processes', () => {
  let consortium: Consortium;
  let facts: readonly Fact[] = [];
  let attempts: readonly AttemptView[] = [];
  const victim = randomInt(0, LIAR);
  const killAfter = randomInt(300, 6_000);
  const downFor = randomInt(0, 1_500);
  /** Everything that the victim was heard saying, by path. */
  const heard = new Map<string, string>();

  const ask = async (path: string): Promise<string | undefined> => {
    const response = await fetch(consortium.members[victim]!.endpoint + path).catch(() => undefined);
    return response?.ok ? response.text() : undefined;
  };
  const status = (i: number): Promise<Status> =>
    fetch(`${consortium.members[i]!.endpoint}/status`).then(
      (response) => response.json() as Promise<Status>,
      () => ({}),
    );
  /** Listens to the victim for as long as the run goes on. */
  const eavesdrop = async (): Promise<void> => {
    const { round, attempt } = await status(victim);
    if (round === undefined) return;
    for (const kind of POST_KINDS) {
      const path: string = `/posts/${consortium.runId}/${round}/${attempt}/${kind}`;
      const said = await ask(path);
      if (said !== undefined) assert.equal(heard.get(path) ?? said, said, `${path} changed while the run went on`);
      if (said !== undefined) heard.set(path, said);
    }
  };

  before(async () => {
    consortium = await startConsortium({
      members: 4,
      rounds: ROUNDS,
      liars: { [LIAR]: 'over-norm' },
      phaseSeconds: 15,
      blockMilliseconds: 150,
    });
    const started = performance.now();
    const kill = delay(killAfter).then(async () => {
      await consortium.members[victim]!.kill();
      await delay(downFor);
      await consortium.members[victim]!.restart();
    });
    while (!(await status((victim + 1) % LIAR)).finished && performance.now() - started < PATIENCE) {
      await eavesdrop();
      await delay(100);
    }
    await kill;
    facts = await getFacts(consortium.client, consortium.fromBlock, await consortium.client.reader.getBlockNumber());
    attempts = facts.reduce(fold, emptyView).runs.get(consortium.runId)?.attempts ?? [];
  });
  after(() => consortium?.stop());

  test('[RD7] finishes although a member was killed at a random moment and started again', (t) => {
    t.diagnostic(`member ${victim} was killed after ${killAfter} ms for ${downFor} ms`);
    t.diagnostic(
      `attempts: ${attempts.map(({ round, attempt, voided }) => `${round}/${attempt}${voided ? ' void' : ''}`).join(', ')}`,
    );
    const settled = attempts.filter((each) => each.settled);
    assert.deepEqual(
      settled.map(({ round }) => round),
      [0, 1],
    );
  });

  test('[RD10] the killed member says after its restart what it said before', async (t) => {
    t.diagnostic(`${heard.size} statements were heard`);
    assert.ok(heard.size > 0);
    for (const [path, said] of heard) assert.equal(await ask(path), said, path);
  });

  test('[AG14] the member that lies about its norm is left out of every sum, and the rounds settle without it', () => {
    const liar = consortium.members[LIAR]!.address;
    for (const { round, verified } of attempts.filter((each) => each.settled)) {
      assert.equal(verified?.updates, 3, `round ${round}`);
      const judges = consortium.members.filter(({ events }) =>
        events.some(
          (each) =>
            each.event === 'excluded' &&
            each['member'] === liar &&
            each['type'] === 'update' &&
            each['round'] === round,
        ),
      );
      assert.ok(judges.length >= 3, `round ${round}: ${judges.length} members excluded the liar`);
    }
    const excluded = consortium.members.flatMap(({ events }) => events.filter((each) => each.event === 'excluded'));
    assert.ok(excluded.every((each) => each['member'] === liar && each['type'] === 'update'));
  });

  test('[RD3] a stranger finds nothing wrong with the public records', async () => {
    const { clauses } = await verifyRun({
      runId: consortium.runId,
      facts,
      deployment: consortium.client.deployment,
      blobs: gateways(consortium.members.map(({ endpoint }) => endpoint)),
      now: Number((await consortium.client.reader.getBlock()).timestamp),
      components: { platform: nodePlatform, kernels: loadKernels() },
    });
    const broken = clauses.filter(({ verdict }) => verdict === 'FAIL');
    assert.deepEqual(broken, []);
    // Only the registration of the model is missing, which is not a member's to make.
    const incomplete = clauses.filter(({ verdict }) => verdict === 'INCOMPLETE').map(({ id }) => id);
    assert.ok(incomplete.length <= 1, `incomplete: ${incomplete.join(', ')}`);
  });
});
