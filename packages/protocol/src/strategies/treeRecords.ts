/** What a member adds to a round of boostedTrees: the histograms of its records, exact integers of a proven norm (LR34). */
import { type Model, ModelError } from '../model/model.ts';
import { placeIn, sumOfLeaves, treeWidth } from '../model/trees.ts';
import { requireRange } from '../privacy/range.ts';
import { probabilityOf } from './logisticTable.ts';
import { binOf, gradientScale, type TreePlan, treeRound } from './treePlan.ts';

/** Records as LR31 writes them: Q16 features, row by row, and labels 0 or 1. */
export interface FixedRecords {
  readonly count: number;
  readonly features: Int32Array;
  readonly labels: ArrayLike<number>;
}

/**
 * The two integers of a record with this score and label, toward zero: G·(y − p) and 3·G·p·(1 − p), whose squares sum to
 * at most G²: with q = |y − p|, q²·(1 + 9·(1 − q)²) ≤ 1 because 9·q²·(1 − q) ≤ 1 + q (LR34).
 */
export function gradientOf(score: number, label: number, scale: number): readonly [gradient: number, hessian: number] {
  const p = probabilityOf(score);
  const gradient = Math.floor((scale * (label === 1 ? 65_536 - p : p)) / 65_536);
  return [label === 1 ? gradient : -gradient, Math.floor((3 * scale * p * (65_536 - p)) / 2 ** 32)];
}

/**
 * The sum over records of what each adds to the round that starts from this model: (gradient, hessian) in one bin of
 * every feature of every tree of the group, d integers. Throws ModelError after the last round, PrivacyRangeError for
 * a bound too small, or records whose sum could leave 32 bits.
 */
export function treeHistograms(
  plan: TreePlan,
  {
    model,
    round,
    recordBound,
    d,
  }: { readonly model: Model; readonly round: number; readonly recordBound: number; readonly d: number },
  records: FixedRecords,
): Int32Array {
  const { shape, training, bins } = plan;
  const { firstTree, level, features } = treeRound(plan, round);
  const scale = gradientScale(plan, recordBound);
  requireRange(scale >= 1, 'recordBound', recordBound, 'large enough for a gradient in every tree and feature');
  requireRange(records.count * scale < 2 ** 31, 'records', records.count, `below 2^31 / ${scale}`);
  if (d < plan.length) throw new ModelError('LENGTH', d, plan.length);
  const sum = new Int32Array(d);
  const width = treeWidth(shape.depth);
  for (let row = 0; row < records.count; row++) {
    const x = records.features.subarray(row * shape.inputs, (row + 1) * shape.inputs);
    const binned = Array.from(x, (feature) => binOf(training.edges, feature));
    const [gradient, hessian] = gradientOf(sumOfLeaves(shape, model.parameters, x), records.labels[row]!, scale);
    for (const [j, looked] of features.entries()) {
      const node = (j << level) + placeIn(model.parameters, (firstTree + j) * width, level, x);
      for (const [i, feature] of looked.entries()) {
        const at = 2 * ((node * looked.length + i) * bins + binned[feature]!);
        sum[at]! += gradient;
        sum[at + 1]! += hessian;
      }
    }
  }
  return sum;
}
