import { roundsAbi } from '@concord/contracts';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Hex, Seat } from '../facts.ts';

/** SEAT → NOISE: seats ascending by holder, one signature each in the same order [RD6][RD9]. */
export const seat = (
  client: ConcordClient,
  committee: { readonly runId: Hex; readonly seats: readonly Seat[]; readonly signatures: readonly Hex[] },
): Promise<Landed> =>
  send(client, {
    to: client.deployment.rounds,
    abi: roundsAbi,
    functionName: 'seat',
    args: [committee.runId, committee.seats, committee.signatures],
  });
