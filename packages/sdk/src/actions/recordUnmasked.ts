import { roundsAbi } from '@concord/contracts';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Address, Hex } from '../facts.ts';

/** UNMASK → SETTLE: the digest of each holder's aggregate share, signed by that holder, in seat order [RD10]. */
export const recordUnmasked = (
  client: ConcordClient,
  post: {
    readonly runId: Hex;
    readonly holders: readonly Address[];
    readonly shareDigests: readonly Hex[];
    readonly signatures: readonly Hex[];
  },
): Promise<Landed> =>
  send(client, {
    to: client.deployment.rounds,
    abi: roundsAbi,
    functionName: 'recordUnmasked',
    args: [post.runId, post.holders, post.shareDigests, post.signatures],
  });
