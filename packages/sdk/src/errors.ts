/** What a contract said no with, as data. */
import { type Abi, BaseError, decodeErrorResult, type Hex, hexToString, isHex, trim } from 'viem';
import { adviceFor } from './advice.ts';

/**
 * A transaction that did not do what it was sent for. `code` is the name of the contract's custom error, or NO_ACCOUNT,
 * REVERTED (a reason that this ABI does not know) or NOT_SENT (the chain never judged it: network, funds, nonce).
 */
export class TransactionError extends Error {
  readonly code: string;
  readonly functionName: string;
  /** The values that the error carries, by name. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly have: unknown;
  readonly need: unknown;
  /** Set where it was sent all the same, and cost gas. */
  transaction: Hex | undefined;

  constructor(code: string, functionName: string, values: Readonly<Record<string, unknown>>, options?: ErrorOptions) {
    const shown = Object.entries(values).map(([name, value]) => `${name} ${String(value)}`);
    super(`${functionName} refused: ${[code, ...shown].join(', ')}. ${adviceFor(code)}`, options);
    this.name = 'TransactionError';
    this.code = code;
    this.functionName = functionName;
    this.values = values;
    this.have = values['have'];
    this.need = values['need'];
  }
}

/** The revert data somewhere in a chain of viem errors. */
function revertData(error: unknown): Hex | undefined {
  if (!(error instanceof BaseError)) return undefined;
  let found: Hex | undefined;
  error.walk((cause) => {
    const data = (cause as { data?: unknown } | null)?.data;
    const bytes = typeof data === 'object' && data !== null ? (data as { data?: unknown }).data : data;
    if (isHex(bytes) && bytes.length >= 10) found = bytes;
    return found !== undefined;
  });
  return found;
}

/** The typed form of whatever viem threw (`undefined`: there was no account to send with). */
export function toTransactionError(
  error: unknown,
  { abi, functionName }: { readonly abi: Abi; readonly functionName: string },
): TransactionError {
  if (error === undefined) return new TransactionError('NO_ACCOUNT', functionName, {});
  if (error instanceof TransactionError) return error;
  const data = revertData(error);
  if (!data) return new TransactionError('NOT_SENT', functionName, { reason: reasonOf(error) }, { cause: error });
  try {
    const { errorName, args, abiItem } = decodeErrorResult({ abi, data });
    const inputs = 'inputs' in abiItem ? abiItem.inputs : [];
    const values = Object.fromEntries((args ?? []).map((value, i) => named(inputs[i]?.name || `value${i}`, value)));
    return new TransactionError(errorName, functionName, values, { cause: error });
  } catch {
    return new TransactionError('REVERTED', functionName, { data }, { cause: error });
  }
}

/** A floor's rule is a text in a word. */
const named = (name: string, value: unknown): [string, unknown] =>
  name === 'rule' && isHex(value) ? [name, hexToString(trim(value, { dir: 'right' }))] : [name, value];

const reasonOf = (error: unknown): string =>
  error instanceof BaseError ? error.shortMessage : error instanceof Error ? error.message : String(error);
