import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { byteCost, gasCost, privacyCost } from '@concord/sdk';
import fc from 'fast-check';
import { calibration, choice, compiledFor, prices } from '../../test/example.ts';
import type { Choice, Prices } from '../types.ts';
import { CostError, costOf } from './costOf.ts';

const of = (members = 4, change: Partial<Choice> = {}, at: Prices = prices) =>
  costOf(compiledFor(members, change), { ...choice, ...change }, at, calibration, Array(members).fill(20));
const nearly = (have: number, need: number, part = 1e-9): void =>
  assert.ok(Math.abs(have - need) <= part * Math.max(1, Math.abs(need)), `${have}, need ${need}`);

describe('what a whole run costs', () => {
  test('[PL2] gas, bytes and ε are what the contracts’ lines, the derived sizes and the integer ledger say', () => {
    const compiled = compiledFor(4);
    const cost = of();
    assert.equal(cost.gas, gasCost(compiled.charter).total);
    assert.equal(cost.bytes.all, byteCost(compiled.charter, { textBytes: compiled.textBytes.length }).total);
    assert.equal(cost.epsilon, Number(privacyCost(compiled.charter).epsilon) / 1e18);
    assert.ok(cost.epsilon <= 8 && cost.epsilon > 7.9);
    nearly(cost.seconds, 5 * cost.parts.reduce((sum, { seconds }) => sum + seconds, 0) - cost.parts[0]!.seconds);
  });
  test('[PL5] money is gas, bytes and processors at their prices, and each is paid by somebody', () => {
    const cost = of();
    nearly(cost.usd.gas, cost.gas * 1e9 * 1e-18 * 2_000);
    nearly(cost.usd.bytes, cost.bytes.all * 0.1e-9);
    nearly(cost.usd.compute, (cost.processorSeconds.all * 0.05) / 3_600);
    nearly(cost.usd.total, cost.usd.gas + cost.usd.bytes + cost.usd.compute);
    const { relayer, members, aggregators } = cost.payers;
    nearly(relayer + members + aggregators, cost.usd.total);
    assert.ok(relayer >= cost.usd.gas && members > 0 && aggregators === 0);
    assert.ok(of(4, { committee: { shares: 2 } }).payers.aggregators > 0);
  });
  test('[PL5] a run of hours meets the prices of its hours', () => {
    const [slow] = prices.chains;
    const gasPrice = Array.from({ length: 24 }, (_, hour) => (hour === 2 ? 9e9 : 1e9));
    const day = { ...prices, chains: [{ ...slow!, gasPrice }] };
    const long = { trainingRounds: 40 };
    const flat = of(4, long);
    assert.ok(flat.seconds > 2 * 3_600, 'the run is longer than two hours');
    nearly(of(4, { ...long, hour: 4 }, day).usd.gas, flat.usd.gas);
    const dear = of(4, { ...long, hour: 1 }, day).usd.gas;
    // One of its hours costs nine times as much.
    const rounds = Math.round(3_600 / (flat.seconds / 41));
    nearly(
      dear - flat.usd.gas,
      8 * rounds * gasCost(compiledFor(4, long).charter).laterRound * 1e9 * 1e-18 * 2_000,
      0.08,
    );
  });
  test('[PL4] a chance of absence costs time and gas, and leaves ε', () => {
    const [sure, unsure] = [of(), of(4, {}, { ...prices, absence: 0.2 })];
    assert.ok(unsure.seconds > sure.seconds && unsure.gas > sure.gas && unsure.usd.total > sure.usd.total);
    assert.equal(unsure.epsilon, sure.epsilon);
  });
  test('what has no price, or another number of members, is refused in words', () => {
    const refused = (work: () => unknown, code: string): void =>
      assert.throws(work, (error: unknown) => error instanceof CostError && error.code === code);
    refused(() => of(4, { chain: 'moon' }), 'CHAIN');
    refused(() => of(4, {}, { ...prices, absence: 1 }), 'PRICES');
    refused(() => of(4, {}, { ...prices, chains: [{ ...prices.chains[0]!, blockSeconds: 0 }] }), 'PRICES');
    refused(() => of(4, {}, { ...prices, chains: [{ ...prices.chains[0]!, gasPrice: [1, 2, 3] }] }), 'PRICES');
    refused(() => of(4, {}, { ...prices, chains: [{ ...prices.chains[0]!, gasPrice: Number.NaN }] }), 'PRICES');
    refused(() => costOf(compiledFor(4), choice, prices, calibration, [1, 2, 3]), 'RECORDS');
  });
  test('[PL2][PL4] more rounds, members, records and confirmations never cost less', () => {
    const arbitrary = fc.record({
      rounds: fc.integer({ min: 1, max: 30 }),
      members: fc.integer({ min: 3, max: 12 }),
      shares: fc.option(fc.integer({ min: 2, max: 12 }), { nil: undefined }),
      confirmations: fc.integer({ min: 0, max: 20 }),
      records: fc.integer({ min: 1, max: 100 }),
      blockSeconds: fc.integer({ min: 1, max: 20 }),
    });
    const priced = (each: typeof arbitrary extends fc.Arbitrary<infer T> ? T : never) => {
      const change = { trainingRounds: each.rounds, ...(each.shares && { committee: { shares: each.shares } }) };
      const chain = { ...prices.chains[0]!, confirmations: each.confirmations, blockSeconds: each.blockSeconds };
      const compiled = compiledFor(each.members, change);
      return costOf(
        compiled,
        choice,
        { ...prices, chains: [chain] },
        calibration,
        Array(each.members).fill(each.records),
      );
    };
    fc.assert(
      fc.property(arbitrary, fc.constantFrom('rounds', 'members', 'records', 'confirmations'), (each, what) => {
        const [less, more] = [priced(each), priced({ ...each, [what]: each[what] + 1 })];
        const figures = ({ gas, seconds, bytes, processorSeconds, usd }: typeof less): number[] => [
          gas,
          seconds,
          bytes.all,
          processorSeconds.all,
          usd.total,
        ];
        for (const [i, figure] of figures(less).entries())
          assert.ok(figures(more)[i]! >= figure * (1 - 1e-9), `${what}: figure ${i}`);
      }),
      { numRuns: 60 },
    );
  });
});
