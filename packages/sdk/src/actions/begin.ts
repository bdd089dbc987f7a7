import { roundsAbi } from '@concord/contracts';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Hex } from '../facts.ts';

/** Once a run, after its charter passed: takes the roster's snapshot for the first draw (CM2). Anybody may. */
export const begin = (client: ConcordClient, runId: Hex): Promise<Landed> =>
  send(client, { to: client.deployment.rounds, abi: roundsAbi, functionName: 'begin', args: [runId] });
