/** What a node makes of a chain in memory, which can be exchanged for another one under its feet. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChainError, ConcordClient } from '@concord/sdk';
import { keccak256, numberToHex, toHex } from 'viem';
import type { Head } from '../ports.ts';
import { followChain } from './chain.ts';
import { systemClock } from './clock.ts';

const HEIGHT = 100n;

/** Chains without transactions: all that tells them apart is their hashes from block `from` on. */
function chainOf() {
  let name = 'first';
  let from = 0n;
  let height = HEIGHT;
  const hashOf = (number: bigint): `0x${string}` => keccak256(toHex(`${number < from ? 'first' : name}/${number}`));
  const getBlock = async ({ blockNumber }: { readonly blockNumber?: bigint }) => {
    const number = blockNumber ?? height++;
    return {
      ...{ number, hash: hashOf(number), parentHash: hashOf(number - 1n), timestamp: number },
      ...{ transactions: [], logsBloom: numberToHex(0, { size: 256 }) },
    };
  };
  const reader = { getBlock, getLogs: async () => [], getChainId: async () => 31_337 };
  const zero = `0x${'00'.repeat(20)}` as const;
  const deployment = { chainId: 31_337, charters: zero, rounds: zero, inference: zero };
  return {
    client: { deployment, reader } as unknown as ConcordClient,
    becomes(other: string, since: bigint) {
      name = other;
      from = since;
    },
  };
}

/** Follows until `enough`; returns the heads, or what ended it. */
async function follow(chain: ReturnType<typeof chainOf>, fromBlock: bigint, onHead: (head: Head) => boolean) {
  const abort = new AbortController();
  const logged: string[] = [];
  const options = {
    ...{ fromBlock, confirmations: 1, pollMilliseconds: 1, signal: abort.signal },
    clock: systemClock,
    onTrouble: () => undefined,
    log: (event: string) => logged.push(event),
  };
  const heads: bigint[] = [];
  for await (const head of followChain(chain.client, options)) {
    heads.push(head.block);
    if (onHead(head)) abort.abort();
  }
  return { heads, logged };
}

test('[RD15] blocks that were taken back are told again, and the node goes on', async () => {
  const chain = chainOf();
  const { heads, logged } = await follow(chain, 0n, ({ block }) => {
    if (block === 110n) chain.becomes('reorganised', 108n);
    return block === 120n;
  });
  assert.ok(logged.includes('reorg'));
  assert.equal(heads.filter((block) => block === 109n).length, 2);
  assert.equal(heads.filter((block) => block === 107n).length, 1);
});

test('[RD13] another chain of the same id ends the node: what it knew before it started cannot be told anew', async () => {
  const chain = chainOf();
  const ended = follow(chain, 0n, ({ block }) => {
    if (block === 105n) chain.becomes('another', 0n);
    return block === 140n;
  });
  await assert.rejects(ended, (error: ChainError) => {
    assert.equal(error.code, 'OTHER_CHAIN');
    assert.match(error.message, /none of the blocks since \d+ is on the chain any more\. Check the RPC addresses/);
    return true;
  });
});

test('[RD15] a node that has looked at every block since the deployment starts over instead', async () => {
  const chain = chainOf();
  const { heads } = await follow(chain, 90n, ({ block }) => {
    if (block === 105n) chain.becomes('another', 0n);
    return block === 115n;
  });
  assert.equal(heads.filter((block) => block === 103n).length, 2);
});
