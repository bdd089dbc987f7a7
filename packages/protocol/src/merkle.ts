/**
 * Keccak-256 Merkle trees as contracts open them (spec/aggregation.md §3): node(leaf) = keccak(00 ‖ dataHash), inner =
 * keccak(01 ‖ left ‖ right), root = keccak(02 ‖ u32 count ‖ top); padded to a power of two with zero words as nodes.
 */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { concat, equalBytes, u32 } from './codec.ts';
import { plainKernels } from './kernels/plain.ts';
import type { Keccak256 } from './kernels/types.ts';

const leafNode = (dataHash: Uint8Array): Uint8Array => keccak_256(concat(Uint8Array.of(0), dataHash));
const innerNode = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  keccak_256(concat(Uint8Array.of(1), left, right));
const rootNode = (count: number, top: Uint8Array): Uint8Array => keccak_256(concat(Uint8Array.of(2), u32(count), top));

export interface MerkleTree {
  readonly count: number;
  readonly root: Uint8Array;
  /** Nodes from the leaves (padded) up to the top: 32 bytes each, one after the other. */
  readonly levels: readonly Uint8Array[];
}

/** keccak(prefix ‖ piece) of every piece of `size` bytes. */
function nodesOf(prefix: number, pieces: Uint8Array, size: number, keccak256: Keccak256): Uint8Array {
  const messages = new Uint8Array((pieces.length / size) * (size + 1));
  for (let from = 0, to = 0; from < pieces.length; from += size, to += size + 1) {
    messages[to] = prefix;
    messages.set(pieces.subarray(from, from + size), to + 1);
  }
  return keccak256(messages, size + 1);
}

/** The tree over data hashes that lie one after the other; `keccak256` of the kernels is the faster one. */
export function packedTree(dataHashes: Uint8Array, keccak256: Keccak256 = plainKernels.keccak256): MerkleTree {
  const count = dataHashes.length / 32;
  let width = 1;
  while (width < count) width *= 2;
  let level = new Uint8Array(32 * width);
  level.set(nodesOf(0, dataHashes, 32, keccak256));
  const levels = [level];
  while (level.length > 32) {
    level = nodesOf(1, level, 64, keccak256) as typeof level;
    levels.push(level);
  }
  return { count, root: rootNode(count, level), levels };
}

/** The tree over 32-byte data hashes in their order. */
export function merkleTree(dataHashes: readonly Uint8Array[], keccak256?: Keccak256): MerkleTree {
  const packed = new Uint8Array(32 * dataHashes.length);
  for (const [i, hash] of dataHashes.entries()) packed.set(hash, 32 * i);
  return packedTree(packed, keccak256);
}

export const merkleRoot = (dataHashes: readonly Uint8Array[], keccak256?: Keccak256): Uint8Array =>
  merkleTree(dataHashes, keccak256).root;

/** Siblings of leaf `index` from the bottom up. Throws RangeError where there is no such leaf. */
export function merkleProof(tree: MerkleTree, index: number): Uint8Array[] {
  if (!(Number.isInteger(index) && index >= 0 && index < tree.count))
    throw new RangeError(`leaf ${index} of a tree of ${tree.count}`);
  return tree.levels.slice(0, -1).map((level, depth) => {
    const sibling = (index >>> depth) ^ 1;
    return level.slice(32 * sibling, 32 * (sibling + 1));
  });
}

/** Does `proof` show that leaf `index` of the tree with this root and count has this data hash? */
export function verifyMerkleProof(
  root: Uint8Array,
  count: number,
  index: number,
  dataHash: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!(Number.isInteger(index) && index >= 0 && index < count)) return false;
  if (proof.length !== Math.ceil(Math.log2(count))) return false;
  const top = proof.reduce(
    (node, sibling, depth) => ((index >>> depth) & 1 ? innerNode(sibling, node) : innerNode(node, sibling)),
    leafNode(dataHash),
  );
  return equalBytes(rootNode(count, top), root);
}
