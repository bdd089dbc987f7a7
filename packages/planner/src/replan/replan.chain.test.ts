import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { charterIdOf, emptyView, type Fact, fold } from '@concord/sdk';
import { playMeasured } from '../../../testing/src/simulation/measured.ts';
import { calibration, prices } from '../../test/example.ts';
import { replan } from './replan.ts';

const ROUNDS = 5;

describe('[PL12] a run of real nodes, asked half way', () => {
  test('its rest takes the time and gas that was told after its second round', async () => {
    const stage = { members: 4, rounds: ROUNDS, blockSeconds: 3, confirmations: 1, phaseSeconds: 300, relayers: 1 };
    const { compiled, facts, voids } = await playMeasured(stage, 'half way');
    assert.equal(voids, 0);
    const runId = charterIdOf(compiled.charter);
    const settles = facts.filter(({ kind }) => kind === 'settled');
    const [half, end] = [settles[1]!, settles.at(-1)!];
    const past = facts.slice(0, facts.indexOf(half) + 1);
    const run = past.reduce(fold, emptyView).runs.get(runId)!;
    const chain = { ...prices.chains[0]!, blockSeconds: 3, confirmations: 1 };
    const records = Array<number>(4).fill(20);
    const found = replan(
      { compiled, run, facts: past, time: half.origin.time, budget: {}, records },
      { prices: { ...prices, chains: [chain] }, calibration },
    );
    const gasOf = (some: readonly Fact[]): number =>
      [...new Map(some.map(({ origin }) => [origin.transaction, Number(origin.gas)])).values()].reduce(
        (a, b) => a + b,
        0,
      );
    const gas = gasOf(facts) - gasOf(past);
    const seconds = end.origin.time - half.origin.time;
    const { expected } = found.left;
    assert.equal(found.run.measured, 1);
    assert.ok(Math.abs(expected.gas / gas - 1) < 0.02, `gas: told ${expected.gas}, was ${gas}`);
    assert.ok(Math.abs(expected.seconds / seconds - 1) < 0.15, `seconds: told ${expected.seconds}, were ${seconds}`);
  });
});
