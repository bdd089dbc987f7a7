/** A committee of real processes on a real chain: one primary is killed for good, and its standby carries on. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type AttemptView, emptyView, type Fact, fold, gateways, getFacts, verifyRun } from '@concord/sdk';
import { type Consortium, startConsortium } from '../../testing/src/consortium.ts';
import { loadKernels } from './adapters/kernels.ts';
import { nodePlatform } from './adapters/platform.ts';

const SHARES = 3;
const ROUNDS = 2;
/** A run that is stuck shows itself much earlier than this. */
const PATIENCE = 100_000;

describe('a run of three members beside a committee of three pairs', () => {
  let run: Consortium;
  let facts: readonly Fact[] = [];
  let attempts: readonly AttemptView[] = [];
  const share = randomInt(1, SHARES + 1);
  const killAfter = randomInt(0, 1_500);
  let victim = '';
  let seconds = 0;

  const look = async (): Promise<void> => {
    facts = await getFacts(run.client, run.fromBlock, await run.client.reader.getBlockNumber());
    attempts = facts.reduce(fold, emptyView).runs.get(run.runId)?.attempts ?? [];
  };

  before(async () => {
    run = await startConsortium({
      members: 3,
      rounds: ROUNDS,
      committee: { shares: SHARES, aggregators: 2 * SHARES },
      phaseSeconds: 8,
      blockMilliseconds: 150,
    });
    const started = performance.now();
    const settled = (): number => attempts.filter((each) => each.settled).length;
    while (settled() < ROUNDS && performance.now() - started < PATIENCE) {
      await look();
      const seats = attempts[0]?.seated?.seats;
      if (seats && victim === '') {
        victim = seats[share - 1]!.holder;
        await delay(killAfter);
        await run.aggregators.find(({ address }) => address === victim)!.kill();
      }
      await delay(250);
    }
    seconds = (performance.now() - started) / 1_000;
  });
  after(() => run?.stop());

  test('[CM7] finishes although the primary of a share was killed for good', (t) => {
    t.diagnostic(`the primary of share ${share} was killed ${killAfter} ms after it was seated`);
    t.diagnostic(
      `attempts: ${attempts.map(({ round, attempt, voided }) => `${round}/${attempt}${voided ? ' void' : ''}`).join(', ')}, ${seconds.toFixed(1)} s`,
    );
    assert.deepEqual(
      attempts.filter((each) => each.settled).map(({ round }) => round),
      [0, 1],
    );
    assert.equal(attempts[0]?.voided, undefined, 'the standby carried the attempt in which its primary died');
  });

  test('[CM5] the next committee sits without the dead holder, whose seat is named and missing', () => {
    const { seated } = attempts.findLast((each) => each.settled)!;
    const missing = seated!.seats.filter((seat) => seat.missing).map(({ holder }) => holder);
    assert.equal(seated!.seats.length, 2 * SHARES);
    assert.deepEqual(missing, [victim]);
  });

  test('[RD3] a stranger finds nothing wrong with the public records', async () => {
    const alive = [...run.members, ...run.aggregators.filter(({ address }) => address !== victim)];
    const { clauses } = await verifyRun({
      runId: run.runId,
      facts,
      deployment: run.client.deployment,
      blobs: gateways(alive.map(({ endpoint }) => endpoint)),
      now: Number((await run.client.reader.getBlock()).timestamp),
      components: { platform: nodePlatform, kernels: loadKernels() },
    });
    assert.deepEqual(
      clauses.filter(({ verdict }) => verdict === 'FAIL'),
      [],
    );
    // Only the registration of the model is missing, which is nobody's of these to make.
    const incomplete = clauses.filter(({ verdict }) => verdict === 'INCOMPLETE').map(({ id }) => id);
    assert.ok(incomplete.length <= 1, `incomplete: ${incomplete.join(', ')}`);
  });
});
