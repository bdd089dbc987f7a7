/** A scenario played window by window under one rule. */
import { jain } from './fairness.ts';
import type { Scenario } from './scenario.ts';
import type { Allocate } from './window.ts';

export interface Outcome {
  /** Units sold, as part of those on offer in windows in which anybody wanted any. */
  readonly utilization: number;
  /** Windows from a run's coming until it has all that it needs or gives up: the mean, and what 95 % stay within. */
  readonly waiting: number;
  readonly waiting95: number;
  /** Part of its need that a run got: the mean over runs, and Jain's index of it. */
  readonly served: number;
  readonly fairness: number;
  /** Values of what runs could use, less costs of all that was sold. */
  readonly welfare: number;
}

/** How much a run may want of a window with so many units on offer. */
export type Bounds = (offered: number) => { readonly least: number; readonly most: number };

/** Of the market [MK4]. */
export const MARKET_BOUNDS: Bounds = (offered) => ({ least: Math.ceil(offered / 256), most: Math.floor(offered / 2) });

/** Any want: first come first served, and the best allocation, need no bounds. */
export const UNBOUNDED: Bounds = () => ({ least: 1, most: Number.POSITIVE_INFINITY });

/** Everybody says the truth; who has what it needs, or has waited too long, wants no more. */
export function simulate({ asks, runs, windows }: Scenario, allocate: Allocate, bounds: Bounds): Outcome {
  const offered = asks.reduce((sum, { units }) => sum + units, 0);
  const { least, most } = bounds(offered);
  const got = runs.map(() => 0);
  const ended = runs.map(({ until }) => until);
  let [sold, open, welfare] = [0, 0, 0];
  for (let window = 0; window < windows; window++) {
    const waiting = [...runs.keys()].filter(
      (i) => runs[i]!.from <= window && window < runs[i]!.until && got[i]! < runs[i]!.need,
    );
    if (waiting.length === 0) continue;
    const wants = waiting.map((i) => {
      const run = runs[i]!;
      return { limit: run.value, units: Math.min(most, Math.max(least, Math.min(run.most, run.need - got[i]!))) };
    });
    const allocated = allocate(asks, wants);
    allocated.sold.forEach((units, i) => {
      welfare -= units * Number(asks[i]!.price);
      sold += units;
    });
    waiting.forEach((i, j) => {
      const { need, value } = runs[i]!;
      const used = Math.min(allocated.bought[j]!, need - got[i]!);
      got[i]! += used;
      welfare += used * Number(value);
      if (got[i] === need) ended[i] = window + 1;
    });
    open += offered;
  }
  const parts = runs.map(({ need }, i) => got[i]! / need);
  const waits = runs.map(({ from }, i) => ended[i]! - from).sort((a, b) => a - b);
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    utilization: open === 0 ? 0 : sold / open,
    waiting: mean(waits),
    waiting95: waits[Math.ceil(0.95 * waits.length) - 1]!,
    served: mean(parts),
    fairness: jain(parts),
    welfare,
  };
}
