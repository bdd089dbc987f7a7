/** Who serves whom: drawn, so that nobody chooses its counterpart (MK9). */
import { keccak_256 } from '@noble/hashes/sha3.js';

/** `units` of what ask number `ask` sold are for want number `want`. */
export interface Pair {
  readonly ask: number;
  readonly want: number;
  readonly units: number;
}

interface Placed {
  readonly place: number;
  readonly units: number;
}

function drawn(beacon: Uint8Array, side: 0 | 1, amounts: readonly number[]): Placed[] {
  const keyed = amounts.map((units, place) => ({
    ...{ place, units },
    key: keccak_256(Uint8Array.of(...beacon, side, place >> 8, place & 255)),
  }));
  const before = (a: Uint8Array, b: Uint8Array): number => {
    const at = a.findIndex((byte, i) => byte !== b[i]);
    return at < 0 ? 0 : a[at]! - b[at]!;
  };
  return keyed.filter(({ units }) => units > 0).sort((a, b) => before(a.key, b.key));
}

/**
 * The pieces in which what was sold and what was bought overlap, each side in the order that the beacon draws.
 * @param beacon 32 bytes: the hash of the block after the one that settled the window.
 */
export function pairs(beacon: Uint8Array, sold: readonly number[], bought: readonly number[]): Pair[] {
  const [sellers, runs] = [drawn(beacon, 0, sold), drawn(beacon, 1, bought)];
  const found: Pair[] = [];
  let [i, j, served, got] = [0, 0, 0, 0];
  while (i < sellers.length && j < runs.length) {
    const [seller, run] = [sellers[i]!, runs[j]!];
    const units = Math.min(seller.units - served, run.units - got);
    found.push({ ask: seller.place, want: run.place, units });
    served += units;
    got += units;
    if (served === seller.units) [i, served] = [i + 1, 0];
    if (got === run.units) [j, got] = [j + 1, 0];
  }
  return found;
}
