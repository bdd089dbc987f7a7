import { chartersAbi } from '@concord/contracts';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Charter, Hex } from '../facts.ts';
import { charterIdOf } from '../identity.ts';

/** Puts a charter to the vote [CH11][AG1]. Throws TransactionError naming the first floor that it breaks. */
export async function propose(client: ConcordClient, charter: Charter): Promise<Landed & { readonly charterId: Hex }> {
  const landed = await send(client, {
    to: client.deployment.charters,
    abi: chartersAbi,
    functionName: 'propose',
    args: [charter],
  });
  return { ...landed, charterId: charterIdOf(charter) };
}
