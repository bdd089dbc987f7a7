import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pairs } from './pairs.ts';

const drawn = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 12 });
const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

test('[MK9] the pieces add up to what each sold and got, and there are few of them', () => {
  const holds = (beacon: Uint8Array, sold: number[], rest: number[]): void => {
    const bought = [...rest.map((units) => Math.min(units, Math.floor(total(sold) / rest.length)))];
    bought.push(total(sold) - total(bought));
    const found = pairs(beacon, sold, bought);
    const of = (side: 'ask' | 'want', place: number): number =>
      total(found.filter((pair) => pair[side] === place).map(({ units }) => units));
    assert.deepEqual(
      sold.map((_, i) => of('ask', i)),
      sold,
    );
    assert.deepEqual(
      bought.map((_, i) => of('want', i)),
      bought,
    );
    assert.ok(found.length < sold.length + bought.length && found.every(({ units }) => units > 0));
  };
  fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), drawn, drawn, holds));
});

test('[MK9] another beacon, other pairs: each aggregator meets each run about as often', () => {
  const amounts = [10, 10, 10, 10];
  const met = new Map<string, number>();
  for (let i = 0; i < 1_600; i++) {
    const beacon = new Uint8Array(32);
    new DataView(beacon.buffer).setUint32(0, i);
    for (const { ask, want } of pairs(beacon, amounts, amounts))
      met.set(`${ask} ${want}`, (met.get(`${ask} ${want}`) ?? 0) + 1);
  }
  assert.equal(met.size, 16);
  for (const [who, times] of met) assert.ok(Math.abs(times - 400) < 100, `${who}: ${times}`);
});
