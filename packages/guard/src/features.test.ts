import assert from 'node:assert/strict';
import { test } from 'node:test';
import { walletSchema } from '@concord/datasets';
import { parseEther } from 'viem';
import { COLUMN_NAMES, columnsOf } from './features.ts';
import type { Transaction } from './history/history.ts';
import type { Address } from './provider.ts';

const me: Address = `0x${'11'.repeat(20)}`;
const other = (i: number): Address => `0x${String(i).padStart(40, '0')}`;
const at = (i: number, minutes: number, rest: Partial<Transaction> & { readonly ether: string }): Transaction => ({
  ...{ hash: `${i}`, block: i, index: 0, time: 1_500_000_000 + minutes * 60, from: me, to: me },
  ...rest,
  value: parseEther(rest.ether),
});

test('[GU5] every column of the wallets example has a definition, and no other', () => {
  assert.deepEqual([...COLUMN_NAMES].sort(), walletSchema.columns.map(({ name }) => name).sort());
});

test('[GU5] a history that fits account 0x2511a5cf… gives the row that was published for it', () => {
  const transactions = [
    at(1, 0, { from: other(9), ether: '0.2' }),
    at(2, 100, { to: other(1), ether: '0.02658' }),
    at(3, 4000, { to: other(2), ether: '0.086668' }),
    at(4, 7397.8, { to: other(3), ether: '0.0865' }),
  ];
  const transfers = [{ token: other(7), from: other(8), to: me, value: parseEther('1.337') }];
  const columns = columnsOf({ transactions, transfers, source: '' }, me);
  const published = {
    'Avg min between sent tnx': 2465.93,
    'Time Diff between first and last (Mins)': 7397.8,
    'Sent tnx': 3,
    'Received Tnx': 1,
    'Unique Received From Addresses': 1,
    'Unique Sent To Addresses': 3,
    'min value received': 0.2,
    'max value received': 0.2,
    'avg val received': 0.2,
    'min val sent': 0.02658,
    'max val sent': 0.086668,
    'avg val sent': 0.066583,
    'total transactions (including tnx to create contract': 4,
    'total Ether sent': 0.199748,
    'total ether received': 0.2,
    'total ether balance': 0.000252,
    'Total ERC20 tnxs': 1,
    'ERC20 total Ether received': 1.337,
    'ERC20 uniq rec addr': 1,
    'ERC20 uniq rec contract addr': 1,
    'ERC20 min val rec': 1.337,
    'ERC20 max val rec': 1.337,
    'ERC20 avg val rec': 1.337,
    'ERC20 uniq rec token name': 1,
  };
  const nonzero = [...columns].filter(([, value]) => value !== 0);
  assert.deepEqual(Object.fromEntries(nonzero), published);
});

test('[GU5] oddities of the data set are kept: waits in both directions, creations that count twice, single waits', () => {
  const transactions = [
    at(1, 0, { from: other(9), ether: '5' }),
    at(2, 10, { to: undefined, ether: '1' }),
    at(3, 40, { from: other(9), ether: '5' }),
    at(4, 50, { ether: '2' }),
  ];
  const columns = columnsOf({ transactions, transfers: [], source: '' }, me);
  // Waits of what it received: 0, 30 and 10 minutes; of what it sent: 10 and 10.
  assert.equal(columns.get('Avg min between received tnx'), 13.33);
  assert.equal(columns.get('Avg min between sent tnx'), 10);
  assert.equal(columns.get('Number of Created Contracts'), 1);
  assert.equal(columns.get('Sent tnx'), 2);
  assert.equal(columns.get('Received Tnx'), 3);
  assert.equal(columns.get('total transactions (including tnx to create contract'), 6);
  assert.equal(columns.get('total ether balance'), 12 - 3 - 1);
  assert.equal(columns.get('max val sent to contract'), 1);
  const once = columnsOf({ transactions: transactions.slice(0, 2), transfers: [], source: '' }, me);
  assert.equal(once.get('Avg min between sent tnx'), 0);
});

test('[GU5] amounts that were all spent leave no dust of floating point', () => {
  const transactions = [
    at(1, 0, { from: other(1), ether: '0.1' }),
    at(2, 1, { from: other(1), ether: '0.2' }),
    at(3, 2, { to: other(1), ether: '0.3' }),
  ];
  assert.equal(columnsOf({ transactions, transfers: [], source: '' }, me).get('total ether balance'), 0);
});

test('[GU5] tokens: the account’s own count a third time, as the data set counts them', () => {
  const transfers = [
    { token: me, from: me, to: other(1), value: parseEther('3') },
    { token: other(5), from: other(2), to: me, value: 7n },
  ];
  const columns = columnsOf({ transactions: [], transfers, source: '' }, me);
  assert.equal(columns.get('Total ERC20 tnxs'), 3);
  assert.equal(columns.get('ERC20 total Ether sent contract'), 3);
  assert.equal(columns.get('ERC20 uniq sent addr.1'), 1);
  assert.equal(columns.get('ERC20 total Ether received'), 7e-18);
  assert.equal(columns.get('ERC20 min val rec'), 0);
});
