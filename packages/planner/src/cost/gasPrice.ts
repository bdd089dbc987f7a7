/** Prices of gas by the hour of the day, UTC: a person's numbers, or what a chain's own blocks say. Pure. [PL5] */
import type { FeePiece } from '@concord/sdk';

/** Wei for one gas at a moment, in hours after midnight UTC; goes round after 24. */
export function gasPriceAt(curve: number | readonly number[], hours: number): number {
  if (typeof curve === 'number') return curve;
  const hour = ((Math.floor(hours) % curve.length) + curve.length) % curve.length;
  return curve[hour]!;
}

const HOURS = 24;
const DAY = 86_400;

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/**
 * 24 prices, wei, by the hour: the median over all blocks of that hour of base fee and median tip. An hour without a
 * block has the price of the nearest hours that have some, linear between. Times within a piece are taken as even.
 * Throws RangeError where no block is given.
 */
export function gasPriceCurve(pieces: readonly FeePiece[]): readonly number[] {
  const byHour: number[][] = Array.from({ length: HOURS }, () => []);
  for (const { baseFees, tips, first, last } of pieces) {
    const blocks = Number(last.number - first.number) + 1;
    const each = blocks > 1 ? (last.time - first.time) / (blocks - 1) : 0;
    for (let i = 0; i < Math.min(blocks, baseFees.length); i++) {
      const hour = Math.floor((((first.time + i * each) % DAY) * HOURS) / DAY);
      byHour[hour]!.push(Number(baseFees[i]! + (tips[i] ?? 0n)));
    }
  }
  const known = byHour.flatMap((prices, hour) => (prices.length > 0 ? [{ hour, price: median(prices) }] : []));
  if (known.length === 0) throw new RangeError('no block was given: there is nothing to take a gas price from');
  return byHour.map((_, hour) => {
    const after = known.find((each) => each.hour >= hour) ?? { ...known[0]!, hour: known[0]!.hour + HOURS };
    const before = known.findLast((each) => each.hour <= hour) ?? {
      ...known.at(-1)!,
      hour: known.at(-1)!.hour - HOURS,
    };
    const span = after.hour - before.hour;
    return span === 0 ? before.price : before.price + ((after.price - before.price) * (hour - before.hour)) / span;
  });
}
