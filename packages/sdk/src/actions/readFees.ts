/** What gas cost in the last day, asked of an RPC in pieces of bounded length: for whoever plans when a run should begin. */
import { BaseError, createPublicClient, http, type PublicClient, type Transport } from 'viem';
import { ChainError } from '../rpc.ts';

/** An answer to `eth_feeHistory` about consecutive blocks. */
export interface FeePiece {
  /** Wei; one for each block, or also of the block to come. */
  readonly baseFees: readonly bigint[];
  /** Wei, what the median of a block's gas paid on top. */
  readonly tips: readonly bigint[];
  /** Number and Unix time (seconds) of the first and the last block. */
  readonly first: { readonly number: bigint; readonly time: number };
  readonly last: { readonly number: bigint; readonly time: number };
}

export interface Fees {
  readonly chainId: number;
  /** Mean seconds between blocks over what was looked at. */
  readonly blockSeconds: number;
  /** Newest first, at most one an hour. */
  readonly pieces: readonly FeePiece[];
}

export interface FeeOptions {
  readonly rpcUrl: string;
  /** What carries requests to the chain, instead of HTTP to `rpcUrl`. */
  readonly transport?: Transport;
  /** How far to look back; 24 unless told. */
  readonly hours?: number;
}

/** Most blocks of one piece: every node answers for so many at once. */
const BLOCKS = 100n;
/** Blocks that the first look at the chain's pace spans. */
const PACE = 1_000n;
const HOUR = 3_600;
/** Pieces asked for at once. */
const ABREAST = 4;

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

async function pieceUpTo(reader: PublicClient, last: bigint, most: bigint): Promise<FeePiece> {
  const blockCount = last + 1n < most ? last + 1n : most;
  const history = await reader.getFeeHistory({
    blockCount: Number(blockCount),
    blockNumber: last,
    rewardPercentiles: [50],
  });
  // A node may answer for fewer blocks than it is asked for: those that it has are the newest.
  const first = larger(history.oldestBlock, 0n);
  const [from, to] = await Promise.all([first, last].map((blockNumber) => reader.getBlock({ blockNumber })));
  return {
    baseFees: history.baseFeePerGas,
    tips: (history.reward ?? []).map(([tip]) => tip ?? 0n),
    first: { number: first, time: Number(from!.timestamp) },
    last: { number: last, time: Number(to!.timestamp) },
  };
}

/**
 * Up to 100 blocks of every hour of the last day, or as many hours as the chain is old. Throws ChainError NO_ANSWER where
 * the RPC does not answer or knows no `eth_feeHistory`, RangeError for `hours` that are no whole number of 1 … 168.
 */
export async function readFees({ rpcUrl, transport = http(rpcUrl), hours = 24 }: FeeOptions): Promise<Fees> {
  if (!Number.isInteger(hours) || hours < 1 || hours > 168) throw new RangeError(`hours: have ${hours}, need 1 … 168`);
  const reader = createPublicClient({ transport, cacheTime: 0 });
  try {
    const [chainId, head] = await Promise.all([reader.getChainId(), reader.getBlock({ blockTag: 'latest' })]);
    const past = await reader.getBlock({ blockNumber: larger(head.number - PACE, 0n) });
    const elapsed = Number(head.timestamp - past.timestamp);
    const blockSeconds = head.number > past.number ? Math.max(elapsed, 1) / Number(head.number - past.number) : 1;
    const anHour = BigInt(Math.max(1, Math.round(HOUR / blockSeconds)));
    const most = anHour < BLOCKS ? anHour : BLOCKS;
    const ends = Array.from({ length: hours }, (_, i) => head.number - BigInt(i) * anHour).filter((end) => end >= 0n);
    const pieces: FeePiece[] = [];
    for (let i = 0; i < ends.length; i += ABREAST)
      pieces.push(...(await Promise.all(ends.slice(i, i + ABREAST).map((end) => pieceUpTo(reader, end, most)))));
    return { chainId, blockSeconds, pieces };
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    throw new ChainError('NO_ANSWER', `${rpcUrl}: ${error.details || error.shortMessage}`);
  }
}
