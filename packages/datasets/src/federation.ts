/** A data set cut into members and a test part, each a table that a member could hold as a file. */
import type { Schema, Table } from '@concord/trainer';

export interface Federation {
  readonly name: string;
  /** True when no record describes anything real: print it beside every number. */
  readonly synthetic: boolean;
  readonly schema: Schema;
  readonly members: readonly {
    readonly name: string;
    readonly table: Table;
    /** The part of `test` that came from this member, where the split is per member. */
    readonly test?: Table;
  }[];
  /** Records that no member trains on. */
  readonly test: Table;
}

/** A table as comma-separated text with LF line ends; fields with a comma, quote or line break are quoted. */
export const formatCsv = ({ header, rows }: Table): string =>
  [header, ...rows]
    .map((row) => row.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(','))
    .map((line) => `${line}\n`)
    .join('');
