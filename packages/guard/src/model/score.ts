/** One account under the model, in the integers of the contract, and which columns speak most (GU10). */
import { type Basis, featuresPerColumn, predict, toFixed } from '@concord/protocol';
import { readRecords, standardize } from '@concord/trainer';
import type { VerifiedModel } from './model.ts';
import { compared } from './words.ts';

export interface Scored {
  /** The model's logit in 2^-16: bit for bit what `Inference.predict` answers for these features (IN2). */
  readonly score: number;
  readonly features: Int32Array;
  /** Comparisons, those first that raised the score most. */
  readonly raising: readonly string[];
  /** Those first that lowered it most. */
  readonly lowering: readonly string[];
}

/** `columns` by name. The way from values to features is the members' own (LR6, LR7, IN1). */
export function scoreOf(
  { model, constants, inputs, text }: VerifiedModel,
  columns: ReadonlyMap<string, number>,
): Scored {
  const { schema } = text;
  const header = [schema.label, ...schema.columns.map(({ name }) => name)];
  const row = ['0', ...schema.columns.map(({ name }) => String(columns.get(name)!))];
  const records = readRecords({ header, rows: [row] }, schema);
  const features = toFixed(standardize(records, constants, inputs).features);
  const score = predict(model, features);
  const width = featuresPerColumn(schema.basis);
  const weighed = schema.columns.map((column, i) => {
    // A standardised 0 is the mean of all members' records (of a gated wave: of those that have the column, and what a model
    // sees of one that has not): what the model would say of this account were it usual here.
    const usual = features.slice().fill(0, width * i, width * (i + 1));
    const weight = score - predict(model, usual);
    const value = columns.get(column.name)!;
    return { weight, say: () => compared(column.name, value, usualOf(i, column, constants.mean, schema.basis)) };
  });
  const said = (sign: 1 | -1): string[] =>
    weighed
      .filter(({ weight }) => sign * weight > 0)
      .sort((a, b) => sign * (b.weight - a.weight))
      .slice(0, 3)
      .map(({ say }) => say());
  return { score, features, raising: said(1), lowering: said(-1) };
}

/**
 * The usual value of a column, from the run's noised means alone. Plain: the mean of the transformed value, turned back.
 * Waves: where accounts that have any stand on the circle; those that have none stand at angle 0 and are taken out, which
 * gated waves did already.
 */
function usualOf(
  i: number,
  column: VerifiedModel['text']['schema']['columns'][number],
  mean: Int32Array,
  basis: Basis,
): { value: number; share?: number } {
  const real = (at: number): number => mean[at]! / 2 ** 16;
  const back = (u: number): number =>
    column.transform === 'signedLog' ? Math.sign(u) * Math.expm1(Math.abs(u) * column.bound) : u * column.bound;
  if (basis === 'plain') return { value: back(real(i)) };
  const share = Math.max(0, Math.min(1, real(3 * i)));
  const absent = basis === 'waves' ? 1 - share : 0;
  const turn = Math.atan2(real(3 * i + 1), real(3 * i + 2) - absent) / (2 * Math.PI);
  return { value: back(turn < 0 ? turn + 1 : turn), share };
}
