/**
 * History from a server with the API of Etherscan. It learns which accounts are looked up, so it is used only where a
 * person switched it on and named it (GU7).
 */
import type { Address } from '../provider.ts';
import { addressOf, hashOf, integerOf, listOf, objectOf, quantityOf } from './fields.ts';
import { type HistorySource, HistoryError, inOrder, type Limits, type TokenTransfer, tooLong } from './history.ts';

export interface EtherscanOptions {
  /** Up to the question mark: “https://api.etherscan.io/v2/api”. */
  readonly url: string;
  readonly key: string;
  readonly chainId: number;
  readonly fetch?: typeof fetch;
}

/** A source for `GuardOptions.sources`. */
export function etherscan({ url, key, chainId, fetch: get = fetch }: EtherscanOptions): HistorySource {
  const list = async (
    action: string,
    address: Address,
    most: number,
    signal: AbortSignal,
  ): Promise<readonly unknown[]> => {
    const query = { chainid: `${chainId}`, module: 'account', action, address, startblock: '0', endblock: '999999999' };
    const search = new URLSearchParams({ ...query, page: '1', offset: `${most + 1}`, sort: 'asc', apikey: key });
    const response = await get(`${url}?${search}`, { signal, credentials: 'omit', referrerPolicy: 'no-referrer' });
    const answer = objectOf(await response.json(), 'an answer');
    if (answer['status'] === '0' && /^No (transactions|token transfers) found/i.test(String(answer['message'])))
      return [];
    if (!response.ok || answer['status'] !== '1')
      throw new HistoryError('FAILED', 'The history server that you switched on did not answer the question.');
    const rows = listOf(answer['result'], 'an answer', most + 1);
    if (rows.length > most) throw tooLong();
    return rows;
  };
  return async ({ signal }, account, limits: Limits) => {
    const [transactions, transfers] = await Promise.all([
      list('txlist', account, limits.transactions, signal),
      list('tokentx', account, limits.transfers, signal),
    ]);
    return {
      source: `the history server at ${new URL(url).host}`,
      transactions: inOrder(
        transactions.map((each) => {
          const row = objectOf(each, 'a transaction');
          return {
            hash: hashOf(row['hash'], 'a transaction’s hash'),
            block: integerOf(row['blockNumber'], 'a block number'),
            index: integerOf(row['transactionIndex'], 'a transaction’s place'),
            time: integerOf(row['timeStamp'], 'a time'),
            from: addressOf(row['from'], 'a sender'),
            to: row['to'] === '' ? undefined : addressOf(row['to'], 'a recipient'),
            value: quantityOf(row['value'], 'an amount'),
          };
        }),
      ),
      transfers: transfers.map((each): TokenTransfer => {
        const row = objectOf(each, 'a token transfer');
        return {
          token: addressOf(row['contractAddress'], 'a token'),
          from: addressOf(row['from'], 'a sender'),
          to: addressOf(row['to'], 'a recipient'),
          value: quantityOf(row['value'], 'an amount'),
        };
      }),
    };
  };
}
