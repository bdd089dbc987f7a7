/** Transactions of an account from a node with the ots_ methods of Otterscan (Erigon, Reth, anvil). */
import { addressIn, type Address, type Ask } from '../provider.ts';
import { integerOf, isUnsupported, listOf, objectOf, transactionOf } from './fields.ts';
import {
  type HistorySource,
  HistoryError,
  inOrder,
  type Limits,
  malformed,
  tooLong,
  type Transaction,
} from './history.ts';
import { tokenTransfers } from './tokens.ts';

/** Newest first, page by page, each page older than the one before or the node is not believed. */
async function transactionsOf(ask: Ask, account: Address, limits: Limits): Promise<Transaction[]> {
  const found: Transaction[] = [];
  // 0 means the newest. A page ends with a whole block, so it may be longer than asked for.
  for (let before = 0; ; ) {
    const answer = await ask('ots_searchTransactionsBefore', [account, before, limits.page]).catch((cause: unknown) => {
      if (isUnsupported(cause))
        throw new HistoryError('UNSUPPORTED', 'The wallet’s node lists no transactions of an account.', { cause });
      throw cause;
    });
    const page = objectOf(answer, 'a page');
    const transactions = listOf(page['txs'], 'a page', limits.transactions);
    const receipts = listOf(page['receipts'], 'the receipts of a page', limits.transactions);
    if (receipts.length !== transactions.length) throw malformed('a page without all receipts');
    const read = transactions.map((each, i) => {
      const receipt = objectOf(receipts[i], 'a receipt');
      const transaction = transactionOf(each, integerOf(receipt['timestamp'], 'a time'));
      return { transaction, created: addressIn(receipt['contractAddress']) };
    });
    // Transactions that only touched the account from within are listed too; the data set knows none of those (GU5).
    const own = read.filter(({ transaction: { from, to }, created }) => [from, to, created].includes(account));
    found.push(...own.map(({ transaction }) => transaction));
    if (found.length > limits.transactions) throw tooLong();
    if (page['lastPage'] === true) return inOrder(found);
    const oldest = Math.min(...read.map(({ transaction }) => transaction.block));
    if (read.length === 0 || (before !== 0 && oldest >= before)) throw malformed('pages that do not get older');
    before = oldest;
  }
}

export const otterscan: HistorySource = async (ask, account, limits) => {
  const [transactions, transfers] = await Promise.all([
    transactionsOf(ask, account, limits),
    tokenTransfers(ask, account, limits),
  ]);
  return { transactions, transfers, source: 'the wallet’s node (ots)' };
};
