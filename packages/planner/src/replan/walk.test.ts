import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TRANSACTIONS } from '@concord/sdk';
import fc from 'fast-check';
import { type Rest, walk } from './walk.ts';

const DEADLINE = 6_000;
const steps = TRANSACTIONS.slice(1).map((phase) => ({ phase, seconds: 30, gas: 1_000 }));
const deadlines = {
  ...{ seat: DEADLINE, noise: DEADLINE, open: DEADLINE, upload: DEADLINE },
  ...{ query: DEADLINE, verify: DEADLINE, unmask: DEADLINE, settle: DEADLINE },
};
const rest: Rest = {
  ...{ time: 1_700_000_000, rounds: 3, first: steps.slice(2), steps, deadlines, blockSeconds: 12 },
  lost: { seconds: 100, gas: 500, charged: 0 },
};
const transitions = steps.length * 2 + steps.length - 2;
const curves = fc.array(fc.double({ min: 1, max: 100, noNaN: true }), { minLength: 24, maxLength: 24 });

describe('[PL12] the rest of a run along a curve of prices', () => {
  test('a limit on the price costs time and no gas, and never more than three quarters of a deadline', () => {
    fc.assert(
      fc.property(curves, fc.double({ min: 1, max: 100, noNaN: true }), (gasPrice, maxGasPrice) => {
        const free = walk(rest, { gasPrice, absence: 0 });
        const held = walk(rest, { gasPrice, absence: 0, maxGasPrice });
        assert.equal(held.gas, free.gas);
        assert.ok(held.seconds >= free.seconds);
        assert.ok(held.seconds <= transitions * Math.max(30, 0.75 * DEADLINE));
        // OPEN and QUERY take a block’s hash, which is too old after 128 blocks.
        const hashed = 3 * 2 * 128 * 12;
        assert.ok(held.seconds <= hashed + (transitions - 6) * 0.75 * DEADLINE);
        if (maxGasPrice >= Math.max(...gasPrice)) assert.deepEqual(held, free);
      }),
    );
  });

  test('what is held back is paid at the limit at most, where an hour within reach has such a price', () => {
    const gasPrice = Array.from({ length: 24 }, (_, hour) => (hour % 2 === 0 ? 9 : 1));
    const one = { ...rest, rounds: 1, first: [steps[7]!] };
    assert.equal(walk(one, { gasPrice, absence: 0, maxGasPrice: 1 }).wei, 1_000);
    assert.equal(walk({ ...one, time: one.time - (one.time % 7_200) }, { gasPrice, absence: 0 }).wei, 9_000);
  });

  test('absence adds what its voids take, and whoever waits waits once', () => {
    const calm = walk(rest, { gasPrice: 2, absence: 0 });
    const half = walk(rest, { gasPrice: 2, absence: 0.5 });
    assert.deepEqual([half.seconds - calm.seconds, half.gas - calm.gas, half.voids], [300, 1_500, 3]);
    assert.equal(half.wei, 2 * half.gas);
    assert.equal(walk(rest, { gasPrice: 2, absence: 0, wait: 777 }).seconds, calm.seconds + 777);
    assert.throws(() => walk(rest, { gasPrice: 2, absence: 1 }), RangeError);
  });
});
