/** The search beside a brute force that looks at every choice at every hour, on random instances. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Chain, Choice, Cost, Draft, Goal, Prices } from '../types.ts';
import { beats, frontOf, type Point } from './front.ts';
import { type Grid, gridOf, hoursOf, ladder, outerChoices } from './grid.ts';
import { pointsOf } from './plan.ts';
import { type Asked, compromises, distance, LIMITS, missesOf, recommend, spent, standardError } from './recommend.ts';
import { relaxations } from './relax.ts';

/** A made cost: money and time rise with rounds, gas prices turn with the hour, and the metric levels off. */
interface Instance {
  readonly prices: Prices;
  readonly grid: Grid;
  readonly evaluate: (choice: Choice) => Point | undefined;
}

const instances = (broken: fc.Arbitrary<number>): fc.Arbitrary<Instance> =>
  fc
    .record({
      chains: fc.array(
        fc.record({
          price: fc.oneof(
            fc.integer({ min: 1, max: 40 }),
            fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 24, maxLength: 24 }),
          ),
          block: fc.integer({ min: 1, max: 12 }),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      own: fc.integer({ min: 1, max: 30 }),
      committees: fc.uniqueArray(fc.integer({ min: 2, max: 9 }), { maxLength: 2 }),
      epsilons: fc.constantFrom([4], [4, 2, 1]),
      bend: fc.double({ min: 0.1, max: 1, noNaN: true }),
      noise: fc.double({ min: 0, max: 0.2, noNaN: true }),
      spread: fc.double({ min: 0, max: 0.1, noNaN: true }),
      /** Most rounds that the pilot tried. */
      tried: fc.integer({ min: 0, max: 60 }),
      /** A choice in so many does not compile; 1: all do. */
      broken,
    })
    .map(({ chains: made, own, committees, epsilons, bend, noise, spread, tried, broken }) => {
      const chains = made.map(
        ({ price, block }, i): Chain => ({
          name: `c${i}`,
          blockSeconds: block,
          confirmations: 1,
          gasPrice: price,
          usdPerEther: 1,
          origin: 'made',
        }),
      );
      const prices: Prices = { chains, usdPerGigabyte: 1, usdPerProcessorHour: 1, origin: 'made' };
      const grid: Grid = {
        trainingRounds: ladder(own),
        epsilons,
        holders: ['members', ...committees],
        chains: chains.map(({ name }) => name),
        training: [{}],
      };
      const evaluate = (choice: Choice): Point | undefined => {
        const k = choice.committee?.shares ?? 4;
        const epsilon = choice.epsilon ?? 4;
        const chain = chains.find(({ name }) => name === choice.chain)!;
        const price = typeof chain.gasPrice === 'number' ? chain.gasPrice : chain.gasPrice[choice.hour]!;
        const sums = choice.trainingRounds + 1;
        if (broken > 1 && (sums * 7 + k * 13) % broken === 1) return undefined;
        const gas = sums * (300 + 40 * k);
        const cost: Cost = {
          gas,
          usd: { gas: gas * price, bytes: sums * k, compute: sums, total: gas * price + sums * k + sums },
          payers: { relayer: gas * price, members: sums * k, aggregators: sums },
          bytes: { member: sums * k * 10, all: sums * k * 40 },
          seconds: sums * (8 * chain.blockSeconds + k),
          processorSeconds: { member: sums, holder: sums, all: sums * k },
          epsilon,
          parts: [],
        };
        const mean = 0.9 - 0.3 * sums ** -bend - noise * (Math.sqrt(sums) / epsilon);
        return {
          choice,
          cost,
          worth: { mean, low: mean - spread, high: mean + spread, extrapolated: choice.trainingRounds > tried },
        };
      };
      return { prices, grid, evaluate };
    });
const instance = instances(fc.integer({ min: 2, max: 50 }));

const brute = ({ grid, prices, evaluate }: Instance): Point[] =>
  outerChoices(grid, 4).flatMap((outer) =>
    hoursOf(prices.chains.find(({ name }) => name === outer.chain)!).flatMap(
      (hour) => evaluate({ ...outer, hour }) ?? [],
    ),
  );

const question = fc.record({
  usd: fc.option(fc.double({ min: 500, max: 400_000, noNaN: true }), { nil: undefined }),
  gas: fc.option(fc.integer({ min: 500, max: 20_000 }), { nil: undefined }),
  memberBytes: fc.option(fc.integer({ min: 50, max: 3_000 }), { nil: undefined }),
  seconds: fc.option(fc.integer({ min: 50, max: 3_000 }), { nil: undefined }),
  least: fc.option(fc.double({ min: 0.4, max: 0.95, noNaN: true }), { nil: undefined }),
});
type Drawn = typeof question extends fc.Arbitrary<infer T> ? T : never;
const askedOf = ({ least, ...limits }: Drawn): Asked => {
  const budget = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
  const goal: Goal | undefined = least === undefined ? undefined : { metric: 'auc', least };
  return { budget, ...(goal && { goal }) };
};

const figures = ({ cost, worth }: Point): string => [cost.usd.total, cost.seconds, cost.epsilon, worth.mean].join(' ');

test('[PL8] the front is all choices that no other beats, as a brute force over every hour finds them', () => {
  fc.assert(
    fc.property(instance, (made) => {
      const all = brute(made);
      const front = frontOf(pointsOf(made.grid, 4, made.prices, made.evaluate));
      const judged = all.filter((point) => !all.some((other) => beats(other, point)));
      assert.deepEqual(new Set(front.map(figures)), new Set(judged.map(figures)));
      for (const point of front) assert.ok(!front.some((other) => beats(other, point)));
    }),
    { numRuns: 25 },
  );
});

test('[PL9] the recommended choice is the brute force’s, whatever is asked', () => {
  fc.assert(
    fc.property(instance, question, (made, drawn) => {
      const asked = askedOf(drawn);
      const all = brute(made);
      const answer = recommend(pointsOf(made.grid, 4, made.prices, made.evaluate), asked);
      if (!answer) return assert.equal(all.length, 0);
      const keeps = (point: Point): boolean =>
        LIMITS.every((limit) => asked.budget[limit] === undefined || spent(point, limit) <= asked.budget[limit]);
      const within = all.filter(keeps);
      const meeting = within.filter(({ worth }) => asked.goal === undefined || worth.mean >= asked.goal.least);
      const money = (points: readonly Point[]): number => Math.min(...points.map(({ cost }) => cost.usd.total));
      assert.equal(answer.misses.length === 0, meeting.length > 0);
      if (within.length === 0) {
        const nearest = Math.min(...all.map((point) => distance(missesOf(point, asked))));
        assert.equal(distance(answer.misses), nearest);
        return;
      }
      assert.ok(keeps(answer.point));
      const known = (points: readonly Point[]): readonly Point[] => {
        const tried = points.filter(({ worth }) => !worth.extrapolated);
        return tried.length > 0 ? tried : points;
      };
      if (asked.goal && meeting.length > 0) assert.equal(answer.point.cost.usd.total, money(known(meeting)));
      else {
        const best = Math.max(...known(within).map(({ worth }) => worth.mean));
        const enough = best - standardError(known(within).find(({ worth }) => worth.mean === best)!);
        assert.equal(answer.point.cost.usd.total, money(known(within).filter(({ worth }) => worth.mean >= enough)));
      }
    }),
    { numRuns: 150 },
  );
});

test('[PL9] what cannot be met is said with the best of the budget and the price of the goal', () => {
  fc.assert(
    fc.property(instance, question, (made, drawn) => {
      const asked = askedOf(drawn);
      const points = pointsOf(made.grid, 4, made.prices, made.evaluate);
      const { withinBudget, reachingGoal } = compromises(points, asked);
      const within = points.filter((point) => missesOf(point, { budget: asked.budget }).length === 0);
      assert.equal(
        withinBudget?.worth.mean,
        within.length > 0 ? Math.max(...within.map(({ worth }) => worth.mean)) : undefined,
      );
      const reaching = points.filter(({ worth }) => asked.goal && worth.mean >= asked.goal.least);
      assert.equal(
        reachingGoal?.cost.usd.total,
        reaching.length > 0 ? Math.min(...reaching.map(({ cost }) => cost.usd.total)) : undefined,
      );
    }),
    { numRuns: 60 },
  );
});

test('[PL9] a constraint binds when the same question, asked with a tenth more, has a better answer', () => {
  fc.assert(
    fc.property(instance, question, (made, drawn) => {
      const asked = askedOf(drawn);
      const at = (epsilon: number): Point[] =>
        pointsOf({ ...made.grid, epsilons: [epsilon, ...made.grid.epsilons] }, 4, made.prices, made.evaluate);
      const ask = (what: Asked, epsilon: number) => recommend(at(epsilon), what);
      const now = ask(asked, 4);
      const all = relaxations(asked, 4, ask);
      if (!now) return assert.equal(all.length, 0);
      for (const { what, asked: was, instead, then, binds } of all) {
        assert.ok(what === 'goal' ? instead < was : Math.abs(instead / was - 1.1) < 1e-9);
        // Whoever asks for less never gets a worse answer.
        if (now.misses.length === 0) assert.equal(then.misses.length, 0);
        if (asked.goal && now.misses.length === 0 && now.point.worth.extrapolated === then.point.worth.extrapolated)
          assert.ok(then.point.cost.usd.total <= now.point.cost.usd.total, what);
        if (now.misses.length > 0 && then.misses.length === 0 && what !== 'epsilon') assert.ok(binds);
        if (then.point === now.point) assert.ok(!binds);
        // What binds cannot be had without relaxing it.
        if (binds && what !== 'epsilon') assert.ok(missesOf(then.best, asked).length > 0);
        if (binds && what === 'epsilon') assert.ok(then.best.cost.epsilon > 4);
      }
      const expected = Object.keys(asked.budget).length + 1 + (asked.goal ? 1 : 0);
      assert.equal(all.length, expected);
    }),
    { numRuns: 60 },
  );
});

test('[PL8] the answer is within 2 % of a search that leaves out no number of rounds', () => {
  const large = fc.tuple(
    instances(fc.constant(1)),
    fc.integer({ min: 100, max: 400 }),
    fc.double({ min: 0.5, max: 0.9, noNaN: true }),
    fc.integer({ min: 5_000, max: 3_000_000 }),
  );
  fc.assert(
    fc.property(large, ([{ prices, grid, evaluate }, own, least, usd]) => {
      // Without uncertainty: what is compared is the ladder.
      const sure = (choice: Choice): Point | undefined => {
        const point = evaluate(choice);
        return (
          point && {
            ...point,
            worth: { ...point.worth, low: point.worth.mean, high: point.worth.mean, extrapolated: false },
          }
        );
      };
      const all: Grid = {
        ...grid,
        epsilons: [4],
        holders: ['members'],
        trainingRounds: Array.from({ length: 2 * own }, (_, i) => i + 1),
      };
      const every = pointsOf(all, 4, prices, sure);
      const some = pointsOf({ ...all, trainingRounds: ladder(own) }, 4, prices, sure);
      assert.equal(every.length, all.trainingRounds.length * all.chains.length);
      for (const asked of [{ budget: {}, goal: { metric: 'auc', least } }, { budget: { usd } }] as const) {
        const [best, found] = [recommend(every, asked), recommend(some, asked)];
        if (!best || !found || best.misses.length > 0) continue;
        // The best number of rounds may be the one between two rungs that alone reaches the goal.
        if (found.misses.length > 0)
          assert.ok(best.point.worth.mean - found.point.worth.mean < 0.02 * best.point.worth.mean);
        else if ('goal' in asked) assert.ok(found.point.cost.usd.total <= 1.02 * best.point.cost.usd.total);
        else assert.ok(found.point.worth.mean >= 0.98 * best.point.worth.mean);
      }
    }),
    { numRuns: 60 },
  );
});

test('[PL1] the ladder holds the draft’s own rounds, and no step is larger than one round or 2 %', () => {
  for (const own of [1, 6, 23, 80, 333]) {
    const rungs = ladder(own);
    assert.ok(rungs.includes(own) && rungs[0] === 1 && rungs.at(-1)! <= 2 * own);
    assert.deepEqual(
      rungs,
      [...new Set(rungs)].sort((a, b) => a - b),
    );
    for (const [i, rung] of rungs.entries())
      if (i > 0) assert.ok(rung - rungs[i - 1]! <= Math.max(1, 0.02 * rungs[i - 1]!));
  }
});

test('[PL1] a budget of ε lowers what may be promised and never raises it', () => {
  const draft = { text: TEXT, terms: { epsilon: 4, trainingRounds: 6 } as Draft['terms'] };
  const read = (epsilon: number | undefined) =>
    gridOf(draft, { chains: [], budget: epsilon === undefined ? {} : { epsilon } }).epsilons;
  assert.deepEqual(read(undefined), [4]);
  assert.deepEqual(read(2), [2, 1, 0.5]);
  assert.deepEqual(read(9), [4, 2, 1]);
});

const TEXT = {
  version: 1,
  name: 'n',
  purpose: 'p',
  metric: 'm',
  schema: { label: 'y', blank: 'zero', basis: 'plain', columns: [{ name: 'a', transform: 'identity', bound: 1 }] },
  model: { kind: 'logistic', inputs: 1 },
  training: {
    clippingNorm: 1,
    statisticsNorm: 1,
    deviationFloor: 1,
    featureLimit: 3,
    learningRate: [1, 1],
    momentum: 0,
  },
  clauses: [{ id: 'CH1', sentence: 's', enforcedBy: 'e' }],
};
