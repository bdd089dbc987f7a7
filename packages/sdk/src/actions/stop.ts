import { roundsAbi } from '@concord/contracts';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Hex, Reading } from '../facts.ts';

export interface Stopping {
  readonly runId: Hex;
  /** Of as many members as are needed (`stopsNeeded`), ascending. */
  readonly readings: readonly Reading[];
  /** Each member's over `Stop` for the current round, in the same order. */
  readonly signatures: readonly Hex[];
}

/** Ends a run with the model that it has, as long as its attempt is not charged [RD17]. Throws TransactionError. */
export function stop(client: ConcordClient, { runId, readings, signatures }: Stopping): Promise<Landed> {
  const said = readings.map(({ member, bytesSent, milliseconds }) => ({
    ...{ member, bytesSent: BigInt(bytesSent), milliseconds: BigInt(milliseconds) },
  }));
  const to = client.deployment.rounds;
  return send(client, { to, abi: roundsAbi, functionName: 'stop', args: [runId, said, signatures] });
}
