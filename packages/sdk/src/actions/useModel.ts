import { inferenceAbi } from '@concord/contracts';
import { type ConcordClient, type Landed, send } from '../client.ts';
import { toTransactionError } from '../errors.ts';
import type { Address, Hex } from '../facts.ts';

export interface Use {
  readonly runId: Hex;
  /** As the charter's terms of use name it. */
  readonly purpose: string;
  /** Q16, as the model was trained on (IN1). */
  readonly features: readonly number[];
  /** wei: what the charter asks. */
  readonly price: bigint;
}

/**
 * Uses a run's model under the charter's terms, on record, and pays its price [CH10]: the Q16 score, and where the use
 * stands. Throws TransactionError when caller, purpose, price or time is not within the terms, and sends nothing then.
 */
export async function useModel(client: ConcordClient, use: Use): Promise<Landed & { readonly score: number }> {
  const { runId, purpose, features, price: value } = use;
  const to = client.deployment.inference;
  const call = { abi: inferenceAbi, functionName: 'use', args: [runId, purpose, features], value } as const;
  if (!client.writer) throw toTransactionError(undefined, call);
  let score: number;
  try {
    const { account } = client.writer.wallet;
    // A registered model never changes: it will say the same in the block.
    score = (await client.reader.simulateContract({ ...call, address: to, account })).result;
  } catch (error) {
    throw toTransactionError(error, call);
  }
  return { ...(await send(client, { ...call, to })), score };
}

/** Wei that a member can have sent to it of what uses of the run's model paid [CH10]. */
export const dueTo = (client: ConcordClient, runId: Hex, member: Address): Promise<bigint> =>
  client.reader.readContract({
    ...{ address: client.deployment.inference, abi: inferenceAbi, functionName: 'dueTo' },
    args: [runId, member],
  });

/** Sends a member its part; whoever asks pays the gas [CH10]. Throws TransactionError when nothing is due. */
export const payOut = (client: ConcordClient, runId: Hex, member: Address): Promise<Landed> =>
  send(client, { to: client.deployment.inference, abi: inferenceAbi, functionName: 'payOut', args: [runId, member] });
