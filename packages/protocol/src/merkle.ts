/**
 * Keccak-256 Merkle trees as contracts open them (spec/aggregation.md §3): node(leaf) = keccak(00 ‖ dataHash), inner =
 * keccak(01 ‖ left ‖ right), root = keccak(02 ‖ u32 count ‖ top); padded to a power of two with zero words as nodes.
 */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { concat, equalBytes, u32 } from './codec.ts';

const ZERO = new Uint8Array(32);

const leafNode = (dataHash: Uint8Array): Uint8Array => keccak_256(concat(Uint8Array.of(0), dataHash));
const innerNode = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  keccak_256(concat(Uint8Array.of(1), left, right));
const rootNode = (count: number, top: Uint8Array): Uint8Array => keccak_256(concat(Uint8Array.of(2), u32(count), top));

export interface MerkleTree {
  readonly count: number;
  readonly root: Uint8Array;
  /** Nodes from the leaves (padded) up to the top. */
  readonly levels: readonly (readonly Uint8Array[])[];
}

/** The tree over 32-byte data hashes in their order. */
export function merkleTree(dataHashes: readonly Uint8Array[]): MerkleTree {
  const count = dataHashes.length;
  let level = dataHashes.map(leafNode);
  if (count === 0) level = [ZERO];
  while (level.length & (level.length - 1)) level.push(ZERO);
  const levels = [level];
  while (level.length > 1) {
    const below = level;
    level = Array.from({ length: below.length / 2 }, (_, i) => innerNode(below[2 * i]!, below[2 * i + 1]!));
    levels.push(level);
  }
  return { count, root: rootNode(count, level[0]!), levels };
}

export const merkleRoot = (dataHashes: readonly Uint8Array[]): Uint8Array => merkleTree(dataHashes).root;

/** Siblings of leaf `index` from the bottom up. Throws RangeError where there is no such leaf. */
export function merkleProof(tree: MerkleTree, index: number): Uint8Array[] {
  if (!(Number.isInteger(index) && index >= 0 && index < tree.count))
    throw new RangeError(`leaf ${index} of a tree of ${tree.count}`);
  return tree.levels.slice(0, -1).map((level, depth) => level[(index >>> depth) ^ 1]!);
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
