/** What every node has in common: its client, its heads, and an end. */
import type { ConcordClient, Hex } from '@concord/sdk';
import type { FollowOptions } from './adapters/chain.ts';
import type { Listening } from './adapters/server.ts';
import type { NodeConfig, RunningNode } from './config.ts';
import type { Log } from './ports.ts';
import type { World } from './world.ts';

export const clientOf = (
  { connect }: World,
  { rpcUrl, chainId, contracts, pollMilliseconds }: NodeConfig,
  account?: Hex,
): Promise<ConcordClient> =>
  connect({
    ...{ rpcUrl, ...contracts, pollMilliseconds },
    ...(chainId !== undefined && { chainId }),
    ...(account && { account }),
  });

/** How to follow the chain of a node's configuration. */
export const follow = (
  { clock }: World,
  config: NodeConfig,
  log: Log,
  signal: AbortSignal,
  onTrouble: (what: string) => void,
): FollowOptions => ({
  clock,
  fromBlock: BigInt(config.fromBlock ?? 0),
  confirmations: config.confirmations,
  pollMilliseconds: config.pollMilliseconds,
  signal,
  onTrouble,
  log,
});

/** A node that ends with its work or when it is stopped, and then lets go of what it holds. */
export function running(
  listening: Listening,
  endpoint: string,
  status: () => object,
  work: Promise<void>,
  controller: AbortController,
  release: () => void,
): RunningNode {
  const ended = work
    .catch((error: unknown) => {
      if (!controller.signal.aborted) throw error;
    })
    .finally(async () => {
      controller.abort();
      release();
      await listening.close();
    });
  return {
    endpoint,
    status,
    ended,
    stop() {
      controller.abort();
      return ended.catch(() => undefined);
    },
  };
}
