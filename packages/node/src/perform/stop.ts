/** A member's wish to stop the run: its caps leave no room for another round [RD18]. */
import { type RunView, sign } from '@concord/sdk';
import { delay } from '../clock.ts';
import { bytesToHex } from '../core/hex.ts';
import type { Slot } from '../core/slot.ts';
import type { Spent } from '../core/spending.ts';
import type { Party, Reporter } from '../ports.ts';
import { said, say } from '../statements.ts';

/** Until others have signed too, handing it over again helps only a relayer that has forgotten it; milliseconds. */
const AGAIN = 5_000;

/** Says it, once an attempt, and hands it to the relayer, which may have to wait for the others. */
export async function stop(
  party: Party,
  { relayerUrl }: Reporter,
  { charterId: runId }: RunView,
  slot: Slot,
  spent: Spent,
  signal: AbortSignal,
): Promise<void> {
  const { round } = slot;
  if (!said(party.journal, slot, 'Stop')) {
    const { bytesSent, milliseconds } = spent;
    say(party, slot, { kind: 'Stop', runId, round, bytesSent, milliseconds });
    party.log('stopping', { runId, round, bytesSent, milliseconds });
  }
  const { bytesSent, milliseconds } = said(party.journal, slot, 'Stop') as Spent;
  const statement = { kind: 'Stop', runId, round, bytesSent, milliseconds } as const;
  const signature = await sign(bytesToHex(party.secretKey.reveal()), party.deployment, statement);
  const message = { runId, round, member: party.me.address, bytesSent, milliseconds, signature };
  await party.peers.hand(relayerUrl, 'stops', message, signal);
  await delay(party.clock, AGAIN, signal);
}
