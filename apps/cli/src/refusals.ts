/** What a member's node would refuse about a charter, or about its own data under that charter, before it ever votes. */
import { existsSync, readFileSync } from 'node:fs';
import type { CharterText } from '@concord/protocol';
import { objectionTo } from '@concord/node';
import type { Charter } from '@concord/sdk';
import { CsvError, parseCsv, readRecords, type Records, SchemaError, type Table } from '@concord/trainer';
import { SettingError } from './settings/checks.ts';

/** A member's records under the text's schema. Throws SettingError naming file, row and column. */
export const readData = (path: string, text: CharterText, flag = 'data'): Records =>
  readRecords(readTable(path, text, flag), text.schema);

/** A table that fits the text's schema. Throws SettingError naming file, row and column; `flag` is what its path was given by. */
export function readTable(path: string, text: CharterText, flag = 'data'): Table {
  if (!existsSync(path)) throw new SettingError(flag, `${path} is not there: pass --${flag} FILE`);
  try {
    const table = parseCsv(readFileSync(path, 'utf8'));
    readRecords(table, text.schema);
    return table;
  } catch (error) {
    if (error instanceof CsvError || error instanceof SchemaError) throw new SettingError(path, error.message);
    throw error;
  }
}

/** Sentences; none: a member with these records (or with any number that the charter allows) takes part. */
export function refusals(charter: Charter, text: CharterText, records = 0): readonly string[] {
  const objection = objectionTo({ charter, rho: 0n, finished: false }, text, records);
  return objection === undefined ? [] : [objection];
}
