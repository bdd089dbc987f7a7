import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createPublicClient, custom, http, numberToHex } from 'viem';
import { type Devnet, startDevnet } from '../../../testing/src/devnet.ts';
import { ChainError } from '../rpc.ts';
import { readFees } from './readFees.ts';

describe('[PL5] what gas cost is read from a chain', () => {
  let devnet: Devnet;
  before(async () => {
    devnet = await startDevnet({ blockMilliseconds: 20, accounts: 1 });
  });
  after(() => devnet.stop());

  test('the embedded chain tells the base fee of every block of a piece', async () => {
    const { rpcUrl, chainId } = devnet;
    const reader = createPublicClient({ transport: http(rpcUrl), cacheTime: 0 });
    while ((await reader.getBlockNumber()) < 12n) await new Promise((resolve) => setTimeout(resolve, 20));
    const fees = await readFees({ rpcUrl });
    assert.equal(fees.chainId, chainId);
    assert.ok(fees.blockSeconds > 0 && fees.blockSeconds < 2);
    // A chain of less than an hour has one piece, of all its blocks.
    const [piece] = fees.pieces;
    assert.ok(piece && fees.pieces.length === 1);
    const count = Number(piece.last.number - piece.first.number) + 1;
    assert.ok(count >= 12 && piece.baseFees.length >= count);
    for (const at of [0, 5, count - 1]) {
      const blockNumber: bigint = piece.first.number + BigInt(at);
      const { baseFeePerGas }: { readonly baseFeePerGas: bigint | null } = await reader.getBlock({ blockNumber });
      assert.equal(piece.baseFees[at], baseFeePerGas);
    }
    const last = await reader.getBlock({ blockNumber: piece.last.number });
    assert.equal(piece.last.time, Number(last.timestamp));
  });

  test('a day is asked for in 24 pieces of at most 100 blocks, few at once', async () => {
    const asked: number[] = [];
    let [open, most] = [0, 0];
    const HEAD = 1_000_000n;
    const timeOf = (number: bigint): bigint => 1_700_000_000n + 2n * (number - HEAD);
    const request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
      const [first = '', second = ''] = (params ?? []) as string[];
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      if (method === 'eth_chainId') return '0x1';
      if (method === 'eth_getBlockByNumber') {
        const number = first === 'latest' ? HEAD : BigInt(first);
        return { number: numberToHex(number), timestamp: numberToHex(timeOf(number)), transactions: [] };
      }
      assert.equal(method, 'eth_feeHistory');
      asked.push(Number(first));
      const oldest = BigInt(second) - BigInt(first) + 1n;
      return {
        oldestBlock: numberToHex(oldest),
        baseFeePerGas: Array.from({ length: Number(first) + 1 }, () => '0x7'),
        gasUsedRatio: [],
        reward: Array.from({ length: Number(first) }, () => ['0x2']),
      };
    };
    const { blockSeconds, pieces } = await readFees({ rpcUrl: '', transport: custom({ request }, { retryCount: 0 }) });
    assert.equal(blockSeconds, 2);
    assert.deepEqual(asked, Array(24).fill(100));
    assert.ok(most <= 8, `${most} questions at once`);
    assert.deepEqual(
      pieces.map(({ last }) => Number(HEAD - last.number)),
      Array.from({ length: 24 }, (_, i) => 1_800 * i),
    );
    assert.ok(pieces.every(({ tips, baseFees }) => tips[0] === 2n && baseFees[0] === 7n));
  });

  test('an RPC that does not answer is told in words', async () => {
    await assert.rejects(
      readFees({ rpcUrl: 'http://127.0.0.1:9' }),
      (error: unknown) => error instanceof ChainError && error.code === 'NO_ANSWER',
    );
    await assert.rejects(readFees({ rpcUrl: 'http://127.0.0.1:9', hours: 0 }), /hours: have 0/);
  });
});
