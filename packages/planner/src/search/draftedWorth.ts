/** What the draft's own training numbers are worth, as a pilot measured them. [PL7] */

import { mean } from '../mean.ts';
import type { Metric, Worth } from '../types.ts';

interface Run {
  /** Held-out part that it was scored on. */
  readonly fold: number;
  readonly scores: Readonly<Record<Metric, number>>;
}

const NINETY = 1.6449;

/** Mean over the runs; 90 % by how the means of the held-out parts differ. Needs runs of two parts. */
export function draftedWorth(runs: readonly Run[], metric: Metric): Worth {
  const parts = [...Map.groupBy(runs, ({ fold }) => fold).values()].map((of) =>
    mean(of.map(({ scores }) => scores[metric])),
  );
  const middle = mean(parts);
  const squares = parts.reduce((sum, part) => sum + (part - middle) ** 2, 0);
  const apart = NINETY * Math.sqrt(squares / Math.max(1, parts.length - 1) / parts.length);
  return { mean: middle, low: Math.max(0, middle - apart), high: Math.min(1, middle + apart), extrapolated: false };
}
