/** The finished model, judged on records that no member trained on, in the integers that the contract computes with. */
import {
  type CharterText,
  type InputRules,
  inputRules,
  predict,
  type RunState,
  type Standardization,
  toFixed,
} from '@concord/protocol';
import {
  accuracy,
  evaluate,
  type Evaluation,
  readRecords,
  type Records,
  standardize,
  type Table,
} from '@concord/trainer';

/** Scores on all test records; and at home, on those of the members: its own for a member alone, else the plain mean. */
export interface Scores extends Evaluation {
  /** Accuracy; absent where the test part is not cut by member. */
  readonly atHome?: number;
  /** Of a simulated run: 1 if its noise left no model, so that the more frequent label was guessed; the mean is a share. */
  readonly noModel?: number;
}

export type Metric = keyof Scores;

/** What is judged with: all test records, and where the test part is cut by member, its parts. */
export interface Exam {
  readonly test: Records;
  readonly homes?: readonly Records[] | undefined;
}

/** Scores from the logits that a model gives; `home` is the member that it belongs to, if to one. */
export function score(logitsOf: (records: Records) => ArrayLike<number>, { test, homes }: Exam, home?: number): Scores {
  const scores = evaluate(logitsOf(test), test.labels);
  if (homes === undefined) return scores;
  const chosen = home === undefined ? homes : [homes[home]!];
  const sum = chosen.reduce((total, records) => total + accuracy(logitsOf(records), records.labels), 0);
  return { ...scores, atHome: sum / chosen.length };
}

/** Features as the model sees them: standardised with the run's own constants, Q16. */
function fixedFeatures(records: Records, constants: Standardization, seen: InputRules): Int32Array[] {
  const { features, width, count } = standardize(records, constants, seen);
  return Array.from({ length: count }, (_, row) => toFixed(features.subarray(row * width, (row + 1) * width)));
}

export interface Judged {
  readonly scores: Scores;
  readonly logits: readonly number[];
  readonly inputs: readonly Int32Array[];
  readonly labels: Uint8Array;
}

/** What the contract would say about each record: integer logits, and the inputs that give them. */
export function integerLogits(state: RunState, records: Records, seen: InputRules): Pick<Judged, 'logits' | 'inputs'> {
  if (state.statistics === undefined) throw new Error('the run has no settled statistics round');
  const inputs = fixedFeatures(records, state.statistics.constants, seen);
  return { inputs, logits: inputs.map((input) => predict(state.optimizer.model, input)) };
}

export function judge(state: RunState, charter: CharterText, test: Table, homes?: readonly Table[]): Judged {
  const { schema } = charter;
  const seen = inputRules(charter);
  const records = readRecords(test, schema);
  const exam = { test: records, homes: homes?.map((table) => readRecords(table, schema)) };
  const scores = score((each) => integerLogits(state, each, seen).logits, exam);
  return { scores, labels: records.labels, ...integerLogits(state, records, seen) };
}
