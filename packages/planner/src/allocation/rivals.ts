/** What the market's rule is compared with: first come first served, and the best that a window allows. */
import type { Allocate, Ask, Want } from './window.ts';

const cheapestFirst = (asks: readonly Ask[]): number[] =>
  [...asks.keys()].sort((a, b) => (asks[a]!.price < asks[b]!.price ? -1 : asks[a]!.price > asks[b]!.price ? 1 : a - b));

/** Serves wants in the given order, each from the cheapest aggregators left, while its limit pays their asks. */
function inTurn(asks: readonly Ask[], wants: readonly Want[], turn: readonly number[]): ReturnType<Allocate> {
  const sold = asks.map(() => 0);
  const bought = wants.map(() => 0);
  const cheapest = cheapestFirst(asks);
  for (const want of turn) {
    const { limit, units } = wants[want]!;
    for (const ask of cheapest) {
      if (asks[ask]!.price > limit) break;
      const taken = Math.min(units - bought[want]!, asks[ask]!.units - sold[ask]!);
      sold[ask]! += taken;
      bought[want]! += taken;
    }
  }
  return { sold, bought };
}

/** First come, first served, at posted asks: wants stand in the order in which they came. */
export const firstCome: Allocate = (asks, wants) => inTurn(asks, wants, [...wants.keys()]);

/** The largest welfare that one window allows: whoever values most is served by whoever costs least. */
export const best: Allocate = (asks, wants) =>
  inTurn(
    asks,
    wants,
    [...wants.keys()].sort((a, b) =>
      wants[a]!.limit > wants[b]!.limit ? -1 : wants[a]!.limit < wants[b]!.limit ? 1 : a - b,
    ),
  );

/** What all gain together if asks are costs and limits are values: values of what is bought less costs of what is sold. */
export function welfareOf(
  asks: readonly Ask[],
  wants: readonly Want[],
  { sold, bought }: ReturnType<Allocate>,
): bigint {
  const value = bought.reduce((sum, units, i) => sum + BigInt(units) * wants[i]!.limit, 0n);
  return sold.reduce((sum, units, i) => sum - BigInt(units) * asks[i]!.price, value);
}

/** Every division of every want over whole lots, tried: only for a few asks and wants of a few lots each. */
export function exhaustive(asks: readonly Ask[], wants: readonly Want[], lot: number): bigint {
  const vectors = (entries: readonly { readonly units: number }[]): number[][] =>
    entries.reduce<number[][]>(
      (found, { units }) =>
        found.flatMap((each) => Array.from({ length: Math.floor(units / lot) + 1 }, (_, i) => [...each, i * lot])),
      [[]],
    );
  const total = (amounts: readonly number[]): number => amounts.reduce((a, b) => a + b, 0);
  // The cheapest and the most valued way to move each total, each found by looking at all.
  const cost = new Map<number, bigint>();
  for (const sold of vectors(asks)) {
    const paid = -welfareOf(asks, [], { sold, bought: [] });
    const known = cost.get(total(sold));
    if (known === undefined || paid < known) cost.set(total(sold), paid);
  }
  let most = 0n;
  for (const bought of vectors(wants)) {
    const paid = cost.get(total(bought));
    if (paid === undefined) continue;
    const gained = welfareOf([], wants, { sold: [], bought }) - paid;
    if (gained > most) most = gained;
  }
  return most;
}
