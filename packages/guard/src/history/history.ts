/** What the chain remembers of an account, whatever listed it (GU5), and why a listing may fail. */
import type { Address, Ask } from '../provider.ts';

/** A transaction of its own, failed ones too; calls that contracts make are not among them. */
export interface Transaction {
  readonly hash: string;
  readonly block: number;
  /** Position in its block. */
  readonly index: number;
  /** Of its block, seconds since 1970. */
  readonly time: number;
  readonly from: Address;
  /** Undefined where it created a contract. */
  readonly to: Address | undefined;
  /** Wei. */
  readonly value: bigint;
}

/** An ERC-20 Transfer event. */
export interface TokenTransfer {
  readonly token: Address;
  readonly from: Address;
  readonly to: Address;
  /** In the token's smallest unit. */
  readonly value: bigint;
}

export interface History {
  /** In the order of the chain. */
  readonly transactions: readonly Transaction[];
  readonly transfers: readonly TokenTransfer[];
  /** Which listing it is from, in words. */
  readonly source: string;
}

/** Bounds on the work for one account, whatever a node answers (GU6). */
export interface Limits {
  /** For a whole request, all accounts in it together. */
  readonly milliseconds: number;
  readonly transactions: number;
  readonly transfers: number;
  /** Asked for in one page; Otterscan gives at most 25. */
  readonly page: number;
  /** Accounts judged in one request. */
  readonly parties: number;
}

export const LIMITS: Limits = { milliseconds: 2_000, transactions: 1_000, transfers: 2_000, page: 25, parties: 16 };

/** Lists the history of an account. Rejects with HistoryError. */
export type HistorySource = (ask: Ask, account: Address, limits: Limits) => Promise<History>;

/** The columns of an account (GU5) as somebody else computed them. */
export interface KnownColumns {
  readonly columns: ReadonlyMap<string, number>;
  /** Whose they are, as the end of “Its columns are …”. */
  readonly source: string;
}

/** What an application itself knows of accounts, such as a published table; undefined where it knows nothing (GU7). */
export type ColumnSource = (account: Address) => KnownColumns | undefined | Promise<KnownColumns | undefined>;

export type HistoryErrorCode = 'UNSUPPORTED' | 'TOO_LONG' | 'INCOMPLETE' | 'MALFORMED' | 'FAILED';

/** No history to judge by. The message is a sentence for a person. */
export class HistoryError extends Error {
  readonly code: HistoryErrorCode;
  constructor(code: HistoryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HistoryError';
    this.code = code;
  }
}

export const tooLong = (): HistoryError =>
  new HistoryError('TOO_LONG', 'Its history is too long to be looked through here.');
export const unheard = (cause: unknown): HistoryError =>
  new HistoryError('FAILED', 'The application did not say what it knows of it.', { cause });
export const malformed = (what: string): HistoryError =>
  new HistoryError('MALFORMED', `The node’s answer makes no sense (${what}).`);

/** Chain order, each transaction once. */
export function inOrder(transactions: readonly Transaction[]): Transaction[] {
  const once = new Map(transactions.map((each) => [each.hash, each]));
  return [...once.values()].sort((a, b) => a.block - b.block || a.index - b.index);
}
