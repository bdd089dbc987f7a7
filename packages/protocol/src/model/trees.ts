/**
 * Trees of one fixed depth in one array of int32 (LR30): for each tree its nodes from the root down, level by level, as
 * (feature, threshold), then its leaves from left to right. A walk is arithmetic on indices; nothing is compared but
 * integers.
 */

export interface TreesShape {
  readonly kind: 'trees';
  readonly inputs: number;
  readonly trees: number;
  readonly depth: number;
}

export const MOST_DEPTH = 10;
/** The threshold of a node that does not divide: every int32 is at least this, so that all go right. */
export const NO_SPLIT = -(2 ** 31);

/** Where a tree's leaves begin, in int32 after its first: two for each of its 2^depth − 1 nodes. */
export const leavesAt = (depth: number): number => 2 * (2 ** depth - 1);

/** int32 of one tree of this depth. */
export const treeWidth = (depth: number): number => leavesAt(depth) + 2 ** depth;

/** The place, within its level, of the node (or leaf) that a record comes to in `levels` steps. `tree` is where its int32 begin. */
export function placeIn(parameters: Int32Array, tree: number, levels: number, features: ArrayLike<number>): number {
  let node = 0;
  for (let level = 0; level < levels; level++) {
    const at = tree + 2 * node;
    node = 2 * node + (features[parameters[at]!]! >= parameters[at + 1]! ? 2 : 1);
  }
  return node - (2 ** levels - 1);
}

/** The exact sum of the leaves that a record comes to, Q16: below 2^47, so a float64 holds it. */
export function sumOfLeaves({ trees, depth }: TreesShape, parameters: Int32Array, features: ArrayLike<number>): number {
  const width = treeWidth(depth);
  let sum = 0;
  for (let tree = 0; tree < trees * width; tree += width)
    sum += parameters[tree + leavesAt(depth) + placeIn(parameters, tree, depth, features)]!;
  return sum;
}
