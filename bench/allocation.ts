/**
 * `npm run bench -- allocation`: what the market's rule (spec/market.md) makes of bursts of many runs, beside first come
 * first served, the best of each window, and the best over all windows by somebody who knows the future; of small windows,
 * beside every allocation tried; and what lies gain that the rule does not exclude.
 */
import {
  type Allocate,
  best,
  bestOfAll,
  type Bounds,
  type Bursts,
  clear,
  drawBursts,
  exhaustive,
  firstCome,
  jain,
  MARKET_BOUNDS,
  type Outcome,
  profitOfAsk,
  profitOfWant,
  type Scenario,
  simulate,
  UNBOUNDED,
  welfareOf,
  type Window,
} from '@concord/planner';
import { seededRandom } from '@concord/trainer';
import { mean } from './spread.ts';

const SEEDS = 20;
const LOADS = [0.6, 0.8, 1, 1.2];
/** What the project set out to reach. */
const GOAL = { welfare: 0.9, fairness: 0.9 };
const BURSTS: Omit<Bursts, 'seed' | 'load'> = {
  aggregators: 16,
  runs: 16,
  every: 6,
  bursts: 8,
  patience: 4,
  spread: 4,
};

interface Rule {
  readonly name: string;
  readonly allocate: Allocate;
  readonly bounds: Bounds;
}

const RULES: readonly Rule[] = [
  { name: 'the market', allocate: clear, bounds: MARKET_BOUNDS },
  { name: 'first come first served', allocate: firstCome, bounds: UNBOUNDED },
  { name: 'best of each window', allocate: best, bounds: UNBOUNDED },
];

interface BurstRow extends Omit<Outcome, 'welfare'> {
  readonly load: number;
  readonly rule: string;
  /** Welfare as part of the best over all windows, and the least of all seeds. */
  readonly welfare: number;
  readonly worst: number;
}

function burstRows(load: number, spoil: (scenario: Scenario) => Scenario = (scenario) => scenario): BurstRow[] {
  const scenarios = Array.from({ length: SEEDS }, (_, seed) => drawBursts({ ...BURSTS, seed, load }));
  const most = scenarios.map(bestOfAll);
  return RULES.map(({ name, allocate, bounds }) => {
    const outcomes = scenarios.map((scenario) => simulate(spoil(scenario), allocate, bounds));
    const of = (pick: (outcome: Outcome) => number): number => mean(outcomes.map(pick));
    const parts = outcomes.map(({ welfare }, i) => welfare / most[i]!);
    return {
      ...{ load, rule: name, welfare: mean(parts), worst: Math.min(...parts) },
      ...{ fairness: of((o) => o.fairness), utilization: of((o) => o.utilization), served: of((o) => o.served) },
      ...{ waiting: of((o) => o.waiting), waiting95: of((o) => o.waiting95) },
    };
  });
}

/** One aggregator of sixteen asks more than anybody pays. */
const withDearAsks = ({ asks, ...rest }: Scenario): Scenario => ({
  ...rest,
  asks: asks.map((ask, i) => (i === 0 ? { ...ask, price: 2n ** 62n } : ask)),
});

const LOT = 1_000;

/** One window of `count` asks and as many wants of a few lots each, within MK4. */
function drawnWindow(seed: number, count: number): Window {
  const random = seededRandom(seed);
  const lots = (): number => 1 + random.integer(3);
  const asks = Array.from({ length: count }, () => ({
    price: BigInt(500 + random.integer(1_000)),
    units: LOT * lots(),
  }));
  const most = LOT * Math.floor(asks.reduce((sum, { units }) => sum + units, 0) / (2 * LOT));
  const wants = Array.from({ length: count }, () => ({
    limit: BigInt(Math.round(1_500 * 4 ** random.uniform())),
    units: Math.min(most, LOT * lots()),
  }));
  return { asks, wants };
}

interface SmallRow {
  /** Asks of a window, and as many wants. */
  readonly count: number;
  readonly rule: string;
  readonly welfare: number;
  readonly fairness: number;
}

/** Asks and wants up to which every allocation is tried; above, `best` is the optimum, which tests hold to the same. */
const TRIED = 5;

/** Windows for themselves, beside the optimum of each. */
function smallRows(count: number): SmallRow[] {
  const windows = Array.from({ length: 100 }, (_, seed) => drawnWindow(seed, count));
  const most = windows.map(({ asks, wants }) =>
    count <= TRIED ? exhaustive(asks, wants, LOT) : welfareOf(asks, wants, best(asks, wants)),
  );
  return RULES.map(({ name, allocate }) => {
    const parts = windows.map(({ asks, wants }, i) => {
      const allocated = allocate(asks, wants);
      const served = jain(wants.map(({ units }, j) => allocated.bought[j]! / units));
      return { welfare: Number(welfareOf(asks, wants, allocated)) / Number(most[i]), served };
    });
    return {
      count,
      rule: name,
      welfare: mean(parts.map(({ welfare }) => welfare)),
      fairness: mean(parts.map(({ served }) => served)),
    };
  });
}

interface LieRow {
  readonly lie: string;
  /** Lies tried, and those that gained. */
  readonly tried: number;
  readonly gained: number;
  /** Largest gain and mean over all tried, as part of all that the window's trade is worth. */
  readonly largest: number;
  readonly average: number;
}

/** Windows of 4 … 32 asks and 2 … 24 wants, and of each everybody lies in turn. */
function lieRows(): LieRow[] {
  const gains: Record<string, number[]> = {};
  for (let seed = 0; seed < 300; seed++) {
    const random = seededRandom(seed);
    const asks = Array.from({ length: 4 + random.integer(29) }, () => ({
      price: BigInt(500 + random.integer(1_000)),
      units: 50_000 + random.integer(100_000),
    }));
    const offered = asks.reduce((sum, { units }) => sum + units, 0);
    const count = 2 + random.integer(23);
    const load = 0.5 + 2 * random.uniform();
    const wants = Array.from({ length: count }, () => ({
      limit: BigInt(Math.round(1_500 * 4 ** random.uniform())),
      units: Math.min(Math.floor(offered / 2), Math.ceil((offered * load * (0.3 + 1.5 * random.uniform())) / count)),
    }));
    const window = { asks, wants };
    const worth = Number(welfareOf(asks, wants, best(asks, wants)));
    const note = (lie: string, honest: bigint, lying: bigint): void => {
      gains[lie] ??= [];
      gains[lie].push(Number(lying - honest) / worth);
    };
    for (const [i, ask] of asks.entries()) {
      const honest = profitOfAsk(window, i, ask);
      for (const percent of [50n, 80n, 95n, 105n, 125n, 200n])
        note(
          'an aggregator asks another price',
          honest,
          profitOfAsk(window, i, { ...ask, price: (ask.price * percent) / 100n }),
        );
      for (const part of [0.25, 0.5, 0.75, 0.9])
        note(
          'an aggregator holds units back',
          honest,
          profitOfAsk(window, i, { ...ask, units: Math.ceil(ask.units * part) }),
        );
    }
    for (const [i, want] of wants.entries()) {
      const honest = profitOfWant(window, i, want);
      for (const percent of [50n, 80n, 95n, 105n, 125n, 200n])
        note(
          'a run names another limit',
          honest,
          profitOfWant(window, i, { ...want, limit: (want.limit * percent) / 100n }),
        );
      for (const part of [0.25, 0.5, 0.75, 0.9])
        note(
          'a run wants less than it can use',
          honest,
          profitOfWant(window, i, { ...want, units: Math.ceil(want.units * part) }),
        );
      for (const part of [1.5, 2, 4])
        note(
          'a run wants more than it can use',
          honest,
          profitOfWant(window, i, { ...want, units: Math.min(Math.floor(offered / 2), Math.ceil(want.units * part)) }),
        );
      const half = Math.ceil(want.units / 2);
      note(
        'one run as two charters',
        honest,
        profitOfWant(window, i, { ...want, units: half }, { ...want, units: want.units - half }),
      );
      note('one run as two, each wanting all', honest, profitOfWant(window, i, want, want));
    }
  }
  return Object.entries(gains).map(([lie, all]) => ({
    ...{ lie, tried: all.length, gained: all.filter((gain) => gain > 0).length },
    ...{ largest: Math.max(0, ...all), average: mean(all.map((gain) => Math.max(0, gain))) },
  }));
}

const part = (value: number): string => value.toFixed(3).replace(/^0/, '');
const formatBurst = (row: BurstRow): string =>
  `  ${row.rule.padEnd(26)}${part(row.welfare).padStart(8)}${part(row.worst).padStart(8)}${part(row.fairness).padStart(8)}${part(row.served).padStart(8)}${part(row.utilization).padStart(8)}${row.waiting.toFixed(1).padStart(8)}${row.waiting95.toFixed(1).padStart(6)}`;
const HEAD = `  ${''.padEnd(26)}${['welfare', 'least', 'Jain', 'served', 'util.', 'wait', '95 %'].map((name, i) => name.padStart(i === 6 ? 6 : 8)).join('')}`;

/** Prints everything, or one JSON document. */
export function run({ json }: { readonly json: boolean }): void {
  const bursts = LOADS.flatMap((load) => burstRows(load));
  const dear = burstRows(1, withDearAsks);
  const small = [TRIED, 16, 64].flatMap(smallRows);
  const lies = lieRows();
  const goals = bursts
    .filter(({ rule }) => rule === RULES[0]!.name)
    .map(({ load, welfare, fairness }) => ({
      load,
      welfare,
      fairness,
      met: welfare >= GOAL.welfare && fairness >= GOAL.fairness,
    }));
  if (json) {
    console.log(
      JSON.stringify({ settings: { ...BURSTS, seeds: SEEDS }, goal: GOAL, goals, bursts, dear, small, lies }, null, 1),
    );
    return;
  }
  console.log(
    `bursts of ${BURSTS.runs} runs on ${BURSTS.aggregators} aggregators, ${BURSTS.bursts} bursts, ${SEEDS} seeds; welfare as part of the best over all windows`,
  );
  for (const load of LOADS) {
    console.log(`\nload ${load}\n${HEAD}`);
    for (const row of bursts) if (row.load === load) console.log(formatBurst(row));
  }
  console.log(`\nload 1, one aggregator asks more than anybody pays\n${HEAD}`);
  for (const row of dear) console.log(formatBurst(row));
  console.log(
    `\n100 windows each for themselves; welfare as part of the optimum, with ${TRIED} asks and wants by trying everything`,
  );
  for (const { count, rule, welfare, fairness } of small)
    console.log(
      `  ${`${count}`.padStart(2)} × ${count}  ${rule.padEnd(26)}${part(welfare).padStart(8)}   Jain ${part(fairness)}`,
    );
  console.log('\nlies, one at a time, in 300 windows; gains as part of what the window is worth to all together');
  for (const { lie, tried, gained, largest, average } of lies)
    console.log(
      `  ${lie.padEnd(36)}${`${gained} of ${tried} gain`.padStart(22)}   largest ${part(largest)}   mean ${average.toFixed(5)}`,
    );
  console.log(`\ngoal: welfare at least ${GOAL.welfare} of the optimum with Jain at least ${GOAL.fairness}`);
  for (const { load, welfare, fairness, met } of goals)
    console.log(`  load ${load}: ${part(welfare)} and ${part(fairness)}: ${met ? 'met' : 'not met'}`);
}
