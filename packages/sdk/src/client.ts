/** A connection to one deployment on one chain, with an account to pay for transactions or without one. */
import {
  type Abi,
  type Account,
  BaseError,
  type ContractFunctionArgs,
  type ContractFunctionName,
  createPublicClient,
  createWalletClient,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
  fallback,
  http,
  type PublicClient,
  TransactionNotFoundError,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
  type Transport,
  type WalletClient,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { toTransactionError } from './errors.ts';
import type { Address, Deployment, Hex } from './facts.ts';
import { agreed, ChainError } from './rpc.ts';

export interface ClientOptions {
  /** JSON-RPC address, or several: then a fact counts when more than half of them tell it [RD14]. */
  readonly rpcUrl: string | readonly string[];
  /** What the chain's id must be; without it, what the RPCs say. */
  readonly chainId?: number;
  readonly charters: Address;
  readonly rounds: Address;
  readonly inference: Address;
  readonly appeals?: Address;
  readonly market?: Address;
  /** Private key that pays for transactions; reading needs none. */
  readonly account?: Hex;
  /** What carries requests to the chain, instead of HTTP to `rpcUrl`. */
  readonly transport?: Transport;
  /** How often a sent transaction is looked up, milliseconds; 100 unless told. */
  readonly pollMilliseconds?: number;
}

export interface ConcordClient {
  readonly deployment: Deployment;
  readonly reader: PublicClient;
  /** Further RPCs, asked for whatever becomes a fact. */
  readonly witnesses?: readonly PublicClient[];
  readonly writer?: Writer;
}

interface Writer {
  readonly wallet: WalletClient<Transport, undefined, Account>;
  /** Any RPC that answers: who lands a transaction is not trusted. */
  readonly reader: PublicClient;
  /** Runs jobs one after the other. */
  readonly queue: <T>(job: () => Promise<T>) => Promise<T>;
}

function createQueue(): Writer['queue'] {
  let last: Promise<unknown> = Promise.resolve();
  return (job) => {
    const mine = last.then(job);
    last = mine.catch(() => undefined);
    return mine;
  };
}

/** A transaction that is in a block and did what it was sent for. */
export interface Landed {
  readonly transaction: Hex;
  readonly block: bigint;
  /** Gas used by the whole transaction. */
  readonly gas: bigint;
}

/**
 * Connects, and asks every RPC for the chain's id once. Throws ChainError when they answer for different chains or for
 * another than `chainId`, and when too few answer.
 */
export async function createConcordClient(options: ClientOptions): Promise<ConcordClient> {
  const { rpcUrl, account, charters, rounds, inference, appeals, market, pollMilliseconds = 100 } = options;
  const transports = options.transport ? [options.transport] : [rpcUrl].flat().map((url) => http(url));
  if (transports.length === 0) throw new RangeError('rpcUrl: have no address, need at least one');
  // Heads must not be remembered longer than a poll, or a fast chain looks as if it stood still.
  const shared = { pollingInterval: pollMilliseconds, cacheTime: 0 };
  const [reader, ...witnesses] = transports.map((transport) => createPublicClient({ ...shared, transport }));
  const ids = [reader!, ...witnesses].map((each) => each.getChainId());
  const chainId = await agreed(ids, String, 'the chain id').catch((error: unknown) => {
    if (!(error instanceof BaseError)) throw error;
    const asked = [rpcUrl].flat().join(', ');
    throw new ChainError('NO_ANSWER', `${asked}: ${error.details || error.shortMessage}`);
  });
  if (options.chainId !== undefined && options.chainId !== chainId)
    throw new ChainError('OTHER_CHAIN', `the chain id is ${chainId}, need ${options.chainId}`);
  const deployment = { chainId, charters, rounds, inference, ...(appeals && { appeals }), ...(market && { market }) };
  const reading = { deployment, reader: reader!, ...(witnesses.length > 0 && { witnesses }) };
  if (!account) return reading;
  const transport = transports.length === 1 ? transports[0]! : fallback(transports);
  const wallet = createWalletClient({ ...shared, transport, account: privateKeyToAccount(account) });
  const anyReader = transports.length === 1 ? reader! : createPublicClient({ ...shared, transport });
  return { ...reading, writer: { wallet, reader: anyReader, queue: createQueue() } };
}

/** How long a chain may not know a transaction that it took, before it is taken for lost; milliseconds. */
const FORGOTTEN = 3_000;

/**
 * The receipt of a sent transaction, as soon as it is in a block. Throws when the chain no longer knows the transaction:
 * a reorganisation or a restarted node drops what it had, and whoever sent it must be free to send it again.
 */
async function receiptOf(reader: PublicClient, hash: Hex): Promise<TransactionReceipt> {
  const unless = (missing: new (...args: never[]) => Error) => (error: unknown) => {
    if (!(error instanceof missing)) throw error;
    return undefined;
  };
  let known = performance.now();
  for (;;) {
    const receipt = await reader.getTransactionReceipt({ hash }).catch(unless(TransactionReceiptNotFoundError));
    if (receipt) return receipt;
    if (await reader.getTransaction({ hash }).catch(unless(TransactionNotFoundError))) known = performance.now();
    if (performance.now() - known > FORGOTTEN) throw new Error(`the chain forgot transaction ${hash}`);
    await new Promise((resolve) => setTimeout(resolve, reader.pollingInterval));
  }
}

/** One call of one contract. */
export type Call<A extends Abi, F extends ContractFunctionName<A, Writing>> = {
  readonly to: Address;
  readonly abi: A;
  readonly functionName: F;
  readonly args: ContractFunctionArgs<A, Writing, F>;
  /** Wei that go along. */
  readonly value?: bigint;
};

type Writing = 'nonpayable' | 'payable';

/**
 * Sends a call and waits until it is in a block. Throws TransactionError when the contract refuses it, before it is sent
 * if the refusal can already be seen, and when the client has no account.
 */
export async function send<A extends Abi, F extends ContractFunctionName<A, Writing>>(
  client: ConcordClient,
  { to, abi, functionName, args, value = 0n }: Call<A, F>,
): Promise<Landed> {
  const data = encodeFunctionData({ abi, functionName, args } as unknown as EncodeFunctionDataParameters);
  return transact(client, { to, data, value }, { abi, functionName });
}

/** Sends raw calldata, or creation code when `to` is missing; `about` serves to decode a refusal. */
export async function transact(
  { writer }: ConcordClient,
  { to, data, value = 0n }: { readonly to?: Address; readonly data: Hex; readonly value?: bigint },
  about: { readonly abi: Abi; readonly functionName: string },
): Promise<Landed & { readonly created?: Address }> {
  if (!writer) throw toTransactionError(undefined, about);
  const { wallet, reader, queue } = writer;
  const call = { account: wallet.account, data, value, ...(to && { to }) };
  let transaction: Hex | undefined;
  try {
    const estimate = await reader.estimateGas(call);
    // Blocks between the estimate and the landing may touch colder slots.
    const gas = (estimate * 5n) / 4n;
    // The chain counts the nonce, one sending at a time: a count kept here would be wrong for ever after a reorganisation.
    transaction = await queue(() => wallet.sendTransaction({ ...call, chain: null, gas }));
    const receipt = await receiptOf(reader, transaction);
    // A landed revert carries no reason: asking for it in the same block brings it.
    if (receipt.status === 'reverted') await reader.call({ ...call, blockNumber: receipt.blockNumber });
    if (receipt.status === 'reverted') throw new Error(`transaction ${transaction} reverted and no longer does`);
    const created = receipt.contractAddress;
    return {
      transaction,
      block: receipt.blockNumber,
      gas: receipt.gasUsed,
      ...(created && { created }),
    };
  } catch (error) {
    throw Object.assign(toTransactionError(error, about), { transaction });
  }
}
