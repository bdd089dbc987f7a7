/** The finished model, judged on accounts that no member trained on, in the integers that the contract computes with. */
import { predict, type RunState, type Standardization, toFixed } from '@concord/protocol';
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

/** What the contract would say about each record: integer logits, and the inputs that give them. */
export function integerLogits(state: RunState, records: Records, featureLimit: number): Pick<Judged, 'logits' | 'inputs'> {
  if (state.statistics === undefined) throw new Error('the run has no settled statistics round');
  const inputs = fixedFeatures(records, state.statistics.constants, featureLimit);
  return { inputs, logits: inputs.map((input) => predict(state.optimizer.model, input)) };
}

export function judge(state: RunState, schema: Schema, featureLimit: number, test: Table): Judged {
  const records = readRecords(test, schema);
  const { inputs, logits } = integerLogits(state, records, featureLimit);
  return { scores: evaluate(logits, records.labels), logits, inputs, labels: records.labels };
}
