/** `concord replan` on a run of the real contracts that loses attempts, one of them after it was charged. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Replan } from '@concord/planner';
import {
  addressOf,
  charterIdOf,
  compileCharter,
  createConcordClient,
  deploy,
  encodeDeployment,
  gasRoom,
  voidAttempt,
} from '@concord/sdk';
import { type Devnet, runProgram, startDevnet } from '@concord/testing';
import { createTestClient, http } from 'viem';
import { smallTerms, smallText } from '../../../../packages/testing/src/charter.ts';
import { pass, play, type PlayedRun, viewOf, word } from '../../../../packages/testing/src/played.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const GAS_CAP = 12_000_000;
/** Seconds of a phase of the small charter. */
const DEADLINE = 600;

describe('a run that lost two attempts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'concord-replan-'));
  let devnet: Devnet;
  let run: PlayedRun;

  const replan = async (...args: readonly string[]) =>
    runProgram(MAIN, ['replan', ...args], {
      cwd: folder,
      env: { CONCORD_RPC: devnet.rpcUrl, CONCORD_FOLDER: folder, CONCORD_CONFIRMATIONS: '0' },
    });
  const asked = async (...args: readonly string[]) => {
    const { stdout, stderr, code } = await replan(...args, '--json');
    assert.notEqual(stdout, '', stderr);
    return { found: JSON.parse(stdout) as Replan, code, stderr };
  };
  const endOf = ({ ends }: Replan, cap: string) => ends.find((each) => each.cap === cap)!;

  before(async () => {
    devnet = await startDevnet({ blockMilliseconds: 50, accounts: 5 });
    const [account, ...rest] = devnet.accounts.map(({ privateKey }) => privateKey);
    const keys = rest.sort((a, b) => (addressOf(a) < addressOf(b) ? -1 : 1));
    const options = { rpcUrl: devnet.rpcUrl, account: account!, pollMilliseconds: 10 };
    const { block, gas: _, ...deployed } = await deploy(options);
    writeFileSync(join(folder, 'deployment.json'), encodeDeployment({ ...deployed, fromBlock: block }));
    const client = await createConcordClient({ ...options, ...deployed });
    const compiled = compileCharter(
      { text: smallText, terms: { ...smallTerms(5, 3), gasCap: GAS_CAP } },
      keys.map(addressOf),
      word('matrix'),
    );
    writeFileSync(join(folder, 'charter.json'), compiled.textBytes);
    run = { client, fromBlock: block, runId: charterIdOf(compiled.charter), keys };
    await pass(run, compiled);
    await play(run, word('statistics'));
    await play(run, word('first model'));
    const chain = createTestClient({ mode: 'anvil', transport: http(devnet.rpcUrl) });
    for (const phase of ['NOISE', 'UNMASK'] as const) {
      await play(run, word('never'), undefined, phase);
      await chain.increaseTime({ seconds: DEADLINE + 5 });
      await chain.mine({ blocks: 1 });
      await voidAttempt(client, run.runId);
    }
  });
  after(async () => {
    await devnet.stop();
    rmSync(folder, { recursive: true });
  });

  test('[PL12] says what was lost, that ε ends it early, and after which round', async () => {
    const { found, code, stderr } = await asked('--rows', '20');
    const rounds = found.run.rounds;
    assert.deepEqual([found.run.settled, found.run.voids, found.run.chargedVoids], [2, 2, 1]);
    assert.equal(found.absence.expected, 2 / 5);
    const view = await viewOf(run);
    assert.equal(found.run.measured, 1);
    assert.ok(found.run.epsilon > 0);
    const privacy = endOf(found, 'privacy');
    assert.deepEqual([privacy.left, privacy.spare, privacy.rounds], [rounds - 3, -1, rounds - 3]);
    assert.equal(privacy.early.low, 1, 'it is certain');
    assert.ok(
      found.sentences.some((each) =>
        each.startsWith(
          `The privacy budget ends the run after round ${rounds - 1} of ${rounds}: ${rounds - 3} sums are left`,
        ),
      ),
      found.sentences.join('\n'),
    );
    assert.equal(code, 1, 'a script notices');
    const gas = endOf(found, 'gas');
    assert.equal(gas.left, Number(view.gasLeft));
    assert.ok(gas.left - (rounds - 3) * gas.each >= Number(gasRoom(view.charter, 2)), 'there is room for the last');
    assert.ok(gas.spare >= 0);
    assert.match(stderr, /In words/, 'prose goes to stderr beside a document');
    assert.ok(found.left.low.seconds < found.left.expected.seconds);
    assert.ok(found.left.high.usd.total > found.left.expected.usd.total);
  });

  test('[PL12] a budget that is out of reach is said to be, and ε cannot be bought', async () => {
    const { found } = await asked('--rows', '20', '--budget', '0.000000001 USD');
    assert.equal(found.relayer.keeps, false);
    assert.ok(found.sentences.some((each) => each.startsWith('No limit on the gas price keeps')));
    const refused = await replan('--budget', 'eps 3');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^--budget: ε is fixed by the charter/);
  });

  test('[PL12] beside the plan that the charter is from it says what moved', async () => {
    const { found: before } = await asked('--rows', '20');
    const { prices, calibration, records } = before;
    const [chain] = prices.chains;
    const point = { choice: { trainingRounds: before.run.rounds - 1, chain: chain!.name, hour: 0 } };
    const plan = { version: 1, calibration, recommended: point, asDrafted: point };
    const question = { records, members: records.length };
    const dear = { ...prices, chains: [{ ...chain, usdPerEther: 2 * chain!.usdPerEther, gasPrice: 9e9 }] };
    writeFileSync(join(folder, 'plan.json'), JSON.stringify({ ...plan, question, prices: dear }));
    const { found } = await asked('--plan', 'plan.json');
    assert.deepEqual(found.calibration, calibration, 'it is taken from the plan');
    const moved = new Map(found.moved.map((each) => [each.what, each]));
    assert.ok(moved.get('gasPrice')!.moved && moved.get('epsilon')!.moved && moved.get('absence')!.moved);
    assert.equal(moved.get('usdPerEther')!.moved, false, 'nobody said that ether has another price');
    assert.equal(moved.get('epsilon')!.actual, found.run.epsilon);
    assert.ok(found.sentences.some((each) => each.startsWith('Since the plan moved: ')));
    const other = { choice: { ...point.choice, trainingRounds: 40 } };
    writeFileSync(
      join(folder, 'other.json'),
      JSON.stringify({ ...plan, question, prices, recommended: other, asDrafted: other }),
    );
    assert.match(
      (await replan('--plan', 'other.json')).stderr,
      /^--plan: other.json is about other rounds, holders or members/,
    );
  });

  test('[PL12] what is no plan, or another charter’s, is refused', async () => {
    writeFileSync(join(folder, 'no-plan.json'), '{"version":1}');
    const { code, stderr } = await replan('--plan', 'no-plan.json');
    assert.equal(code, 1);
    assert.match(stderr, /^--plan: no-plan.json is no plan of version 1/);
    assert.match((await replan('--run', `0x${'00'.repeat(32)}`)).stderr, /no charter 0x0+ was proposed here/);
  });

  test('[PL12] a run that is over has no rest', async () => {
    const { limits } = (await viewOf(run)).charter;
    for (let round = 2; round < limits.rounds - 1; round++) await play(run, word(`model ${round}`));
    const { code, stderr } = await replan('--rows', '20');
    assert.equal(code, 1);
    assert.match(stderr, /^--run: 0x[0-9a-f]{64}: the run is over: nothing is left to plan$/m);
  });
});
