/** One level of a group of trees from an opened sum of histograms, in integers that everybody computes alike (LR35). */
import { floorDivide } from '../model/integers.ts';
import { type Model, ModelError, parameterCount } from '../model/model.ts';
import { leavesAt, NO_SPLIT, treeWidth } from '../model/trees.ts';
import { gradientScale, type TreePlan, treeRound } from './treePlan.ts';

/** (Σ gradients, Σ hessians) of some records, in the units of the sum. */
type Total = readonly [gradients: bigint, hessians: bigint];

/** The text's numbers in units of the sum. */
interface Units {
  /** λ. */
  readonly penalty: bigint;
  readonly leastHessian: bigint;
}

/** 2^16 times what a leaf for these records gains, floored; hessians + λ > 0. */
const worth = ([gradients, hessians]: Total, { penalty }: Units): bigint =>
  ((gradients * gradients) << 16n) / (hessians + penalty);

const positive = ([gradients, hessians]: Total): Total => [gradients, hessians > 0n ? hessians : 0n];

/** What became of a node: where it divides, and the totals left and right of that. */
interface Split {
  readonly feature: number;
  readonly threshold: number;
  readonly sides: readonly [left: Total, right: Total];
}

/** The best edge of a node whose histograms begin at `at`; the lowest feature, then the lowest edge, of those that tie. */
function split(plan: TreePlan, features: readonly number[], sum: ArrayLike<bigint>, at: number, units: Units): Split {
  const { bins, training } = plan;
  const size = 2 * bins;
  let [gradients, hessians] = [0n, 0n];
  for (let i = at; i < at + features.length * size; i += 2) {
    if (sum[i] === 0n && sum[i + 1] === 0n) continue;
    gradients += sum[i]!;
    hessians += sum[i + 1]!;
  }
  // Every feature's bins add up to the same but for noise, of which the mean has least.
  const count = BigInt(features.length);
  const all: Total = [floorDivide(gradients, count), floorDivide(hessians, count)];
  let best: Split = { feature: 0, threshold: NO_SPLIT, sides: [all, all] };
  let most = worth(positive(all), units);
  for (const [i, feature] of features.entries()) {
    let left: Total = [0n, 0n];
    for (let edge = 0; edge < bins - 1; edge++) {
      const bin = at + i * size + 2 * edge;
      // Nothing in the bin: the same two sides as at the edge before, which a tie prefers.
      if (sum[bin] === 0n && sum[bin + 1] === 0n) continue;
      left = [left[0] + sum[bin]!, left[1] + sum[bin + 1]!];
      const right: Total = [all[0] - left[0], all[1] - left[1]];
      if (left[1] < units.leastHessian || right[1] < units.leastHessian) continue;
      const gain = worth(left, units) + worth(right, units);
      if (gain <= most) continue;
      most = gain;
      best = { feature, threshold: training.edges[edge]!, sides: [left, right] };
    }
  }
  return best;
}

/**
 * The model after the round: every node of the level gets its division, and after the deepest level every leaf its
 * Newton step. `sum` has at least `plan.length` coordinates. Throws ModelError after the last round, and for a record
 * bound that leaves no room.
 */
export function growTrees(
  plan: TreePlan,
  { model, round, recordBound }: { readonly model: Model; readonly round: number; readonly recordBound: number },
  sum: ArrayLike<bigint>,
): Model {
  const { shape, training, bins } = plan;
  if (sum.length < plan.length) throw new ModelError('PARAMETER_COUNT', sum.length, plan.length);
  if (model.parameters.length !== parameterCount(shape))
    throw new ModelError('PARAMETER_COUNT', model.parameters.length, parameterCount(shape));
  const { firstTree, level, features } = treeRound(plan, round);
  const three = 3n * BigInt(gradientScale(plan, recordBound));
  if (three === 0n) throw new ModelError('SHAPE', `record bound ${recordBound}`, 'a larger one for so many trees');
  const inUnits = (q16: number): bigint => (three * BigInt(q16)) >> 16n;
  const least = inUnits(training.penalty);
  const units = { penalty: least > 0n ? least : 1n, leastHessian: inUnits(training.leastHessian) };
  const limit = BigInt(training.leafLimit);
  const leaf = (total: Total): number => {
    const [gradients, hessians] = positive(total);
    const step = floorDivide((3n * gradients) << 16n, hessians + units.penalty);
    const cut = step > limit ? limit : step < -limit ? -limit : step;
    return Number((cut * BigInt(training.learningRate)) >> 16n);
  };
  const parameters = model.parameters.slice();
  const width = treeWidth(shape.depth);
  const nodes = 2 ** level;
  for (const [j, looked] of features.entries()) {
    const tree = (firstTree + j) * width;
    for (let node = 0; node < nodes; node++) {
      const at = 2 * bins * looked.length * (j * nodes + node);
      const { feature, threshold, sides } = split(plan, looked, sum, at, units);
      parameters.set([feature, threshold], tree + 2 * (nodes - 1 + node));
      if (level === shape.depth - 1) parameters.set(sides.map(leaf), tree + leavesAt(shape.depth) + 2 * node);
    }
  }
  return { shape, parameters };
}
