/** The one Merkle tree of the protocol: keccak256, three domain bytes, the count in the root. */
import { join, keccak, u32, u8 } from './bytes.ts';

const ZERO = Buffer.alloc(32);

/** Root over the data hashes of the leaves, in order; an empty tree has a root too. */
export function merkleRoot(dataHashes: readonly Uint8Array[]): Buffer {
  let level: Uint8Array[] = dataHashes.map((dataHash) => keccak(u8(0), dataHash));
  const count = level.length;
  if (count === 0) level.push(ZERO);
  while ((level.length & (level.length - 1)) !== 0) level.push(ZERO);
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) above.push(keccak(u8(1), level[i]!, level[i + 1]!));
    level = above;
  }
  return keccak(u8(2), u32(count), level[0]!);
}

/** Root over bytes cut into leaves of `leafBytes`, each hashed by `hash` (the last leaf may be short). */
export function rootOfBytes(bytes: Uint8Array, leafBytes: number, hash: (leaf: Uint8Array) => Uint8Array): Buffer {
  const hashes: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += leafBytes) hashes.push(hash(join(bytes.subarray(at, at + leafBytes))));
  return merkleRoot(hashes);
}
