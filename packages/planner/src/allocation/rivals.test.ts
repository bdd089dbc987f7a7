import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@concord/trainer';
import { jain } from './fairness.ts';
import { bestOfAll } from './horizon.ts';
import { best, exhaustive, firstCome, welfareOf } from './rivals.ts';
import { drawBursts, type Scenario } from './scenario.ts';
import { MARKET_BOUNDS, simulate, UNBOUNDED } from './simulate.ts';
import { clear } from './clear.ts';

const LOT = 1_000;

test('the best of a window is what trying everything finds, and nothing found beats it', () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = seededRandom(seed);
    const lots = (): number => LOT * (1 + random.integer(3));
    const asks = Array.from({ length: 1 + random.integer(4) }, () => ({
      price: BigInt(1 + random.integer(20)),
      units: lots(),
    }));
    const wants = Array.from({ length: 1 + random.integer(4) }, () => ({
      limit: BigInt(1 + random.integer(30)),
      units: lots(),
    }));
    const most = exhaustive(asks, wants, LOT);
    assert.equal(welfareOf(asks, wants, best(asks, wants)), most, `seed ${seed}`);
    for (const rule of [clear, firstCome]) assert.ok(welfareOf(asks, wants, rule(asks, wants)) <= most, `seed ${seed}`);
  }
});

/** Trying every amount for every run in every window, in a world small enough for it. */
function bestTried({ asks, runs, windows }: Scenario): number {
  const from = (window: number, left: readonly number[]): number => {
    if (window === windows) return 0;
    const tried = (i: number, taken: readonly number[]): number => {
      if (i < runs.length) {
        const { from: first, until, most } = runs[i]!;
        const top = first <= window && window < until ? Math.min(most, left[i]!) : 0;
        return Math.max(...Array.from({ length: top + 1 }, (_, units) => tried(i + 1, [...taken, units])));
      }
      let need = taken.reduce((a, b) => a + b, 0);
      let gained = taken.reduce((sum, units, j) => sum + units * Number(runs[j]!.value), 0);
      for (const { price, units } of [...asks].sort((a, b) => Number(a.price - b.price))) {
        const used = Math.min(need, units);
        need -= used;
        gained -= used * Number(price);
      }
      return need > 0
        ? Number.NEGATIVE_INFINITY
        : gained +
            from(
              window + 1,
              left.map((each, j) => each - taken[j]!),
            );
    };
    return tried(0, []);
  };
  return from(
    0,
    runs.map(({ need }) => need),
  );
}

test('the best over all windows is what trying everything finds', () => {
  for (let seed = 0; seed < 25; seed++) {
    const random = seededRandom(seed);
    const asks = Array.from({ length: 2 }, () => ({
      price: BigInt(1 + random.integer(9)),
      units: 1 + random.integer(2),
    }));
    const runs = Array.from({ length: 3 }, () => {
      const from = random.integer(3);
      return {
        from,
        until: from + 1 + random.integer(3),
        need: 1 + random.integer(3),
        most: 1 + random.integer(2),
        value: BigInt(1 + random.integer(15)),
      };
    });
    const scenario = { asks, runs, windows: 3 };
    assert.equal(bestOfAll(scenario), bestTried(scenario), `seed ${seed}`);
  }
});

test('bursts of a seed are always the same, no rule beats the best over all windows, and nobody gets more than it needs', () => {
  const bursts = { seed: 7, aggregators: 12, runs: 10, every: 5, bursts: 4, load: 1, patience: 3, spread: 4 };
  const scenario = drawBursts(bursts);
  assert.deepEqual(drawBursts(bursts), scenario);
  const most = bestOfAll(scenario);
  for (const [rule, bounds] of [
    [clear, MARKET_BOUNDS],
    [firstCome, UNBOUNDED],
    [best, UNBOUNDED],
  ] as const) {
    const { welfare, served, fairness, utilization } = simulate(scenario, rule, bounds);
    assert.ok(welfare > 0 && welfare <= most * (1 + 1e-12));
    for (const part of [served, fairness, utilization]) assert.ok(part > 0 && part <= 1);
  }
});

test('Jain’s index is 1 for equals and 1/n where one has all', () => {
  assert.equal(jain([3, 3, 3]), 1);
  assert.equal(jain([5, 0, 0, 0]), 0.25);
  assert.equal(jain([]), 1);
});
