/** An account's columns outside of a request: for members who weigh its appeal (GU5, GU15). */
import { columnsOf } from './features.ts';
import { HistoryError, type HistorySource, type Limits, LIMITS } from './history/history.ts';
import { readHistory, sourcesWith } from './history/read.ts';
import { type Address, asking, isLate, type Provider } from './provider.ts';

/** The 38 columns by their names, as a guard with this provider would judge by. Rejects with HistoryError. */
export async function accountColumns(
  provider: Provider,
  account: Address,
  options: { readonly sources?: readonly HistorySource[]; readonly limits?: Partial<Limits> } = {},
): Promise<ReadonlyMap<string, number>> {
  const limits = { ...LIMITS, ...options.limits };
  const ask = asking(provider, AbortSignal.timeout(limits.milliseconds));
  const history = await readHistory(ask, account, sourcesWith(options.sources ?? []), limits).catch(
    (cause: unknown) => {
      if (cause instanceof HistoryError) throw cause;
      const what = isLate(cause) ? 'took too long to answer' : 'did not answer';
      throw new HistoryError('FAILED', `The node ${what}.`, { cause });
    },
  );
  if (history.transactions.length + history.transfers.length === 0)
    throw new HistoryError('INCOMPLETE', 'It has no history yet.');
  return columnsOf(history, account);
}
