/** Real processes on a real chain, under charters whose caps pay for some of eight rounds: each run ends with a model. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { roundsAbi } from '@concord/contracts';
import {
  type Clause,
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
  stopsNeeded,
} from '@concord/sdk';
import { verifiedByStranger } from '../../testing/src/audience.ts';
import { type Consortium, type ConsortiumOptions, startConsortium } from '../../testing/src/consortium.ts';

const MEMBERS = 3;
const ROUNDS = 8;
const GAS = 2_200_000;
/** A run that is stuck shows itself much earlier than this. */
const PATIENCE = 180_000;

interface Scene {
  readonly consortium: Consortium;
  readonly facts: readonly Fact[];
  readonly run: RunView;
}

async function look(consortium: Consortium): Promise<Scene> {
  const { client, fromBlock, runId } = consortium;
  const facts = await getFacts(client, fromBlock, await client.reader.getBlockNumber());
  return { consortium, facts, run: facts.reduce(fold, emptyView).runs.get(runId)! };
}

async function untilFinished(limits: Pick<ConsortiumOptions, 'gasCap' | 'caps'>): Promise<Scene> {
  const consortium = await startConsortium({
    members: MEMBERS,
    rounds: ROUNDS,
    ...limits,
    phaseSeconds: 30,
    blockMilliseconds: 150,
  });
  const started = performance.now();
  for (;;) {
    const scene = await look(consortium);
    if (scene.run.finished) return scene;
    assert.ok(performance.now() - started < PATIENCE, 'the run is stuck');
    await delay(250);
  }
}

const blobsOf = ({ members }: Consortium) => gateways(members.map(({ endpoint }) => endpoint));

/** Registers the model that the run ended with; a stranger then finds it complete. */
async function registerAndVerify({ consortium, run }: Scene): Promise<readonly Clause[]> {
  const { client, runId, charterText } = consortium;
  const { state } = await finalModelOf(run, blobsOf(consortium));
  await registerModel(client, runId, state, charterText);
  const { facts } = await look(consortium);
  return verifiedByStranger(consortium, facts);
}

const evidenceOf = (clauses: readonly Clause[], id: string): string =>
  clauses.find((each) => each.id === id)?.evidence ?? '';

async function statusesOf({ relayer, members }: Consortium): Promise<readonly Record<string, unknown>[]> {
  const asked = [relayer, ...members].map(async ({ endpoint }) => {
    const status = (await (await fetch(`${endpoint}/status`)).json()) as Record<string, unknown>;
    return (Array.isArray(status['runs']) ? status['runs'][0] : status) as Record<string, unknown>;
  });
  return Promise.all(asked);
}

describe('[RD16][CH8] a gas cap that pays for three of eight rounds', () => {
  let scene: Scene;
  before(async () => {
    scene = await untilFinished({ gasCap: GAS });
  });
  after(() => scene?.consortium.stop());

  test('ends the run between rounds, with no attempt lost', () => {
    const { run } = scene;
    const settled = run.attempts.filter((each) => each.settled);
    assert.deepEqual(
      settled.map(({ round }) => round),
      [0, 1, 2],
    );
    assert.equal(run.attempts.filter((each) => each.voided).length, 0);
    assert.equal(run.ended, 'gas');
    assert.equal(endWords(run), `stopped after round 3 of ${ROUNDS}: the gas cap has no room for another round`);
    assert.ok(run.gasLeft! < gasRoom(run.charter, 3));
  });

  test('and the contract says the same as the view: finished, with this model and so much gas left', async () => {
    const { consortium, run, facts } = scene;
    const { client, runId } = consortium;
    const asked = { address: client.deployment.rounds, abi: roundsAbi, args: [runId] } as const;
    assert.equal(await client.reader.readContract({ ...asked, functionName: 'phaseOf' }), 8);
    assert.equal(await client.reader.readContract({ ...asked, functionName: 'finalModel' }), run.model);
    const { gasUsed } = await client.reader.readContract({ ...asked, functionName: 'factsOf' });
    assert.equal(BigInt(GAS) - gasUsed, run.gasLeft);
    await crossCheck(client, facts, runId, await client.reader.getBlockNumber());
  });

  test('[RD7] a stranger verifies it: complete, PASS; its model is pulled, checked and registered', async () => {
    const clauses = await registerAndVerify(scene);
    assert.match(evidenceOf(clauses, 'RD7'), /^3 of 8 rounds in 3 attempts; stopped after round 3 of 8/);
    assert.match(evidenceOf(clauses, 'CH8'), /gas of 2200000$/);
  });

  test('[RD1] its members and its relayer know that it is over, and why', async () => {
    for (const told of await statusesOf(scene.consortium)) {
      assert.deepEqual([told['phase'], told['finished'], told['roundsThatGasPaysFor']], ['FINISHED', true, 0]);
      assert.match(String(told['why']), /the gas cap has no room/);
    }
  });
});

describe('[RD17][RD18] caps of members that pay for some of eight rounds', () => {
  /** About two rounds and a half, by what the charter's sizes say of one. */
  const caps = { memberBytes: 3_000_000, memberSeconds: 3_600 };
  let scene: Scene;
  before(async () => {
    scene = await untilFinished({ caps });
  });
  after(() => scene?.consortium.stop());

  test('let a member sign to stop, and a relayer carry it to the chain', async () => {
    const { run, consortium, facts } = scene;
    assert.equal(run.ended, 'stopped');
    const settled = run.attempts.filter((each) => each.settled).length;
    assert.ok(settled >= 1 && settled < ROUNDS, `${settled} rounds`);
    assert.ok(run.stopped!.readings.length >= stopsNeeded(run.charter));
    for (const { member, bytesSent, milliseconds } of run.stopped!.readings) {
      const { events } = consortium.members.find(({ address }) => address === member)!;
      const stopping = events.find(({ event }) => event === 'stopping');
      assert.deepEqual([stopping?.['bytesSent'], stopping?.['milliseconds']], [bytesSent, milliseconds]);
      assert.ok(bytesSent > 500_000 && milliseconds > 0, `${bytesSent} bytes, ${milliseconds} ms`);
    }
    await crossCheck(consortium.client, facts, consortium.runId, await consortium.client.reader.getBlockNumber());
  });

  test('[RD7] a stranger verifies it: complete, PASS, and the caps were kept as far as records show', async () => {
    const clauses = await registerAndVerify(scene);
    assert.match(evidenceOf(clauses, 'RD7'), /members signed to stop/);
    assert.match(evidenceOf(clauses, 'CH8 resources'), /^the records show at most \d+ of 3000000 bytes/);
  });

  test('[RD18] every member says what it spent, beside its caps', async () => {
    const [, ...members] = await statusesOf(scene.consortium);
    for (const { caps: told, why } of members as unknown as readonly { caps: Record<string, number>; why: string }[]) {
      assert.equal(told['memberBytes'], caps.memberBytes);
      assert.ok(told['bytesSent']! > 500_000 && told['seconds']! > 0);
      assert.match(why, /members signed to stop/);
    }
  });
});
