/** What a wallet is to a page (EIP-1193), and how the guard asks it things of its own. */

export type Hex = `0x${string}`;
/** Lowercase, so that addresses compare as the numbers that they are. */
export type Address = `0x${string}`;

export interface Request {
  readonly method: string;
  readonly params?: unknown;
}

export interface Provider {
  request(request: Request): Promise<unknown>;
}

/** An error as EIP-1193 wants it: 4001 says that the person, here by way of the guard, refused. */
export class RejectedError extends Error {
  readonly code = 4001;
  constructor(reasons: readonly string[]) {
    super(`Stopped by the guard before the wallet was asked: ${reasons.join(' ') || 'no reason was given.'}`);
    this.name = 'RejectedError';
  }
}

/** Asks a node one thing. Rejects when the node refuses, and once its time is over. */
export interface Ask {
  (method: string, params: readonly unknown[]): Promise<unknown>;
  /** When the time for the whole request is over. */
  readonly signal: AbortSignal;
}

/** Whether something failed because its time was over. */
export const isLate = (error: unknown): boolean => error instanceof DOMException && error.name === 'TimeoutError';

/** The promise, or the signal's reason once that is over. */
export function within<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Questions to one provider that end with the signal: nothing new is asked after it, no answer is waited for. */
export function asking(provider: Provider, signal: AbortSignal): Ask {
  const ask = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    signal.throwIfAborted();
    return within(signal, provider.request({ method, params }));
  };
  return Object.assign(ask, { signal });
}

/** Lowercase address in a JSON value; undefined for all else. */
export const addressIn = (value: unknown): Address | undefined =>
  typeof value === 'string' && /^0x[0-9a-fA-F]{40}$/.test(value) ? (value.toLowerCase() as Address) : undefined;

/** Whole bytes as hex in a JSON value; undefined for all else. */
export const bytesIn = (value: unknown): Hex | undefined =>
  typeof value === 'string' && /^0x([0-9a-fA-F]{2})*$/.test(value) ? (value.toLowerCase() as Hex) : undefined;

/** A quantity of at most 256 bits, hex or decimal text or a safe integer; undefined for all else. */
export function quantityIn(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
  if (typeof value === 'bigint') return value >= 0n && value < 1n << 256n ? value : undefined;
  if (typeof value !== 'string' || value.length > 80 || !/^(0x[0-9a-fA-F]+|[0-9]+)$/.test(value)) return undefined;
  const number = BigInt(value);
  return number < 1n << 256n ? number : undefined;
}

export type Json = Readonly<Record<string, unknown>>;
/** A JSON object; undefined for all else. */
export const objectIn = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
