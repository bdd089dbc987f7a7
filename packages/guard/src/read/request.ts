/** From a request to what it says it does (GU2): which methods give something away, and who reads them. */
import type { Request } from '../provider.ts';
import { type Reading, unread } from '../verdict.ts';
import { readText } from './text.ts';
import { readCalls, readTransaction } from './transaction.ts';
import { readTypedData } from './typedData.ts';

const READERS: Readonly<Record<string, (params: unknown, host: string | undefined) => Reading>> = {
  eth_sendTransaction: readTransaction,
  eth_signTransaction: readTransaction,
  wallet_sendCalls: readCalls,
  eth_signTypedData_v4: readTypedData,
  eth_signTypedData_v3: readTypedData,
  personal_sign: readText,
  eth_signTypedData: () => unread('It signs typed data in an old form that the guard does not read.'),
  eth_sign: () => unread('It signs 32 bytes that may stand for anything, a transaction too.'),
  wallet_grantPermissions: () => unread('It lets the page act without asking you.'),
  wallet_requestExecutionPermissions: () => unread('It lets the page act without asking you.'),
};

/** Whether a method is one that the guard stops to look at; every other passes untouched (GU1). */
export const isGuarded = (method: unknown): method is string =>
  typeof method === 'string' && Object.hasOwn(READERS, method);

/** Never throws: what cannot be read is in `unread`. `host` is that of the page, if there is one. */
export function readRequest({ method, params }: Request, host: string | undefined): Reading {
  try {
    return READERS[method]!(params, host);
  } catch (error) {
    return unread(
      `The guard could not read the request (${error instanceof Error ? error.message.slice(0, 80) : 'no reason'}).`,
    );
  }
}
