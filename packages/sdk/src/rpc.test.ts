/** RPCs that lie, lag, fail and change their minds, each between the watch and a real chain. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { smallTerms, smallText } from '../../testing/src/charter.ts';
import { type Devnet, startDevnet } from '../../testing/src/devnet.ts';
import { type RpcLieName, type RpcProxy, startRpcProxy } from '../../testing/src/rpcProxy.ts';
import { castVote } from './actions/castVote.ts';
import { deploy, type Deployed } from './actions/deploy.ts';
import { join } from './actions/join.ts';
import { propose } from './actions/propose.ts';
import { type ConcordClient, createConcordClient } from './client.ts';
import { compileCharter } from './compileCharter.ts';
import type { Fact, Hex } from './facts.ts';
import { charterIdOf } from './identity.ts';
import { getFacts } from './logs.ts';
import { ChainError } from './rpc.ts';
import { addressOf, sign } from './signing.ts';
import { watchFacts } from './watch.ts';

let devnet: Devnet;
/** A chain of the same id on which nothing happens. */
let elsewhere: Devnet;
let deployed: Deployed;
let honest: ConcordClient;
let truth: readonly Fact[];
let charterId: Hex;
const proxies: RpcProxy[] = [];
const MEMBERS = 3;

before(async () => {
  devnet = await startDevnet({ blockMilliseconds: 40, accounts: MEMBERS });
  elsewhere = await startDevnet({ blockMilliseconds: 40, accounts: 1 });
  const keys = devnet.accounts.map(({ privateKey }) => privateKey);
  const members = keys.map(addressOf).sort();
  const options = { rpcUrl: devnet.rpcUrl, account: keys[0]!, pollMilliseconds: 10 };
  deployed = await deploy(options);
  honest = await createConcordClient({ ...options, ...deployed });
  const { charter } = compileCharter({ text: smallText, terms: smallTerms(1, 3) }, members, `0x${'5e'.repeat(32)}`);
  charterId = charterIdOf(charter);
  await propose(honest, charter);
  for (const key of keys) {
    const signature = await sign(key, honest.deployment, { kind: 'Vote', charterId, support: true });
    await castVote(honest, { charterId, voter: addressOf(key), support: true, signature });
  }
  truth = await getFacts(honest, deployed.block, await honest.reader.getBlockNumber());
  assert.equal(truth.length, 1 + MEMBERS);
});
after(async () => {
  await Promise.all(proxies.map((proxy) => proxy.stop()));
  await Promise.all([devnet.stop(), elsewhere.stop()]);
});

const proxy = async (lie?: RpcLieName): Promise<RpcProxy> => {
  const started = await startRpcProxy(devnet.rpcUrl, elsewhere.rpcUrl);
  proxies.push(started);
  started.behave(lie);
  return started;
};
const clientOf = (rpcUrl: string | readonly string[], chainId?: number): Promise<ConcordClient> =>
  createConcordClient({ rpcUrl, ...deployed, ...(chainId !== undefined && { chainId }) });

interface Heard {
  readonly facts: Fact[];
  readonly troubles: ChainError[];
  /** Lets it go on until this holds. */
  until(holds: (heard: Heard) => boolean): Promise<void>;
}

/** Watches from the deployment on; forgets what the watch takes back. */
function listen(client: ConcordClient): Heard {
  const abort = new AbortController();
  let facts: Fact[] = [];
  const troubles: ChainError[] = [];
  let check = (): void => undefined;
  const heard: Heard = {
    get facts() {
      return facts;
    },
    troubles,
    until: (holds) =>
      new Promise<void>((resolve, reject) => {
        check = () => {
          if (holds(heard)) resolve();
        };
        ended.catch(reject);
        check();
      }).finally(() => abort.abort()),
  };
  const run = async (): Promise<void> => {
    const options = {
      ...{ fromBlock: deployed.block, confirmations: 1, pollMilliseconds: 10, stillMilliseconds: 400 },
      signal: abort.signal,
      onTrouble: (error: unknown) => {
        if (process.env['DBG']) console.log(String(error).slice(0, 200));
        if (error instanceof ChainError) troubles.push(error);
        check();
      },
    };
    for await (const event of watchFacts(client, options)) {
      if (event.type === 'fact') facts.push(event.fact);
      if (event.type === 'reorg') facts = facts.filter(({ origin }) => origin.block < event.from);
      check();
    }
  };
  const ended = run();
  ended.catch(() => undefined);
  return heard;
}

const complete = ({ facts }: Heard): boolean => facts.length >= truth.length;

describe('[RD13] an RPC that contradicts itself is caught, in plain words, and nothing of it counts', {
  concurrency: 4,
}, () => {
  const CAUGHT: readonly (readonly [RpcLieName, RegExp])[] = [
    ['hidden-logs', /has logs of .* that were left out/],
    ['hidden-receipts', /has logs of .* that were left out/],
    ['forged-log', /is not in its receipt|bloom/],
    ['forged-topic', /bloom filter excludes/],
    ['forged-parent', /is built on 0x[0-9a-f]{64}, block \d+ is 0x/],
    ['forged-hash', /block 0x[0-9a-f]{64} cannot be asked for by its hash/],
    ['wrong-block', /asked for block \d+, got \d+/],
  ];
  for (const [lie, words] of CAUGHT)
    test(`${lie}: caught, and followed again once it is honest`, async () => {
      const liar = await proxy(lie);
      const lied = listen(await clientOf(liar.url));
      await lied.until(({ troubles }) => troubles.length > 0);
      assert.equal(lied.troubles[0]?.code, 'CONTRADICTION');
      assert.match(lied.troubles[0].message, words);
      assert.match(lied.troubles[0].message, /use another one, or several$/);
      assert.ok(liar.lies > 0);
      // Whatever it told before it contradicted itself is true.
      assert.deepEqual(lied.facts, truth.slice(0, lied.facts.length));
      liar.behave();
      const after = listen(await clientOf(liar.url));
      await after.until(complete);
      assert.deepEqual(after.facts, truth);
    });

  test('a head that stands still is a trouble, and one that goes back', async () => {
    const liar = await proxy();
    const heard = listen(await clientOf(liar.url));
    let stage = 0;
    await heard.until((so) => {
      if (stage === 0 && complete(so)) {
        liar.behave('stale-head');
        stage = 1;
      }
      if (stage === 1 && so.troubles.some(({ message }) => /went back from block \d+ to \d+/.test(message))) {
        liar.behave('frozen-head');
        stage = 2;
      }
      return (
        stage === 2 && so.troubles.some(({ message }) => /the head is block \d+ and was \d+ \d+ s ago/.test(message))
      );
    });
    assert.ok(heard.troubles.every(({ code }) => code === 'STALE_HEAD'));
    assert.deepEqual(heard.facts, truth);
  });

  test('a transaction that the chain forgot is given up, so that it can be sent again', async () => {
    const liar = await proxy('lost-transactions');
    const account = devnet.accounts[0]!.privateKey;
    const client = await createConcordClient({ rpcUrl: liar.url, account, pollMilliseconds: 50, ...deployed });
    const voted = await sign(account, honest.deployment, { kind: 'Join', charterId, endpoint: 'https://a.example' });
    const entry = { charterId, member: addressOf(account), endpoint: 'https://a.example', signature: voted };
    await assert.rejects(
      join(client, entry),
      /NOT_SENT, reason the chain forgot transaction 0x[0-9a-f]{64}\. The chain did not judge it/,
    );
    liar.behave();
    await join(client, entry);
  });

  test('errors are waited out', async () => {
    const liar = await proxy();
    const client = await clientOf(liar.url);
    liar.behave('errors');
    setTimeout(() => liar.behave(), 600);
    const heard = listen(client);
    await heard.until(complete);
    assert.deepEqual(heard.facts, truth);
  });

  test('one that flaps between two chains tells nothing twice, and the truth in the end', async () => {
    const liar = await proxy();
    const client = await clientOf(liar.url);
    liar.behave('flapping');
    setTimeout(() => liar.behave(), 1_500);
    const heard = listen(client);
    await heard.until((so) => complete(so) && liar.lies > 0);
    assert.deepEqual(heard.facts, truth);
  });

  test('another chain id than asked for is refused before anything is signed, and one that changes ends the watch', async () => {
    const liar = await proxy('other-chain');
    await assert.rejects(clientOf(liar.url, devnet.chainId), (error: ChainError) => {
      assert.equal(error.code, 'OTHER_CHAIN');
      assert.match(error.message, /the chain id is 1, need 31337\. Check the RPC addresses/);
      return true;
    });
    await assert.rejects(clientOf([liar.url, devnet.rpcUrl]), /DISAGREEMENT: the chain id: RPC 1: 1; RPC 2: 31337/);
    liar.behave();
    const client = await clientOf(liar.url);
    const heard = listen(client);
    const ended = heard.until(({ facts }) => {
      if (facts.length === truth.length) liar.behave('other-chain');
      return false;
    });
    await assert.rejects(ended, /OTHER_CHAIN: the chain id is 1, it was 31337/);
  });
});

describe('[RD14] more than half of several RPCs must tell a fact', { concurrency: 3 }, () => {
  test('one RPC alone can tell a consistent lie', async () => {
    const heard = listen(await clientOf((await proxy('consistent-lie')).url));
    await heard.until(({ facts, troubles }) => facts.length + troubles.length > 0).catch(() => undefined);
    assert.notDeepEqual(heard.facts[0], truth[0]);
  });

  for (const lie of ['consistent-lie', 'forged-parent', 'hidden-logs', 'stale-head', 'errors', 'silence'] as const)
    test(`${lie}: two honest ones are believed, whichever is asked first`, async () => {
      const liar = await proxy();
      const client = await clientOf([liar.url, devnet.rpcUrl, (await proxy()).url]);
      liar.behave(lie);
      const heard = listen(client);
      await heard.until(complete);
      assert.deepEqual(heard.facts, truth);
      assert.ok(liar.lies > 0 || lie === 'errors' || lie === 'silence');
      // Who is outvoted is told, for somebody to replace it.
      if (lie === 'consistent-lie')
        assert.match(heard.troubles[0]!.message, /block \d+: RPC 1 says 0x.*, more than half 0x/);
      if (lie === 'hidden-logs')
        assert.match(heard.troubles[0]!.message, /RPC 1 of 3: block 0x.* has logs of .* left out/);
      assert.deepEqual(await getFacts(client, deployed.block, truth.at(-1)!.origin.block), truth);
    });

  test('a transaction lands through whichever answers', async () => {
    const liar = await proxy();
    const account = devnet.accounts[1]!.privateKey;
    const rpcUrl = [liar.url, devnet.rpcUrl, (await proxy()).url];
    const client = await createConcordClient({ rpcUrl, account, pollMilliseconds: 20, ...deployed });
    liar.behave('errors');
    const endpoint = 'https://b.example';
    const signature = await sign(account, honest.deployment, { kind: 'Join', charterId, endpoint });
    const { block } = await join(client, { charterId, member: addressOf(account), endpoint, signature });
    assert.ok(block > 0n);
  });

  test('of two that differ neither is believed', async () => {
    const liar = await proxy();
    const client = await clientOf([liar.url, devnet.rpcUrl]);
    liar.behave('consistent-lie');
    const heard = listen(client);
    await heard.until(({ troubles }) => troubles.length > 0);
    assert.deepEqual(heard.facts, []);
    assert.match(heard.troubles[0]!.message, /^DISAGREEMENT: block \d+: RPC 1: 0x.*; RPC 2: 0x.* Find out which/s);
    await assert.rejects(getFacts(client, deployed.block, truth.at(-1)!.origin.block), /DISAGREEMENT/);
  });

  test('nobody at the address is said in one line', () =>
    assert.rejects(
      clientOf('http://127.0.0.1:1'),
      /^ChainError: NO_ANSWER: http:\/\/127\.0\.0\.1:1: .*\. Check the address/,
    ));

  test('no address at all is refused', () => assert.rejects(clientOf([]), /need at least one/));
});
