import { roundsAbi } from '@concord/contracts';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Hex } from '../facts.ts';

/** QUERY → VERIFY: every holder's `query` preimage, 32 bytes each in seat order [RD8]. */
export const queryRound = (
  client: ConcordClient,
  reveal: { readonly runId: Hex; readonly preimages: readonly Hex[] },
): Promise<Landed> =>
  send(client, {
    to: client.deployment.rounds,
    abi: roundsAbi,
    functionName: 'query',
    args: [reveal.runId, reveal.preimages],
  });
