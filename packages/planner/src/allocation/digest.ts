import { keccak_256 } from '@noble/hashes/sha3.js';
import type { Cleared } from './window.ts';

/** keccak256 of every amount as u32, asks first: what `Settled` names [MK7]. */
export function digestOf({ sold, bought }: Pick<Cleared, 'sold' | 'bought'>): Uint8Array {
  const amounts = [...sold, ...bought];
  const bytes = new DataView(new ArrayBuffer(4 * amounts.length));
  for (const [i, units] of amounts.entries()) bytes.setUint32(4 * i, units);
  return keccak_256(new Uint8Array(bytes.buffer));
}
