/**
 * What each column adds to the score of an account under trees (GU10). A node is worth the plain mean of the leaves that
 * can be come to below it, for nobody published how many records came to each; every step from a node to the next belongs
 * to the column that the node asks for, so the steps of all paths sum up exactly to the score less the worth of the roots.
 * A. Saabas, “Interpreting random forests” (2014).
 */
import { leavesAt, NO_SPLIT, type TreesShape, treeWidth } from '@concord/protocol';

/** One division on an account's path. */
export interface Step {
  /** Threshold in Q16 of the transformed, bounded column (LR31). */
  readonly threshold: number;
  /** Whether the account lies at the threshold or above it. */
  readonly above: boolean;
  /** What it adds to the score, 2^-16. */
  readonly weight: number;
}

export interface Paths {
  /** Worth of all roots, 2^-16: what is said of an account of which no column was asked for. */
  readonly base: number;
  /** The steps of every column that a path asks for, by its place in the schema. */
  readonly steps: ReadonlyMap<number, readonly Step[]>;
}

/** Worth of every node and leaf of a tree, level by level from the root. Dyadic fractions, exact in float64. */
function worths(parameters: Int32Array, tree: number, depth: number): Float64Array {
  const nodes = 2 ** depth - 1;
  const worth = new Float64Array(2 * nodes + 1);
  for (let leaf = 0; leaf <= nodes; leaf++) worth[nodes + leaf] = parameters[tree + leavesAt(depth) + leaf]!;
  for (let node = nodes - 1; node >= 0; node--) {
    const [left, right] = [worth[2 * node + 1]!, worth[2 * node + 2]!];
    // Where nothing is divided all go right.
    worth[node] = parameters[tree + 2 * node + 1] === NO_SPLIT ? right : (left + right) / 2;
  }
  return worth;
}

export function pathsOf({ trees, depth }: TreesShape, parameters: Int32Array, features: Int32Array): Paths {
  const steps = new Map<number, Step[]>();
  let base = 0;
  for (let tree = 0; tree < trees * treeWidth(depth); tree += treeWidth(depth)) {
    const worth = worths(parameters, tree, depth);
    base += worth[0]!;
    for (let level = 0, node = 0; level < depth; level++) {
      const [feature, threshold] = [parameters[tree + 2 * node]!, parameters[tree + 2 * node + 1]!];
      const above = features[feature]! >= threshold;
      const next = 2 * node + (above ? 2 : 1);
      if (threshold !== NO_SPLIT) {
        const step = { threshold, above, weight: worth[next]! - worth[node]! };
        const those = steps.get(feature);
        if (those) those.push(step);
        else steps.set(feature, [step]);
      }
      node = next;
    }
  }
  return { base, steps };
}
