/** A connection to one deployment on one chain, with an account to pay for transactions or without one. */
import {
  type Abi,
  type Account,
  type ContractFunctionArgs,
  type ContractFunctionName,
  createPublicClient,
  createWalletClient,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
  http,
  type PublicClient,
  type Transport,
  type WalletClient,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { toTransactionError } from './errors.ts';
import type { Address, Deployment, Hex } from './facts.ts';

export interface ClientOptions {
  readonly rpcUrl: string;
  readonly charters: Address;
  readonly rounds: Address;
  readonly inference: Address;
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
  readonly writer?: Writer;
}

interface Writer {
  readonly wallet: WalletClient<Transport, undefined, Account>;
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

/** Connects, and asks the chain for its id once. Throws viem's HttpRequestError when nobody answers at `rpcUrl`. */
export async function createConcordClient(options: ClientOptions): Promise<ConcordClient> {
  const { rpcUrl, account, transport = http(rpcUrl), charters, rounds, inference, pollMilliseconds = 100 } = options;
  // Heads must not be remembered longer than a poll, or a fast chain looks as if it stood still.
  const shared = { transport, pollingInterval: pollMilliseconds, cacheTime: 0 };
  const reader = createPublicClient(shared);
  const deployment = { chainId: await reader.getChainId(), charters, rounds, inference };
  if (!account) return { deployment, reader };
  const wallet = createWalletClient({ ...shared, account: privateKeyToAccount(account) });
  return { deployment, reader, writer: { wallet, queue: createQueue() } };
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
  { reader, writer }: ConcordClient,
  { to, data, value = 0n }: { readonly to?: Address; readonly data: Hex; readonly value?: bigint },
  about: { readonly abi: Abi; readonly functionName: string },
): Promise<Landed & { readonly created?: Address }> {
  if (!writer) throw toTransactionError(undefined, about);
  const { wallet, queue } = writer;
  const call = { account: wallet.account, data, value, ...(to && { to }) };
  try {
    const estimate = await reader.estimateGas(call);
    // Blocks between the estimate and the landing may touch colder slots.
    const gas = (estimate * 5n) / 4n;
    // The chain counts the nonce, one sending at a time: a count kept here would be wrong for ever after a reorganisation.
    const transaction = await queue(() => wallet.sendTransaction({ ...call, chain: null, gas }));
    const receipt = await reader.waitForTransactionReceipt({ hash: transaction });
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
    throw toTransactionError(error, about);
  }
}
