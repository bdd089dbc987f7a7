import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawnWindow, marketVectors } from '../../../../spec/reference/marketVectors.ts';
import { clear } from './clear.ts';
import { digestOf } from './digest.ts';
import type { Ask, Want } from './window.ts';

const file = readFileSync(new URL('../../../../spec/vectors/market.json', import.meta.url), 'utf8');

test('[MK5] [MK6] [MK7] 1,200 drawn windows come to what the reference says', () => {
  assert.ok(file === marketVectors(), 'run node spec/reference/marketVectors.ts');
  const { windows, results } = JSON.parse(file) as { readonly windows: number; readonly results: string };
  const bytes = Buffer.from(results.slice(2), 'hex');
  let trading = 0;
  for (let window = 0; window < windows; window++) {
    const drawn = drawnWindow(window);
    const asks = drawn.asks.map(({ price, units }) => ({ price, units: Number(units) }));
    const wants = drawn.wants.map(({ price, units }) => ({ limit: price, units: Number(units) }));
    const cleared = clear(asks, wants);
    const need = bytes.subarray(56 * window, 56 * (window + 1));
    assert.equal(cleared.price, need.readBigUInt64BE(0), `price of window ${window}`);
    assert.equal(BigInt(cleared.traded), need.readBigUInt64BE(8), `units of window ${window}`);
    assert.equal(cleared.askLevel, need.readUInt32BE(16), `level of asks of window ${window}`);
    assert.equal(cleared.wantLevel, need.readUInt32BE(20), `level of wants of window ${window}`);
    assert.deepEqual(Buffer.from(digestOf(cleared)), need.subarray(24), `amounts of window ${window}`);
    if (cleared.traded > 0) trading++;
  }
  assert.ok(trading > windows / 2, `something changes hands in ${trading} of ${windows}`);
});

const ask = fc.record({ price: fc.bigInt(1n, 30n), units: fc.integer({ min: 1, max: 60 }) });
const want = fc.record({ limit: fc.bigInt(1n, 30n), units: fc.integer({ min: 1, max: 60 }) });
const window = fc.tuple(fc.array(ask, { maxLength: 20 }), fc.array(want, { maxLength: 12 }));
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

test('[MK5] nobody trades at a price that it did not agree to, and there is one price', () => {
  const holds = ([asks, wants]: [Ask[], Want[]]): void => {
    const { price, sold, bought } = clear(asks, wants);
    for (const [i, { price: asked }] of asks.entries()) assert.ok(sold[i] === 0 || asked < price);
    for (const [i, { limit }] of wants.entries()) assert.ok(bought[i] === 0 || limit >= price);
  };
  fc.assert(fc.property(window, holds));
});

test('[MK6] what is sold is bought, nobody beyond its own units, and who has less than another has all that it may', () => {
  const holds = ([asks, wants]: [Ask[], Want[]]): void => {
    const { price, traded, sold, bought } = clear(asks, wants);
    assert.deepEqual([sum(sold), sum(bought)], [traded, traded]);
    const fair = (amounts: readonly number[], most: readonly number[]): void => {
      const short = amounts.filter((each, i) => each < most[i]!);
      const level = Math.min(...short);
      for (const [i, each] of amounts.entries()) assert.ok(each <= most[i]! && each <= level + 1);
    };
    fair(
      sold,
      asks.map((each) => (each.price < price ? each.units : 0)),
    );
    fair(
      bought,
      wants.map((each) => (each.limit >= price ? each.units : 0)),
    );
  };
  fc.assert(fc.property(window, holds));
});

test('[MK5] among few, it takes more than a quarter of all units that nobody can pay to keep a window from trading', () => {
  const honest = Array.from({ length: 11 }, (_, i) => ({ price: 100n + BigInt(i), units: 300 }));
  const traded = (units: number): number => {
    const asks = [...honest, { price: 2n ** 62n, units }];
    const half = Math.floor((3_300 + units) / 2);
    const wants = [
      { limit: 2n ** 61n, units: half },
      ...Array.from({ length: 8 }, () => ({ limit: 200n, units: 300 })),
    ];
    return clear(asks, wants).traded;
  };
  assert.ok(traded(1_000) > 0);
  assert.equal(traded(1_200), 0);
});

test('[MK5] a sixteenth of the aggregators that asks too much does not move what others pay', () => {
  const asks = Array.from({ length: 16 }, (_, i) => ({ price: 100n + BigInt(i), units: 100 }));
  const wants = Array.from({ length: 12 }, () => ({ limit: 200n, units: 200 }));
  const before = clear(asks, wants);
  const dear = asks.map((each, i) => (i === 15 ? { ...each, price: 2n ** 62n } : each));
  const { price, traded } = clear(dear, wants);
  assert.deepEqual([before.price, before.traded], [114n, 1_400]);
  assert.deepEqual([price, traded], [114n, 1_400]);
});
