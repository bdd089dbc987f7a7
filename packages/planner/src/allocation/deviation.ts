/** What one has of a window by saying this or that, everybody else saying what they say (MK10). Amounts in wei. */
import { clear } from './clear.ts';
import type { Ask, Want } from './window.ts';

export interface Window {
  /** Prices are costs, limits are values. */
  readonly asks: readonly Ask[];
  readonly wants: readonly Want[];
}

const replaced = <T>(list: readonly T[], index: number, by: readonly T[]): T[] => [
  ...list.slice(0, index),
  ...by,
  ...list.slice(index + 1),
];

/** What an aggregator earns beyond its costs when it asks `said`: another price than its cost, or fewer units than it has. */
export function profitOfAsk({ asks, wants }: Window, index: number, said: Ask): bigint {
  const { price, sold } = clear(replaced(asks, index, [said]), wants);
  return BigInt(sold[index]!) * (price - asks[index]!.price);
}

/** What a run's units are worth to it beyond what it pays when it wants `said`; several, in the names of as many charters. */
export function profitOfWant({ asks, wants }: Window, index: number, ...said: readonly Want[]): bigint {
  const { limit, units } = wants[index]!;
  const { price, bought } = clear(asks, replaced(wants, index, said));
  const got = bought.slice(index, index + said.length).reduce((a, b) => a + b, 0);
  // What it gets beyond its units is worth nothing, and costs as much.
  return BigInt(Math.min(got, units)) * limit - BigInt(got) * price;
}
