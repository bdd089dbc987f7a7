/**
 * How good scores are at telling label 1 from label 0. Records with equal scores are one group: no order among them is
 * ever assumed, so a constant score earns nothing (LR8). Inputs: one score and one label (0 or 1) a record.
 */

type Scores = ArrayLike<number>;
type Labels = ArrayLike<number>;

export class MetricsError extends Error {
  readonly code: 'LENGTH' | 'NAN' | 'ONE_CLASS';
  constructor(code: MetricsError['code'], message: string) {
    super(message);
    this.name = 'MetricsError';
    this.code = code;
  }
}

interface Group {
  readonly positives: number;
  readonly negatives: number;
}

/** Groups of equal score, from the highest score down. */
function groups(scores: Scores, labels: Labels): Group[] {
  if (scores.length !== labels.length)
    throw new MetricsError('LENGTH', `${scores.length} scores for ${labels.length} labels`);
  const order = Array.from({ length: scores.length }, (_, i) => i);
  if (order.some((i) => Number.isNaN(scores[i]!))) throw new MetricsError('NAN', 'a score is NaN: the model diverged');
  order.sort((a, b) => scores[b]! - scores[a]!);
  const out: Group[] = [];
  for (let start = 0; start < order.length; ) {
    let end = start;
    let positives = 0;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) positives += labels[order[end++]!]!;
    out.push({ positives, negatives: end - start - positives });
    start = end;
  }
  return out;
}

function totals(all: readonly Group[]): Group {
  const positives = all.reduce((sum, group) => sum + group.positives, 0);
  const negatives = all.reduce((sum, group) => sum + group.negatives, 0);
  if (positives === 0 || negatives === 0)
    throw new MetricsError('ONE_CLASS', `${positives} records of label 1 and ${negatives} of label 0: need both`);
  return { positives, negatives };
}

/** Share of records on the right side of a threshold on the logit (score > threshold means label 1). */
export function accuracy(scores: Scores, labels: Labels, threshold = 0): number {
  let right = 0;
  for (let i = 0; i < scores.length; i++) if (scores[i]! > threshold === (labels[i] === 1)) right++;
  return right / scores.length;
}

/** Accuracy of always guessing the more frequent label: print it beside every accuracy. */
export function majorityGuess(labels: Labels): number {
  let ones = 0;
  for (let i = 0; i < labels.length; i++) ones += labels[i]!;
  return Math.max(ones, labels.length - ones) / labels.length;
}

/** Area under the ROC curve; a tied pair counts half. Throws MetricsError ONE_CLASS. */
export function auc(scores: Scores, labels: Labels): number {
  const all = groups(scores, labels);
  const { positives, negatives } = totals(all);
  let above = 0;
  let area = 0;
  for (const group of all) {
    area += group.negatives * (above + group.positives / 2);
    above += group.positives;
  }
  return area / (positives * negatives);
}

/** Average precision: Σ (recall gained by a group) · (precision after the group). Throws MetricsError ONE_CLASS. */
export function averagePrecision(scores: Scores, labels: Labels): number {
  const all = groups(scores, labels);
  const { positives } = totals(all);
  let hits = 0;
  let seen = 0;
  let sum = 0;
  for (const group of all) {
    hits += group.positives;
    seen += group.positives + group.negatives;
    sum += (group.positives / positives) * (hits / seen);
  }
  return sum;
}

/**
 * Largest share of label 1 found by a threshold that raises at most ⌊rate · negatives⌋ false alarms. A group of ties is
 * above the threshold as a whole or not at all; nothing is interpolated. Throws MetricsError ONE_CLASS.
 */
export function recallAtFalseAlarms(scores: Scores, labels: Labels, rate = 0.01): number {
  const all = groups(scores, labels);
  const { positives, negatives } = totals(all);
  const allowed = Math.floor(rate * negatives);
  let found = 0;
  let alarms = 0;
  for (const group of all) {
    alarms += group.negatives;
    if (alarms > allowed) break;
    found += group.positives;
  }
  return found / positives;
}

/**
 * The least threshold above which at most ⌊rate · negatives⌋ scores of label 0 lie: flagging what scores higher finds what
 * `recallAtFalseAlarms` says. Throws MetricsError ONE_CLASS.
 */
export function thresholdAtFalseAlarms(scores: Scores, labels: Labels, rate = 0.01): number {
  totals(groups(scores, labels));
  const ordinary = Array.from(scores).filter((_, i) => labels[i] === 0);
  ordinary.sort((a, b) => b - a);
  return ordinary[Math.min(ordinary.length - 1, Math.floor(rate * ordinary.length))]!;
}

export interface Evaluation {
  readonly accuracy: number;
  readonly majorityGuess: number;
  readonly auc: number;
  readonly averagePrecision: number;
  readonly recallAt1PercentFalseAlarms: number;
}

/** All of the above for logits. Throws MetricsError. */
export const evaluate = (logits: Scores, labels: Labels): Evaluation => ({
  accuracy: accuracy(logits, labels),
  majorityGuess: majorityGuess(labels),
  auc: auc(logits, labels),
  averagePrecision: averagePrecision(logits, labels),
  recallAt1PercentFalseAlarms: recallAtFalseAlarms(logits, labels, 0.01),
});
