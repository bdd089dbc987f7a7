/**
 * Sums of clipped gradients without writing any record's gradient down: of a dense layer it is the outer product of what
 * comes in and what goes back, so that its norm is the product of theirs (Goodfellow, arXiv:1510.01799), and a record
 * costs one look forward and one weighted addition. What `quantizeRecord` does to each record, in real numbers.
 */
import type { DescentText } from '@concord/protocol';
import { type Records, sigmoid } from '@concord/trainer';

type Shape = DescentText['model'];

/** ‖x‖² + 1 of each record: the squared norm of what a layer with a bias is given. */
export function squaredInputs({ count, width, features }: Records): Float64Array {
  const out = new Float64Array(count).fill(1);
  for (let row = 0; row < count; row++)
    for (let i = row * width; i < (row + 1) * width; i++) out[row]! += features[i]! * features[i]!;
  return out;
}

/** Standardised records of one member, and what of them is the same in every round. */
export interface Batch {
  readonly records: Records;
  readonly squares: Float64Array;
}

export const batchOf = (records: Records): Batch => ({ records, squares: squaredInputs(records) });

function addLogistic(
  parameters: Float64Array,
  { records, squares }: Batch,
  clippingNorm: number,
  out: Float64Array,
): void {
  const { count, width, features, labels } = records;
  for (let row = 0; row < count; row++) {
    const from = row * width;
    let z = parameters[width]!;
    for (let i = 0; i < width; i++) z += parameters[i]! * features[from + i]!;
    const slope = sigmoid(z) - labels[row]!;
    const norm = Math.abs(slope) * Math.sqrt(squares[row]!);
    const weight = norm > clippingNorm ? (slope * clippingNorm) / norm : slope;
    for (let i = 0; i < width; i++) out[i]! += weight * features[from + i]!;
    out[width]! += weight;
  }
}

/** Hidden units that are computed beside each other, so that a feature is read once for all of them. */
const ABREAST = 4;

function addMlp(
  hidden: number,
  parameters: Float64Array,
  { records, squares }: Batch,
  clippingNorm: number,
  out: Float64Array,
): void {
  const { count, width, features, labels } = records;
  const b1 = hidden * width;
  const w2 = b1 + hidden;
  const b2 = w2 + hidden;
  const active = new Int32Array(hidden + ABREAST);
  const activation = new Float64Array(hidden);
  const even = hidden - (hidden % ABREAST);
  for (let row = 0; row < count; row++) {
    const from = row * width;
    for (let j = 0; j < even; j += ABREAST) {
      let [p, q, r, s] = [j * width, (j + 1) * width, (j + 2) * width, (j + 3) * width];
      let a = parameters[b1 + j]!;
      let b = parameters[b1 + j + 1]!;
      let c = parameters[b1 + j + 2]!;
      let d = parameters[b1 + j + 3]!;
      for (let i = from; i < from + width; i++) {
        const x = features[i]!;
        a += parameters[p++]! * x;
        b += parameters[q++]! * x;
        c += parameters[r++]! * x;
        d += parameters[s++]! * x;
      }
      activation[j] = a;
      activation[j + 1] = b;
      activation[j + 2] = c;
      activation[j + 3] = d;
    }
    for (let j = even; j < hidden; j++) {
      let a = parameters[b1 + j]!;
      for (let i = 0; i < width; i++) a += parameters[j * width + i]! * features[from + i]!;
      activation[j] = a;
    }
    let z = parameters[b2]!;
    let heights = 1;
    let weights = 0;
    let alive = 0;
    for (let j = 0; j < hidden; j++) {
      const h = activation[j]!;
      if (h <= 0) continue;
      const w = parameters[w2 + j]!;
      z += w * h;
      heights += h * h;
      weights += w * w;
      active[alive++] = j;
    }
    const slope = sigmoid(z) - labels[row]!;
    const norm = Math.abs(slope) * Math.sqrt(heights + weights * squares[row]!);
    const weight = norm > clippingNorm ? (slope * clippingNorm) / norm : slope;
    out[b2]! += weight;
    for (let k = 0; k < alive; k++) out[w2 + active[k]!]! += weight * activation[active[k]!]!;
    let k = 0;
    for (; k + 1 < alive; k += 2) {
      const [j, l] = [active[k]!, active[k + 1]!];
      const [u, v] = [weight * parameters[w2 + j]!, weight * parameters[w2 + l]!];
      out[b1 + j]! += u;
      out[b1 + l]! += v;
      let [p, q] = [j * width, l * width];
      for (let i = from; i < from + width; i++) {
        const x = features[i]!;
        out[p++]! += u * x;
        out[q++]! += v * x;
      }
    }
    if (k < alive) {
      const j = active[k]!;
      const u = weight * parameters[w2 + j]!;
      out[b1 + j]! += u;
      for (let i = 0; i < width; i++) out[j * width + i]! += u * features[from + i]!;
    }
  }
}

/** Adds to `out` the gradients of all records of the batch, each scaled down to norm `clippingNorm` where it is longer. */
export function addClipped(
  shape: Shape,
  parameters: Float64Array,
  batch: Batch,
  clippingNorm: number,
  out: Float64Array,
): void {
  if (shape.kind === 'mlp') addMlp(shape.hidden, parameters, batch, clippingNorm, out);
  else addLogistic(parameters, batch, clippingNorm, out);
}
