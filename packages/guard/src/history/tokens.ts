/** ERC-20 transfers of an account from the node's own index of logs: two questions, never a walk over blocks (GU5). */
import { type Address, type Ask, isLate } from '../provider.ts';
import { listOf, TRANSFER, transferOf } from './fields.ts';
import { HistoryError, type Limits, type TokenTransfer } from './history.ts';

/** Each transfer from or to the account once. Rejects with HistoryError. */
export async function tokenTransfers(ask: Ask, account: Address, limits: Limits): Promise<TokenTransfer[]> {
  const topic = `0x${'0'.repeat(24)}${account.slice(2)}`;
  const logs = (topics: readonly unknown[]): Promise<unknown> =>
    ask('eth_getLogs', [{ fromBlock: '0x0', toBlock: 'latest', topics }]).catch((cause: unknown) => {
      if (isLate(cause)) throw cause;
      throw new HistoryError('FAILED', 'The wallet’s node does not list its token transfers.', { cause });
    });
  const answers = await Promise.all([logs([TRANSFER, topic]), logs([TRANSFER, null, topic])]);
  const once = new Map<string, TokenTransfer>();
  for (const answer of answers)
    for (const log of listOf(answer, 'a list of logs', limits.transfers)) {
      const transfer = transferOf(log);
      if (transfer && (transfer.from === account || transfer.to === account)) once.set(transfer.key, transfer);
    }
  return [...once.values()];
}
