import { aggregatorsAbi } from '@concord/contracts';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Address, Hex } from '../facts.ts';
import { aggregatorsOf } from '../identity.ts';
import { encodeStatement, type HolderStatement } from '../signing.ts';

/**
 * Adds wei to the stake of the client's account and publishes where it is reached; again to add more, to move, or to come
 * back after resigning (CM1).
 */
export const registerAggregator = (
  client: ConcordClient,
  entry: { readonly endpoint: string; readonly stake: bigint },
): Promise<Landed> =>
  send(client, {
    to: aggregatorsOf(client.deployment),
    abi: aggregatorsAbi,
    functionName: 'register',
    args: [entry.endpoint],
    value: entry.stake,
  });

/** Leaves the roster: no later snapshot has the client's account (CM1). */
export const resign = (client: ConcordClient): Promise<Landed> =>
  send(client, { to: aggregatorsOf(client.deployment), abi: aggregatorsAbi, functionName: 'resign', args: [] });

/** Takes a resigned stake back, seven days after resigning at the earliest (CM1). */
export const withdraw = (client: ConcordClient): Promise<Landed> =>
  send(client, { to: aggregatorsOf(client.deployment), abi: aggregatorsAbi, functionName: 'withdraw', args: [] });

interface Said {
  readonly statement: HolderStatement;
  readonly signature: Hex;
}

/** Burns all that a holder has at stake, shown two statements of one kind about one attempt that differ (CM9). */
export const slashEquivocation = (
  client: ConcordClient,
  { holder, said }: { readonly holder: Address; readonly said: readonly [Said, Said] },
): Promise<Landed> => {
  const { typeHash } = encodeStatement(said[0].statement);
  const [a, b] = said.map(({ statement, signature }) => ({ data: encodeStatement(statement).data, signature }));
  return send(client, {
    to: aggregatorsOf(client.deployment),
    abi: aggregatorsAbi,
    functionName: 'slashEquivocation',
    args: [holder, typeHash, a!, b!],
  });
};
