/**
 * The columns of the wallets example, computed as the authors of its data set computed them (spec/guard.md GU5, with what
 * differs): S. Farrugia et al. 2020, Account_Stats/Generate_Fields.py of their repository.
 */
import type { History } from './history/history.ts';
import type { Address } from './provider.ts';

const WEI = 1e18;
const ether = (wei: bigint): number => Number(wei) / WEI;
const unique = (values: readonly unknown[]): number => new Set(values).size;
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
/** Exact before it is rounded once: what was all spent leaves 0 and no dust of floating point. */
const total = (list: readonly { readonly value: bigint }[]): bigint => list.reduce((all, { value }) => all + value, 0n);
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** Least, greatest, mean; six decimals; zeros of nothing. */
function spread(values: readonly number[]): [least: number, greatest: number, mean: number] {
  if (values.length === 0) return [0, 0, 0];
  const least = values.reduce((a, b) => Math.min(a, b));
  const greatest = values.reduce((a, b) => Math.max(a, b));
  return [rounded(least, 6), rounded(greatest, 6), rounded(sum(values) / values.length, 6)];
}

/** Mean of at least two waits, minutes, two decimals. */
const pause = (waits: readonly number[]): number => (waits.length < 2 ? 0 : rounded(sum(waits) / waits.length, 2));

/** The 38 columns of an account by their names. */
export function columnsOf({ transactions, transfers }: History, account: Address): ReadonlyMap<string, number> {
  // A wait counts from the account's transaction before, whichever way that went; the first has waited for nothing.
  const timed = transactions.map((each, i) => ({
    ...each,
    wait: (each.time - (transactions[i - 1] ?? each).time) / 60,
  }));
  const received = timed.filter(({ to }) => to === account);
  const sent = timed.filter(({ from }) => from === account);
  const created = timed.filter(({ to }) => to === undefined);
  const [into, out, made] = [received, sent, created].map((list) => list.map(({ value }) => ether(value))) as [
    number[],
    number[],
    number[],
  ];
  const [totalIn, totalOut, totalMade] = [total(received), total(sent), total(created)];
  const first = transactions[0]?.time ?? 0;
  const last = transactions.at(-1)?.time ?? 0;

  const tokensIn = transfers.filter(({ to }) => to === account);
  const tokensOut = transfers.filter(({ from }) => from === account);
  const own = transfers.filter(({ token }) => token === account);
  // Whatever its decimals, a token's amount was divided by 10^18.
  const [amountsIn, amountsOut] = [tokensIn, tokensOut].map((list) => list.map(({ value }) => ether(value))) as [
    number[],
    number[],
  ];

  const [leastIn, mostIn, meanIn] = spread(into);
  const [leastOut, mostOut, meanOut] = spread(out);
  const [leastMade, mostMade, meanMade] = spread(made);
  const [leastTokenIn, mostTokenIn, meanTokenIn] = spread(amountsIn);
  const [leastTokenOut, mostTokenOut, meanTokenOut] = spread(amountsOut);
  return new Map([
    ['Avg min between sent tnx', pause(sent.map(({ wait }) => wait))],
    ['Avg min between received tnx', pause(received.map(({ wait }) => wait))],
    ['Time Diff between first and last (Mins)', rounded((last - first) / 60, 2)],
    ['Sent tnx', sent.length],
    ['Received Tnx', received.length],
    ['Number of Created Contracts', created.length],
    ['Unique Received From Addresses', unique(received.map(({ from }) => from))],
    ['Unique Sent To Addresses', unique(sent.map(({ to }) => to))],
    ['min value received', leastIn],
    ['max value received', mostIn],
    ['avg val received', meanIn],
    ['min val sent', leastOut],
    ['max val sent', mostOut],
    ['avg val sent', meanOut],
    ['min value sent to contract', leastMade],
    ['max val sent to contract', mostMade],
    ['avg value sent to contract', meanMade],
    ['total transactions (including tnx to create contract', sent.length + received.length + created.length],
    ['total Ether sent', ether(totalOut)],
    ['total ether received', ether(totalIn)],
    ['total ether sent contracts', ether(totalMade)],
    ['total ether balance', ether(totalIn - totalOut - totalMade)],
    ['Total ERC20 tnxs', tokensIn.length + tokensOut.length + own.length],
    ['ERC20 total Ether received', ether(total(tokensIn))],
    ['ERC20 total ether sent', ether(total(tokensOut))],
    ['ERC20 total Ether sent contract', ether(total(own))],
    ['ERC20 uniq sent addr', unique(tokensOut.map(({ to }) => to))],
    ['ERC20 uniq rec addr', unique(tokensIn.map(({ from }) => from))],
    ['ERC20 uniq sent addr.1', unique(own.map(({ to }) => to))],
    ['ERC20 uniq rec contract addr', unique(tokensIn.map(({ token }) => token))],
    ['ERC20 min val rec', leastTokenIn],
    ['ERC20 max val rec', mostTokenIn],
    ['ERC20 avg val rec', meanTokenIn],
    ['ERC20 min val sent', leastTokenOut],
    ['ERC20 max val sent', mostTokenOut],
    ['ERC20 avg val sent', meanTokenOut],
    ['ERC20 uniq sent token name', unique(tokensOut.map(({ token }) => token))],
    ['ERC20 uniq rec token name', unique(tokensIn.map(({ token }) => token))],
  ]);
}

/** The names that `columnsOf` can give. */
export const COLUMN_NAMES: ReadonlySet<string> = new Set(
  columnsOf({ transactions: [], transfers: [], source: '' }, '0x').keys(),
);

/** Whether nothing is known of an account: whoever has done or been given anything has some column that is not 0. */
export const isBlank = (columns: ReadonlyMap<string, number>): boolean =>
  [...columns.values()].every((value) => value === 0);
