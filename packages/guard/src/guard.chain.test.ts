/** The guard on a real chain: contracts, a finished run with the example's model, accounts with a past. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { decodeRunState, encodeRunState, runStateHash, startState } from '@concord/protocol';
import { inferenceAbi } from '@concord/contracts';
import { addressOf, carryAppeal, registerModel, signAppeal, signWithdrawal } from '@concord/sdk';
import { bytesToHex, encodeFunctionData, keccak256, parseAbi, toHex } from 'viem';
import { type Devnet, startDevnet } from '../../testing/src/devnet.ts';
import { type FinishedRun, finishedRun } from '../../testing/src/finishedRun.ts';
import {
  addressNamed,
  deployToken,
  live,
  mineAtOnce,
  ORDINARY,
  type Rpc,
  rpcOf,
  SCAM,
} from '../../testing/src/pastLives.ts';
import { smallTerms } from '../../testing/src/charter.ts';
import { columnsOf } from './features.ts';
import { type Guard, guard, type GuardOptions } from './guard.ts';
import { LIMITS } from './history/history.ts';
import { otterscan } from './history/otterscan.ts';
import { traces } from './history/traces.ts';
import type { ModelBytes } from './model/model.ts';
import { scoreOf } from './model/score.ts';
import { verifyModel } from './model/model.ts';
import { type Address, asking, type Hex, type Provider, type Request } from './provider.ts';
import type { Verdict } from './verdict.ts';

const MODEL = new URL('../../../examples/guard/model/', import.meta.url);
const bytes: ModelBytes = {
  text: readFileSync(new URL('charter.json', MODEL)),
  state: readFileSync(new URL('state.bin', MODEL)),
};
const { warnAbove } = JSON.parse(readFileSync(new URL('model.json', MODEL), 'utf8')) as { warnAbove: number };
const state = decodeRunState(bytes.state);
const terms = { ...smallTerms(1, 3), maxRecords: 2_048 };

let devnet: Devnet;
let rpc: Rpc;
let run: FinishedRun;
let wallet: Provider;
const [scam, ordinary, trader] = (['scam', 'ordinary', 'trader'] as const).map(addressNamed) as [Hex, Hex, Hex];
const me: Address = addressNamed('me');
/** A shop that has lived like a scam, and has a key. */
const shopKey = keccak256(toHex('a shop'));
const shop = addressOf(shopKey);

before(async () => {
  devnet = await startDevnet({ blockMilliseconds: 1_000, accounts: 5 });
  rpc = rpcOf(devnet.rpcUrl);
  await mineAtOnce(rpc);
  const keys = devnet.accounts.map(({ privateKey }) => privateKey);
  const text = JSON.parse(new TextDecoder().decode(bytes.text)) as unknown;
  run = await finishedRun({ rpcUrl: devnet.rpcUrl, keys, text, terms, finalState: bytesToHex(runStateHash(state)) });
  assert.deepEqual(new Uint8Array(run.textBytes), new Uint8Array(bytes.text));
  await live(rpc, scam, SCAM);
  await live(rpc, shop, SCAM);
  await live(rpc, ordinary, ORDINARY);
  const token = await deployToken(rpc);
  await live(rpc, trader, [
    { minutes: 0, with: 'a', receives: true, ether: '2' },
    { minutes: 5, with: 'b', receives: true, ether: '12.5', token },
    { minutes: 7, with: 'c', receives: false, ether: '2.5', token },
    { minutes: 9, with: 'a', receives: false, ether: '1' },
  ]);
  wallet = { request: ({ method, params }) => rpc(method, (params ?? []) as readonly unknown[]) };
});
after(() => devnet.stop());

const options = (more: Partial<GuardOptions> = {}): GuardOptions => {
  const { chainId, charters, rounds, appeals } = run.deployed;
  const model = {
    place: { chainId, charters, rounds, ...(appeals && { appeals }) },
    charterId: run.runId,
    source: async () => bytes,
  };
  // A loaded machine may be slow; what is about time says so.
  const limits = { milliseconds: 20_000, ...more.limits };
  return { model, warnAbove, decide: () => 'continue', ...more, limits };
};
const pay = (to: string, value = '0x1'): Request => ({
  method: 'eth_sendTransaction',
  params: [{ from: me, to, value }],
});
/** A wallet of which some methods answer otherwise. */
const lying = (lies: Readonly<Record<string, (params: readonly unknown[]) => unknown>>): Provider => ({
  request: async (request) => {
    const lie = lies[request.method];
    return lie ? lie((request.params ?? []) as readonly unknown[]) : wallet.request(request);
  },
});
const absent = (): never => {
  throw Object.assign(new Error('Method not found'), { code: -32601 });
};
const checked = (provider: Provider, request: Request, more: Partial<GuardOptions> = {}): Promise<Verdict> =>
  guard(provider, options(more)).check(request);
const contractSays = (modelId: Hex, features: readonly number[]): Promise<number> => {
  const address = run.deployed.inference;
  const call = { address, abi: inferenceAbi, functionName: 'predict', args: [modelId, features] } as const;
  return run.client.reader.readContract(call);
};
const asked = (provider: Provider = wallet) => asking(provider, AbortSignal.timeout(20_000));

test('[GU1] a transfer to a scam-like account is stopped with reasons and error 4001, one to an ordinary account passes', async () => {
  const shown: Verdict[] = [];
  const sent: Request[] = [];
  const provider = lying({ eth_sendTransaction: (params) => sent.push({ method: 'eth_sendTransaction', params }) });
  const guarded: Guard = guard(
    provider,
    options({ decide: (verdict) => (shown.push(verdict) && verdict.level === 'allow' ? 'continue' : 'reject') }),
  );
  await assert.rejects(guarded.provider.request(pay(scam)), { code: 4001 });
  assert.equal(shown[0]!.level, 'warn');
  assert.match(shown[0]!.reasons[0]!, /looks like the scams/);
  assert.match(shown[0]!.reasons.join('\n'), /usual|known accounts/);
  assert.equal(sent.length, 0);
  const wanted = pay(ordinary);
  await guarded.provider.request(wanted);
  assert.equal(shown[1]!.level, 'allow');
  assert.deepEqual(sent, [wanted]);
});

test('[GU10] the score is bit for bit what the contract answers for the same features', async () => {
  const { modelId } = await registerModel(run.client, run.runId, state, run.textBytes);
  const place = options().model.place;
  const model = await verifyModel(asked(), place, run.runId, async () => bytes);
  assert.equal(model.modelId, modelId);
  for (const account of [scam, ordinary, trader]) {
    const { score, features } = scoreOf(model, columnsOf(await otterscan(asked(), account, LIMITS), account));
    assert.equal(await contractSays(modelId, [...features]), score);
    assert.equal((await checked(wallet, pay(account))).score, score);
  }
});

test('[GU5] Otterscan’s pages and the node’s traces tell the same history, tokens included, in pages of any size', async () => {
  for (const account of [scam, ordinary, trader]) {
    const columns = [...columnsOf(await otterscan(asked(), account, LIMITS), account)];
    assert.deepEqual([...columnsOf(await otterscan(asked(), account, { ...LIMITS, page: 2 }), account)], columns);
    assert.deepEqual([...columnsOf(await traces(asked(), account, LIMITS), account)], columns);
  }
  const columns = columnsOf(await otterscan(asked(), trader, LIMITS), trader);
  const read = [
    'Sent tnx',
    'Received Tnx',
    'Total ERC20 tnxs',
    'ERC20 max val rec',
    'ERC20 total ether sent',
    'max val sent',
  ];
  assert.deepEqual(
    read.map((name) => columns.get(name)),
    [2, 1, 2, 12.5, 2.5, 1],
  );
});

test('[GU6] no listing, a silent node, a broken one, a long, cut or circular history: not checked, in time', async () => {
  assert.equal(LIMITS.milliseconds, 2_000);
  const is = async (provider: Provider, reason: RegExp, more: Partial<GuardOptions> = {}): Promise<void> => {
    const verdict = await checked(provider, pay(scam), more);
    assert.equal(verdict.level, 'unknown');
    assert.match(verdict.reasons.join('\n'), reason);
  };
  await is(lying({ ots_searchTransactionsBefore: absent, trace_filter: absent }), /lists no transactions/);
  await is(lying({ eth_getLogs: absent }), /token transfers/);
  await is(lying({ ots_searchTransactionsBefore: () => new Promise(() => undefined) }), /took too long/, {
    limits: { milliseconds: 300 },
  });
  await is(lying({ eth_chainId: () => new Promise(() => undefined) }), /took too long/, {
    limits: { milliseconds: 300 },
  });
  await is(lying({ ots_searchTransactionsBefore: () => 'nonsense', trace_filter: absent }), /makes no sense/);
  await is(lying({ eth_getTransactionCount: () => '0xfffff' }), /too long/);
  await is(lying({ eth_getTransactionCount: () => '0x9' }), /Only 1 of the 9/);
  await is(wallet, /too long/, { limits: { transactions: 5 } });
  let pages = 0;
  const circular = lying({
    ots_searchTransactionsBefore: async (params) => {
      pages += 1;
      return { ...((await rpc('ots_searchTransactionsBefore', [params[0], 0, 25])) as object), lastPage: false };
    },
    trace_filter: absent,
  });
  await is(circular, /do not get older/);
  assert.equal(pages, 2);
  await is(
    lying({
      ots_searchTransactionsBefore: () => ({ txs: [], receipts: [], lastPage: true }),
      eth_getTransactionCount: () => '0x0',
    }),
    /no history yet/,
  );
});

test('[GU8] a model is used only if charter, run and bytes fit: every lie leaves “not checked” and names what to do', async () => {
  const is = async (provider: Provider, reason: RegExp, model: Partial<GuardOptions['model']> = {}): Promise<void> => {
    const verdict = await checked(provider, pay(scam), { model: { ...options().model, ...model } });
    assert.equal(verdict.level, 'unknown');
    assert.equal(verdict.modelId, undefined);
    assert.match(verdict.reasons[0]!, reason);
  };
  const flipped = (which: keyof ModelBytes, at: number) => async (): Promise<ModelBytes> => {
    const copy = Uint8Array.from(bytes[which]);
    copy[at]! ^= 1;
    return { ...bytes, [which]: copy };
  };
  await is(wallet, /are not those that the chain holds/, { source: flipped('text', 30) });
  await is(wallet, /are not those that the chain holds/, { source: flipped('state', 1_000) });
  await is(wallet, /are not those that the chain holds/, { source: flipped('state', 40) });
  await is(wallet, /Nobody gave the bytes/, { source: () => Promise.reject(new Error('gone')) });
  await is(wallet, /did not say which model/, { charterId: `0x${'12'.repeat(32)}` });
  const { place } = options().model;
  await is(wallet, /on chain 31337, and the model is for chain 1/, { place: { ...place, chainId: 1 } });
  const answers = (selector: string, edit: (answer: string) => string) =>
    lying({
      eth_call: async (params) => {
        const answer = (await rpc('eth_call', params)) as string;
        return (params[0] as { data: string }).data.startsWith(selector) ? edit(answer) : answer;
      },
    });
  const selectorOf = (name: 'charterOf' | 'finalModel'): string =>
    encodeFunctionData({
      abi: parseAbi(['function charterOf(bytes32)', 'function finalModel(bytes32)']),
      functionName: name,
      args: [run.runId],
    }).slice(0, 10);
  await is(
    answers(selectorOf('charterOf'), (answer) => answer.replace(/.$/, '1')),
    /does not hash to its id/,
  );
  await is(
    answers(selectorOf('finalModel'), () => `0x${'00'.repeat(32)}`),
    /has not ended/,
  );
  await is(
    answers(selectorOf('finalModel'), () => `0x${'01'.repeat(32)}`),
    /are not those that the chain holds/,
  );
});

test('[GU9] a model grows stale, is asked for again, and changes only to one that is verified', async () => {
  let now = Date.now() / 1000;
  const { model } = options();
  const guarded = guard(
    wallet,
    options({ now: () => now, model: { ...model, maxAgeSeconds: 86_400, recheckSeconds: 60 } }),
  );
  const first = await guarded.check(pay(scam));
  assert.equal(first.level, 'warn');

  const wrong = startState(JSON.parse(new TextDecoder().decode(bytes.text)), new Uint8Array(32));
  const ended = { ...wrong, round: 24, statistics: state.statistics! };
  const other = await finishedRun({
    ...{ rpcUrl: devnet.rpcUrl, keys: devnet.accounts.map(({ privateKey }) => privateKey), deployed: run.deployed },
    ...{ text: JSON.parse(new TextDecoder().decode(bytes.text)), terms: { ...terms, votingSeconds: 601 } },
    finalState: bytesToHex(runStateHash(ended)),
  });
  await assert.rejects(
    guarded.change(other.runId, async () => bytes),
    { code: 'BYTES' },
  );
  assert.equal((await guarded.check(pay(scam))).modelId, first.modelId);

  // Two changes at once: the one that was asked for later stays, though the earlier one arrives after it.
  const racing = guard(wallet, options());
  const release = Promise.withResolvers<ModelBytes>();
  const earlier = racing.change(run.runId, () => release.promise);
  const later = await racing.change(other.runId, async () => ({ ...bytes, state: encodeRunState(ended) }));
  release.resolve(bytes);
  await earlier;
  assert.notEqual(later.modelId, first.modelId);
  assert.equal((await racing.check(pay(scam))).modelId, later.modelId);

  now += 61;
  assert.equal((await guarded.check(pay(scam))).level, 'warn');
  now += 2 * 86_400;
  const stale = await guarded.check(pay(scam));
  assert.equal(stale.level, 'unknown');
  assert.match(stale.reasons[0]!, /days old.*newer charter/);
});

test('[GU7] nothing but the wallet’s provider is asked: with all other network denied the verdicts are the same', async (t) => {
  const methods = new Set<string>();
  const { request } = await import('node:http');
  const { hostname, port } = new URL(devnet.rpcUrl);
  // The wallet's own line, which is not the guard's: below what is denied here.
  const line: Provider = {
    request: ({ method, params }) =>
      new Promise((resolve, reject) => {
        methods.add(method);
        const call = request(
          { hostname, port, method: 'POST', headers: { 'content-type': 'application/json' } },
          (response) => {
            let text = '';
            response.on('data', (chunk) => (text += chunk));
            response.on('end', () => resolve((JSON.parse(text) as { result: unknown }).result));
          },
        );
        call.on('error', reject).end(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
      }),
  };
  const denied = t.mock.method(globalThis, 'fetch', () => assert.fail('the guard reached for the network'));
  const net = await import('node:net');
  const connect = net.Socket.prototype.connect;
  const places = t.mock.method(
    net.Socket.prototype,
    'connect',
    function (this: InstanceType<typeof net.Socket>, ...args: Parameters<typeof connect>) {
      const [to] = (Array.isArray(args[0]) ? args[0] : args) as unknown as [{ port?: number | string }];
      assert.equal(Number(to.port), Number(port));
      return Reflect.apply(connect, this, args);
    },
  );
  assert.equal((await checked(line, pay(scam))).level, 'warn');
  assert.equal((await checked(line, pay(ordinary))).level, 'allow');
  assert.equal(denied.mock.callCount(), 0);
  assert(places.mock.callCount() > 0);
  const reads = [
    'eth_accounts',
    'eth_call',
    'eth_chainId',
    'eth_getCode',
    'eth_getLogs',
    'eth_getTransactionCount',
    'ots_searchTransactionsBefore',
  ];
  assert.deepEqual([...methods].sort(), reads);
});

test('[GU7] columns that an application brings along come first, and the verdict says whose they are', async () => {
  const stranger = addressNamed('stranger');
  const columns = columnsOf(await otterscan(asked(), scam, LIMITS), scam);
  const is = async (account: Hex, answer: unknown, level: Verdict['level'], says: RegExp): Promise<Verdict> => {
    const source = ((asked: Address) =>
      asked !== account ? undefined : answer instanceof Error ? Promise.reject(answer) : answer) as NonNullable<
      GuardOptions['columns']
    >;
    const verdict = await checked(wallet, pay(account), { columns: source });
    assert.equal(verdict.level, level);
    assert.match(verdict.reasons.join('\n'), says);
    return verdict;
  };
  await is(stranger, undefined, 'unknown', /no history yet/);
  const told = await is(
    stranger,
    { columns, source: 'from a table' },
    'warn',
    /looks like.*Its columns are from a table\.$/s,
  );
  assert.equal(told.score, (await checked(wallet, pay(scam))).score);
  // Known to the chain, and the application knows something else of it.
  await is(ordinary, { columns, source: 'from a table' }, 'warn', /Its columns are from a table/);
  assert.equal((await checked(wallet, pay(scam), { columns: () => undefined })).score, told.score);
  const nothing = new Map([...columns.keys()].map((name) => [name, 0]));
  await is(scam, { columns: nothing, source: 'from a table' }, 'unknown', /no history yet.*from a table/s);
  for (const bad of [new Map(), new Map(columns).set('Sent tnx', Number.NaN)])
    await is(
      scam,
      { columns: bad, source: 'from a table' },
      'unknown',
      /not checked\. The application’s columns for it have no number/,
    );
  await is(scam, new Error('gone'), 'unknown', /application did not say/);
  const limits = { milliseconds: 300 };
  const silent = await checked(wallet, pay(scam), { columns: () => new Promise(() => undefined), limits });
  assert.match(silent.reasons.join('\n'), /took too long/);
});

test('[GU16] who has appealed is still warned of, with the word that it has; no look-up makes it more or less', async () => {
  const appellant = { privateKey: shopKey, deployment: run.deployed };
  const modelHash = bytesToHex(runStateHash(state));
  const text = 'I am a shop: many pay me once, and I pay my baker.';
  const found = (verdict: Verdict) => verdict.findings.map(({ level, appealed }) => [level, appealed]);
  const before = await checked(wallet, pay(shop));
  assert.deepEqual(found(before), [['warn', undefined]]);

  await carryAppeal(run.client, await signAppeal(appellant, { runId: run.runId, modelHash, text }));
  const after = await checked(wallet, pay(shop));
  assert.equal(after.level, 'warn');
  assert.deepEqual(found(after), [['warn', true]]);
  assert.match(after.reasons[1]!, /has appealed.*a scammer can say so, too/);
  assert.equal(after.score, before.score);
  assert.doesNotMatch(after.reasons.join(), /baker/, 'what it says is not shown here');
  assert.deepEqual(found(await checked(wallet, pay(scam))), [['warn', undefined]], 'nor does it speak for another');

  // The look-up alone goes wrong, in every way.
  const { appeals } = run.deployed;
  const asksAppeals = (params: readonly unknown[]): boolean => (params[0] as { to: Hex }).to === appeals;
  const answering = (lie: () => unknown): Provider =>
    lying({ eth_call: async (params) => (asksAppeals(params) ? lie() : rpc('eth_call', params)) });
  for (const lie of [absent, () => null, () => '0x', () => '0x01', () => `0x${'00'.repeat(32)}`, () => ({})])
    assert.deepEqual(await checked(answering(lie), pay(shop)), before);
  assert.deepEqual(
    found(
      await checked(
        answering(() => `0x${'ff'.repeat(32)}`),
        pay(shop),
      ),
    ),
    [['warn', true]],
  );
  const silent = guard(
    answering(() => new Promise(() => undefined)),
    options({ limits: { milliseconds: 4_000 } }),
  );
  assert.deepEqual(await silent.check(pay(shop)), before, 'its time is that of the request');
  let lookUps = 0;
  const counting = answering(() => void lookUps++);
  assert.equal((await checked(counting, pay(ordinary))).level, 'allow');
  const { appeals: _, ...place } = options().model.place;
  assert.deepEqual(await checked(counting, pay(shop), { model: { ...options().model, place } }), before);
  assert.equal(lookUps, 0, 'nobody is asked about an account that is not warned of, or without the contract');

  await carryAppeal(run.client, await signWithdrawal(appellant, run.runId));
  assert.deepEqual(await checked(wallet, pay(shop)), before);
});

test('[GU3] what goes to an account of the wallet’s own is allowed, and a page cannot name its own as that', async () => {
  const mine = devnet.accounts[4]!.address;
  assert.equal((await checked(wallet, pay(mine))).level, 'allow');
  const posing = { method: 'eth_sendTransaction', params: [{ from: scam, to: scam, value: '0x1' }] };
  assert.equal((await checked(wallet, posing)).level, 'warn');
});

test('[GU2] the gravest finding decides: one bad account in a batch warns, one unread call forbids “allow”', async () => {
  const abi = parseAbi([
    'function transfer(address to, uint256 amount)',
    'function multicall(bytes[] data)',
    'function odd()',
  ]);
  const transfer = (to: Hex): Hex => encodeFunctionData({ abi, functionName: 'transfer', args: [to, 5n] });
  const batch = (...calls: Hex[]): Request => ({
    method: 'eth_sendTransaction',
    params: [{ from: me, to: ordinary, data: encodeFunctionData({ abi, functionName: 'multicall', args: [calls] }) }],
  });
  assert.equal((await checked(wallet, batch(transfer(ordinary)))).level, 'allow');
  assert.equal((await checked(wallet, batch(transfer(ordinary), transfer(scam)))).level, 'warn');
  const odd = encodeFunctionData({ abi, functionName: 'odd' });
  assert.equal((await checked(wallet, batch(transfer(ordinary), odd))).level, 'unknown');
  assert.equal((await checked(wallet, batch(odd, transfer(scam)))).level, 'warn');
  const elsewhere = {
    method: 'eth_sendTransaction',
    params: [{ from: me, to: ordinary, value: '0x1', chainId: '0x1' }],
  };
  assert.equal((await checked(wallet, elsewhere)).level, 'unknown');
  const dead = lying({ ots_searchTransactionsBefore: absent, trace_filter: absent });
  const hidden = { method: 'personal_sign', params: [`pay \u202e${scam}`, me] };
  assert.equal((await checked(dead, hidden)).level, 'warn');
});
