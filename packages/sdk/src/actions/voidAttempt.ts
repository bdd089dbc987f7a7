import { roundsAbi } from '@concord/contracts';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Hex } from '../facts.ts';

/** Ends an attempt whose deadline has passed; the next one begins at SEAT [RD4][RD5]. */
export const voidAttempt = (client: ConcordClient, runId: Hex): Promise<Landed> =>
  send(client, { to: client.deployment.rounds, abi: roundsAbi, functionName: 'voidAttempt', args: [runId] });
