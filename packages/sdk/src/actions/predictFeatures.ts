import { inferenceAbi } from '@concord/contracts';
import { encodeFunctionData } from 'viem';
import type { ConcordClient } from '../client.ts';
import { toTransactionError } from '../errors.ts';
import type { Hex } from '../facts.ts';

/**
 * Asks a model on chain that a charter leaves open, for free [CH10]: Q16 features as it was trained on, a Q16 score back.
 * Throws TransactionError when there is no such model, it is not open (`useModel`), or the features do not fit it.
 */
export async function predictFeatures(
  client: ConcordClient,
  modelId: Hex,
  features: readonly number[],
): Promise<number> {
  const address = client.deployment.inference;
  const call = { address, abi: inferenceAbi, functionName: 'predict', args: [modelId, features] } as const;
  try {
    return await client.reader.readContract(call);
  } catch (error) {
    throw toTransactionError(error, call);
  }
}

/** Gas of a whole transaction that asks for one prediction, as the chain estimates it. */
export const estimatePredictGas = (client: ConcordClient, modelId: Hex, features: readonly number[]): Promise<bigint> =>
  client.reader.estimateGas({
    to: client.deployment.inference,
    data: encodeFunctionData({ abi: inferenceAbi, functionName: 'predict', args: [modelId, features] }),
  });
