/** Real processes on a real chain train on gated waves by the adaptive step; a stranger verifies them, a contract scores. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeRunState, predict, type RunState } from '@concord/protocol';
import {
  emptyView,
  type Fact,
  fetchBlob,
  finalModelIn,
  featuresOf,
  fold,
  gateways,
  getFacts,
  predictFeatures,
  registerModel,
  type RunView,
  verifyRun,
} from '@concord/sdk';
import { type Consortium, startConsortium } from '../../testing/src/consortium.ts';
import { loadKernels } from './adapters/kernels.ts';
import { nodePlatform } from './adapters/platform.ts';

const MEMBERS = 3;
const ROUNDS = 3;
/** A run that is stuck shows itself much earlier than this. */
const PATIENCE = 180_000;

describe('gated waves and the adaptive step', () => {
  let consortium: Consortium;
  let facts: readonly Fact[] = [];
  let run: RunView;
  let state: RunState;
  const endpoints = (): string[] => consortium.members.map(({ endpoint }) => endpoint);

  before(async () => {
    consortium = await startConsortium({
      members: MEMBERS,
      rounds: ROUNDS,
      adaptive: true,
      phaseSeconds: 30,
      blockMilliseconds: 150,
    });
    const started = performance.now();
    for (;;) {
      const head = await consortium.client.reader.getBlockNumber();
      facts = await getFacts(consortium.client, consortium.fromBlock, head);
      run = facts.reduce(fold, emptyView).runs.get(consortium.runId)!;
      if (run.finished) break;
      assert.ok(performance.now() - started < PATIENCE, 'the run is stuck');
      await delay(250);
    }
    const { blob } = run.attempts.findLast((each) => each.settled)!.settled!;
    state = decodeRunState(await fetchBlob(endpoints(), blob));
  });
  after(() => consortium?.stop());

  test('[LR13] every member is in every round, and the last state has moments', () => {
    const settled = run.attempts.filter((each) => each.settled);
    assert.deepEqual(
      settled.map(({ verified }) => verified?.updates),
      Array(ROUNDS).fill(MEMBERS),
    );
    assert.ok(state.optimizer.moment!.every((each) => each > 0n));
    assert.ok(state.optimizer.model.parameters.some((value) => value !== 0));
  });

  test('[LR10] a stranger verifies the run from public records: PASS', async () => {
    const { verdict, clauses } = await verifyRun({
      runId: consortium.runId,
      facts,
      deployment: consortium.client.deployment,
      blobs: gateways(endpoints()),
      now: Number((await consortium.client.reader.getBlock()).timestamp),
      components: { platform: nodePlatform, kernels: loadKernels() },
    });
    assert.deepEqual(
      clauses.filter((each) => each.verdict === 'FAIL' || each.verdict === 'INCOMPLETE'),
      [],
    );
    assert.equal(verdict, 'PASS');
  });

  test('[IN5][IN1] the contract registers the model of a state with moments, and scores a record as the SDK does', async () => {
    const { client, runId } = consortium;
    const { modelId } = await registerModel(client, runId, state, consortium.charterText);
    const model = await finalModelIn(facts, { runId }, gateways(endpoints()));
    for (const record of [
      { a: 0.3, b: 12, c: -0.5 },
      { a: 0, b: null, c: 1.9 },
      { a: 0, b: 0, c: 0 },
    ]) {
      const features = featuresOf(model, record);
      const absent = Object.values(record).flatMap((value, i) =>
        value ? [] : [features[3 * i + 1], features[3 * i + 2]],
      );
      assert.ok(absent.every((each) => each === 0));
      assert.equal(
        await predictFeatures(client, modelId, Array.from(features)),
        predict(state.optimizer.model, features),
      );
    }
  });
});
