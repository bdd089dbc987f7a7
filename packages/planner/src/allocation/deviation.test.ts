import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@concord/trainer';
import { profitOfAsk, profitOfWant, type Window } from './deviation.ts';

const WINDOWS = 2_000;

/** Crowded, so that there are ties, and of every kind of scarcity. */
function drawn(seed: number): Window {
  const random = seededRandom(seed);
  const asks = Array.from({ length: 1 + random.integer(12) }, () => ({
    price: BigInt(1 + random.integer(24)),
    units: 1 + random.integer(30),
  }));
  const scale = 1 + random.integer(40);
  const wants = Array.from({ length: 1 + random.integer(10) }, () => ({
    limit: BigInt(1 + random.integer(36)),
    units: 1 + random.integer(scale),
  }));
  return { asks, wants };
}

/** Every price that any draw could have, and beyond. */
const LIES = Array.from({ length: 38 }, (_, i) => BigInt(i + 1));

test('[MK10] no aggregator of 2,000 windows gains by any other price than its cost, and none loses by the truth', () => {
  for (let seed = 0; seed < WINDOWS; seed++) {
    const window = drawn(seed);
    for (const [i, ask] of window.asks.entries()) {
      const honest = profitOfAsk(window, i, ask);
      assert.ok(honest >= 0n, `seed ${seed}: ask ${i} loses`);
      for (const price of LIES)
        assert.ok(profitOfAsk(window, i, { ...ask, price }) <= honest, `seed ${seed}: ask ${i} gains by ${price}`);
    }
  }
});

test('[MK10] no run of 2,000 windows gains by any other limit than its value, and none loses by the truth', () => {
  for (let seed = 0; seed < WINDOWS; seed++) {
    const window = drawn(seed);
    for (const [i, want] of window.wants.entries()) {
      const honest = profitOfWant(window, i, want);
      assert.ok(honest >= 0n, `seed ${seed}: want ${i} loses`);
      for (const limit of LIES)
        assert.ok(profitOfWant(window, i, { ...want, limit }) <= honest, `seed ${seed}: want ${i} gains by ${limit}`);
    }
  }
});

test('what the page says is not safe from lies is not: units held back, too few wanted, one run as two', () => {
  const found = { heldBack: false, fewer: false, two: false };
  for (let seed = 0; seed < 400; seed++) {
    const window = drawn(seed);
    for (const [i, ask] of window.asks.entries()) {
      const half = { ...ask, units: Math.ceil(ask.units / 2) };
      found.heldBack ||= profitOfAsk(window, i, half) > profitOfAsk(window, i, ask);
    }
    for (const [i, want] of window.wants.entries()) {
      const half = Math.floor(want.units / 2);
      if (half === 0) continue;
      const honest = profitOfWant(window, i, want);
      const fewer = { ...want, units: half };
      found.fewer ||= profitOfWant(window, i, fewer) > honest;
      found.two ||= profitOfWant(window, i, fewer, { ...want, units: want.units - half }) > honest;
    }
  }
  assert.deepEqual(found, { heldBack: true, fewer: true, two: true });
});
