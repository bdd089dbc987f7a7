import { chartersAbi } from '@concord/contracts';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Address, Hex } from '../facts.ts';

/** Lands a member's signed endpoint, an HTTPS address where its blobs and posts are served; landing again moves it [CH6]. */
export const join = (
  client: ConcordClient,
  entry: { readonly charterId: Hex; readonly member: Address; readonly endpoint: string; readonly signature: Hex },
): Promise<Landed> =>
  send(client, {
    to: client.deployment.charters,
    abi: chartersAbi,
    functionName: 'join',
    args: [entry.charterId, entry.member, entry.endpoint, entry.signature],
  });
