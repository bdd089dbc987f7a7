import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsOf } from '../features.ts';
import { type Address, asking } from '../provider.ts';
import { etherscan } from './etherscan.ts';
import { type HistorySource, LIMITS } from './history.ts';
import { readHistory, sourcesWith } from './read.ts';

const me: Address = `0x${'11'.repeat(20)}`;
const other = `0x${'22'.repeat(20)}`;
const row = (i: number, from: string, to: string) => ({
  ...{ hash: `0x${String(i).padStart(64, '0')}`, blockNumber: `${i}`, transactionIndex: '0', timeStamp: `${i * 60}` },
  ...{ from, to, value: '1000000000000000000', contractAddress: '', isError: '1' },
});
const transfer = { contractAddress: other, from: other, to: me, value: '5' };
const none = { status: '0', message: 'No transactions found', result: [] };

const server = (answers: Readonly<Record<string, unknown>>) => {
  const asked: URL[] = [];
  const get = async (url: string | URL | Request) => {
    asked.push(new URL(String(url)));
    return Response.json(answers[asked.at(-1)!.searchParams.get('action')!]);
  };
  return {
    asked,
    source: etherscan({ url: 'http://history.test/v2/api', key: 'k', chainId: 1, fetch: get as typeof fetch }),
  };
};
const node = asking(
  {
    request: async ({ method }) => {
      if (method === 'eth_getTransactionCount') return '0x1';
      if (method === 'eth_getCode') return '0x';
      if (method === 'eth_blockNumber') return '0x9';
      if (method === 'eth_getLogs') return [];
      throw Object.assign(new Error('the method does not exist'), { code: -32601 });
    },
  },
  AbortSignal.timeout(10_000),
);
const read = (source: HistorySource) => readHistory(node, me, sourcesWith([source]), LIMITS);

test('[GU7] a history server is asked only where one was switched on, and then for two lists', async () => {
  const { asked, source } = server({
    txlist: { status: '1', message: 'OK', result: [row(3, me, other), row(1, other, me)] },
    tokentx: { status: '1', message: 'OK', result: [transfer] },
  });
  await assert.rejects(readHistory(node, me, sourcesWith([]), LIMITS), { code: 'UNSUPPORTED' });
  assert.equal(asked.length, 0);
  const columns = columnsOf(await read(source), me);
  assert.deepEqual(
    ['Sent tnx', 'Received Tnx', 'Time Diff between first and last (Mins)', 'Total ERC20 tnxs'].map((name) =>
      columns.get(name),
    ),
    [1, 1, 2, 1],
  );
  assert.deepEqual(
    asked.map(({ searchParams }) => [searchParams.get('action'), searchParams.get('address')]),
    [
      ['txlist', me],
      ['tokentx', me],
    ],
  );
});

test('[GU6] a server that refuses, answers nonsense, or has more than may be looked at leaves no history', async () => {
  const nothing = { ...none, message: 'No token transfers found' };
  await assert.rejects(
    read(server({ txlist: { status: '0', message: 'NOTOK', result: 'rate limit' }, tokentx: nothing }).source),
    { code: 'FAILED' },
  );
  await assert.rejects(read(server({ txlist: { status: '1', result: [{}] }, tokentx: nothing }).source), {
    code: 'MALFORMED',
  });
  await assert.rejects(read(server({ txlist: none, tokentx: nothing }).source), { code: 'INCOMPLETE' });
  const long = Array.from({ length: LIMITS.transactions + 1 }, (_, i) => row(i, me, other));
  await assert.rejects(read(server({ txlist: { status: '1', result: long }, tokentx: nothing }).source), {
    code: 'TOO_LONG',
  });
});
