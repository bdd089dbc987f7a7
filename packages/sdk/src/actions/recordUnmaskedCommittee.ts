import { roundsAbi } from '@concord/contracts';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Address, Hex } from '../facts.ts';

/**
 * UNMASK → SETTLE of a committee: the digest of each share's aggregate, signed by one of its holders, and the share's
 * draw preimage [RD10] (CM3, CM6). `holders` are all 2k; the other lists have one entry a share.
 */
export const recordUnmaskedCommittee = (
  client: ConcordClient,
  post: {
    readonly runId: Hex;
    readonly holders: readonly Address[];
    readonly shareDigests: readonly Hex[];
    readonly drawPreimages: readonly Hex[];
    /** `roleSignature`s. */
    readonly signatures: readonly Hex[];
  },
): Promise<Landed> =>
  send(client, {
    to: client.deployment.rounds,
    abi: roundsAbi,
    functionName: 'recordUnmaskedCommittee',
    args: [post.runId, post.holders, post.shareDigests, post.drawPreimages, post.signatures],
  });
