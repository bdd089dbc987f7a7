/** Transactions of an account from a node with trace_filter (Erigon, Nethermind, Reth): the outermost call of each. */
import { addressIn, type Address, type Ask, objectIn } from '../provider.ts';
import { addressOf, hashOf, integerOf, isUnsupported, listOf, objectOf, quantityOf } from './fields.ts';
import { type HistorySource, HistoryError, inOrder, type Limits, type Transaction, tooLong } from './history.ts';
import { tokenTransfers } from './tokens.ts';

const PAGE = 200;
/** Blocks whose time is asked for, one question each. */
const MOST_BLOCKS = 200;

type Untimed = Omit<Transaction, 'time'>;

/** Undefined for inner calls and for what only touched the account. */
function outermost(value: unknown, account: Address): Untimed | undefined {
  const trace = objectOf(value, 'a trace');
  const kind = trace['type'];
  if (listOf(trace['traceAddress'], 'a trace’s place', 4_096).length > 0 || (kind !== 'call' && kind !== 'create'))
    return undefined;
  const action = objectOf(trace['action'], 'a trace’s action');
  const from = addressOf(action['from'], 'a sender');
  const to = kind === 'create' ? undefined : addressOf(action['to'], 'a recipient');
  const created = addressIn(objectIn(trace['result'])?.['address']);
  if (from !== account && to !== account && !(kind === 'create' && created === account)) return undefined;
  return {
    from,
    to,
    hash: hashOf(trace['transactionHash'], 'a transaction’s hash'),
    block: integerOf(trace['blockNumber'], 'a block number'),
    index: integerOf(trace['transactionPosition'], 'a transaction’s place'),
    value: quantityOf(action['value'], 'an amount'),
  };
}

async function side(
  ask: Ask,
  filter: 'fromAddress' | 'toAddress',
  account: Address,
  toBlock: unknown,
  limits: Limits,
): Promise<Untimed[]> {
  const found: Untimed[] = [];
  for (let after = 0; after <= limits.transactions; after += PAGE) {
    const params = [{ fromBlock: '0x0', toBlock, [filter]: [account], after, count: PAGE }];
    const answer = await ask('trace_filter', params).catch((cause: unknown) => {
      if (isUnsupported(cause))
        throw new HistoryError('UNSUPPORTED', 'The wallet’s node lists no transactions of an account.', { cause });
      throw cause;
    });
    const traces = listOf(answer, 'a list of traces', PAGE);
    found.push(...traces.flatMap((each) => outermost(each, account) ?? []));
    if (traces.length < PAGE) return found;
  }
  throw tooLong();
}

async function transactionsOf(ask: Ask, account: Address, limits: Limits): Promise<Transaction[]> {
  const head = await ask('eth_blockNumber', []);
  const sides = await Promise.all([
    side(ask, 'fromAddress', account, head, limits),
    side(ask, 'toAddress', account, head, limits),
  ]);
  const untimed = sides.flat();
  const blocks = [...new Set(untimed.map(({ block }) => block))];
  if (untimed.length > limits.transactions || blocks.length > MOST_BLOCKS) throw tooLong();
  const times = new Map(
    await Promise.all(
      blocks.map(async (block): Promise<[number, number]> => {
        const answer = await ask('eth_getBlockByNumber', [`0x${block.toString(16)}`, false]);
        return [block, integerOf(objectOf(answer, 'a block')['timestamp'], 'a time')];
      }),
    ),
  );
  return inOrder(untimed.map((each) => ({ ...each, time: times.get(each.block)! })));
}

export const traces: HistorySource = async (ask, account, limits) => {
  const [transactions, transfers] = await Promise.all([
    transactionsOf(ask, account, limits),
    tokenTransfers(ask, account, limits),
  ]);
  return { transactions, transfers, source: 'the wallet’s node (traces)' };
};
