/** Votes and joins: signed here, carried to the chain by a relayer, so that a member needs no gas [CH6]. */
import { type RunView, sign } from '@concord/sdk';
import { delay } from '../clock.ts';
import { bytesToHex } from '../core/hex.ts';
import type { Party, Reporter } from '../ports.ts';

/** Until the chain shows what was handed over, asking again would only send it twice; milliseconds. */
const SETTLING = 1_500;

const privateKey = (party: Party) => bytesToHex(party.secretKey.reveal());

export async function vote(party: Party, reporter: Reporter, run: RunView, signal: AbortSignal): Promise<void> {
  const { charterId } = run;
  const signature = await sign(privateKey(party), party.deployment, { kind: 'Vote', charterId, support: true });
  const message = { charterId, voter: party.me.address, support: true, signature };
  await party.peers.hand(reporter.relayerUrl, 'votes', message, signal);
  await delay(party.clock, SETTLING, signal);
}

export async function join(party: Party, reporter: Reporter, run: RunView, signal: AbortSignal): Promise<void> {
  const { charterId } = run;
  const { address, endpoint } = party.me;
  const signature = await sign(privateKey(party), party.deployment, { kind: 'Join', charterId, endpoint });
  const message = { charterId, member: address, endpoint, signature };
  const { already } = await party.peers.hand(reporter.relayerUrl, 'joins', message, signal);
  await delay(party.clock, SETTLING, signal);
  // An old signature must not move a member back, so its address may never be one that it had before [CH6].
  if (already === true)
    throw new RangeError(
      `${endpoint} was announced before: it shows after some confirmations, or never, if this member has moved since; then set publicUrl to an address that it never had`,
    );
}
