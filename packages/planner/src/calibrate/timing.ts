/** Times from a clock that is passed in: medians of repeated runs, and lines through them. */

export interface Timing {
  /** Seconds of one run. */
  readonly median: number;
  /** Half of the runs lie within this part of the median. */
  readonly spread: number;
}

const LEAST_RUNS = 3;
const MOST_RUNS = 60;

/**
 * Times `work` for about so many milliseconds, at least three runs, after as many runs as a third of that time takes,
 * which do not count: what runs for the first times is slower. `now` in milliseconds. Runs that are too short for the
 * clock are timed in batches.
 */
export function timed(work: () => unknown, milliseconds: number, now: () => number): Timing {
  const once = (count: number): number => {
    const begun = now();
    for (let i = 0; i < count; i++) work();
    return (now() - begun) / count;
  };
  const warm = now() + milliseconds / 3;
  do work();
  while (now() < warm);
  const guess = once(1);
  const batch = Math.max(1, Math.min(10_000, Math.ceil(0.2 / Math.max(guess, 1e-6))));
  const ended = now() + milliseconds;
  const runs: number[] = [];
  while (runs.length < LEAST_RUNS || (runs.length < MOST_RUNS && now() < ended)) runs.push(once(batch));
  runs.sort((a, b) => a - b);
  const at = (part: number): number => runs[Math.round(part * (runs.length - 1))]!;
  const median = at(0.5);
  return { median: median / 1_000, spread: median > 0 ? (at(0.75) - at(0.25)) / 2 / median : 0 };
}

/** Through two points, with no part below zero: fixed + each·x. */
export function lineThrough(
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
): { readonly fixed: number; readonly each: number } {
  const each = Math.max(0, (y2 - y1) / (x2 - x1));
  return { fixed: Math.max(0, y1 - each * x1), each };
}
