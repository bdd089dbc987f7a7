/** An account that appealed, added to a member's own records as an ordinary one, and how many of those there may be [GU15]. */
import type { Address } from '@concord/sdk';
import { readRecords, type Schema, SchemaError, type Table } from '@concord/trainer';
import { SettingError } from '../settings/checks.ts';

/** The column that tells rows taken from appeals from a member's own; no schema names it, so no training reads it. */
export const APPEALED = 'appealed account';

/** What a member's records say of an account. */
export interface Mention {
  /** Data rows count from 1. */
  readonly row: number;
  readonly label: string;
  /** It was added on an appeal. */
  readonly accepted: boolean;
}

/** Rows that name the account, in any column. */
export function mentions(
  { header, rows }: Table,
  account: Address,
  { label }: Pick<Schema, 'label'>,
): readonly Mention[] {
  const [labelAt, markAt] = [header.indexOf(label), header.indexOf(APPEALED)];
  return rows.flatMap((row, i) =>
    row.some((field) => field.trim().toLowerCase() === account)
      ? [{ row: i + 1, label: (row[labelAt] ?? '').trim(), accepted: (row[markAt] ?? '').trim() !== '' }]
      : [],
  );
}

/** How many rows came from appeals, and how many may: a share, in percent, of all others, rounded down. */
export function roomFor({ header, rows }: Table, percent: number): { readonly taken: number; readonly most: number } {
  const at = header.indexOf(APPEALED);
  const taken = at < 0 ? 0 : rows.filter((row) => (row[at] ?? '').trim() !== '').length;
  return { taken, most: Math.floor(((rows.length - taken) * percent) / 100) };
}

/**
 * The table with one row more: the account's columns, label 0. Throws SettingError where the records name it already, where
 * there is no more room, and for a column of the schema that has no value.
 */
export function accept(
  table: Table,
  account: Address,
  values: ReadonlyMap<string, number | string>,
  { schema, percent }: { readonly schema: Schema; readonly percent: number },
): Table {
  const [said] = mentions(table, account, schema);
  if (said)
    throw new SettingError(
      '--account',
      said.label === '0'
        ? `row ${said.row} of your records says already that ${account} is ordinary: nothing to add`
        : `row ${said.row} of your records says ${said.label} of ${account}: this verb only adds; correct that row yourself if you think otherwise`,
    );
  const { taken, most } = roomFor(table, percent);
  if (taken >= most)
    throw new SettingError(
      '--share',
      `${taken} of your records came from appeals, and ${most} may (${percent} % of the ${table.rows.length - taken} others): take out another first, or raise the share`,
    );
  const lacking = schema.columns.find(({ name }) => values.get(name) === undefined);
  if (lacking)
    throw new SettingError('--row', `no value for “${lacking.name}”: pass a CSV file with all columns of the schema`);
  const header = table.header.includes(APPEALED) ? table.header : [...table.header, APPEALED];
  const named = new Set(schema.columns.map(({ name }) => name));
  const field = (name: string): string => {
    if (named.has(name)) return String(values.get(name));
    if (name === schema.label) return '0';
    return name === APPEALED || /^address$/i.test(name) ? account : '';
  };
  const widened = table.rows.map((row) => (row.length === header.length ? row : [...row, '']));
  return { header, rows: [...widened, header.map(field)] };
}

/** Throws SettingError unless the table can be trained on, which only what a member gave itself can spoil. */
export function fits(table: Table, schema: Schema): void {
  try {
    readRecords(table, schema);
  } catch (error) {
    if (error instanceof SchemaError) throw new SettingError('--row', error.message);
    throw error;
  }
}
