/** The model registered, and the contract asked about the judged accounts, bit for bit. */
import type { RunState } from '@concord/protocol';
import { type ConcordClient, estimatePredictGas, type Hex, predictFeatures, registerModel } from '@concord/sdk';
import type { Judged } from './judge.ts';

export interface OnChain {
  readonly modelId: Hex;
  readonly registerGas: bigint;
  /** Gas of one whole predicting transaction, estimated by the chain. */
  readonly predictGas: bigint;
  readonly asked: number;
  readonly equal: boolean;
}

/** Registers the model and asks the contract about the first `count` judged accounts. */
export async function askTheChain(
  client: ConcordClient,
  runId: Hex,
  state: RunState,
  charterText: Uint8Array,
  judged: Judged,
  count: number,
): Promise<OnChain> {
  const { modelId, gas: registerGas } = await registerModel(client, runId, state, charterText);
  const asked = Math.min(count, judged.inputs.length);
  let equal = asked > 0;
  for (let i = 0; i < asked; i++) {
    const answer = await predictFeatures(client, modelId, Array.from(judged.inputs[i]!));
    equal &&= answer === judged.logits[i];
  }
  const predictGas = await estimatePredictGas(client, modelId, Array.from(judged.inputs[0]!));
  return { modelId, registerGas, predictGas, asked, equal };
}
