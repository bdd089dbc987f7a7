/** `concord market` as people use it: processes with key files, on a chain whose clock is moved. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  addressOf,
  castVote,
  compileCharter,
  type ConcordClient,
  createConcordClient,
  deploy,
  encodeDeployment,
  type Hex,
  marketTime,
  propose,
  registerAggregator,
  sign,
} from '@concord/sdk';
import { type Devnet, runProgram, startDevnet } from '@concord/testing';
import { createTestClient, http, parseEther } from 'viem';
import { smallTerms, smallText } from '../../../../packages/testing/src/charter.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const PERIOD = 3_600;
const folder = mkdtempSync(join(tmpdir(), 'concord-market-'));

let devnet: Devnet;
let client: ConcordClient;
let market: Hex;

/** Runs a verb with the key of this account. */
async function concord(account: number, ...args: readonly string[]) {
  const env = { CONCORD_RPC: devnet.rpcUrl, CONCORD_FOLDER: folder, CONCORD_KEY: join(folder, `key-${account}`) };
  const ended = await runProgram(MAIN, ['market', ...args], { cwd: folder, env });
  return { ...ended, facts: () => JSON.parse(ended.stdout) as Record<string, unknown> };
}

async function nextPeriod(): Promise<void> {
  const { period } = await marketTime(client);
  const { timestamp } = await client.reader.getBlock();
  const chain = createTestClient({ mode: 'anvil', transport: http(devnet.rpcUrl) });
  await chain.increaseTime({ seconds: PERIOD - (Number(timestamp) % PERIOD) + 2 });
  while ((await marketTime(client)).period === period) await new Promise((resolve) => setTimeout(resolve, 25));
}

before(async () => {
  devnet = await startDevnet({ blockMilliseconds: 50, accounts: 5 });
  const keys = devnet.accounts.map(({ privateKey }) => privateKey);
  for (const [i, key] of keys.entries()) writeFileSync(join(folder, `key-${i}`), key, { mode: 0o600 });
  const options = { rpcUrl: devnet.rpcUrl, account: keys[0]!, pollMilliseconds: 20 };
  const { block, gas: _, ...deployed } = await deploy({ ...options, marketPeriod: PERIOD });
  writeFileSync(join(folder, 'deployment.json'), encodeDeployment({ ...deployed, fromBlock: block }));
  client = await createConcordClient({ ...options, ...deployed });
  market = deployed.market;
  const members = keys.slice(0, 3);
  const { charter } = compileCharter(
    { text: smallText, terms: smallTerms(1, 3) },
    members.map(addressOf).sort(),
    `0x${'5e'.repeat(32)}`,
  );
  const { charterId } = await propose(client, charter);
  for (const key of members.slice(0, 2)) {
    const signature = await sign(key, client.deployment, { kind: 'Vote', charterId, support: true });
    await castVote(client, { charterId, voter: addressOf(key), support: true, signature });
  }
  for (const key of keys.slice(3)) {
    const staker = await createConcordClient({ ...options, ...deployed, account: key });
    await registerAggregator(staker, { endpoint: 'http://10.0.0.1:7800', stake: parseEther('1') });
  }
});
after(async () => {
  await devnet.stop();
  rmSync(folder, { recursive: true });
});

test('[MK1] [MK7] [MK8] two aggregators ask, a run wants, anybody settles, and all of it is collected', async () => {
  const ask = await concord(3, 'ask', '--units', '2000', '--per-check', '1000', '--per-byte', '1', '--json');
  assert.equal(ask.code, 0, ask.stderr);
  const window = String(ask.facts()['window']);
  assert.equal(ask.facts()['price'], '66536');
  const other = await concord(4, 'ask', '--units', '2000', '--per-check', '90000');
  assert.match(other.stdout, /offers 2 000 units in window \d+ for 90 000 wei each or more/, other.stderr);
  const twice = await concord(4, 'ask', '--units', '2000', '--per-check', '90000');
  assert.match(twice.stderr, /ask refused: AlreadyAsked/);
  const early = await concord(1, 'want', '--units', '1500', '--limit', '100000', '--window', window);
  assert.match(early.stderr, /want refused: WrongPeriod/);

  await nextPeriod();
  const both = await concord(1, 'want', '--units', '9', '--rounds', '9', '--limit', '9');
  assert.match(both.stderr, /need either --units or --rounds/);
  const odd = await concord(1, 'want', '--units', '9', '--limit', '0x10');
  assert.match(odd.stderr, /--limit: have 0x10, need an amount in wei/);
  const want = await concord(1, 'want', '--rounds', '30', '--limit', '100000', '--json');
  assert.equal(want.code, 0, want.stderr);
  const { units, deposit } = want.facts() as { readonly units: number; readonly deposit: string };
  assert.equal(deposit, String(units * 100_000));
  assert.equal(await client.reader.getBalance({ address: market }), BigInt(deposit));

  await nextPeriod();
  const status = await concord(0, 'status', '--json');
  const { windows } = status.facts() as {
    readonly windows: readonly { readonly window: string; readonly stage: string }[];
  };
  assert.deepEqual(
    windows.map(({ stage }) => stage),
    ['is asked for now', 'is wanted now', 'is settled now', 'is served now'],
  );
  const settled = await concord(0, 'settle', '--json');
  assert.equal(settled.code, 0, settled.stderr);
  const { traded, price } = settled.facts() as { readonly traded: number; readonly price: string };
  assert.deepEqual([String(settled.facts()['window']), traded, price], [window, units, '90000']);
  const again = await concord(0, 'settle');
  assert.match(again.stderr, /is settled already/);

  const paid = await concord(3, 'collect', '--window', window);
  assert.match(paid.stdout, /1 payment taken/, paid.stderr);
  assert.equal(await client.reader.getBalance({ address: market }), BigInt(deposit) - BigInt(traded) * BigInt(price));
  const none = await concord(4, 'collect', '--window', window);
  assert.match(none.stdout, /owes 0x[0-9a-f]{40} nothing/);
  await concord(1, 'collect', '--window', window);
  assert.equal(await client.reader.getBalance({ address: market }), 0n);
  const told = await concord(0, 'status', '--window', window, '--json');
  const { served } = told.facts() as {
    readonly served: readonly { readonly aggregator: Hex; readonly units: number }[];
  };
  assert.deepEqual(
    served.map(({ aggregator, units: each }) => [aggregator, each]),
    [[ask.facts()['account'], units]],
  );
});
