/** What needs no chain: how the guard stands before a wallet. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { guard, type Decision, type GuardOptions } from './guard.ts';
import { guardAll } from './guardAll.ts';
import type { Request } from './provider.ts';
import type { Verdict } from './verdict.ts';

const me = `0x${'11'.repeat(20)}`;
const place = { chainId: 1, charters: me, rounds: me } as GuardOptions['model']['place'];
const model = { place, charterId: `0x${'00'.repeat(32)}`, source: () => Promise.reject(new Error('none')) } as const;
const options = (decide: (verdict: Verdict, request: Request) => Decision | Promise<Decision>): GuardOptions => ({
  model,
  decide,
});

/** A wallet as they are: events, private state, ways to ask from before EIP-1193. */
class Wallet extends EventEmitter {
  readonly isTest = true;
  readonly asked: unknown[] = [];
  #chain = '0x1';
  async request(request: unknown): Promise<unknown> {
    this.asked.push(request);
    const { method } = (request ?? {}) as Request;
    if (method === 'eth_chainId') return this.#chain;
    if (method === 'fails') throw Object.assign(new Error('no'), { code: 4900, data: { x: 1 } });
    return this.asked.at(-1);
  }
  send(..._: unknown[]): unknown {
    return assert.fail('asked past the guard');
  }
  sendAsync(..._: unknown[]): unknown {
    return assert.fail('asked past the guard');
  }
  chain(): string {
    return this.#chain;
  }
}
const payment = { method: 'eth_sendTransaction', params: [{ from: me, to: `0x${'22'.repeat(20)}`, value: '0x1' }] };
const sent = (wallet: Wallet): unknown[] =>
  wallet.asked.filter((each) => (each as Request).method === 'eth_sendTransaction');

test('[GU1] every other method, error, event and property passes as it is', async () => {
  const wallet = new Wallet();
  const { provider } = guard(
    wallet,
    options(() => 'reject'),
  );
  const params = [{ to: 'x' }, [1n]];
  const answer = (await provider.request({ method: 'eth_call', params })) as Request;
  assert.deepEqual(wallet.asked, [{ method: 'eth_call', params }]);
  assert.equal(answer.params, params);
  await assert.rejects(provider.request({ method: 'fails' }), { code: 4900, data: { x: 1 } });
  await provider.request(undefined);
  assert.equal(wallet.asked.at(-1), undefined);
  const heard: unknown[] = [];
  const listener = (...values: unknown[]): unknown => heard.push(values);
  assert.equal(provider.on('chainChanged', listener), provider);
  wallet.emit('chainChanged', '0x2', 7);
  provider.removeListener('chainChanged', listener);
  wallet.emit('chainChanged', '0x3');
  assert.deepEqual(heard, [['0x2', 7]]);
  assert.equal(provider.isTest, true);
  assert.equal(provider.chain(), '0x1');
  assert.equal(provider.chain, provider.chain);
  assert('isTest' in provider && provider instanceof Wallet);
  assert.deepEqual(Object.keys(provider), Object.keys(wallet));
  Object.freeze(wallet);
  assert.equal(provider.isTest, true);
});

test('[GU1] what cannot be verified is “unknown” and shown; only “continue” continues', async () => {
  const shown: Verdict[] = [];
  for (const [decide, passes] of [
    [() => 'continue', true],
    [() => 'reject', false],
    [() => undefined, false],
    [() => assert.fail('a page with a fault'), false],
    [async () => 'continue', true],
  ] as [() => Decision, boolean][]) {
    const wallet = new Wallet();
    const { provider } = guard(
      wallet,
      options((verdict) => (shown.push(verdict) ? decide() : 'reject')),
    );
    const done = provider.request(payment);
    if (passes) assert.deepEqual(await done, payment);
    else await assert.rejects(done, { code: 4001, message: /Stopped by the guard/ });
    assert.equal(sent(wallet).length, passes ? 1 : 0);
  }
  assert(shown.every(({ level, reasons }) => level === 'unknown' && reasons.length > 0));
});

test('[GU1] ways to ask from before EIP-1193 lead through the guard too', async () => {
  const wallet = new Wallet();
  const { provider } = guard(
    wallet,
    options(() => 'reject'),
  );
  type Old = (...args: unknown[]) => Promise<unknown>;
  const { send, sendAsync } = provider as unknown as { send: Old; sendAsync: Old };
  await assert.rejects(send('eth_sendTransaction', payment.params), { code: 4001 });
  await assert.rejects(send(payment), { code: 4001 });
  const called = (ask: Old, payload: unknown) =>
    new Promise((resolve) => ask(payload, (error: unknown, answer: unknown) => resolve(error ?? answer)));
  for (const ask of [send, sendAsync]) {
    assert.equal(((await called(ask, { id: 3, ...payment })) as { code: number }).code, 4001);
    assert.equal(((await called(ask, [payment])) as { code: number }).code, 4001);
    assert.deepEqual(await called(ask, { id: 3, jsonrpc: '2.0', method: 'eth_chainId' }), {
      id: 3,
      jsonrpc: '2.0',
      result: '0x1',
    });
  }
  assert.throws(() => Object.assign(provider, { request: () => 'mine' }), TypeError);
  assert.equal(sent(wallet).length, 0);
});

test('[GU1] what was judged is what is sent, whatever the page changes meanwhile', async () => {
  const wallet = new Wallet();
  const mutable = structuredClone(payment);
  const { provider } = guard(
    wallet,
    options((_, request) => {
      mutable.params[0]!.to = me;
      (request.params as (typeof mutable.params)[0][])[0]!.to = me;
      return 'continue';
    }),
  );
  await provider.request(mutable);
  assert.deepEqual(sent(wallet), [payment]);
  let reads = 0;
  const turning = {
    get method() {
      return reads++ === 0 ? 'eth_chainId' : 'eth_sendTransaction';
    },
    params: payment.params,
  };
  assert.equal(await provider.request(turning as unknown as Request), '0x1');
  assert.deepEqual(sent(wallet), [payment]);
});

test('[GU11] wallets that announce themselves are handed to the page guarded, once each, and never raw', async () => {
  const page = new EventTarget();
  const wallet = new Wallet();
  const info = { uuid: '1', name: 'Test wallet', icon: '', rdns: 'example.test' };
  const announce = () =>
    page.dispatchEvent(
      new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider: wallet }) }),
    );
  page.addEventListener('eip6963:requestProvider', announce);
  const guarded = guardAll(
    options(() => 'reject'),
    page,
  );
  const seen: Wallet[] = [];
  page.addEventListener('eip6963:announceProvider', (event) =>
    seen.push((event as CustomEvent<{ provider: Wallet }>).detail.provider),
  );
  page.dispatchEvent(new Event('eip6963:requestProvider'));
  announce();
  assert.equal(guarded.wallets.length, 1);
  assert.deepEqual(guarded.wallets[0]!.info, info);
  assert.equal(seen.length, 2);
  assert(seen.every((each) => each === guarded.wallets[0]!.guard.provider && each !== wallet));
  await assert.rejects(seen[0]!.request(payment), { code: 4001 });
  guarded.stop();
  announce();
  assert.equal(seen.at(-1), wallet);
});
