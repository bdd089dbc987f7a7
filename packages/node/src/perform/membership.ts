/** Votes and joins: signed here, carried to the chain by a relayer, so that a member needs no gas [CH6]. */
import { setTimeout as delay } from 'node:timers/promises';
import { type RunView, sign } from '@concord/sdk';
import { bytesToHex } from '../core/hex.ts';
import type { Member } from '../ports.ts';

/** Until the chain shows what was handed over, asking again would only send it twice; milliseconds. */
const SETTLING = 1_500;

const privateKey = (member: Member) => bytesToHex(member.secretKey.reveal());

export async function vote(member: Member, run: RunView, signal: AbortSignal): Promise<void> {
  const { charterId } = run;
  const signature = await sign(privateKey(member), member.deployment, { kind: 'Vote', charterId, support: true });
  const message = { charterId, voter: member.me.address, support: true, signature };
  await member.peers.hand(member.relayerUrl, 'votes', message, signal);
  await delay(SETTLING, undefined, { signal });
}

export async function join(member: Member, run: RunView, signal: AbortSignal): Promise<void> {
  const { charterId } = run;
  const { address, endpoint } = member.me;
  const signature = await sign(privateKey(member), member.deployment, { kind: 'Join', charterId, endpoint });
  await member.peers.hand(member.relayerUrl, 'joins', { charterId, member: address, endpoint, signature }, signal);
  await delay(SETTLING, undefined, { signal });
}
