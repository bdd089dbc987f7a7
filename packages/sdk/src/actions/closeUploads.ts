import { roundsAbi } from '@concord/contracts';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Address, Hex } from '../facts.ts';

/** UPLOAD → QUERY: the root and blob of the update headers, signed by all holders in seat order. */
export const closeUploads = (
  client: ConcordClient,
  post: {
    readonly runId: Hex;
    readonly holders: readonly Address[];
    readonly root: Hex;
    readonly blob: Hex;
    readonly signatures: readonly Hex[];
  },
): Promise<Landed> =>
  send(client, {
    to: client.deployment.rounds,
    abi: roundsAbi,
    functionName: 'closeUploads',
    args: [post.runId, post.holders, post.root, post.blob, post.signatures],
  });
