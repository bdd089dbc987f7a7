/** A strict reader of comma-separated values (RFC 4180, LF or CRLF): every row has as many fields as the header. */

export interface Table {
  /** Trimmed; a repeated name gets `.1`, `.2`, … in order, so that every column can be named. */
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export type CsvErrorCode = 'EMPTY' | 'FIELD_COUNT' | 'QUOTE';

/** Bytes that are not the CSV they claim to be. `line` counts from 1. */
export class CsvError extends Error {
  readonly code: CsvErrorCode;
  readonly line: number;
  constructor(code: CsvErrorCode, line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.name = 'CsvError';
    this.code = code;
    this.line = line;
  }
}

function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((raw) => {
    const name = raw.trim();
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return before === 0 ? name : `${name}.${before}`;
  });
}

/** Splits one record that starts at `position`; returns its fields and where the next one starts. */
function readRow(text: string, position: number, line: number): { fields: string[]; next: number; lines: number } {
  const fields: string[] = [];
  let at = position;
  let lines = 1;
  for (;;) {
    let field: string;
    if (text[at] === '"') {
      let end = at + 1;
      while (text[end] !== '"' || text[end + 1] === '"') {
        if (end >= text.length) throw new CsvError('QUOTE', line, 'a quoted field never ends');
        if (text[end] === '\n') lines++;
        end += text[end] === '"' ? 2 : 1;
      }
      field = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    } else {
      let end = at;
      while (end < text.length && text[end] !== ',' && text[end] !== '\n') end++;
      const crlf = text[end] === '\n' && end > at && text[end - 1] === '\r';
      field = text.slice(at, crlf ? end - 1 : end);
      if (field.includes('"')) throw new CsvError('QUOTE', line, 'a quote inside a field that does not start with one');
      at = end;
    }
    fields.push(field);
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    if (at >= text.length || text[at] === '\n') return { fields, next: at + 1, lines };
    if (text[at] !== ',') throw new CsvError('QUOTE', line, 'text after the closing quote of a field');
    at++;
  }
}

const quoted = (field: string): string => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

/** A table as a file that reads as the same table, LF. */
export const formatCsv = ({ header, rows }: Table): string =>
  [header, ...rows].map((fields) => `${fields.map(quoted).join(',')}\n`).join('');

/** Reads a whole file. Throws CsvError: no header, a row of another length than the header, or a broken quote. */
export function parseCsv(text: string): Table {
  if (text.trim() === '') throw new CsvError('EMPTY', 1, 'there is no header line');
  const first = readRow(text, 0, 1);
  const header = distinct(first.fields);
  const rows: string[][] = [];
  let line = 1 + first.lines;
  for (let position = first.next; position < text.length; ) {
    const row = readRow(text, position, line);
    if (row.fields.length !== header.length)
      throw new CsvError('FIELD_COUNT', line, `${row.fields.length} fields where the header has ${header.length}`);
    rows.push(row.fields);
    position = row.next;
    line += row.lines;
  }
  return { header, rows };
}
