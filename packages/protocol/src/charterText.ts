/**
 * The readable half of a charter as data: purpose, schema, model, training and clauses in plain words. Its bytes are
 * content-addressed (`textDigest` on chain, CH1); decoding is total, so a node that accepts a text knows every number
 * that it will compute with. The struct on chain holds the other half (spec/charter.md).
 */
import { ModelError, type ModelShape, parameterCount } from './model/model.ts';
import { statisticsLength } from './model/standardization.ts';

export interface TextColumn {
  readonly name: string;
  readonly transform: 'identity' | 'signedLog';
  /** Public bound on the transformed value. */
  readonly bound: number;
}

export interface TextClause {
  readonly id: string;
  readonly sentence: string;
  readonly enforcedBy: string;
}

export interface CharterText {
  readonly version: 1;
  readonly name: string;
  readonly purpose: string;
  readonly metric: string;
  readonly schema: {
    readonly columns: readonly TextColumn[];
    readonly label: string;
    readonly blank: 'zero' | 'refuse';
    /** What a column becomes: itself, or its presence and two waves (LR6). */
    readonly basis: 'plain' | 'waves';
  };
  readonly model: ModelShape;
  readonly training: {
    /** L2 norm to which one record's gradient is clipped, in 2^-16. */
    readonly clippingNorm: number;
    /** L2 norm to which one record's statistics (1, x, x²) are clipped, in 2^-16. */
    readonly statisticsNorm: number;
    /** Least deviation of a feature, in 2^-16 of its bound (LR7). */
    readonly deviationFloor: number;
    /** Standardised features are clamped to ±this. */
    readonly featureLimit: number;
    /** Learning rate of the first and the last training round, in 2^-16; linear between (LR4). */
    readonly learningRate: readonly [first: number, last: number];
    /** Momentum, in 2^-16. */
    readonly momentum: number;
  };
  readonly clauses: readonly TextClause[];
}

/** The text is not one that this version understands. `path` names the field. */
export class CharterTextError extends Error {
  readonly code = 'CHARTER_TEXT';
  readonly path: string;
  constructor(path: string, need: string) {
    super(`charter text, ${path}: need ${need}. Correct the charter file and propose it again.`);
    this.name = 'CharterTextError';
    this.path = path;
  }
}

type Json = Readonly<Record<string, unknown>>;

const object = (value: unknown, path: string, keys: readonly string[]): Json => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new CharterTextError(path, 'an object');
  for (const key of Object.keys(value))
    if (!keys.includes(key)) throw new CharterTextError(`${path}.${key}`, `one of ${keys.join(', ')}`);
  return value as Json;
};
const text = (value: unknown, path: string): string => {
  if (typeof value !== 'string' || value.trim() === '') throw new CharterTextError(path, 'some text');
  return value;
};
const integer = (value: unknown, path: string, least: number, most: number): number => {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw new CharterTextError(path, `an integer in ${least} … ${most}`);
  return value;
};
const positive = (value: unknown, path: string): number => {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) throw new CharterTextError(path, 'a number > 0');
  return value;
};
const list = (value: unknown, path: string): readonly unknown[] => {
  if (!Array.isArray(value) || value.length === 0) throw new CharterTextError(path, 'a non-empty list');
  return value;
};
const oneOf = <T extends string>(value: unknown, path: string, allowed: readonly T[]): T => {
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw new CharterTextError(path, `one of ${allowed.join(', ')}`);
  return found;
};

function decodeShape(value: unknown, inputs: number): ModelShape {
  const json = object(value, 'model', ['kind', 'inputs', 'hidden']);
  const kind = oneOf(json['kind'], 'model.kind', ['logistic', 'mlp']);
  if (integer(json['inputs'], 'model.inputs', 1, 0xffff) !== inputs)
    throw new CharterTextError('model.inputs', `${inputs}: one for each schema column, three on the wave basis`);
  if (kind === 'logistic') return { kind, inputs };
  return { kind, inputs, hidden: integer(json['hidden'], 'model.hidden', 1, 0xffff) };
}

/** Decodes a parsed JSON text. Throws CharterTextError naming the first field that does not fit (CH1, CH2, CH3). */
export function decodeCharterText(value: unknown): CharterText {
  const top = ['version', 'name', 'purpose', 'metric', 'schema', 'model', 'training', 'clauses'];
  const json = object(value, 'charter', top);
  if (json['version'] !== 1) throw new CharterTextError('version', '1');
  const schema = object(json['schema'], 'schema', ['columns', 'label', 'blank', 'basis']);
  const columns = list(schema['columns'], 'schema.columns').map((each, i): TextColumn => {
    const path = `schema.columns[${i}]`;
    const column = object(each, path, ['name', 'transform', 'bound']);
    return {
      name: text(column['name'], `${path}.name`),
      transform: oneOf(column['transform'], `${path}.transform`, ['identity', 'signedLog']),
      bound: positive(column['bound'], `${path}.bound`),
    };
  });
  const basis = oneOf(schema['basis'], 'schema.basis', ['plain', 'waves']);
  const keys = ['clippingNorm', 'statisticsNorm', 'deviationFloor', 'featureLimit', 'learningRate', 'momentum'];
  const training = object(json['training'], 'training', keys);
  const rates = list(training['learningRate'], 'training.learningRate');
  if (rates.length !== 2) throw new CharterTextError('training.learningRate', 'two numbers: first and last round');
  const most = 2 ** 31 - 1;
  return {
    version: 1,
    name: text(json['name'], 'name'),
    purpose: text(json['purpose'], 'purpose'),
    metric: text(json['metric'], 'metric'),
    schema: {
      columns,
      label: text(schema['label'], 'schema.label'),
      blank: oneOf(schema['blank'], 'schema.blank', ['zero', 'refuse']),
      basis,
    },
    model: decodeShape(json['model'], columns.length * (basis === 'waves' ? 3 : 1)),
    training: {
      clippingNorm: integer(training['clippingNorm'], 'training.clippingNorm', 1, most),
      statisticsNorm: integer(training['statisticsNorm'], 'training.statisticsNorm', 1, most),
      deviationFloor: integer(training['deviationFloor'], 'training.deviationFloor', 1, 65536),
      featureLimit: positive(training['featureLimit'], 'training.featureLimit'),
      learningRate: [
        integer(rates[0], 'training.learningRate[0]', 0, most),
        integer(rates[1], 'training.learningRate[1]', 0, most),
      ],
      momentum: integer(training['momentum'], 'training.momentum', 0, 65535),
    },
    clauses: list(json['clauses'], 'clauses').map((each, i): TextClause => {
      const path = `clauses[${i}]`;
      const clause = object(each, path, ['id', 'sentence', 'enforcedBy']);
      return {
        id: text(clause['id'], `${path}.id`),
        sentence: text(clause['sentence'], `${path}.sentence`),
        enforcedBy: text(clause['enforcedBy'], `${path}.enforcedBy`),
      };
    }),
  };
}

/** Coordinates of an update under this text: enough for the parameters and for the statistics round. */
export function updateLength(charter: CharterText): number {
  try {
    return Math.max(parameterCount(charter.model), statisticsLength(charter.model.inputs));
  } catch (error) {
    if (error instanceof ModelError) throw new CharterTextError('model', error.need);
    throw error;
  }
}
