/** Real processes on a real chain, under a charter whose gas pays for three of eight rounds: the run ends with a model. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { roundsAbi } from '@concord/contracts';
import {
  crossCheck,
  emptyView,
  endWords,
  type Fact,
  finalModelOf,
  fold,
  gasRoom,
  gateways,
  getFacts,
  registerModel,
  type RunView,
  verifyRun,
} from '@concord/sdk';
import { type Consortium, startConsortium } from '../../testing/src/consortium.ts';
import { loadKernels } from './adapters/kernels.ts';
import { nodePlatform } from './adapters/platform.ts';

const MEMBERS = 3;
const ROUNDS = 8;
const GAS = 2_200_000;
/** A run that is stuck shows itself much earlier than this. */
const PATIENCE = 180_000;

describe('[RD16][CH8] a gas cap that pays for three of eight rounds', () => {
  let consortium: Consortium;
  let facts: readonly Fact[] = [];
  let run: RunView;

  const look = async (): Promise<void> => {
    const head = await consortium.client.reader.getBlockNumber();
    facts = await getFacts(consortium.client, consortium.fromBlock, head);
    run = facts.reduce(fold, emptyView).runs.get(consortium.runId)!;
  };
  const blobs = () => gateways(consortium.members.map(({ endpoint }) => endpoint));

  before(async () => {
    consortium = await startConsortium({ members: MEMBERS, rounds: ROUNDS, gasCap: GAS, phaseSeconds: 30, blockMilliseconds: 150 });
    const started = performance.now();
    for (await look(); !run.finished; await look()) {
      assert.ok(performance.now() - started < PATIENCE, 'the run is stuck');
      await delay(250);
    }
  });
  after(() => consortium?.stop());

  test('ends the run between rounds, with no attempt lost', async () => {
    const settled = run.attempts.filter((each) => each.settled);
    assert.deepEqual(settled.map(({ round }) => round), [0, 1, 2]);
    assert.equal(run.attempts.filter((each) => each.voided).length, 0);
    assert.equal(run.ended, 'gas');
    assert.equal(endWords(run), `stopped after round 3 of ${ROUNDS}: the gas cap has no room for another round`);
    assert.ok(run.gasLeft! < gasRoom(run.charter, 3));
  });

  test('and the contract says the same as the view: finished, with this model and so much gas left', async () => {
    const { client, runId } = consortium;
    const asked = { address: client.deployment.rounds, abi: roundsAbi, args: [runId] } as const;
    assert.equal(await client.reader.readContract({ ...asked, functionName: 'phaseOf' }), 8);
    assert.equal(await client.reader.readContract({ ...asked, functionName: 'finalModel' }), run.model);
    const { gasUsed } = await client.reader.readContract({ ...asked, functionName: 'factsOf' });
    assert.equal(BigInt(GAS) - gasUsed, run.gasLeft);
    await crossCheck(client, facts, runId, await client.reader.getBlockNumber());
  });

  test('[RD7] a stranger verifies it: complete, PASS; its model is pulled, checked and registered', async () => {
    const { client, runId, charterText } = consortium;
    const { state } = await finalModelOf(run, blobs());
    await registerModel(client, runId, state, charterText);
    await look();
    const { verdict, clauses } = await verifyRun({
      ...{ runId, facts, deployment: client.deployment, blobs: blobs() },
      now: Number((await client.reader.getBlock()).timestamp),
      components: { platform: nodePlatform, kernels: loadKernels() },
    });
    assert.deepEqual(
      clauses.filter((each) => each.verdict === 'FAIL' || each.verdict === 'INCOMPLETE'),
      [],
    );
    assert.equal(verdict, 'PASS');
    assert.match(clauses.find(({ id }) => id === 'RD7')?.evidence ?? '', /^3 of 8 rounds in 3 attempts; stopped after round 3 of 8/);
    assert.match(clauses.find(({ id }) => id === 'CH8')?.evidence ?? '', /gas of 2200000$/);
  });

  test('[RD1] its members and its relayer know that it is over, and why', async () => {
    for (const { endpoint } of [consortium.relayer, ...consortium.members]) {
      const status = (await (await fetch(`${endpoint}/status`)).json()) as Record<string, unknown>;
      const told = (Array.isArray(status['runs']) ? status['runs'][0] : status) as Record<string, unknown>;
      assert.deepEqual([told['phase'], told['finished'], told['roundsThatGasPaysFor']], ['FINISHED', true, 0]);
      assert.match(String(told['why']), /the gas cap has no room/);
    }
  });
});
