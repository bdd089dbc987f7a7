/** Real processes on a real chain train on gated waves by the adaptive step; a stranger verifies them, a contract scores. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { predict, type RunState } from '@concord/protocol';
import {
  type Fact,
  finalModelIn,
  featuresOf,
  gateways,
  predictFeatures,
  registerModel,
  type RunView,
} from '@concord/sdk';
import { untilFinished, verifiedByStranger } from '../../testing/src/audience.ts';
import { type Consortium, startConsortium } from '../../testing/src/consortium.ts';

const MEMBERS = 3;
const ROUNDS = 3;

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
    ({ facts, run, state } = await untilFinished(consortium));
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
    await verifiedByStranger(consortium, facts);
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
