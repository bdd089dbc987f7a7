import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BlockNotFoundError, createTestClient, http } from 'viem';
import { type Devnet, startDevnet } from '../../testing/src/devnet.ts';
import { smallTerms, smallText } from '../../testing/src/charter.ts';
import { castVote } from './actions/castVote.ts';
import { deploy, type Deployed } from './actions/deploy.ts';
import { join } from './actions/join.ts';
import { propose } from './actions/propose.ts';
import { voidAttempt } from './actions/voidAttempt.ts';
import { type ConcordClient, createConcordClient } from './client.ts';
import { compileCharter } from './compileCharter.ts';
import { TransactionError } from './errors.ts';
import type { Charter, Fact, Hex } from './facts.ts';
import { charterIdOf } from './identity.ts';
import { getFacts } from './logs.ts';
import { ChainError } from './rpc.ts';
import { addressOf, sign } from './signing.ts';
import { emptyView, fold } from './view.ts';
import { type ChainEvent, watchFacts } from './watch.ts';

let devnet: Devnet;
let deployed: Deployed;
let client: ConcordClient;
let charter: Charter;
let charterId: Hex;
const keys: Hex[] = [];

before(async () => {
  devnet = await startDevnet({ blockMilliseconds: 50, accounts: 4 });
  keys.push(
    ...devnet.accounts.map(({ privateKey }) => privateKey).sort((a, b) => (addressOf(a) < addressOf(b) ? -1 : 1)),
  );
  const options = { rpcUrl: devnet.rpcUrl, account: keys[3]!, pollMilliseconds: 20 };
  deployed = await deploy(options);
  client = await createConcordClient({ ...options, ...deployed });
  const file = { text: smallText, terms: smallTerms(1, 3) };
  charter = compileCharter(file, keys.slice(0, 3).map(addressOf), `0x${'5e'.repeat(32)}`).charter;
  charterId = charterIdOf(charter);
});
after(() => devnet.stop());

const refused =
  (code: string, have?: unknown) =>
  (error: unknown): boolean => {
    assert(error instanceof TransactionError, String(error));
    assert.equal(error.code, code);
    if (have !== undefined) assert.equal(error.have, have);
    return true;
  };

const voteOf = async (key: Hex, support: boolean) => {
  const signature = await sign(key, client.deployment, { kind: 'Vote', charterId, support });
  return { charterId, voter: addressOf(key), support, signature };
};

describe('a charter on a real chain', { concurrency: false }, () => {
  test('[AG1] a charter below a floor is refused with the rule, what it has and what it needs', async () => {
    const broken = { ...charter, aggregation: { ...charter.aggregation, checks: 99 } };
    await assert.rejects(propose(client, broken), (error) => {
      refused('FloorBroken', 99n)(error);
      assert(error instanceof TransactionError);
      assert.equal(error.values['rule'], 'AG1 checks');
      assert.equal(error.need, 100n);
      assert.match(error.message, /Change the named parameter/);
      return true;
    });
  });

  test('[CH11][CH6] members vote and join through a relayer, and the chain tells it as facts', async () => {
    const proposal = await propose(client, charter);
    assert.equal(proposal.charterId, charterId);
    await assert.rejects(propose(client, charter), refused('AlreadyProposed'));
    await assert.rejects(voidAttempt(client, charterId), refused('WrongPhase'));
    const votes = await Promise.all(keys.slice(0, 2).map((key) => voteOf(key, true)));
    await Promise.all(votes.map((vote) => castVote(client, vote)));
    await assert.rejects(castVote(client, votes[0]!), refused('AlreadyVoted'));
    await assert.rejects(
      castVote(client, { ...(await voteOf(keys[2]!, true)), support: false }),
      refused('BadSignature'),
    );
    const endpoint = 'https://a.example';
    const signature = await sign(keys[2]!, client.deployment, { kind: 'Join', charterId, endpoint });
    const { block } = await join(client, { charterId, member: addressOf(keys[2]!), endpoint, signature });

    const facts = await getFacts(client, deployed.block, block);
    assert.deepEqual(
      facts.map(({ kind }) => kind),
      ['proposed', 'voted', 'voted', 'joined'],
    );
    assert.equal(facts[0]!.origin.gas, proposal.gas);
    assert.equal(facts[0]!.origin.transaction, proposal.transaction);
    const run = facts.reduce(fold, emptyView).runs.get(charterId)!;
    assert.deepEqual(run.charter, charter);
    assert.equal(run.passed?.block, facts[2]!.origin.block);
    assert.deepEqual([...run.endpoints], [[addressOf(keys[2]!), endpoint]]);
  });

  test('a client without an account says what it lacks', async () => {
    const reader = await createConcordClient({ rpcUrl: devnet.rpcUrl, ...deployed });
    await assert.rejects(voidAttempt(reader, charterId), refused('NO_ACCOUNT'));
  });
});

/** Collects what a watch tells until `enough`, and ends it. */
async function collect(
  options: { readonly fromBlock: bigint; readonly confirmations: number },
  enough: (told: readonly ChainEvent[]) => boolean | Promise<boolean>,
): Promise<readonly ChainEvent[]> {
  const abort = new AbortController();
  const told: ChainEvent[] = [];
  const troubles: unknown[] = [];
  const watch = {
    ...options,
    pollMilliseconds: 10,
    signal: abort.signal,
    onTrouble: (error: unknown) => troubles.push(error),
  };
  for await (const event of watchFacts(client, watch)) {
    told.push(event);
    if (await enough(told)) abort.abort();
  }
  // Between two questions a reorganisation may take the very block away that was asked for, or the head: that is retried.
  const gone = (error: unknown): boolean =>
    error instanceof BlockNotFoundError ||
    (error instanceof ChainError && /the head went back|cannot be asked for by its hash/.test(error.message));
  assert.deepEqual(
    troubles.filter((error) => !gone(error)),
    [],
  );
  return told;
}

const factsIn = (told: readonly ChainEvent[]): Fact[] =>
  told.flatMap((event) => (event.type === 'fact' ? [event.fact] : []));

describe('watching a real chain', { concurrency: false }, () => {
  test('[RD3] a watch tells every block once, in order, and the same facts as the log', async () => {
    const head = await client.reader.getBlockNumber();
    const told = await collect({ fromBlock: deployed.block, confirmations: 1 }, (events) => {
      const last = events.at(-1);
      return last?.type === 'block' && last.number >= head;
    });
    const numbers = told.flatMap((event) => (event.type === 'block' ? [event.number] : []));
    assert.deepEqual(
      numbers,
      Array.from(numbers, (_, i) => deployed.block + BigInt(i)),
    );
    assert.deepEqual(factsIn(told), await getFacts(client, deployed.block, numbers.at(-1)!));
  });

  test('facts wait for their confirmations', async () => {
    const fromBlock = await client.reader.getBlockNumber();
    const vote = await voteOf(keys[2]!, false);
    const landed = castVote(client, vote);
    let headWhenTold = 0n;
    const told = await collect({ fromBlock, confirmations: 3 }, async (events) => {
      if (events.at(-1)?.type !== 'fact') return false;
      headWhenTold = await client.reader.getBlockNumber();
      return true;
    });
    const [fact] = factsIn(told);
    assert.equal(fact?.origin.block, (await landed).block);
    assert(headWhenTold >= fact.origin.block + 3n, `told at ${headWhenTold}, said in ${fact.origin.block}`);
  });

  /** Lands a new endpoint, waits until it lies `depth − 1` blocks deep, then takes the last `depth` blocks back. */
  async function moveAndReorganise(endpoint: string, depth: number): Promise<void> {
    const signature = await sign(keys[0]!, client.deployment, { kind: 'Join', charterId, endpoint });
    const { block } = await join(client, { charterId, member: addressOf(keys[0]!), endpoint, signature });
    while ((await client.reader.getBlockNumber()) < block + BigInt(depth - 1))
      await new Promise((r) => setTimeout(r, 5));
    const chain = createTestClient({ mode: 'anvil', transport: http(devnet.rpcUrl) });
    await chain.request({ method: 'anvil_reorg' as never, params: [depth, []] as never });
  }

  test('a reorganisation of three blocks is not even noticed behind ten confirmations', async () => {
    const fromBlock = await client.reader.getBlockNumber();
    let until = 0n;
    const moving = moveAndReorganise('https://shallow.example', 3).then(async () => {
      until = (await client.reader.getBlockNumber()) + 2n;
    });
    const told = await collect({ fromBlock, confirmations: 10 }, (events) => {
      const last = events.at(-1);
      return until > 0n && last?.type === 'block' && last.number >= until;
    });
    await moving;
    assert(!told.some((event) => event.type === 'reorg'));
    assert.deepEqual(factsIn(told), await getFacts(client, fromBlock, until));
  });

  test('a reorganisation of three blocks takes facts back that had no confirmations', async () => {
    const fromBlock = await client.reader.getBlockNumber();
    const moving = moveAndReorganise('https://deep.example', 3);
    const told = await collect({ fromBlock, confirmations: 0 }, (events) => {
      const at = events.findIndex((event) => event.type === 'reorg');
      return at >= 0 && events.length > at + 8;
    });
    await moving;
    const at = told.findIndex((event) => event.type === 'reorg');
    const reorg = told[at]!;
    assert(reorg.type === 'reorg');
    assert(reorg.depth >= 1 && reorg.depth <= 3 + 2, `depth ${reorg.depth}`);
    const next = told[at + 1]!;
    assert(next.type === 'fact' || (next.type === 'block' && next.number === reorg.from));
    // What a reader keeps: everything before, and what follows, is the chain's own log.
    const kept = [
      ...factsIn(told.slice(0, at)).filter(({ origin }) => origin.block < reorg.from),
      ...factsIn(told.slice(at)),
    ];
    const last = told.at(-1)!;
    assert(last.type === 'block');
    assert.deepEqual(kept, await getFacts(client, fromBlock, last.number));
    const blocks = told.slice(at).flatMap((event) => (event.type === 'block' ? [event.number] : []));
    assert.deepEqual(
      blocks,
      Array.from(blocks, (_, i) => reorg.from + BigInt(i)),
    );
  });
});
