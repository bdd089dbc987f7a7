import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gasCost } from '@concord/sdk';
import { seededRandom } from '@concord/trainer';
import { calibration, compiledFor, prices } from '../../test/example.ts';
import { NETWORK } from './overheads.ts';
import { absenceOf, blocksFor, stepsOf } from './rounds.ts';

const [slow, quick] = prices.chains as [(typeof prices.chains)[0], (typeof prices.chains)[0]];
const secondsOf = (steps: readonly { readonly seconds: number }[]): number =>
  steps.reduce((sum, { seconds }) => sum + seconds, 0);

describe('[PL4] how long a round takes on a chain', () => {
  test('the expected number of blocks is what drawing the looks of all parts gives', () => {
    const random = seededRandom(7);
    for (const [a, b, poll, parts] of [
      [0.2, 1, 0.5, 5],
      [0.7, 1, 0.5, 5],
      [0.9, 1, 2.5, 3],
      [12.3, 12, 1, 4],
      [2, 2, 1, 2],
    ] as const) {
      const draws = 40_000;
      let total = 0;
      for (let i = 0; i < draws; i++) {
        let latest = 0;
        for (let part = 0; part < parts; part++) latest = Math.max(latest, poll * random.uniform());
        total += b * (Math.floor((a + latest) / b) + 1);
      }
      const drawn = total / draws;
      assert.ok(Math.abs(blocksFor(a, b, poll, parts) - drawn) < 0.01 * drawn, `${a} of ${b}: ${drawn}`);
    }
  });
  test('a phase is a block where nothing holds it up, and a beacon needs the block after', () => {
    const steps = stepsOf(
      compiledFor(4),
      { ...quick, pollSeconds: 0.1 },
      { ...NETWORK, latencySeconds: 0.001 },
      calibration,
      20,
    );
    assert.deepEqual(
      steps.map(({ phase, seconds }) => [phase, seconds]),
      [
        ['seat', 2],
        ['noise', 2],
        ['open', 4],
        ['upload', 2],
        ['query', 4],
        ['verify', 2],
        ['unmask', 2],
        ['settle', 2],
      ],
    );
    const drawn = stepsOf(compiledFor(4, { committee: { shares: 2 } }), slow, NETWORK, calibration, 20);
    assert.deepEqual(drawn[0], { phase: 'draw', seconds: 24 });
  });
  test('each confirmation costs every phase a block', () => {
    const at = (confirmations: number) =>
      secondsOf(stepsOf(compiledFor(4), { ...slow, confirmations }, NETWORK, calibration, 20));
    assert.ok(Math.abs(at(3) - at(2) - 8 * 12) < 1e-6);
  });
  test('training overlaps with what the chain takes to UPLOAD, and counts only where it is longer', () => {
    const at = (records: number) => secondsOf(stepsOf(compiledFor(4), slow, NETWORK, calibration, records));
    assert.equal(at(20), at(10_000));
    // 10^9 records take 156 seconds to go over; the chain takes 60 from the noise to UPLOAD.
    const late = at(1e9) - at(20);
    assert.ok(late > 80 && late < 120, `${late}`);
  });
  test('absence adds attempts to a consortium’s rounds, and a wait to a committee’s', () => {
    const consortium = compiledFor(4);
    const steps = stepsOf(consortium, slow, NETWORK, calibration, 20);
    const { transactions, voidAttempt } = gasCost(consortium.charter);
    const at = (p: number) => absenceOf(consortium, steps, { ...transactions, voidAttempt }, p);
    assert.deepEqual(at(0), { seconds: 0, gas: 0, attempts: 0 });
    // Deadlines of ten minutes: an absent holder costs at least one, and half of the time none of the seats' gas.
    assert.ok(at(0.5).seconds > 600 && at(0.5).gas > voidAttempt / 2);
    assert.ok(Math.abs(at(0.5).seconds - 9 * at(0.1).seconds) < 1e-6, 'expected attempts: p / (1 − p)');
    const committee = compiledFor(4, { committee: { shares: 2 } });
    const drawn = stepsOf(committee, slow, NETWORK, calibration, 20);
    const waited = absenceOf(committee, drawn, { ...transactions, voidAttempt }, 0.5);
    assert.equal(waited.attempts, 0);
    assert.ok(waited.seconds > 0.5 * (2 * 450 - 100) && waited.seconds < 450);
  });
});
