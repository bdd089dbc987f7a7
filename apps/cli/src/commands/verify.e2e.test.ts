/** `concord verify` before RPCs that lie: an error in one line, and no verdict on a run that did nothing wrong. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  addressOf,
  castVote,
  compileCharter,
  createConcordClient,
  deploy,
  type Hex,
  propose,
  sign,
} from '@concord/sdk';
import { type Devnet, type RpcLieName, type RpcProxy, startDevnet, startRpcProxy } from '@concord/testing';
import { smallTerms, smallText } from '../../../../packages/testing/src/charter.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
let devnet: Devnet;
let proxies: readonly RpcProxy[];
let deployment: readonly string[];

before(async () => {
  devnet = await startDevnet({ blockMilliseconds: 50, accounts: 3 });
  const keys = devnet.accounts.map(({ privateKey }) => privateKey);
  const options = { rpcUrl: devnet.rpcUrl, account: keys[0]!, pollMilliseconds: 20 };
  const contracts = await deploy(options);
  const client = await createConcordClient({ ...options, ...contracts });
  const members = keys.map(addressOf).sort();
  const { charter } = compileCharter({ text: smallText, terms: smallTerms(1, 3) }, members, `0x${'5e'.repeat(32)}`);
  const { charterId } = await propose(client, charter);
  const vote = async (key: Hex): Promise<void> => {
    const signature = await sign(key, client.deployment, { kind: 'Vote', charterId, support: true });
    await castVote(client, { charterId, voter: addressOf(key), support: true, signature });
  };
  for (const key of keys.slice(0, 2)) await vote(key);
  const { charters, rounds, inference } = contracts;
  deployment = ['--charters', charters, '--rounds', rounds, '--inference', inference, '--run', charterId];
  proxies = await Promise.all([1, 2].map(() => startRpcProxy(devnet.rpcUrl)));
});
after(async () => {
  await Promise.all(proxies.map((proxy) => proxy.stop()));
  await devnet.stop();
});

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

function verify(rpc: string, ...more: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, ['--no-warnings', MAIN, 'verify', '--rpc', rpc, ...deployment, ...more]);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  return new Promise((resolve) => child.once('exit', (code) => resolve({ code, output })));
}

const lying = (name: RpcLieName): string => {
  proxies[0]!.behave(name);
  return proxies[0]!.url;
};

test('an honest RPC shows a run under way: incomplete, and nothing wrong', async () => {
  const { code, output } = await verify(devnet.rpcUrl);
  assert.equal(code, 1);
  assert.match(output, /\n {2}INCOMPLETE\n$/);
  assert.doesNotMatch(output, /FAIL|last block that the RPC shows/);
});

for (const [lie, words] of [
  [
    'hidden-logs',
    /^CONTRADICTION: the logs up to block \d+ tell that the charter passed: false, the contract holds true\. The RPC lies/,
  ],
  ['forged-log', /^CONTRADICTION: log \d+ of block 0x[0-9a-f]{64} is not in its receipt/],
  ['errors', /^NO_ANSWER: http:\/\/127\.0\.0\.1:\d+: .*Check the address/],
] as const)
  test(`[RD13] ${lie}: an error in one line, and no verdict`, async () => {
    const { code, output } = await verify(lying(lie));
    assert.equal(code, 1);
    assert.match(output, words);
    assert.equal(output.trimEnd().split('\n').length, 1, output);
  });

test('[RD14] of three RPCs one may lie, and of two neither is believed', async () => {
  const three = [lying('consistent-lie'), devnet.rpcUrl, proxies[1]!.url];
  const { output } = await verify(three.join(','));
  assert.match(output, /\n {2}INCOMPLETE\n$/);
  const two = await verify(three.slice(0, 2).join(','));
  assert.equal(two.code, 1);
  assert.match(two.output, /^DISAGREEMENT: the logs of blocks 0 to \d+: RPC 1: \d+ logs 0x[0-9a-f]{16}; RPC 2: /);
});

test('[RD13] another chain than asked for is not looked at', async () => {
  const { code, output } = await verify(devnet.rpcUrl, '--chain-id', '1');
  assert.equal(code, 1);
  assert.match(output, /^OTHER_CHAIN: the chain id is 31337, need 1\. Check the RPC addresses/);
});
