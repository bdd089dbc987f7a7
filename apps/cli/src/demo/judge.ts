/**
 * The finished model, judged on accounts that no member trained on, in the integers that the contract computes with;
 * and the contract asked about the same accounts, bit for bit.
 */
import { predict as predictHere, type RunState, type Standardization, toFixed } from '@concord/protocol';
import { type ConcordClient, estimatePredictGas, type Hex, predict as predictOnChain, registerModel } from '@concord/sdk';
import { evaluate, type Evaluation, readRecords, type Records, type Schema, standardize, type Table } from '@concord/trainer';

/** Features as the model sees them: standardised with the run's own constants, Q16. */
function fixedFeatures(records: Records, constants: Standardization, limit: number): Int32Array[] {
  const { features, width, count } = standardize(records, constants, limit);
  return Array.from({ length: count }, (_, row) => toFixed(features.subarray(row * width, (row + 1) * width)));
}

export interface Judged {
  readonly scores: Evaluation;
  readonly logits: readonly number[];
  readonly inputs: readonly Int32Array[];
  readonly labels: Uint8Array;
}

export function judge(state: RunState, schema: Schema, featureLimit: number, test: Table): Judged {
  if (state.statistics === undefined) throw new Error('the run has no settled statistics round');
  const records = readRecords(test, schema);
  const inputs = fixedFeatures(records, state.statistics.constants, featureLimit);
  const logits = inputs.map((input) => predictHere(state.optimizer.model, input));
  return { scores: evaluate(logits, records.labels), logits, inputs, labels: records.labels };
}

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
  judged: Judged,
  count: number,
): Promise<OnChain> {
  const { modelId, gas: registerGas } = await registerModel(client, runId, state);
  const asked = Math.min(count, judged.inputs.length);
  let equal = asked > 0;
  for (let i = 0; i < asked; i++) {
    const answer = await predictOnChain(client, modelId, Array.from(judged.inputs[i]!));
    equal &&= answer === judged.logits[i];
  }
  const predictGas = await estimatePredictGas(client, modelId, Array.from(judged.inputs[0]!));
  return { modelId, registerGas, predictGas, asked, equal };
}
