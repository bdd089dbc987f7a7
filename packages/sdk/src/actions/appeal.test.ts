/** Appeals on a real chain: the contracts, a finished run, an account without ether, and RPCs that lie. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { smallTerms, smallText } from '../../../testing/src/charter.ts';
import { type Devnet, startDevnet } from '../../../testing/src/devnet.ts';
import { type FinishedRun, finishedRun } from '../../../testing/src/finishedRun.ts';
import { type RpcProxy, startRpcProxy } from '../../../testing/src/rpcProxy.ts';
import { keccak256, toHex } from 'viem';
import { appealText, type SignedAppeal } from '../appeals.ts';
import { createConcordClient } from '../client.ts';
import type { Hex } from '../facts.ts';
import { getFacts } from '../logs.ts';
import { addressOf } from '../signing.ts';
import { appealsOf, carryAppeal, signAppeal, signWithdrawal } from './appeal.ts';

const word = (text: string): Hex => keccak256(toHex(text));
const modelHash = word('final state');
const [shop, other] = [word('a shop'), word('another')];
const text = 'I am a shop: many pay me once, and I pay my baker.';
let devnet: Devnet;
let run: FinishedRun;
let signed: SignedAppeal;
const proxies: RpcProxy[] = [];

before(async () => {
  devnet = await startDevnet({ blockMilliseconds: 100, accounts: 4 });
  run = await finishedRun({
    rpcUrl: devnet.rpcUrl,
    keys: devnet.accounts.map(({ privateKey }) => privateKey),
    text: smallText,
    terms: smallTerms(1, 3),
    finalState: modelHash,
  });
  signed = await signAppeal({ privateKey: shop, deployment: run.deployed }, { runId: run.runId, modelHash, text });
});
after(async () => {
  for (const proxy of proxies) await proxy.stop();
  await devnet.stop();
});
const listed = (confirmations = 0) =>
  appealsOf(run.client, run.runId, { fromBlock: run.deployed.block, confirmations });

test('[GU12] an account without ether appeals, somebody else carries it, and it is read as it stands', async () => {
  assert.equal(await run.client.reader.getBalance({ address: addressOf(shop) }), 0n);
  assert.deepEqual(await listed(), []);
  const { block, transaction } = await carryAppeal(run.client, signed);
  const [appeal, ...rest] = await listed();
  const statement = appealText(text).digest;
  assert.deepEqual(rest, []);
  assert.deepEqual(
    { ...appeal, time: 0 },
    { account: addressOf(shop), statement, block, time: 0, transaction, withdrawn: false },
  );
  const none = await appealsOf(run.client, word('another run'), { fromBlock: run.deployed.block, confirmations: 0 });
  assert.deepEqual(none, []);
  // Appeals are no facts of a run: no node acts on them.
  const facts = await getFacts(run.client, run.deployed.block, await run.client.reader.getBlockNumber());
  assert.ok(facts.every(({ origin }) => origin.transaction !== transaction));
});

test('[GU12] the contract refuses it a second time, for another model, for another account and with another text', async () => {
  const deployment = run.deployed;
  await assert.rejects(carryAppeal(run.client, signed), { code: 'AlreadyAppealed' });
  const appealed = (more: object) => carryAppeal(run.client, { ...signed, account: addressOf(other), ...more });
  await assert.rejects(appealed({}), { code: 'BadSignature' });
  const wrong = await signAppeal({ privateKey: other, deployment }, { runId: run.runId, modelHash: word('no'), text });
  await assert.rejects(carryAppeal(run.client, wrong), { code: 'BadSignature' });
  const right = await signAppeal({ privateKey: other, deployment }, { runId: run.runId, modelHash, text });
  await assert.rejects(carryAppeal(run.client, { ...right, text: `${text}.` }), { code: 'BadSignature' });
  await assert.rejects(carryAppeal(run.client, { ...right, runId: word('no run') }), { code: 'NotPassed' });
  assert.equal((await listed()).length, 1);
});

test('[GU12] what was signed for another chain, contract or deployment is not sent; without a contract nothing is signed', async () => {
  await assert.rejects(carryAppeal(run.client, { ...signed, chainId: 1 }), { code: 'ELSEWHERE' });
  await assert.rejects(carryAppeal(run.client, { ...signed, appeals: run.deployed.rounds }), { code: 'ELSEWHERE' });
  const { appeals: _, ...older } = run.deployed;
  const wish = { runId: run.runId, modelHash, text };
  await assert.rejects(signAppeal({ privateKey: shop, deployment: older }, wish), { code: 'NO_CONTRACT' });
  const client = await createConcordClient({ rpcUrl: devnet.rpcUrl, ...older });
  await assert.rejects(carryAppeal(client, signed), { code: 'NO_CONTRACT' });
  await assert.rejects(appealsOf(client, run.runId, { fromBlock: 0n }), { code: 'NO_CONTRACT' });
});

test('[GU12] it counts once it lies deep enough, and as more than half of the RPCs tell it', async () => {
  await carryAppeal(
    run.client,
    await signAppeal({ privateKey: other, deployment: run.deployed }, { runId: run.runId, modelHash, text }),
  );
  assert.equal((await listed(0)).length, 2);
  assert.equal((await listed(1_000_000)).length, 0);
  for (let i = 0; i < 3; i++) proxies.push(await startRpcProxy(devnet.rpcUrl));
  const { deployed, runId } = run;
  const client = await createConcordClient({ rpcUrl: proxies.map(({ url }) => url), ...deployed });
  const told = await listed();
  proxies[0]!.behave('hidden-logs');
  assert.deepEqual(await appealsOf(client, runId, { fromBlock: deployed.block, confirmations: 0 }), told);
  assert.ok(proxies[0]!.lies > 0);
  const alone = await createConcordClient({ rpcUrl: proxies[1]!.url, ...deployed });
  proxies[1]!.behave('forged-log');
  await assert.rejects(appealsOf(alone, runId, { fromBlock: deployed.block, confirmations: 0 }), {
    code: 'CONTRADICTION',
  });
});

test('[GU12] the account takes it back, and stays in the list as one that did', async () => {
  const withdrawal = await signWithdrawal({ privateKey: shop, deployment: run.deployed }, run.runId);
  await assert.rejects(carryAppeal(run.client, { ...withdrawal, account: addressOf(other) }), { code: 'BadSignature' });
  await carryAppeal(run.client, withdrawal);
  assert.deepEqual(
    (await listed()).map(({ withdrawn }) => withdrawn),
    [true, false],
  );
  await assert.rejects(carryAppeal(run.client, withdrawal), { code: 'NotAppealed' });
  await assert.rejects(carryAppeal(run.client, signed), { code: 'AlreadyAppealed' });
});
