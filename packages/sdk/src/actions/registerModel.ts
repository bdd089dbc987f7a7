import { inferenceAbi } from '@concord/contracts';
import { encodeModel, type RunState, stateParts } from '@concord/protocol';
import { bytesToHex } from 'viem';
import { type ConcordClient, type Landed, send } from '../client.ts';
import type { Hex } from '../facts.ts';

/** Puts the model of a run's final state on chain [IN5]; refused unless the run ended with that state. */
export async function registerModel(
  client: ConcordClient,
  runId: Hex,
  state: RunState,
): Promise<Landed & { readonly modelId: Hex }> {
  const { modelHash, velocityHash, constantsHash } = stateParts(state);
  const landed = await send(client, {
    to: client.deployment.inference,
    abi: inferenceAbi,
    functionName: 'register',
    args: [
      runId,
      state.round,
      bytesToHex(velocityHash),
      bytesToHex(constantsHash),
      bytesToHex(encodeModel(state.optimizer.model)),
    ],
  });
  return { ...landed, modelId: bytesToHex(modelHash) };
}
