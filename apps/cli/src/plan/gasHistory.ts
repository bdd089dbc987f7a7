/** What gas cost on a chain in the last day, hour by hour, and how far its blocks lie apart: from any of its nodes. [PL2] */
import { type Chain, gasPriceCurve } from '@concord/planner';
import { ChainError, readFees } from '@concord/sdk';
import { SettingError } from '../settings/checks.ts';

/**
 * The chain behind an RPC with the gas price curve of its last day. What a chain does not say (confirmations, the price of
 * its ether) is as in `like`. Throws SettingError where nobody answers.
 */
export async function chainBehind(rpcUrl: string, like: Chain): Promise<Chain> {
  const { chainId, blockSeconds, pieces } = await readFees({ rpcUrl }).catch((error: unknown) => {
    if (!(error instanceof ChainError)) throw error;
    throw new SettingError('--rpc', error.message);
  });
  const newest = pieces[0]!.last;
  const day = new Date(newest.time * 1_000).toISOString().slice(0, 16).replace('T', ' ');
  return {
    ...like,
    name: `chain-${chainId}`,
    blockSeconds,
    gasPrice: gasPriceCurve(pieces),
    origin: `gas price by the hour from the chain’s own blocks up to ${newest.number} (${day} UTC); ether at ${like.usdPerEther} USD and ${like.confirmations} confirmations as of “${like.name}”: ${like.origin}`,
  };
}
