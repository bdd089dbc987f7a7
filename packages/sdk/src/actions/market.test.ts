import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bytesToHex, createTestClient, hexToBytes, http, keccak256, parseEther } from 'viem';
import { clear, digestOf, pairs } from '../../../planner/src/index.ts';
import { smallTerms, smallText } from '../../../testing/src/charter.ts';
import { type Devnet, startDevnet } from '../../../testing/src/devnet.ts';
import { type ConcordClient, createConcordClient } from '../client.ts';
import { compileCharter } from '../compileCharter.ts';
import { TransactionError } from '../errors.ts';
import type { Hex } from '../facts.ts';
import { addressOf, sign } from '../signing.ts';
import { registerAggregator } from './aggregator.ts';
import { castVote } from './castVote.ts';
import { type Deployed, deploy } from './deploy.ts';
import {
  askInMarket,
  marketTime,
  type MarketWindow,
  NoMarketError,
  payOutAsk,
  readMarketWindow,
  refundWant,
  settleMarket,
  wantInMarket,
  withdrawFromMarket,
} from './market.ts';
import { propose } from './propose.ts';
import { readSettledWindow } from './readSettledWindow.ts';

const PERIOD = 3_600;
const MEMBERS = 3;

let devnet: Devnet;
let deployed: Deployed;
let client: ConcordClient;
let keys: readonly Hex[];
let charters: readonly Hex[];

const clientOf = (account: Hex): Promise<ConcordClient> =>
  createConcordClient({ rpcUrl: devnet.rpcUrl, account, pollMilliseconds: 20, ...deployed });
const aggregatorKeys = (): readonly Hex[] => keys.slice(1 + MEMBERS);

/** Lets the chain's clock run to just behind the beginning of the next period. */
async function nextPeriod(): Promise<bigint> {
  const { timestamp } = await client.reader.getBlock();
  const before = timestamp / BigInt(PERIOD);
  const chain = createTestClient({ mode: 'anvil', transport: http(devnet.rpcUrl) });
  await chain.increaseTime({ seconds: PERIOD - (Number(timestamp) % PERIOD) + 2 });
  for (;;) {
    const { period } = await marketTime(client);
    if (period > before) return period;
  }
}

/** Two runs of the same three members, both voted for. */
async function passedCharters(): Promise<Hex[]> {
  const members = keys.slice(1, 1 + MEMBERS);
  const made: Hex[] = [];
  for (const seed of ['0x01', '0x02'] as const) {
    const { charter } = compileCharter(
      { text: smallText, terms: smallTerms(1, 3) },
      members.map(addressOf),
      keccak256(seed),
    );
    const { charterId } = await propose(client, charter);
    for (const member of members.slice(0, 2)) {
      const signature = await sign(member, client.deployment, { kind: 'Vote', charterId, support: true });
      await castVote(client, { charterId, voter: addressOf(member), support: true, signature });
    }
    made.push(charterId);
  }
  return made;
}

before(async () => {
  devnet = await startDevnet({ blockMilliseconds: 50, accounts: 1 + MEMBERS + 3 });
  keys = devnet.accounts.map(({ privateKey }) => privateKey);
  const options = { rpcUrl: devnet.rpcUrl, account: keys[0]!, pollMilliseconds: 20 };
  deployed = await deploy({ ...options, marketPeriod: PERIOD });
  client = await createConcordClient({ ...options, ...deployed });
  charters = await passedCharters();
  for (const [i, key] of aggregatorKeys().entries())
    await registerAggregator(await clientOf(key), { endpoint: `http://10.0.0.${i + 1}:7800`, stake: parseEther('1') });
});
after(() => devnet.stop());

/** Asks of all three, then wants of both runs; returns the window in the period in which it is settled. */
async function filled(): Promise<MarketWindow> {
  const window = (await nextPeriod()) + 3n;
  for (const [i, key] of aggregatorKeys().entries())
    await askInMarket(await clientOf(key), { window, perCheck: 1_000n * BigInt(i + 1), perByte: 2n, units: 10_000 });
  await nextPeriod();
  for (const [i, charterId] of charters.entries())
    await wantInMarket(await clientOf(keys[1 + i]!), {
      window,
      charterId,
      limit: 200_000n * BigInt(i + 1),
      units: 9_000,
    });
  await nextPeriod();
  return readMarketWindow(client, window);
}

const present = <T>(each: T | undefined): T => each ?? assert.fail('it is there');

test('[MK7] [MK8] a window is asked for, wanted, settled with its own numbers, and everybody is paid', async () => {
  const { window, asks, wants, offered } = await filled();
  assert.equal(offered, 30_000);
  assert.deepEqual(
    asks.map((ask) => present(ask).account),
    aggregatorKeys().map(addressOf),
  );
  const cleared = clear(asks.map(present), wants.map(present));
  assert.ok(cleared.traded > 0);
  const wrong = { ...cleared, window, price: cleared.price + 1n };
  await assert.rejects(
    settleMarket(client, wrong),
    (error: unknown) => error instanceof TransactionError && error.code === 'NotThePrice',
  );
  await settleMarket(client, { window, ...cleared });
  const { settled } = await readMarketWindow(client, window);
  assert.equal(settled?.price, cleared.price);

  const balance = (key: Hex): Promise<bigint> => client.reader.getBalance({ address: addressOf(key) });
  for (const [i, key] of aggregatorKeys().entries()) {
    const before = await balance(key);
    if (cleared.sold[i]! > 0) await payOutAsk(client, window, i);
    else await assert.rejects(payOutAsk(client, window, i), /NothingToTake/);
    assert.equal((await balance(key)) - before, BigInt(cleared.sold[i]!) * cleared.price);
  }
  for (const [i, key] of keys.slice(1, 3).entries()) {
    const before = await balance(key);
    await refundWant(client, window, i);
    const deposit = present(wants[i]).limit * BigInt(present(wants[i]).units);
    assert.equal((await balance(key)) - before, deposit - BigInt(cleared.bought[i]!) * cleared.price);
  }
  assert.equal(await client.reader.getBalance({ address: deployed.market }), 0n);
  const paid = await readMarketWindow(client, window);
  assert.deepEqual(paid.wants, [undefined, undefined]);
});

test('[MK8] what nobody settled goes back', async () => {
  const { window, wants } = await filled();
  await assert.rejects(refundWant(client, window, 0), /NotSettled/);
  await nextPeriod();
  for (const i of wants.keys()) await refundWant(client, window, i);
  assert.equal(await client.reader.getBalance({ address: deployed.market }), 0n);
  await assert.rejects(withdrawFromMarket(client), /NothingToTake/);
});

test('[MK9] who serves whom follows from events and the hash of the block after, also when all are paid', async () => {
  const { window, asks, wants } = await filled();
  const cleared = clear(asks.map(present), wants.map(present));
  assert.equal(await readSettledWindow(client, window, deployed.block), undefined);
  const { block } = await settleMarket(client, { window, ...cleared });
  for (const i of wants.keys()) await refundWant(client, window, i);
  const settled = present(await readSettledWindow(client, window, deployed.block));
  assert.deepEqual(
    settled.wants.map(({ charterId }) => charterId),
    charters,
  );
  const again = clear(settled.asks, settled.wants);
  assert.deepEqual(again, cleared);
  assert.equal(settled.digest, bytesToHex(digestOf(again)));
  const { hash } = await client.reader.getBlock({ blockNumber: block + 1n });
  assert.equal(settled.beacon, hash);
  const served = pairs(hexToBytes(present(settled.beacon)), again.sold, again.bought);
  assert.equal(
    served.reduce((sum, { units }) => sum + units, 0),
    cleared.traded,
  );
});

test('a deployment from before there was a market is told so', async () => {
  const { market: _, ...older } = deployed;
  const before = await createConcordClient({ rpcUrl: devnet.rpcUrl, ...older });
  await assert.rejects(marketTime(before), NoMarketError);
});
