/** CM1 and CM4 of spec/committee.md, read off the page: intervals are written out before one is looked for. */
import { join, keccak, u32, unsigned } from './bytes.ts';

export interface Entry {
  /** 20 bytes. */
  readonly address: Uint8Array;
  /** Wei. */
  readonly stake: bigint;
}

/** address ‖ u96 stake. */
export const word = ({ address, stake }: Entry): Buffer => join(address, unsigned(stake, 12));

export const hashOfRoster = (roster: readonly Entry[]): Buffer => keccak(...roster.map(word));

/** [from, to) for each entry, one after the other. */
function intervals(entries: readonly Entry[]): { readonly entry: Entry; readonly from: bigint; readonly to: bigint }[] {
  return entries.map((entry, i) => {
    const from = entries.slice(0, i).reduce((sum, { stake }) => sum + stake, 0n);
    return { entry, from, to: from + entry.stake };
  });
}

/** The addresses in the order in which they are drawn: 2k of them. */
export function drawn(beacon: Uint8Array, roster: readonly Entry[], k: number): Uint8Array[] {
  const order: Entry[] = [];
  for (let s = 0; s < 2 * k; s++) {
    const cut = intervals(roster.filter((entry) => !order.includes(entry)));
    const total = cut.at(-1)!.to;
    const x = BigInt(`0x${keccak(beacon, u32(s)).toString('hex')}`) % total;
    order.push(cut.find(({ from, to }) => from <= x && x < to)!.entry);
  }
  return order.map(({ address }) => address);
}

/** The holders of share j = 1 … k: those s with s mod k + 1 = j, the primary first. */
export const holdersOf = (order: readonly Uint8Array[], k: number, j: number): Uint8Array[] =>
  order.filter((_, s) => (s % k) + 1 === j);
