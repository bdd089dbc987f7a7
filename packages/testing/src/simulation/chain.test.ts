/** The simulated chain and anvil, told the same: they must answer the same. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  castVote,
  compileCharter,
  createConcordClient,
  deploy,
  type Fact,
  getFacts,
  type Hex,
  propose,
  sign,
  TransactionError,
  voidAttempt,
} from '@concord/sdk';
import { custom, http, type Transport } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { smallTerms, smallText } from '../charter.ts';
import { type Devnet, startDevnet } from '../devnet.ts';
import { SimulatedChain } from './chain.ts';

interface Told {
  readonly facts: readonly Fact[];
  readonly refused: string;
  readonly gas: readonly bigint[];
}

let devnet: Devnet;
before(async () => {
  devnet = await startDevnet({ blockMilliseconds: 50, accounts: 4 });
});
after(() => devnet.stop());

/** Deploys, proposes, votes, and tries what is not allowed. */
async function tell(transport: Transport, keys: readonly Hex[]): Promise<Told> {
  const account = keys[0]!;
  const options = { rpcUrl: '', transport, account, pollMilliseconds: 20 };
  const deployed = await deploy(options);
  const client = await createConcordClient({ ...options, ...deployed });
  const addresses = keys.slice(1).map((key) => privateKeyToAccount(key).address);
  const { charter } = compileCharter({ text: smallText, terms: smallTerms(1, 3) }, addresses, `0x${'ab'.repeat(32)}`);
  const proposed = await propose(client, charter);
  const { charterId } = proposed;
  const vote = { charterId, support: true } as const;
  const cast = async (key: Hex) => {
    const signature = await sign(key, client.deployment, { kind: 'Vote', ...vote });
    return castVote(client, { ...vote, voter: privateKeyToAccount(key).address, signature });
  };
  const first = await cast(keys[1]!);
  const second = await cast(keys[2]!);
  const refusals = await Promise.allSettled([cast(keys[1]!), voidAttempt(client, charterId)]);
  const refused = refusals.map((each) => {
    assert.ok(each.status === 'rejected' && each.reason instanceof TransactionError, 'it is refused');
    return each.reason.code;
  });
  const facts = await getFacts(client, 0n, second.block);
  return {
    facts: facts.map((fact) => ({ ...fact, origin: { ...facts[0]!.origin, gas: fact.origin.gas } })),
    refused: refused.join(),
    gas: [deployed.gas, proposed.gas, first.gas, second.gas],
  };
}

test('[RD2][RD3] the simulated chain tells the facts, the refusals and the gas that anvil tells', async () => {
  const keys = devnet.accounts.map(({ privateKey }) => privateKey);
  const onAnvil = await tell(http(devnet.rpcUrl), keys);
  const addresses = devnet.accounts.map(({ address }) => address.toLowerCase() as Hex);
  const chain = await SimulatedChain.create(1_700_000_000, addresses);
  const miner = setInterval(() => void chain.mine(Number(chain.head.timestamp) + 1), 5);
  try {
    const simulated = await tell(custom({ request: (asked) => chain.request(asked) }, { retryCount: 0 }), keys);
    assert.deepEqual(simulated.gas, onAnvil.gas);
    assert.equal(simulated.refused, onAnvil.refused);
    const bare = ({ facts }: Told) => facts.map(({ origin, ...fact }) => ({ ...fact, gas: origin.gas }));
    assert.deepEqual(bare(simulated), bare(onAnvil));
  } finally {
    clearInterval(miner);
  }
});
