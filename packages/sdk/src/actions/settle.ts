import { roundsAbi } from '@concord/contracts';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Address, Hex } from '../facts.ts';

/** SETTLE → the round is FINAL: the aggregate's root and the next model, signed by all holders in seat order [RD11]. */
export const settle = (
  client: ConcordClient,
  post: {
    readonly runId: Hex;
    readonly holders: readonly Address[];
    readonly aggregateRoot: Hex;
    readonly modelHash: Hex;
    readonly blob: Hex;
    readonly signatures: readonly Hex[];
  },
): Promise<Landed> =>
  send(client, {
    to: client.deployment.rounds,
    abi: roundsAbi,
    functionName: 'settle',
    args: [post.runId, post.holders, post.aggregateRoot, post.modelHash, post.blob, post.signatures],
  });
