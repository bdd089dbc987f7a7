import { roundsAbi } from '@concord/contracts';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Hex } from '../facts.ts';

/**
 * In SEAT, two blocks after the snapshot or `recordUnmaskedCommittee`: records the draw's beacon (CM3). Past the beacon's
 * 256 blocks it takes a new snapshot instead, and wants to be called again.
 */
export const draw = (client: ConcordClient, runId: Hex): Promise<Landed> =>
  send(client, { to: client.deployment.rounds, abi: roundsAbi, functionName: 'draw', args: [runId] });
