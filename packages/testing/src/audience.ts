/** Who looks on while a consortium of real processes works: waits until its run has ended, and judges it as a stranger would. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeRunState, type RunState } from '@concord/protocol';
import {
  emptyView,
  type Fact,
  fetchBlob,
  fold,
  gateways,
  getFacts,
  type RunView,
  type Verification,
  verifyRun,
} from '@concord/sdk';
import { loadKernels } from '../../node/src/adapters/kernels.ts';
import { nodePlatform } from '../../node/src/adapters/platform.ts';
import type { Consortium } from './consortium.ts';

/** A run that is stuck shows itself much earlier than this. */
const PATIENCE = 180_000;

export interface Watched {
  readonly facts: readonly Fact[];
  readonly run: RunView;
  /** The run's last state. */
  readonly state: RunState;
}

const endpointsOf = ({ members }: Consortium): string[] => members.map(({ endpoint }) => endpoint);

/** Every fact of a run, once it has finished; AssertionError when it does not. */
export async function untilFinished(consortium: Consortium): Promise<Watched> {
  const { client, fromBlock, runId } = consortium;
  const started = performance.now();
  for (;;) {
    const facts = await getFacts(client, fromBlock, await client.reader.getBlockNumber());
    const run = facts.reduce(fold, emptyView).runs.get(runId)!;
    if (run.finished) {
      const { blob } = run.attempts.findLast((each) => each.settled)!.settled!;
      return { facts, run, state: decodeRunState(await fetchBlob(endpointsOf(consortium), blob)) };
    }
    assert.ok(performance.now() - started < PATIENCE, 'the run is stuck');
    await delay(250);
  }
}

/** The verdict of a stranger from chain and blobs; AssertionError unless it is PASS in every clause that is enforced. */
export async function verifiedByStranger(
  consortium: Consortium,
  facts: readonly Fact[],
): Promise<Verification['clauses']> {
  const { verdict, clauses } = await verifyRun({
    runId: consortium.runId,
    facts,
    deployment: consortium.client.deployment,
    blobs: gateways(endpointsOf(consortium)),
    now: Number((await consortium.client.reader.getBlock()).timestamp),
    components: { platform: nodePlatform, kernels: loadKernels() },
  });
  assert.deepEqual(
    clauses.filter((each) => each.verdict === 'FAIL' || each.verdict === 'INCOMPLETE'),
    [],
  );
  assert.equal(verdict, 'PASS');
  return clauses;
}
