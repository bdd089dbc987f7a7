import { chartersAbi } from '@concord/contracts';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Address, Hex } from '../facts.ts';

/** Lands a member's signed vote [CH6]; the member itself needs no gas. */
export const castVote = (
  client: ConcordClient,
  vote: { readonly charterId: Hex; readonly voter: Address; readonly support: boolean; readonly signature: Hex },
): Promise<Landed> =>
  send(client, {
    to: client.deployment.charters,
    abi: chartersAbi,
    functionName: 'castVote',
    args: [vote.charterId, vote.voter, vote.support, vote.signature],
  });
