/** The charter's bar, held before a model is registered: whoever registers evaluates it on records that nobody trained on. */
import type { CharterText, RunState } from '@concord/protocol';
import { type Judgement, judgeBy, MetricsError, type Records } from '@concord/trainer';
import { scoresOf } from './evaluation.ts';

/** The model did not reach what its charter asks of it, on these records. */
export class NotAcceptedError extends Error {
  readonly code = 'NOT_ACCEPTED';
  readonly have: number;
  readonly need: number;
  constructor(have: number, need: number, what: string) {
    super(`not accepted: ${what}. Register nothing; a charter with more rounds, data or ε may do better.`);
    this.name = 'NotAcceptedError';
    this.have = have;
    this.need = need;
  }
}

/**
 * Judges the integers that would be served (CH12). Undefined where the charter sets no bar; throws NotAcceptedError where
 * the records are too few, of one label, or the measure is below the bar.
 */
export function requireAccepted(state: RunState, text: CharterText, records: Records): Judgement | undefined {
  const bar = text.acceptance;
  if (!bar) return undefined;
  if (records.labels.length < bar.records)
    throw new NotAcceptedError(
      records.labels.length,
      bar.records,
      `${records.labels.length} held-out records, need ${bar.records}`,
    );
  const logits = scoresOf({ state, text }, records);
  let judged: Judgement;
  try {
    judged = judgeBy(bar, logits, records.labels);
  } catch (error) {
    if (error instanceof MetricsError) throw new NotAcceptedError(0, bar.least, error.message);
    throw error;
  }
  if (!judged.accepted)
    throw new NotAcceptedError(
      judged.value,
      bar.least,
      `${bar.measure} is ${judged.value.toFixed(3)}, need ${bar.least}`,
    );
  return judged;
}
