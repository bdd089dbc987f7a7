/** One account under the model, in the integers of the contract, and which columns speak most (GU10). */
import { type Basis, featuresPerColumn, predict, toFixed } from '@concord/protocol';
import { readFeatures, standardizeFeatures } from '@concord/trainer';
import type { VerifiedModel } from './model.ts';
import { pathsOf } from './paths.ts';
import { compared, divided } from './words.ts';

export interface Scored {
  /** The model's logit in 2^-16: bit for bit what `Inference.predict` answers for these features (IN2). */
  readonly score: number;
  readonly features: Int32Array;
  /** Comparisons, those first that raised the score most. */
  readonly raising: readonly string[];
  /** Those first that lowered it most. */
  readonly lowering: readonly string[];
}

/** A column's part in a score, 2^-16, and how it is said. */
interface Weighed {
  readonly weight: number;
  readonly say: () => string;
}

/** `columns` by name. The way from values to features is the members' own (LR6, LR7, LR31, IN1). */
export function scoreOf(verified: VerifiedModel, columns: ReadonlyMap<string, number>): Scored {
  const { model, standardization, text } = verified;
  const raw = readFeatures(Object.fromEntries(columns), text.schema);
  const features = toFixed(
    standardization ? standardizeFeatures(raw, standardization.constants, standardization.inputs) : raw,
  );
  const score = predict(model, features);
  const said = (sign: 1 | -1): string[] =>
    weighedIn(verified, columns, features, score)
      .filter(({ weight }) => sign * weight > 0)
      .sort((a, b) => sign * (b.weight - a.weight))
      .slice(0, 3)
      .map(({ say }) => say());
  // A score without its reasons costs one prediction.
  return {
    ...{ score, features },
    get raising() {
      return said(1);
    },
    get lowering() {
      return said(-1);
    },
  };
}

function weighedIn(
  { model, standardization, text }: VerifiedModel,
  columns: ReadonlyMap<string, number>,
  features: Int32Array,
  score: number,
): Weighed[] {
  const { columns: schema, basis } = text.schema;
  if (model.shape.kind === 'trees') {
    const { steps } = pathsOf(model.shape, model.parameters, features);
    return [...steps].map(([place, those]) => {
      const column = schema[place]!;
      const weight = those.reduce((sum, step) => sum + step.weight, 0);
      // The division that did most of it stands for all.
      const { threshold, above } = those.reduce((a, b) => (Math.sign(weight) * (b.weight - a.weight) > 0 ? b : a));
      const at = untransformed(column, threshold / 2 ** 16);
      return { weight, say: () => divided(column.name, columns.get(column.name)!, { at, above, raises: weight > 0 }) };
    });
  }
  const width = featuresPerColumn(basis);
  return schema.map((column, i) => {
    // A standardised 0 is the mean of all members' records (of a gated wave: of those that have the column, and what a model
    // sees of one that has not): what the model would say of this account were it usual here.
    const usual = features.slice().fill(0, width * i, width * (i + 1));
    const weight = score - predict(model, usual);
    const value = columns.get(column.name)!;
    return {
      weight,
      say: () => compared(column.name, value, usualOf(i, column, standardization!.constants.mean, basis)),
    };
  });
}

type SchemaColumn = VerifiedModel['text']['schema']['columns'][number];

/** What a transformed value in [−1, 1] was before its transform (LR6). */
const untransformed = ({ transform, bound }: SchemaColumn, u: number): number =>
  transform === 'signedLog' ? Math.sign(u) * Math.expm1(Math.abs(u) * bound) : u * bound;

/**
 * The usual value of a column, from the run's noised means alone. Plain: the mean of the transformed value, turned back.
 * Waves: where accounts that have any stand on the circle; those that have none stand at angle 0 and are taken out, which
 * gated waves did already.
 */
function usualOf(i: number, column: SchemaColumn, mean: Int32Array, basis: Basis): { value: number; share?: number } {
  const real = (at: number): number => mean[at]! / 2 ** 16;
  if (basis === 'plain') return { value: untransformed(column, real(i)) };
  const share = Math.max(0, Math.min(1, real(3 * i)));
  const absent = basis === 'waves' ? 1 - share : 0;
  const turn = Math.atan2(real(3 * i + 1), real(3 * i + 2) - absent) / (2 * Math.PI);
  return { value: untransformed(column, turn < 0 ? turn + 1 : turn), share };
}
