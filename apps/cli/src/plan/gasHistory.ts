/** What gas cost on a chain in the last day, hour by hour, and how far its blocks lie apart: from any of its nodes. [PL2] */
import { type Chain, type FeePiece, gasPriceCurve } from '@concord/planner';
import { createPublicClient, http, type PublicClient } from 'viem';
import { SettingError } from '../settings/checks.ts';

const DAY = 86_400;
const PIECES = 24;
/** What nodes answer at once; many allow 1,024. */
const MOST_BLOCKS = 256;
const MEDIAN = 50;

async function pieceAt(reader: PublicClient, newest: bigint, count: number): Promise<FeePiece> {
  const [history, last] = await Promise.all([
    reader.getFeeHistory({ blockCount: count, blockNumber: newest, rewardPercentiles: [MEDIAN] }),
    reader.getBlock({ blockNumber: newest }),
  ]);
  const first = await reader.getBlock({ blockNumber: history.oldestBlock });
  return {
    // The last base fee is of the block to come.
    baseFees: history.baseFeePerGas.slice(0, -1),
    tips: (history.reward ?? []).map(([tip = 0n]) => tip),
    first: { number: first.number, time: Number(first.timestamp) },
    last: { number: last.number, time: Number(last.timestamp) },
  };
}

/** Up to a day of a chain in 24 pieces. */
async function lastDay(reader: PublicClient): Promise<{ readonly pieces: readonly FeePiece[]; readonly blockSeconds: number }> {
  const head = await reader.getBlock();
  const back = head.number < 100n ? head.number : 100n;
  if (back === 0n) throw new SettingError('--rpc', 'the chain has one block: nothing to read a gas price from yet');
  const before = await reader.getBlock({ blockNumber: head.number - back });
  const blockSeconds = Math.max(0.1, Number(head.timestamp - before.timestamp) / Number(back));
  const blocks = Math.min(Number(head.number), Math.floor(DAY / blockSeconds));
  const each = Math.max(1, Math.floor(blocks / PIECES));
  const pieces: FeePiece[] = [];
  for (let newest = head.number, left = blocks; left > 0 && pieces.length < PIECES; newest -= BigInt(each), left -= each)
    pieces.push(await pieceAt(reader, newest, Math.min(each, MOST_BLOCKS)));
  return { pieces, blockSeconds };
}

/**
 * The chain behind an RPC with the gas price curve of its last day. What a chain does not say (confirmations, the price of
 * its ether) is as in `like`. Throws SettingError where nobody answers, or where the chain has no history.
 */
export async function chainBehind(url: string, like: Chain): Promise<Chain> {
  const reader = createPublicClient({ transport: http(url, { retryCount: 1, timeout: 10_000 }) }) as PublicClient;
  const id = await reader.getChainId().catch(() => undefined);
  if (id === undefined) throw new SettingError('--rpc', `nobody answers at ${url}: check the address`);
  const { pieces, blockSeconds } = await lastDay(reader);
  const newest = pieces[0]!.last;
  const day = new Date(newest.time * 1_000).toISOString().slice(0, 16).replace('T', ' ');
  return {
    ...like,
    name: `chain-${id}`,
    blockSeconds,
    gasPrice: gasPriceCurve(pieces),
    origin: `gas price by the hour from the chain’s own blocks up to ${newest.number} (${day} UTC); ether at ${like.usdPerEther} USD and ${like.confirmations} confirmations as of “${like.name}”: ${like.origin}`,
  };
}
