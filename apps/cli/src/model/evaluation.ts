/** A finished model on labeled records that nobody trained on: what it finds, what it flags by mistake, what it misses. */
import {
  type CharterText,
  FRACTION_BITS,
  inputRules,
  predict,
  type RunState,
  toFixed,
  treePlan,
} from '@concord/protocol';
import {
  evaluate,
  type Evaluation,
  readRecords,
  type Records,
  standardize,
  type Table,
  thresholdAtFalseAlarms,
} from '@concord/trainer';
import { SettingError } from '../settings/checks.ts';

/** Records told apart by one column: those above one number and not above another. */
export interface Group {
  readonly what: string;
  readonly column: string;
  readonly above: number;
  readonly atMost: number;
}

export interface Share {
  readonly of: number;
  readonly flagged: number;
  readonly share: number;
}

export interface ModelEvaluation {
  /** Where the records come from, and that nobody trained on them, as whoever evaluates says. */
  readonly data: string;
  readonly records: number;
  readonly positives: number;
  readonly metrics: Evaluation;
  /** A threshold chosen on every second record of each label, and what it does to the others. */
  readonly served: {
    /** Int32 in Q16: flag what scores above it. */
    readonly threshold: number;
    readonly aimedFalseAlarmRate: number;
    readonly falseAlarmsOnKnownGood: Share;
    readonly found: Share;
  };
  /** The same threshold on groups of the others: where label 1 evades it, and where ordinary records are wronged. */
  readonly groups: readonly { readonly what: string; readonly found: Share; readonly falseAlarms: Share }[];
  /** What it says of a record about which nothing is known, where blanks count as 0. */
  readonly blank: { readonly score: number; readonly flagged: boolean } | null;
}

const RATE = 0.01;

const share = (scores: readonly number[], threshold: number): Share => {
  const flagged = scores.filter((score) => score > threshold).length;
  return { of: scores.length, flagged, share: scores.length === 0 ? 0 : flagged / scores.length };
};

interface Finished {
  readonly state: RunState;
  readonly text: CharterText;
}

/** Records as the model sees them: trees need no standardisation (LR31). Throws SettingError before the statistics round. */
function seenBy({ state, text }: Finished, records: Records): Records {
  if (treePlan(text)) return records;
  if (state.statistics === undefined) throw new SettingError('model', 'the run has no settled statistics round');
  return standardize(records, state.statistics.constants, inputRules(text));
}

/** Integer scores as the contract would give them (IN3). */
export function scoresOf({ state, text }: Finished, records: Records): number[] {
  const { features, width, count } = seenBy({ state, text }, records);
  return Array.from({ length: count }, (_, row) =>
    predict(state.optimizer.model, toFixed(features.subarray(row * width, (row + 1) * width))),
  );
}

export interface EvaluateOptions {
  readonly data: string;
  readonly groups?: readonly Group[];
}

/** Places of every second record of each label, and of the others. Throws SettingError where a half would lack a label. */
export function halves(labels: Uint8Array): readonly [chosen: number[], measured: number[]] {
  const seen = [0, 0];
  const parts: [number[], number[]] = [[], []];
  for (const [i, label] of labels.entries()) parts[seen[label]!++ % 2]!.push(i);
  if (seen.some((count) => count < 2))
    throw new SettingError(
      'data',
      `${seen[1]} records of label 1 and ${seen[0]} of label 0: need two of each, better hundreds, to measure a model`,
    );
  return parts;
}

/** Throws SchemaError where the table does not fit, SettingError where it has too few records of a label. */
export function evaluateModel(
  finished: Finished,
  table: Table,
  { data, groups = [] }: EvaluateOptions,
): ModelEvaluation {
  const records = readRecords(table, finished.text.schema);
  const { labels, count } = records;
  const scores = scoresOf(finished, records);
  const [chosen, measured] = halves(labels);
  const threshold = thresholdAtFalseAlarms(
    chosen.map((i) => scores[i]!),
    chosen.map((i) => labels[i]!),
    RATE,
  );
  const flagged = (label: 0 | 1, holds: (i: number) => boolean = () => true): Share =>
    share(
      measured.filter((i) => labels[i] === label && holds(i)).map((i) => scores[i]!),
      threshold,
    );
  const isIn =
    ({ column, above, atMost }: Group) =>
    (i: number): boolean => {
      const value = Number(table.rows[i]![table.header.indexOf(column)]);
      return value > above && value <= atMost;
    };
  return {
    data,
    records: count,
    positives: labels.reduce((sum, label) => sum + label, 0),
    metrics: evaluate(scores, labels),
    served: {
      threshold,
      aimedFalseAlarmRate: RATE,
      falseAlarmsOnKnownGood: flagged(0),
      found: flagged(1),
    },
    groups: groups.map((group) => ({
      what: group.what,
      found: flagged(1, isIn(group)),
      falseAlarms: flagged(0, isIn(group)),
    })),
    blank: blankIn(finished, threshold),
  };
}

function blankIn(finished: Finished, threshold: number): ModelEvaluation['blank'] {
  const { schema } = finished.text;
  if (schema.blank !== 'zero') return null;
  const names = schema.columns.map(({ name }) => name);
  const nothing = { header: [...names, schema.label], rows: [[...names.map(() => ''), '0']] };
  const [score = 0] = scoresOf(finished, readRecords(nothing, schema));
  return { score, flagged: score > threshold };
}

/** A Q16 score as the probability that the model estimates. */
export const probabilityOf = (score: number): number => 1 / (1 + Math.exp(-score / 2 ** FRACTION_BITS));
