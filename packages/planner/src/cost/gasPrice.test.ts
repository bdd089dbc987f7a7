import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FeePiece } from '@concord/sdk';
import { gasPriceAt, gasPriceCurve } from './gasPrice.ts';

const HOUR = 3_600;
const DAY = 86_400;

/** A piece of `count` blocks of 12 seconds that cost what `price` says of an hour. */
const piece = (from: number, count: number, price: (hour: number) => number, tip = 0n): FeePiece => ({
  baseFees: Array.from({ length: count + 1 }, (_, i) => BigInt(price(Math.floor(((from + 12 * i) % DAY) / HOUR)))),
  tips: Array.from({ length: count }, () => tip),
  first: { number: 100n, time: from },
  last: { number: 99n + BigInt(count), time: from + 12 * (count - 1) },
});

describe('[PL5] prices of gas by the hour, from what blocks say', () => {
  test('a day of blocks gives 24 prices, tips on top', () => {
    const day = gasPriceCurve([piece(3 * DAY, DAY / 12, (hour) => 1_000 + hour, 5n)]);
    assert.deepEqual(
      day,
      Array.from({ length: 24 }, (_, hour) => 1_005 + hour),
    );
  });
  test('the median is taken over pieces of several days, so that one storm does not count', () => {
    const days = [1, 2, 3].map((day) =>
      piece(day * DAY, DAY / 12, (hour) => (day === 2 && hour === 9 ? 1_000_000 : 10)),
    );
    assert.deepEqual(gasPriceCurve(days), Array(24).fill(10));
  });
  test('an hour without blocks lies between its neighbours, around midnight too', () => {
    const curve = gasPriceCurve([piece(22 * HOUR, 300, () => 100), piece(DAY + 2 * HOUR, 300, () => 500)]);
    assert.equal(curve[22], 100);
    assert.deepEqual([curve[23], curve[0], curve[1], curve[2]], [200, 300, 400, 500]);
    assert.equal(gasPriceCurve([piece(5 * HOUR, 10, () => 7)])[17], 7);
    assert.throws(() => gasPriceCurve([]), /no block/);
  });
  test('an hour goes round after 24, and one number is every hour’s', () => {
    const curve = Array.from({ length: 24 }, (_, hour) => hour);
    assert.deepEqual(
      [23.9, 24, 49.5, -1].map((hour) => gasPriceAt(curve, hour)),
      [23, 0, 1, 23],
    );
    assert.equal(gasPriceAt(12, 5), 12);
  });
});
