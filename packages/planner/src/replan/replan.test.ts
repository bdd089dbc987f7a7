import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gasCost, lackingFor, priceOf } from '@concord/sdk';
import fc from 'fast-check';
import { calibration, compiledFor, draft, prices } from '../../test/example.ts';
import { PACE, ToldRun } from '../../test/told.ts';
import { anyMembers, compileAt } from '../compileAt.ts';
import type { Budget, Chain, Prices } from '../types.ts';
import { replan, ReplanError } from './replan.ts';

const ROUNDS = 5;
const curve = Array.from({ length: 24 }, (_, hour) => (hour === 4 ? 1e9 : hour < 8 ? 4e9 : 20e9));
const chain: Chain = { ...prices.chains[0]!, gasPrice: curve };
const dear: Prices = { ...prices, chains: [chain] };
const records = [20, 20, 20, 20];
const begun = (): ToldRun => new ToldRun(compiledFor(4));
const asked = (run: ToldRun, { budget = {}, at = dear }: { readonly budget?: Budget; readonly at?: Prices } = {}) =>
  replan(
    { compiled: run.compiled, run: run.view, facts: run.facts, time: run.time, budget, records },
    { prices: at, calibration },
  );
const endOf = (found: ReturnType<typeof asked>, cap: string) => found.ends.find((each) => each.cap === cap)!;

describe('[PL12] the rest of a run', () => {
  test('is measured by its training rounds, not by that of the statistics', () => {
    const found = asked(
      begun()
        .settle(200)
        .settle()
        .settle(3 * PACE),
    );
    assert.deepEqual([found.run.settled, found.run.measured, found.run.roundSeconds], [3, 2, 8 * 2 * PACE]);
    assert.equal(found.left.low.seconds, (ROUNDS - 3) * 8 * 2 * PACE, 'nobody absent more');
    const planned = asked(begun().settle(200));
    assert.equal(planned.run.measured, 0);
    assert.notEqual(planned.run.roundSeconds, 8 * 200);
  });

  test('of the attempt under way only what has not landed is left', () => {
    const run = begun().settle().settle().settle();
    const [before, gas] = [asked(run).left.low, gasCost(run.compiled.charter).transactions];
    const after = asked(run.reach('open')).left.low;
    assert.ok(Math.abs(before.gas - after.gas - (gas.seat + gas.noise + gas.open)) < 1);
    assert.equal(before.seconds - after.seconds, 3 * PACE);
  });

  test('a void attempt counts, one that nobody has ended yet too, and charged ones cost rounds', () => {
    const found = asked(begun().settle().settle().lose('seat', 700).lose('verify', 700));
    assert.deepEqual([found.run.voids, found.run.chargedVoids, found.absence.expected], [2, 1, 2 / 5]);
    const { left, spare, rounds, early } = endOf(found, 'privacy');
    assert.deepEqual([left, spare, rounds, early.low], [2, -1, 2, 1]);
    assert.equal(found.sentences.filter((each) => /ends the run after round 4 of 5/.test(each)).length, 1);
    const late = begun().settle().reach('noise');
    late.time += 100_000;
    assert.deepEqual([asked(late).run.voids, asked(late).run.chargedVoids], [1, 0]);
  });

  test('rounds that the gas cap pays for are those that the contract would begin', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6_000_000 }), (gasCap) => {
        const compiled = compileAt(
          { ...draft, terms: { ...draft.terms, gasCap: 20_000_000 } },
          { trainingRounds: 4, chain: '', hour: 0 },
          anyMembers(4),
          records,
        );
        assert.ok('compiled' in compiled);
        const run = new ToldRun(compiled.compiled).settle().settle().gasLeft(BigInt(gasCap));
        if (run.view.finished) return;
        const each = endOf(asked(run), 'gas');
        const { charter } = run.compiled;
        let [left, rounds, rho] = [BigInt(gasCap), 0, run.view.rho];
        while (rounds < 3 && !lackingFor(charter, 2 + rounds, { gasLeft: left, rho })) {
          left -= BigInt(Math.round(each.each));
          rho += priceOf(charter.aggregation);
          rounds++;
        }
        assert.equal(each.rounds, rounds);
        assert.equal(each.spare >= 0, rounds === 3);
      }),
      { numRuns: 60 },
    );
  });

  test('a sunset that comes first ends it', () => {
    const run = begun().settle().settle();
    const compiled = {
      ...run.compiled,
      charter: {
        ...run.compiled.charter,
        limits: { ...run.compiled.charter.limits, sunset: BigInt(run.time + 8 * PACE + 5) },
      },
    };
    const view = { ...run.view, charter: compiled.charter };
    const found = replan(
      { compiled, run: view, facts: run.facts, time: run.time, budget: {}, records },
      { prices: dear, calibration },
    );
    // Round 2 is seated at once and round 3 after it would end; its seat is due 15 seconds too late.
    assert.deepEqual([endOf(found, 'sunset').rounds, endOf(found, 'sunset').spare < 0], [1, true]);
  });

  test('the best hour is the cheapest of all, and is not after the sunset', () => {
    const run = begun().settle().settle();
    const { best, left } = asked(run);
    const hour = Math.floor((run.time + best.wait) / 3_600) % 24;
    assert.equal(hour, 4);
    assert.ok(best.left.usd.total < left.expected.usd.total / 2);
  });

  test('the limit for relayers is the highest that keeps the budget', () => {
    const run = begun().settle().settle();
    const none = asked(run, { budget: { usd: 1_000 } });
    assert.deepEqual([none.relayer.keeps, none.relayer.maxGasPrice], [true, undefined]);
    const never = asked(run, { budget: { usd: 1e-6 } });
    assert.equal(never.relayer.keeps, false);
    assert.match(never.sentences.join('\n'), /No limit on the gas price keeps/);
    const flat = asked(run, { budget: { usd: 1e-6 }, at: { ...prices, chains: [{ ...chain, gasPrice: 5e9 }] } });
    assert.deepEqual([flat.relayer.keeps, flat.relayer.maxGasPrice], [false, undefined]);
    const wavy = {
      ...prices,
      chains: [{ ...chain, gasPrice: curve.map((_, hour) => (hour % 2 === 0 ? 20e9 : 2e9 + hour * 1e8)) }],
    };
    // It is 22:18 UTC, and deadlines of ten minutes let eight phases wait until eleven.
    const usual = asked(run, { at: wavy }).left.expected.usd.total;
    const { relayer, sentences } = asked(run, { budget: { usd: usual * 0.6 }, at: wavy });
    assert.deepEqual([relayer.keeps, relayer.maxGasPrice], [true, 4.3e9]);
    assert.ok(relayer.left.usd.total <= usual * 0.6);
    assert.match(sentences.join('\n'), /start relayers with “--max-gas-price 4300000000” \(4\.3 gwei\)/);
  });

  test('a run that has not begun, or is over, has none', () => {
    const over = begun();
    for (let i = 0; i < ROUNDS; i++) over.settle();
    assert.throws(
      () => asked(over),
      (error) => error instanceof ReplanError && error.code === 'FINISHED',
    );
  });

  test('held to its own plan it says what moved, and nothing else', () => {
    const run = begun().settle().settle();
    const since = (before: Prices) =>
      replan(
        { compiled: run.compiled, run: run.view, facts: run.facts, time: run.time, budget: {}, records },
        { prices: dear, calibration, planned: { prices: before, calibration, records, chain: chain.name } },
      )
        .moved.filter(({ moved }) => moved)
        .map(({ what }) => what);
    assert.ok(
      !since(dear).includes('gasPrice') && !since(dear).includes('epsilon') && !since(dear).includes('absence'),
    );
    const cheap = { ...dear, chains: [{ ...chain, gasPrice: 1e9, usdPerEther: 1_000 }], absence: 0.9 };
    for (const what of ['gasPrice', 'usdPerEther', 'absence'] as const) assert.ok(since(cheap).includes(what), what);
  });
});
