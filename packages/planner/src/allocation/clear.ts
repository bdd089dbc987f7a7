/** The market's rule: one price for all, then max-min fair on each side (spec/market.md §2). */
import { divide } from './level.ts';
import type { Ask, Cleared, Want } from './window.ts';

/** Of asks, one in so many does not count for what the dearest is [MK5]. */
const TRIMMED = 16;
/** What must be left over once all is served is at most one part in so many of what is on offer [MK5]. */
const SPARED = 4;

const total = (entries: readonly { readonly units: number }[]): number =>
  entries.reduce((sum, { units }) => sum + units, 0);

/** The first of ascending values for which a predicate that stays true holds, or undefined. */
function first<T>(ascending: readonly T[], holds: (value: T) => boolean): T | undefined {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(ascending[middle]!)) high = middle;
    else low = middle + 1;
  }
  return ascending[low];
}

const ascending = (values: readonly bigint[]): bigint[] => [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

/** p* of MK5; 0 where there is nothing to buy or to sell. */
export function priceOf(asks: readonly Ask[], wants: readonly Want[]): bigint {
  if (asks.length === 0 || wants.length === 0) return 0n;
  const supply = (price: bigint): number => total(asks.filter((ask) => ask.price <= price));
  const demand = (price: bigint): number => total(wants.filter((want) => want.limit >= price));
  // Supply changes at an ask and demand behind a limit: the least prices of MK5 are among these.
  const prices = ascending([...asks.map(({ price }) => price), ...wants.map(({ limit }) => limit + 1n)]);
  const dearest = ascending(asks.map(({ price }) => price))[asks.length - Math.floor(asks.length / TRIMMED) - 1]!;
  const spare = Math.min(Math.max(...asks.map(({ units }) => units)), Math.floor(total(asks) / SPARED));
  const half = first(prices, (price) => 2 * supply(price) >= demand(price))!;
  const all = first(prices, (price) => supply(price) >= demand(price) + spare)!;
  const wanted = ascending([dearest, half])[1]!;
  return ascending([wanted, all])[0]!;
}

/** What a window comes to [MK5][MK6]; prices and limits are at least 1. */
export function clear(asks: readonly Ask[], wants: readonly Want[]): Cleared {
  const price = priceOf(asks, wants);
  const offered = asks.map((ask) => (ask.price < price ? ask.units : 0));
  const wanted = wants.map((want) => (want.limit >= price ? want.units : 0));
  const sums = [offered, wanted].map((side) => side.reduce((a, b) => a + b, 0));
  const traded = Math.min(...sums);
  const [asked, bought] = [divide(offered, traded), divide(wanted, traded)];
  return { price, traded, sold: asked.amounts, bought: bought.amounts, askLevel: asked.level, wantLevel: bought.level };
}
