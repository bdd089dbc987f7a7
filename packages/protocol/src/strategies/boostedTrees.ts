/** Gradient-boosted trees from secure histograms (LR32 … LR35): privacy for each record, no statistics of features. */
import type { Strategy } from './strategy.ts';
import { gradientScale, type Planned, treePlan, type TreePlan } from './treePlan.ts';

/** What the algorithm decides about a sum; a gradient of 1 becomes its quantized norm. */
export const boostedTrees = (plan: TreePlan): Strategy => ({
  unit: 1,
  quantizedNorm: ({ recordBound }) => gradientScale(plan, recordBound),
});

/** How many sums a text's algorithm opens, where that is the text's to say: trees are so many levels; others go on. */
export const roundsOf = (text: Planned): number | undefined => treePlan(text)?.rounds;
