/** The bar that a charter sets for its finished model, and where a model stands beside it (CH12). */
import { evaluate } from './metrics.ts';

export interface Bar {
  readonly measure: 'accuracy' | 'auc' | 'recallAt1PercentFalseAlarms';
  /** Least value, above 0 and at most 1. */
  readonly least: number;
  /** Fewest held-out records that it may be judged on. */
  readonly records: number;
}

export interface Judgement {
  readonly value: number;
  readonly records: number;
  readonly accepted: boolean;
}

/**
 * Judges the logits that a model gives to held-out records: accepted if there are enough of them and the measure is not
 * below the bar. Throws MetricsError when they are of one label, or no numbers.
 */
export function judgeBy(
  { measure, least, records }: Bar,
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
): Judgement {
  const value = evaluate(logits, labels)[measure];
  return { value, records: labels.length, accepted: labels.length >= records && value >= least };
}
