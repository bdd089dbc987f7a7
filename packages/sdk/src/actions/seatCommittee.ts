import { roundsAbi } from '@concord/contracts';
import { numberToHex } from 'viem';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { CommitteeSeat, Hex } from '../facts.ts';
import type { Roster } from '../roster.ts';

/**
 * SEAT → NOISE of a committee: the snapshot's roster, and the 2k seats in the order of the draw. A seat that is missing
 * has its holder, zeros and the signature 0x (CM4, CM5).
 */
export const seatCommittee = (
  client: ConcordClient,
  committee: {
    readonly runId: Hex;
    readonly roster: Roster;
    readonly seats: readonly CommitteeSeat[];
    readonly signatures: readonly Hex[];
  },
): Promise<Landed> =>
  send(client, {
    to: client.deployment.rounds,
    abi: roundsAbi,
    functionName: 'seatCommittee',
    args: [
      committee.runId,
      committee.roster.map(({ address, stake }) => numberToHex((BigInt(address) << 96n) | stake, { size: 32 })),
      committee.seats,
      committee.signatures,
    ],
  });
