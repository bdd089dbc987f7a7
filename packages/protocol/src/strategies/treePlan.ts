/** What everybody knows of a round of boostedTrees before it begins: which trees, which level, and where a histogram lies (LR32). */
import { sha256 } from '@noble/hashes/sha2.js';
import { integerSqrt } from '../model/integers.ts';
import { ModelError, type ModelShape } from '../model/model.ts';
import type { TreesShape } from '../model/trees.ts';
import type { BoostedTreesTraining, Training } from '../trainingText.ts';

/** A charter's text that grows trees, and what follows from it. */
export interface TreePlan {
  readonly shape: TreesShape;
  readonly training: BoostedTreesTraining;
  /** Bins of a feature: one more than edges. */
  readonly bins: number;
  /** Rounds of the run: groups of trees, times their depth. */
  readonly rounds: number;
  /** Coordinates of the deepest level's histograms. */
  readonly length: number;
}

/** What a text says of its model and its training. */
export interface Planned {
  readonly model: ModelShape;
  readonly training: Training;
}

/** The plan of a text, or undefined where it grows no trees. */
export function treePlan({ model, training }: Planned): TreePlan | undefined {
  if (training.algorithm !== 'boostedTrees' || model.kind !== 'trees') return undefined;
  const bins = training.edges.length + 1;
  const { together, featuresPerTree } = training;
  return {
    shape: model,
    training,
    bins,
    rounds: (model.trees / together) * model.depth,
    length: together * 2 ** (model.depth - 1) * featuresPerTree * bins * 2,
  };
}

/** G, the integer that a gradient of 1 becomes: the most with together · featuresPerTree · G² ≤ Δ² (LR34). */
export const gradientScale = ({ training }: Pick<TreePlan, 'training'>, recordBound: number): number =>
  Number(integerSqrt(BigInt(recordBound) ** 2n / BigInt(training.together * training.featuresPerTree)));

export interface TreeRound {
  /** Number, in the model, of the first tree of the group that grows. */
  readonly firstTree: number;
  readonly level: number;
  /** The features that each tree of the group may look at, ascending. */
  readonly features: readonly (readonly number[])[];
}

/** What round `round` grows. Throws ModelError after the last round. */
export function treeRound(plan: TreePlan, round: number): TreeRound {
  const { shape, training, rounds } = plan;
  if (round >= rounds) throw new ModelError('SHAPE', `round ${round}`, `a round below ${rounds}`);
  const firstTree = Math.floor(round / shape.depth) * training.together;
  const features = Array.from({ length: training.together }, (_, j) => drawnFeatures(plan, firstTree + j));
  return { firstTree, level: round % shape.depth, features };
}

/**
 * featuresPerTree different features of a tree: the first of a Fisher–Yates shuffle of 0 … inputs − 1 by the words u of
 * SHA-256(u32be seed ‖ u32be tree ‖ u32be 0), …: place i gets what is at i + ⌊u·(inputs − i)/2^32⌋.
 */
function drawnFeatures({ shape, training }: TreePlan, tree: number): readonly number[] {
  const { inputs } = shape;
  const places = Array.from({ length: inputs }, (_, i) => i);
  const block = new DataView(new ArrayBuffer(12));
  block.setUint32(0, training.seed);
  block.setUint32(4, tree);
  let digest = new DataView(new ArrayBuffer(0));
  for (let i = 0; i < training.featuresPerTree; i++) {
    if (i % 8 === 0) {
      block.setUint32(8, i / 8);
      digest = new DataView(sha256(new Uint8Array(block.buffer)).buffer);
    }
    const chosen = i + Math.floor((digest.getUint32(4 * (i % 8)) * (inputs - i)) / 2 ** 32);
    [places[i], places[chosen]] = [places[chosen]!, places[i]!];
  }
  return places.slice(0, training.featuresPerTree).sort((a, b) => a - b);
}

/** The bin of a feature: how many edges are at most it. */
export function binOf(edges: readonly number[], feature: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! <= feature) low = middle + 1;
    else high = middle;
  }
  return low;
}
