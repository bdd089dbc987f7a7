/** Real processes on a real chain grow trees from secure histograms; a stranger verifies them, and a contract scores with them. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { predict, type RunState } from '@concord/protocol';
import { type Fact, predictFeatures, registerModel, type RunView } from '@concord/sdk';
import { untilFinished, verifiedByStranger } from '../../testing/src/audience.ts';
import { type Consortium, startConsortium } from '../../testing/src/consortium.ts';

const MEMBERS = 3;
const ROUNDS = 4;

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
    ({ facts, run, state } = await untilFinished(consortium));
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
    const clauses = await verifiedByStranger(consortium, facts);
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
