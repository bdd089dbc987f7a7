/**
 * Standardisation without showing a record: what each record adds to the statistics round, and the use of the constants
 * that everyone derives from its opened sum (LR7; the derivation is protocol/src/model/standardization.ts).
 */
import { type Basis, type Records, SchemaError } from './schema.ts';

/** Q16 per feature; the shape of the protocol's `Standardization`. */
export interface Constants {
  readonly mean: Int32Array;
  readonly deviation: Int32Array;
}

/** How a model sees features; the shape of the protocol's `InputRules`. */
export interface Seen {
  readonly basis: Basis;
  /** Standardised features are clamped to ±this. */
  readonly featureLimit: number;
}

/**
 * Writes (1, x_1 … x_k, x_1² … x_k²) of one record into `out` (1 + 2k values), scaled down to L2 norm `clippingNorm`
 * where it is longer. Scaling a whole vector down only lowers the record's weight in all the means. Returns the norm
 * before scaling.
 */
export function writeStatistics(records: Records, row: number, clippingNorm: number, out: Float64Array): number {
  const { width, features } = records;
  out[0] = 1;
  let squared = 1;
  for (let i = 0; i < width; i++) {
    const x = features[row * width + i]!;
    out[1 + i] = x;
    out[1 + width + i] = x * x;
    squared += x * x + x ** 4;
  }
  const norm = Math.sqrt(squared);
  if (norm > clippingNorm) {
    const factor = clippingNorm / norm;
    for (let i = 0; i < 1 + 2 * width; i++) out[i]! *= factor;
  }
  return norm;
}

/**
 * Writes a member's mean statistics (0, mean of x_1 … x_k, mean of x_1² … x_k²) into `out` (1 + 2k values): one vector
 * for all of its records, however many (LR21).
 */
export function writeMeanStatistics({ count, width, features }: Records, out: Float64Array): void {
  out.fill(0, 0, 1 + 2 * width);
  for (let i = 0; i < features.length; i++) {
    const x = features[i]! / count;
    out[1 + (i % width)]! += x;
    out[1 + width + (i % width)]! += x * features[i]!;
  }
}

/**
 * (x − mean) / deviation of records' features, clamped to ±the limit; on gatedWaves a wave is exactly 0 where its column
 * is absent (LR7). Throws SchemaError when the widths differ.
 */
export function standardizeFeatures(
  features: ArrayLike<number>,
  { mean, deviation }: Constants,
  { basis, featureLimit }: Seen,
): Float64Array {
  const width = mean.length;
  if (features.length % width !== 0)
    throw new SchemaError('WIDTH', `constants for ${width} features, records have ${features.length}`);
  const gated = basis === 'gatedWaves';
  const out = new Float64Array(features.length);
  for (let row = 0; row < out.length; row += width)
    for (let j = 0; j < width; j++) {
      const wave = gated ? j % 3 : 0;
      if (wave !== 0 && features[row + j - wave] === 0) continue;
      const x = (features[row + j]! * 2 ** 16 - mean[j]!) / deviation[j]!;
      out[row + j] = Math.max(-featureLimit, Math.min(featureLimit, x));
    }
  return out;
}

/** What models see of each record. Throws SchemaError when the constants are for another number of features. */
export function standardize(records: Records, constants: Constants, seen: Seen): Records {
  const { count, width } = records;
  if (constants.mean.length !== width)
    throw new SchemaError('WIDTH', `constants for ${constants.mean.length} features, records have ${width}`);
  return { count, width, features: standardizeFeatures(records.features, constants, seen), labels: records.labels };
}
