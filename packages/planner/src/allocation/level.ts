/** Max-min fairness in whole units (MK6). */

/** The level of a side that is served in full. */
export const FULL = 2 ** 32 - 1;

export interface Shares {
  readonly amounts: readonly number[];
  readonly level: number;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/**
 * Divides `total` among those who would take `most` units each: everyone up to the same level, the largest that `total`
 * pays for, and what is left one by one, in order, to those above it [MK6]. `total` is at most the sum; all are below 2³².
 */
export function divide(most: readonly number[], total: number): Shares {
  if (sum(most) === total) return { amounts: [...most], level: FULL };
  const spent = (level: number): number => sum(most.map((each) => Math.min(each, level)));
  let [level, above] = [0, FULL];
  while (above - level > 1) {
    const middle = Math.floor((level + above) / 2);
    if (spent(middle) <= total) level = middle;
    else above = middle;
  }
  let left = total - spent(level);
  const amounts = most.map((each) => (each > level && left-- > 0 ? level + 1 : Math.min(each, level)));
  return { amounts, level };
}
