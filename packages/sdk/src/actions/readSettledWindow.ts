/** A settled window from its events alone: also after everybody was paid, and with what draws the pairs. */
import { marketAbi } from '@concord/contracts';
import { parseEventLogs } from 'viem';
import type { ConcordClient } from '../client.ts';
import type { Address, Hex } from '../facts.ts';
import { lowercase } from '../identity.ts';
import { NoMarketError } from './market.ts';

export interface SettledWindow {
  /** In posting order; a price is that of a unit's check and of its bytes together [MK2]. */
  readonly asks: readonly { readonly account: Address; readonly price: bigint; readonly units: number }[];
  /** In their places; who had to leave is not among them [MK4]. */
  readonly wants: readonly {
    readonly account: Address;
    readonly charterId: Hex;
    readonly limit: bigint;
    readonly units: number;
  }[];
  /** keccak256 of all amounts [MK7]. */
  readonly digest: Hex;
  /** Hash of the block after the one that settled it; undefined until there is one [MK9]. */
  readonly beacon?: Hex;
}

const UNIT_BYTES = 65_536n;
/** Most blocks asked for at once: what public endpoints commonly allow. */
const SPAN = 2_000n;

/**
 * What the first RPC tells of a window that somebody settled; undefined where nobody did. Whether it comes to the digest is
 * for whoever reads it to check. `fromBlock` is the deployment's. Throws NoMarketError.
 */
export async function readSettledWindow(
  { deployment, reader }: ConcordClient,
  window: bigint,
  fromBlock: bigint,
): Promise<SettledWindow | undefined> {
  const { market: address } = deployment;
  if (!address) throw new NoMarketError();
  const head = await reader.getBlockNumber();
  const asks: SettledWindow['asks'][number][] = [];
  const wants: SettledWindow['wants'][number][] = [];
  for (let from = fromBlock; from <= head; from += SPAN) {
    const toBlock = from + SPAN > head ? head : from + SPAN - 1n;
    const logs = await reader.getLogs({ address, fromBlock: from, toBlock });
    for (const log of parseEventLogs({ abi: marketAbi, logs, eventName: ['Asked', 'Wanted', 'Settled'] })) {
      if (log.args.window !== window) continue;
      if (log.eventName === 'Settled') {
        const next = head > log.blockNumber ? await reader.getBlock({ blockNumber: log.blockNumber + 1n }) : undefined;
        return { asks, wants, digest: log.args.digest, ...(next?.hash && { beacon: next.hash }) };
      }
      const { args } = log;
      const { index, units } = args;
      if ('seller' in args)
        asks[Number(index)] = {
          account: lowercase(args.seller),
          price: args.perCheck + UNIT_BYTES * args.perByte,
          units,
        };
      // A later one in the same place has pushed the earlier one out.
      else
        wants[Number(index)] = { account: lowercase(args.payer), charterId: args.charterId, limit: args.limit, units };
    }
  }
  return undefined;
}
