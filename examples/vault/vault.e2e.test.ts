import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { predict as predictExactly, type RunState, runStateHash, startState, toFixed } from '@concord/protocol';
import {
  addressOf,
  charterIdOf,
  type ConcordClient,
  compileCharter,
  createConcordClient,
  deploy,
  dueTo,
  getFacts,
  type Hex,
  payOut,
  predictFeatures,
  registerModel,
  send,
  TransactionError,
  transact,
} from '@concord/sdk';
import { bytesToHex, encodeDeployData, getAddress as checksum, hexToBytes, parseEventLogs } from 'viem';
import {
  cautiousVaultAbi as abi,
  cautiousVaultBytecode as bytecode,
} from '../../packages/contracts/abi/CautiousVault.ts';
import { smallTerms, smallText } from '../../packages/testing/src/charter.ts';
import { type Devnet, startDevnet } from '../../packages/testing/src/devnet.ts';
import { pass, play, word } from '../../packages/testing/src/played.ts';

const PRICE = 1_000n;
const PURPOSE = 'screening of transfers';
const SHOP = `0x${'51'.repeat(20)}` as const;
const SCAM = `0x${'5c'.repeat(20)}` as const;

let devnet: Devnet;
let owner: ConcordClient;
let oracle: ConcordClient;
let fromBlock: bigint;
let runId: Hex;
let modelId: Hex;
let last: RunState;
let members: readonly Hex[];
let vault: Hex;

before(async () => {
  devnet = await startDevnet({ blockMilliseconds: 50, accounts: 5 });
  const [ownerKey, oracleKey, ...memberKeys] = devnet.accounts.map(({ privateKey }) => privateKey);
  const keys = memberKeys.sort((a, b) => (addressOf(a) < addressOf(b) ? -1 : 1));
  members = keys.map(addressOf);
  const options = { rpcUrl: devnet.rpcUrl, account: ownerKey!, pollMilliseconds: 20 };
  const deployed = await deploy(options);
  owner = await createConcordClient({ ...options, ...deployed });
  oracle = await createConcordClient({ ...options, ...deployed, account: oracleKey! });
  fromBlock = deployed.block;

  // The members' charter sells their model for one purpose; the run ends with it, and it is registered.
  const use = { callers: 'anybody', price: `${PRICE}`, purpose: PURPOSE, until: 0 };
  const compiled = compileCharter({ text: { ...smallText, use }, terms: smallTerms(1, 3) }, members, word('matrix'));
  runId = charterIdOf(compiled.charter);
  const run = { client: owner, fromBlock, runId, keys };
  await pass(run, compiled);
  const start = startState(compiled.text, hexToBytes(compiled.charter.textDigest));
  start.optimizer.model.parameters.set([65_536, 131_072, -32_768, -65_536]);
  const constants = { mean: new Int32Array(3), deviation: new Int32Array(3).fill(65_536) };
  last = { ...start, round: 2, statistics: { recordCount: 3, constants } };
  await play(run, word('a state'));
  await play(run, bytesToHex(runStateHash(last)));
  ({ modelId } = await registerModel(owner, runId, last, compiled.textBytes));

  const args = [
    ...([owner.deployment.inference, runId, PURPOSE, PRICE, addressOf(ownerKey!), addressOf(oracleKey!)] as const),
    ...([0, 150_000n] as const),
  ] as const;
  const about = { abi, functionName: 'constructor' };
  const value = 10n ** 18n;
  vault = (await transact(owner, { data: encodeDeployData({ abi, bytecode, args }), value }, about)).created!;
});
after(() => devnet.stop());

/** Tells the vault of an account, asks it to send 1,000 wei there, and returns what it said. */
async function sends(to: Hex, features: Int32Array): Promise<{ readonly verdict: number; readonly score: number }> {
  await send(oracle, { to: vault, abi, functionName: 'report', args: [to, [...features]] });
  const { transaction } = await send(owner, { to: vault, abi, functionName: 'send', args: [to, 1_000n] });
  const { logs } = await owner.reader.getTransactionReceipt({ hash: transaction });
  const [checked] = parseEventLogs({ abi, logs, eventName: 'Checked' });
  return checked!.args;
}

const ORDINARY = 1;
const RISKY = 2;

test('[IN7] a vault asks the model that members trained: an ordinary payee is paid at once, a risky one waits', async () => {
  const ordinary = toFixed([0.25, -0.5, 1]);
  const risky = toFixed([1, 0.75, -0.5]);
  const { model } = last.optimizer;
  assert.deepEqual(await sends(SHOP, ordinary), {
    to: checksum(SHOP),
    verdict: ORDINARY,
    score: predictExactly(model, ordinary),
  });
  assert.deepEqual(await sends(SCAM, risky), {
    to: checksum(SCAM),
    verdict: RISKY,
    score: predictExactly(model, risky),
  });
  assert.equal(await owner.reader.getBalance({ address: SHOP }), 1_000n);
  assert.equal(await owner.reader.getBalance({ address: SCAM }), 0n);

  await assert.rejects(
    send(owner, { to: vault, abi, functionName: 'release', args: [1n] }),
    (error) => error instanceof TransactionError && error.code === 'TooEarly',
  );
  await send(owner, { to: vault, abi, functionName: 'cancel', args: [1n] });
});

test('[CH10] each check was paid to the members and stands on record; asking for free is refused', async () => {
  const part = (2n * PRICE) / 3n;
  for (const member of members) {
    assert.equal(await dueTo(owner, runId, member), part);
    const before = await owner.reader.getBalance({ address: member });
    await payOut(owner, runId, member);
    assert.equal(await owner.reader.getBalance({ address: member }), before + part);
  }
  const facts = await getFacts(owner, fromBlock, await owner.reader.getBlockNumber());
  const uses = facts.filter((fact) => fact.kind === 'used');
  assert.deepEqual(
    uses.map(({ caller, purpose, paid }) => [caller, purpose, paid]),
    Array(2).fill([vault.toLowerCase(), PURPOSE, PRICE]),
  );
  await assert.rejects(
    predictFeatures(owner, modelId, [0, 0, 0]),
    (error) => error instanceof TransactionError && error.code === 'NotOpen',
  );
});
