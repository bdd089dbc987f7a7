/** The first source that can list an account, and whether its list can be complete (GU5, GU6). */
import { type Address, type Ask, bytesIn, isLate } from '../provider.ts';
import { integerOf } from './fields.ts';
import { type History, HistoryError, type HistorySource, type Limits, malformed, tooLong } from './history.ts';
import { otterscan } from './otterscan.ts';
import { traces } from './traces.ts';

/** The wallet's own node, then what a person switched on. */
export const sourcesWith = (more: readonly HistorySource[]): readonly HistorySource[] => [otterscan, traces, ...more];

/**
 * Rejects with HistoryError: UNSUPPORTED when no source can list accounts, TOO_LONG before anything is listed when the
 * account's nonce already says so, INCOMPLETE when the list has fewer sent transactions than that nonce.
 */
export async function readHistory(
  ask: Ask,
  account: Address,
  sources: readonly HistorySource[],
  limits: Limits,
): Promise<History> {
  const [nonceAnswer, code] = await Promise.all([
    ask('eth_getTransactionCount', [account, 'latest']),
    ask('eth_getCode', [account, 'latest']),
  ]);
  const nonce = integerOf(nonceAnswer, 'a nonce');
  const bytes = bytesIn(code);
  if (bytes === undefined) throw malformed('code');
  // A contract's nonce counts what it created; one that EIP-7702 gave code to still sends.
  const sends = bytes === '0x' || bytes.startsWith('0xef0100');
  if (sends && nonce > limits.transactions) throw tooLong();
  const history = await firstOf(ask, account, sources, limits);
  const sent = history.transactions.filter(({ from }) => from === account).length;
  if (sends && sent < nonce)
    throw new HistoryError(
      'INCOMPLETE',
      `Only ${sent} of the ${nonce} transactions it sent are listed, so the rest is not known either.`,
    );
  return history;
}

async function firstOf(
  ask: Ask,
  account: Address,
  sources: readonly HistorySource[],
  limits: Limits,
): Promise<History> {
  let last: unknown;
  for (const source of sources) {
    try {
      return await source(ask, account, limits);
    } catch (error) {
      if (isLate(error)) throw error;
      // Another source would only say the same at greater length.
      if (error instanceof HistoryError && error.code === 'TOO_LONG') throw error;
      // The reason of a source that tried and failed says more than that another does not exist.
      if (!(error instanceof HistoryError && error.code === 'UNSUPPORTED' && last !== undefined)) last = error;
    }
  }
  if (last instanceof HistoryError) throw last;
  throw new HistoryError('FAILED', 'The wallet’s node did not answer the questions about its history.', {
    cause: last,
  });
}
