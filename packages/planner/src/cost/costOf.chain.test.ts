import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { playMeasured } from '../../../testing/src/simulation/measured.ts';
import type { Stage } from '../../../testing/src/simulation/stage.ts';
import { calibration, prices } from '../../test/example.ts';
import { costOf } from './costOf.ts';

/** Of messages in the simulation, and between two of its nodes' looks. */
const network = { latencySeconds: 0.021, bytesPerSecond: Number.POSITIVE_INFINITY };
const POLL = 0.5;

const near = (have: number, need: number, part: number, what: string): void =>
  assert.ok(Math.abs(have - need) <= part * need, `${what}: predicted ${have}, was ${need}`);

describe('[PL2][PL4] what real nodes and contracts then cost', () => {
  const runs: readonly (readonly [string, Omit<Stage, 'phaseSeconds' | 'relayers'>])[] = [
    ['a consortium', { members: 5, rounds: 2, features: 20, blockSeconds: 3, confirmations: 1 }],
    ['two pairs of five', { members: 3, rounds: 2, committee: { shares: 2, aggregators: 5 }, blockSeconds: 2 }],
  ];
  for (const [name, stage] of runs)
    test(`${name}: gas, bytes and seconds are as predicted`, async () => {
      const { compiled, ...was } = await playMeasured({ ...stage, phaseSeconds: 300, relayers: 1 }, 'as predicted');
      assert.equal(was.voids, 0);
      const { blockSeconds = 1, confirmations = 0, committee } = stage;
      const chain = { ...prices.chains[0]!, blockSeconds, confirmations, pollSeconds: POLL };
      const at = { ...prices, chains: [chain], network, ...(committee && { aggregators: committee.aggregators }) };
      const cost = costOf(compiled, { chain: chain.name, hour: 0 }, at, calibration, Array(stage.members).fill(20));
      near(cost.gas, was.gas, 0.01, 'gas');
      near(cost.bytes.all, was.bytes, 0.05, 'bytes');
      near(cost.seconds, was.seconds, 0.05, 'seconds');
    });
});
