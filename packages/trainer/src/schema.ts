/**
 * The record schema of a charter (clause CH2) as data, and the one way from a table to records: a table that does not
 * fit is refused with the row, the column and what was needed (LR6).
 */
import type { Table } from './csv.ts';

/** signedLog is sign(x)·ln(1 + |x|): it tames amounts that span twelve orders of magnitude, and keeps their sign. */
export type Transform = 'identity' | 'signedLog';

/** What a column's bounded value u in [−1, 1] becomes (LR6). */
export type Basis = 'plain' | 'waves' | 'gatedWaves';

export interface Column {
  readonly name: string;
  readonly transform: Transform;
  /** Public bound on the transformed value, > 0, known without looking at data; values beyond it are clamped to it. */
  readonly bound: number;
}

export interface Schema {
  readonly columns: readonly Column[];
  /** The column that holds 0 or 1. */
  readonly label: string;
  /** What an empty field of a feature means. */
  readonly blank: 'zero' | 'refuse';
  /**
   * u itself (plain, the default), or p = 1 if u ≠ 0 else 0, sin 2πu and cos 2πu (waves), or p, p·sin 2πu and p·cos 2πu
   * (gatedWaves). Waves let few noised steps, or a linear model, tell amounts apart that are not in order of risk; they
   * cost nothing of the privacy budget, for they look at no data (spec/learning.md).
   */
  readonly basis?: Basis;
}

/** Features that a record under this schema has: the width of its `Records`. */
export const featureCount = ({ columns, basis }: Pick<Schema, 'columns' | 'basis'>): number =>
  columns.length * (basis === 'waves' || basis === 'gatedWaves' ? 3 : 1);

/** Records ready for training: row-major features, one label each. */
export interface Records {
  readonly count: number;
  readonly width: number;
  /** After transform, division by the bound and basis: in [−1, 1]; count × width, a column's features side by side. */
  readonly features: Float64Array;
  /** 0 or 1. */
  readonly labels: Uint8Array;
}

export type SchemaErrorCode = 'SCHEMA' | 'MISSING_COLUMN' | 'BLANK' | 'NOT_A_NUMBER' | 'LABEL' | 'NO_RECORDS' | 'WIDTH';

/** A table (or a schema) that cannot be used. `row` counts data rows from 1; it is undefined for the whole table. */
export class SchemaError extends Error {
  readonly code: SchemaErrorCode;
  readonly column: string | undefined;
  readonly row: number | undefined;
  constructor(code: SchemaErrorCode, message: string, column?: string, row?: number) {
    const place = [row === undefined ? '' : `row ${row}`, column === undefined ? '' : `column “${column}”`];
    super([...place.filter((part) => part !== ''), message].join(': '));
    this.name = 'SchemaError';
    this.code = code;
    this.column = column;
    this.row = row;
  }
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The transformed value, clamped to the bound and divided by it: in [−1, 1]. */
export function transformed(value: number, column: Column): number {
  const x = column.transform === 'signedLog' ? Math.sign(value) * Math.log1p(Math.abs(value)) : value;
  return Math.max(-1, Math.min(1, x / column.bound));
}

function checkSchema(schema: Schema): void {
  if (schema.columns.length === 0) throw new SchemaError('SCHEMA', 'the schema names no feature');
  const names = new Set<string>([schema.label]);
  for (const { name, bound } of schema.columns) {
    if (names.has(name)) throw new SchemaError('SCHEMA', 'named twice', name);
    if (!(bound > 0 && Number.isFinite(bound)))
      throw new SchemaError('SCHEMA', `bound ${bound}, need a number > 0`, name);
    names.add(name);
  }
}

/** Writes the features of one record into `out` from `offset`; `fieldOf` gives the text of a column. Throws SchemaError. */
function writeFeatures(
  schema: Schema,
  fieldOf: (column: Column, index: number) => string,
  { out, offset, row }: { readonly out: Float64Array; readonly offset: number; readonly row?: number },
): void {
  schema.columns.forEach((column, j) => {
    const text = fieldOf(column, j).trim();
    if (text === '' && schema.blank === 'refuse')
      throw new SchemaError('BLANK', 'empty, and the schema allows no blanks', column.name, row);
    const value = text === '' ? 0 : Number(text);
    if (text !== '' && (!NUMBER.test(text) || !Number.isFinite(value)))
      throw new SchemaError('NOT_A_NUMBER', `have “${text}”, need a finite number`, column.name, row);
    const u = transformed(value, column);
    const wave = (): number[] => [1, Math.sin(2 * Math.PI * u), Math.cos(2 * Math.PI * u)];
    if (schema.basis === 'gatedWaves') out.set(u === 0 ? [0, 0, 0] : wave(), offset + 3 * j);
    else if (schema.basis === 'waves') out.set(u === 0 ? [0, 0, 1] : wave(), offset + 3 * j);
    else out[offset + j] = u;
  });
}

/**
 * The records of a table under a schema; columns that the schema does not name are never looked at. Throws SchemaError
 * for the first missing column, blank (unless blanks are zero), non-number or label other than 0 or 1, and for a table
 * without rows (LR6).
 */
export function readRecords(table: Table, schema: Schema): Records {
  checkSchema(schema);
  const position = (name: string): number => {
    const at = table.header.indexOf(name);
    if (at < 0) throw new SchemaError('MISSING_COLUMN', `missing; the table has ${table.header.join(', ')}`, name);
    return at;
  };
  const labelAt = position(schema.label);
  const places = schema.columns.map(({ name }) => position(name));
  const count = table.rows.length;
  const width = featureCount(schema);
  if (count === 0) throw new SchemaError('NO_RECORDS', 'the table has a header but no rows');
  const features = new Float64Array(count * width);
  const labels = new Uint8Array(count);
  table.rows.forEach((row, index) => {
    const label = (row[labelAt] ?? '').trim();
    if (label !== '0' && label !== '1')
      throw new SchemaError('LABEL', `have “${label}”, need 0 or 1`, schema.label, index + 1);
    labels[index] = Number(label);
    const place = { out: features, offset: index * width, row: index + 1 };
    writeFeatures(schema, (_, j) => row[places[j]!] ?? '', place);
  });
  return { count, width, features, labels };
}

/** A record by the names of its columns: numbers, decimal texts, or blank (null or ''). */
export type RecordValues = Readonly<Record<string, number | string | null>>;

/**
 * The features of one record whose label is not known, as `readRecords` makes them; values that the schema does not name
 * are never looked at. Throws SchemaError for the first column that has no value, and as `readRecords` does (LR6).
 */
export function readFeatures(values: RecordValues, schema: Schema): Float64Array {
  checkSchema(schema);
  const features = new Float64Array(featureCount(schema));
  const fieldOf = ({ name }: Column): string => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined)
      throw new SchemaError('MISSING_COLUMN', 'missing; give a number, or null where it is blank', name);
    return value === null ? '' : String(value);
  };
  writeFeatures(schema, fieldOf, { out: features, offset: 0 });
  return features;
}

/** The records at these positions, in this order. */
export function selectRecords(records: Records, positions: ArrayLike<number>): Records {
  const { width } = records;
  const features = new Float64Array(positions.length * width);
  const labels = new Uint8Array(positions.length);
  for (let i = 0; i < positions.length; i++) {
    const from = positions[i]!;
    features.set(records.features.subarray(from * width, (from + 1) * width), i * width);
    labels[i] = records.labels[from]!;
  }
  return { count: positions.length, width, features, labels };
}

/** All records of several tables, in order. Throws SchemaError WIDTH when their widths differ. */
export function joinRecords(parts: readonly Records[]): Records {
  const width = parts[0]?.width ?? 0;
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const features = new Float64Array(count * width);
  const labels = new Uint8Array(count);
  let row = 0;
  for (const part of parts) {
    if (part.width !== width) throw new SchemaError('WIDTH', `have ${part.width} features, need ${width}`);
    features.set(part.features, row * width);
    labels.set(part.labels, row);
    row += part.count;
  }
  return { count, width, features, labels };
}
