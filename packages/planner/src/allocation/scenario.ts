/** Bursts of many runs that want the same aggregators, drawn from a seed. */
import { seededRandom } from '@concord/trainer';
import type { Ask } from './window.ts';

export interface Run {
  /** First window in which it wants anything, and the first in which it has given up. */
  readonly from: number;
  readonly until: number;
  /** Units in all, and the most that it can use in one window: its rounds are sequential. */
  readonly need: number;
  readonly most: number;
  /** What a unit is worth to it. */
  readonly value: bigint;
}

export interface Scenario {
  /** What aggregators ask in every window; their asks are their costs. */
  readonly asks: readonly Ask[];
  /** In the order in which they come. */
  readonly runs: readonly Run[];
  readonly windows: number;
}

export interface Bursts {
  readonly seed: number;
  readonly aggregators: number;
  /** Runs of one burst, and windows between bursts. */
  readonly runs: number;
  readonly every: number;
  readonly bursts: number;
  /** What a burst needs, as part of all units on offer until the next one. */
  readonly load: number;
  /** A run gives up after so many times the windows that it would need alone. */
  readonly patience: number;
  /** Values lie within this factor of each other, evenly in the logarithm. */
  readonly spread: number;
}

/** Costs of 0.5 … 1.5 gwei, values from 1.5 gwei on; capacities and needs differ up to threefold and sixfold. */
export function drawBursts({ seed, aggregators, runs, every, bursts, load, patience, spread }: Bursts): Scenario {
  const random = seededRandom(seed);
  const asks = Array.from({ length: aggregators }, () => ({
    price: 500_000_000n + BigInt(random.integer(1_000_000_000)),
    units: 50_000 + random.integer(100_000),
  }));
  const offered = asks.reduce((sum, { units }) => sum + units, 0);
  const drawn: Run[] = [];
  for (let burst = 0; burst < bursts; burst++) {
    const sizes = Array.from({ length: runs }, () => 0.3 + 1.5 * random.uniform());
    const all = sizes.reduce((a, b) => a + b, 0);
    for (const size of sizes) {
      const need = Math.ceil((size / all) * load * offered * every);
      const most = Math.min(Math.ceil(need / (1 + random.integer(2))), Math.floor(offered / 2));
      const from = burst * every + random.integer(2);
      const until = from + Math.ceil(Math.ceil(need / most) * patience);
      drawn.push({ from, until, need, most, value: BigInt(Math.round(1.5e9 * spread ** random.uniform())) });
    }
  }
  drawn.sort((a, b) => a.from - b.from);
  return { asks, runs: drawn, windows: Math.max(...drawn.map(({ until }) => until)) };
}
