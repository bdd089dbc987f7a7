import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { chanceOf, moreThan } from './chance.ts';

describe('[PL12] how often attempts are void', () => {
  test('what was seen lies within the interval, which narrows with more of it', () => {
    const counts = fc
      .integer({ min: 1, max: 500 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(counts, fc.double({ min: 0, max: 1, noNaN: true }), ([voids, n], said) => {
        const { expected, low, high } = chanceOf(voids, n, said);
        assert.ok(0 <= low && low <= expected + 1e-12 && expected <= high + 1e-12 && high <= 1);
        assert.ok(low <= voids / n + 1e-12 && voids / n <= high + 1e-12);
        const more = chanceOf(voids * 4, n * 4);
        assert.ok(more.high - more.low < high - low);
      }),
    );
    assert.deepEqual(chanceOf(0, 0, 0.2), { expected: 0.2, low: 0, high: 1 });
    assert.throws(() => chanceOf(2, 1), RangeError);
  });

  test('chances are those of playing it out, try by try', () => {
    const played = (most: number, successes: number, p: number): number => {
      if (successes === 0) return 0;
      if (most < 0) return 1;
      return p * played(most - 1, successes, p) + (1 - p) * played(most, successes - 1, p);
    };
    const asked = fc.tuple(
      fc.integer({ min: -2, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      fc.double({ min: 0, max: 0.95, noNaN: true }),
    );
    fc.assert(
      fc.property(asked, ([most, successes, p]) => {
        assert.ok(Math.abs(moreThan(most, successes, p) - played(most, successes, p)) < 1e-9);
        assert.ok(moreThan(most + 1, successes, p) <= moreThan(most, successes, p) + 1e-12);
      }),
    );
    // 2,000 rounds, half of all attempts void: about as many voids, and the first term is less than any double.
    assert.ok(moreThan(1_500, 2_000, 0.5) > 0.999 && moreThan(2_500, 2_000, 0.5) < 1e-6);
    assert.ok(Math.abs(moreThan(2_000, 2_000, 0.5) - 0.5) < 0.02 && moreThan(1e13, 3, 0.9) < 1e-9);
    assert.deepEqual([moreThan(-1, 3, 0), moreThan(5, 0, 0.9), moreThan(5, 3, 1)], [1, 0, 1]);
  });
});
