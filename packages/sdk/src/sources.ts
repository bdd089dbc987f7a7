/**
 * The chain block by block, each RPC's answers held against themselves [RD13] and then against those of the others. A
 * block is taken whole: hash, parent, time and the deployment's logs, or not at all.
 */
import { BaseError, type Block, keccak256, type PublicClient } from 'viem';
import type { ConcordClient } from './client.ts';
import type { Address, Hex } from './facts.ts';
import { addressesOf, completed, digestOfLogs, type MinedLog, type RawLog } from './logs.ts';
import { agreed, ChainError, ranked, readersOf } from './rpc.ts';

/** One block and everything in it that concerns the deployment. */
export interface Seen {
  readonly number: bigint;
  readonly hash: Hex;
  readonly parentHash: Hex;
  /** Seconds. */
  readonly time: number;
  readonly logs: readonly RawLog[];
}

type Head = Block<bigint, false, 'latest'>;

/** One RPC, which remembers the heads that it has shown: they serve as blocks once they lie deep enough. */
interface Source {
  head(): Promise<bigint>;
  hashAt(number: bigint): Promise<Hex>;
  at(number: bigint): Promise<Seen>;
}

function sourceOf(reader: PublicClient, client: ConcordClient, confirmations: number): Source {
  let heads: readonly Head[] = [];
  const blockAt = async (number: bigint): Promise<Omit<Head, 'number'> & { readonly number: bigint }> => {
    const known = heads.find((head) => head.number === number);
    const block = known ?? (await reader.getBlock({ blockNumber: number }));
    if (block.number !== number)
      throw new ChainError('CONTRADICTION', `asked for block ${number}, got ${block.number}`);
    return block as Head;
  };
  return {
    async head() {
      const head = await reader.getBlock({ blockTag: 'latest' });
      heads = builtOn(head, heads).slice(0, confirmations + 1);
      return head.number;
    },
    // Never from memory: this asks what the chain has now.
    hashAt: async (number) => (await reader.getBlock({ blockNumber: number })).hash,
    async at(number) {
      const block = await blockAt(number);
      const { hash, parentHash, timestamp } = block;
      return { number, hash, parentHash, time: Number(timestamp), logs: await logsOf(reader, client, block) };
    },
  };
}

/** A head before those of `heads` that it is built on, without a gap. */
function builtOn(head: Head, heads: readonly Head[]): readonly Head[] {
  const same = heads.findIndex(({ hash }) => hash === head.hash);
  if (same >= 0) return heads.slice(same);
  return heads[0]?.hash === head.parentHash ? [head, ...heads] : [head];
}

/** The three bits, of 2,048, that an address or topic sets in a bloom filter (Ethereum yellow paper, 4.3.1). */
function bitsOf(item: Hex): readonly number[] {
  const hash = keccak256(item, 'bytes');
  return [0, 2, 4].map((i) => ((hash[i]! << 8) | hash[i + 1]!) & 2_047);
}

function inBloom(bloom: Hex, item: Hex): boolean {
  const byteOf = (bit: number): number => 2 + 2 * (255 - (bit >> 3));
  return bitsOf(item).every((bit) => (Number.parseInt(bloom.slice(byteOf(bit), byteOf(bit) + 2), 16) >> (bit & 7)) & 1);
}

/** The deployment's logs of one block, by its hash so that a reorganisation cannot mix two chains. Throws ChainError. */
async function logsOf(
  reader: PublicClient,
  client: ConcordClient,
  block: Pick<Head, 'hash' | 'timestamp' | 'logsBloom' | 'transactions'>,
): Promise<readonly RawLog[]> {
  const { hash, logsBloom: bloom, transactions } = block;
  const addresses = addressesOf(client.deployment);
  const expected = addresses.filter((address) => inBloom(bloom, address));
  const contradict = (what: string): never => {
    throw new ChainError('CONTRADICTION', `block ${hash} ${what}`);
  };
  if (transactions.length === 0) return expected.length > 0 ? contradict('has logs and no transactions') : [];
  const logs = (await reader
    .getLogs({ address: addresses, blockHash: hash })
    .catch((error: unknown) =>
      contradict(`cannot be asked for by its hash: ${error instanceof BaseError ? error.shortMessage : String(error)}`),
    )) as MinedLog[];
  for (const { address, topics, blockHash, transactionHash } of logs) {
    const told = [address, ...topics].every((item) => inBloom(bloom, item));
    if (blockHash !== hash || !transactions.includes(transactionHash)) contradict('has a log of another block');
    if (!told) contradict(`has a log of ${address} that its bloom filter excludes`);
  }
  const silent = expected.filter((address) => !logs.some((log) => log.address.toLowerCase() === address));
  if (silent.length > 0 && !(await explained(reader, transactions, silent)))
    contradict(`has logs of ${silent.join(' or ')} that were left out`);
  return completed(reader, logs, Number(block.timestamp));
}

/** Whether a bloom filter only seems to name these addresses: none has a log in the receipts, and other logs set its bits. */
async function explained(reader: PublicClient, transactions: readonly Hex[], addresses: readonly Address[]) {
  const receipts = await Promise.all(transactions.map((hash) => reader.getTransactionReceipt({ hash })));
  const logs = receipts.flatMap((receipt) => receipt.logs);
  const bits = new Set(logs.flatMap(({ address, topics }) => [address, ...topics].flatMap(bitsOf)));
  return addresses.every(
    (silent) =>
      !logs.some(({ address }) => address.toLowerCase() === silent) && bitsOf(silent).every((bit) => bits.has(bit)),
  );
}

/** The chain as more than half of a client's RPCs tell it. */
export interface Witnessed {
  /** The highest block that more than half have. */
  head(): Promise<bigint>;
  hashAt(number: bigint): Promise<Hex>;
  at(number: bigint): Promise<Seen>;
  /** Throws ChainError OTHER_CHAIN unless the RPCs still answer for the client's chain. */
  checkChain(): Promise<void>;
}

/** The highest block that more than half of a client's RPCs have. */
export const headOf = (client: ConcordClient): Promise<bigint> => witnessed(client, 0).head();

/** `onDissent` is told of RPCs that are outvoted about a block. */
export function witnessed(
  client: ConcordClient,
  confirmations: number,
  onDissent?: (lie: ChainError) => void,
): Witnessed {
  const readers = readersOf(client);
  const sources = readers.map((reader) => sourceOf(reader, client, confirmations));
  return {
    async head() {
      const heads = await ranked(sources.map((source) => source.head()));
      return heads[Math.floor(sources.length / 2)]!;
    },
    hashAt: (number) =>
      agreed(
        sources.map((source) => source.hashAt(number)),
        String,
        `block ${number}`,
      ),
    at: (number) =>
      agreed(
        sources.map((source) => source.at(number)),
        ({ hash, parentHash, time, logs }) => `${hash} on ${parentHash} at ${time} s, ${digestOfLogs(logs)}`,
        `block ${number}`,
        onDissent,
      ),
    async checkChain() {
      const { chainId } = client.deployment;
      const found = await agreed(
        readers.map((reader) => reader.getChainId()),
        String,
        'the chain id',
      );
      if (found !== chainId) throw new ChainError('OTHER_CHAIN', `the chain id is ${found}, it was ${chainId}`);
    },
  };
}
