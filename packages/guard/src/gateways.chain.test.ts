/** The model's bytes from gateways that lie, stall, break off and lead elsewhere: real servers, a real chain. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { decodeRunState, runStateHash } from '@concord/protocol';
import { cidOf } from '@concord/sdk';
import { bytesToHex, sha256 } from 'viem';
import { smallTerms } from '../../testing/src/charter.ts';
import { type Devnet, startDevnet } from '../../testing/src/devnet.ts';
import { type FinishedRun, finishedRun } from '../../testing/src/finishedRun.ts';
import { addressNamed, live, mineAtOnce, type Rpc, rpcOf, SCAM } from '../../testing/src/pastLives.ts';
import { guard, type GuardOptions } from './guard.ts';
import { fromGateways, type GatewayOptions } from './model/gateways.ts';
import { UnverifiedModelError } from './model/model.ts';
import type { Provider } from './provider.ts';

const MODEL = new URL('../../../examples/guard/model/', import.meta.url);
const text = new Uint8Array(readFileSync(new URL('charter.json', MODEL)));
const state = new Uint8Array(readFileSync(new URL('state.bin', MODEL)));
/** Bytes that their hash names, and no state. */
const decoy = new Uint8Array(5_000).fill(7);
const blobs = new Map([text, state, decoy].map((bytes) => [`/ipfs/${cidOf(sha256(bytes))}?format=raw`, bytes]));

let server: Server;
let origin: string;
let asked: string[] = [];
let release = Promise.withResolvers<void>();
const behaviors: Record<string, (response: ServerResponse, bytes: Uint8Array) => void> = {
  honest: (response, bytes) => response.end(bytes),
  lying: (response, bytes) => response.end(bytes.map((byte, i) => (i === 100 ? byte ^ 1 : byte))),
  silent: () => undefined,
  dripping: (response, bytes) => {
    let at = 0;
    const drip = setInterval(() => response.write(bytes.subarray(at, ++at)), 20);
    response.on('close', () => clearInterval(drip));
  },
  truncated: (response, bytes) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
  },
  short: (response, bytes) => response.end(bytes.subarray(0, bytes.length - 1)),
  leading: (response, bytes) =>
    response.writeHead(302, { location: `${origin}/elsewhere/ipfs/${cidOf(sha256(bytes))}?format=raw` }).end(),
  elsewhere: (response, bytes) => response.end(bytes),
  endless: (response) => {
    const flood = (): void => {
      while (!response.destroyed && response.write(new Uint8Array(65_536)));
    };
    response.on('drain', flood);
    flood();
  },
  late: (response, bytes) => void release.promise.then(() => response.end(bytes)),
};
const from = (...names: readonly string[]): string[] => names.map((name) => `${origin}/${name}`);

let devnet: Devnet;
let rpc: Rpc;
let run: FinishedRun;
const scam = addressNamed('scam');

before(async () => {
  server = createServer(({ url = '', headers }, response) => {
    const [, name = ''] = url.split('/');
    asked.push(name);
    assert.equal(headers.cookie ?? headers.referer, undefined);
    const bytes = blobs.get(url.slice(name.length + 1));
    if (bytes) behaviors[name]?.(response, bytes);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  devnet = await startDevnet({ blockMilliseconds: 1_000, accounts: 4 });
  rpc = rpcOf(devnet.rpcUrl);
  await mineAtOnce(rpc);
  run = await finishedRun({
    ...{ rpcUrl: devnet.rpcUrl, keys: devnet.accounts.map(({ privateKey }) => privateKey) },
    ...{ text: JSON.parse(new TextDecoder().decode(text)), terms: { ...smallTerms(1, 3), maxRecords: 2_048 } },
    ...{ finalState: bytesToHex(runStateHash(decodeRunState(state))), finalBlob: sha256(state) },
  });
  await live(rpc, scam, SCAM);
});
beforeEach(() => {
  asked = [];
  release = Promise.withResolvers();
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await devnet.stop();
});

const wallet = (lies: Readonly<Record<string, () => unknown>> = {}): Provider => ({
  request: async ({ method, params }) => (lies[method] ?? (() => rpc(method, (params ?? []) as readonly unknown[])))(),
});
const optionsOf = (options: GatewayOptions, milliseconds: number): GuardOptions => {
  const { chainId, charters, rounds } = run.deployed;
  const source = fromGateways({ timeoutMilliseconds: 1_000, ...options });
  const model = { place: { chainId, charters, rounds }, charterId: run.runId, source };
  return { model, limits: { milliseconds }, decide: () => 'reject' };
};
const guarded = (options: GatewayOptions, provider = wallet(), milliseconds = 20_000) =>
  guard(provider, optionsOf(options, milliseconds));
const pay = { method: 'eth_sendTransaction', params: [{ to: scam, value: '0x1' }] };
const pulled = (options: GatewayOptions, provider = wallet()) => {
  const made = optionsOf(options, 20_000);
  return guard(provider, made).change(run.runId, made.model.source);
};
const digestOf = (bytes: Uint8Array): (() => unknown) => {
  const words = ['00', '00', '00', bytesToHex(runStateHash(decodeRunState(state))).slice(2), sha256(bytes).slice(2)];
  return () => [{ data: `0x${words.map((word) => word.padStart(64, '0')).join('')}` }];
};

test('[GU17] gateways that lie, stall, drip, break off, flood or lead elsewhere are passed over to one that is honest', async () => {
  const bad = ['lying', 'silent', 'dripping', 'truncated', 'short', 'endless', 'leading', 'nobody'];
  const model = await pulled({ gateways: ['http://127.0.0.1:1', ...from(...bad, 'honest')] });
  assert.equal(model.stateHash, bytesToHex(runStateHash(decodeRunState(state))));
  // Each was asked for both; where a gateway leads is not followed.
  assert.deepEqual(asked.toSorted(), [...bad, 'honest'].flatMap((name) => [name, name]).toSorted());
  asked = [];
  await assert.rejects(pulled({ gateways: from(...bad) }), (error) => {
    assert(error instanceof UnverifiedModelError && error.code === 'BYTES');
    assert.match(error.message, /add a source/);
    const { failures } = error.cause as { failures: { source: string; reason: string }[] };
    assert.deepEqual(
      failures.map(({ source }) => source),
      from(...bad),
    );
    return true;
  });
  assert(!asked.includes('elsewhere'));
});

test('[GU17] a small bound on bytes is held', async () => {
  await assert.rejects(pulled({ gateways: from('honest'), limit: state.length - 1 }), { code: 'BYTES' });
  await pulled({ gateways: [`${origin}/honest/`], limit: Math.max(state.length, text.length) });
});

test('[GU7][GU17] bytes that the application has are used where they fit, and then nobody is asked', async () => {
  await pulled({ gateways: from('honest'), have: [decoy, state, text] });
  assert.deepEqual(asked, []);
  await pulled({ gateways: from('honest'), have: [decoy, text] });
  assert.deepEqual(asked, ['honest']);
  await assert.rejects(pulled({ gateways: [], have: [decoy, text] }), { code: 'BYTES' });
});

test('[GU17] a node that names other bytes, or none, only brings about “not checked”, and nothing of it stays', async () => {
  let lies: Record<string, () => unknown> = { eth_getLogs: digestOf(decoy) };
  const provider: Provider = { request: (request) => wallet(lies).request(request) };
  const made = guarded({ gateways: from('honest') }, provider);
  const verdict = await made.check(pay);
  assert.equal(verdict.level, 'unknown');
  assert.match(verdict.reasons.join('\n'), /are not those that the chain holds/);
  for (const answer of [() => 'nonsense', () => [], () => [{ data: '0x12' }], () => assert.fail('no such method')]) {
    lies = { eth_getLogs: answer };
    assert.match((await made.check(pay)).reasons.join('\n'), /does not say under which name/);
  }
  await pulled({ gateways: from('honest'), stateDigest: sha256(state) }, provider);
  lies = {};
  assert.match((await made.check(pay)).reasons.join('\n'), /looks like the scams|does not look like/);
});

test('[GU6][GU17] bytes that arrive after a request’s time serve the next one, and are asked for once', async () => {
  const options = { gateways: from('late'), timeoutMilliseconds: 60_000 };
  const made = guarded(options, wallet(), 2_000);
  const early = await made.check(pay);
  assert.equal(early.level, 'unknown');
  assert.match(early.reasons.join('\n'), /have not arrived yet; try again/);
  release.resolve();
  for (;;) {
    const { modelId } = await made.check(pay);
    if (modelId) break;
  }
  assert.deepEqual(asked, ['late', 'late']);
});
