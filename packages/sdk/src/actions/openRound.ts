import { roundsAbi } from '@concord/contracts';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Hex } from '../facts.ts';

/** OPEN → UPLOAD: every holder's `open` preimage, 32 bytes each in seat order [RD8]. */
export const openRound = (
  client: ConcordClient,
  reveal: { readonly runId: Hex; readonly preimages: readonly Hex[] },
): Promise<Landed> =>
  send(client, {
    to: client.deployment.rounds,
    abi: roundsAbi,
    functionName: 'open',
    args: [reveal.runId, reveal.preimages],
  });
