import { roundsAbi } from '@concord/contracts';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Address, Hex } from '../facts.ts';

/** VERIFY → UNMASK: what all holders found, signed in seat order; charges the privacy ledger [LG1][RD10]. */
export const recordVerified = (
  client: ConcordClient,
  post: {
    readonly runId: Hex;
    readonly holders: readonly Address[];
    readonly verifierRoot: Hex;
    readonly acceptRoot: Hex;
    readonly updates: number;
    readonly noises: number;
    readonly blob: Hex;
    readonly signatures: readonly Hex[];
  },
): Promise<Landed> => {
  const { runId, holders, signatures, ...verified } = post;
  return send(client, {
    to: client.deployment.rounds,
    abi: roundsAbi,
    functionName: 'recordVerified',
    args: [runId, holders, verified, signatures],
  });
};
