/** Real processes on a real chain grow trees from secure histograms; a stranger verifies them, and a contract scores with them. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeRunState, predict, type RunState } from '@concord/protocol';
import {
  emptyView,
  type Fact,
  fetchBlob,
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
const ROUNDS = 4;
/** A run that is stuck shows itself much earlier than this. */
const PATIENCE = 180_000;

describe('boosted trees from secure histograms', () => {
  let consortium: Consortium;
  let facts: readonly Fact[] = [];
  let run: RunView;
  let state: RunState;

  before(async () => {
    consortium = await startConsortium({
      members: MEMBERS,
      rounds: ROUNDS,
      trees: true,
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
    state = decodeRunState(
      await fetchBlob(
        consortium.members.map(({ endpoint }) => endpoint),
        blob,
      ),
    );
  });
  after(() => consortium?.stop());

  test('[LR32] a level of a group a round, every member in it, and no round of statistics', () => {
    const settled = run.attempts.filter((each) => each.settled);
    assert.deepEqual(
      settled.map(({ round, verified }) => [round, verified?.updates]),
      Array.from({ length: ROUNDS }, (_, round) => [round, MEMBERS]),
    );
    assert.equal(state.round, ROUNDS);
    assert.equal(state.statistics, undefined);
    assert.equal(state.optimizer.model.shape.kind, 'trees');
    assert.ok(state.optimizer.model.parameters.some((value) => value !== 0));
  });

  test('[LR10] a stranger verifies the run from public records: PASS, at record level', async () => {
    const { verdict, clauses } = await verifyRun({
      runId: consortium.runId,
      facts,
      deployment: consortium.client.deployment,
      blobs: gateways(consortium.members.map(({ endpoint }) => endpoint)),
      now: Number((await consortium.client.reader.getBlock()).timestamp),
      components: { platform: nodePlatform, kernels: loadKernels() },
    });
    assert.deepEqual(
      clauses.filter((each) => each.verdict === 'FAIL' || each.verdict === 'INCOMPLETE'),
      [],
    );
    assert.equal(verdict, 'PASS');
    assert.equal(clauses.find(({ id }) => id === 'LR10')?.verdict, 'PASS');
    assert.match(clauses.find(({ id }) => id === 'CH4')?.evidence ?? '', /, record level$/);
  });

  test('[IN6] the trees that the run ended with are registered, and the contract scores as TypeScript does', async () => {
    const { client, runId } = consortium;
    const { modelId } = await registerModel(client, runId, state, consortium.charterText);
    for (const features of [
      [0, 0, 0],
      [-65_536, 1, 65_536],
      [16_384, 32_768, -32_768],
      [16_383, 0, 1],
    ])
      assert.equal(
        await predictFeatures(client, modelId, features),
        predict(state.optimizer.model, Int32Array.from(features)),
      );
  });
});
