import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type Address, compileCharter } from '@concord/sdk';
import { CsvError, parseCsv, readRecords, SchemaError } from '@concord/trainer';
import { defineCommand } from 'citty';
import { parse } from 'yaml';
import { draftOf, draftYaml } from '../draft.ts';
import { createRenderer } from '../render.ts';
import { SettingError } from '../settings/checks.ts';
import { verb } from '../verb.ts';

const THREE: readonly Address[] = ([1, 2, 3] as const).map((i): Address => `0x${String(i).padStart(40, '0')}`);

function drafted(file: string, label: string | undefined) {
  if (!existsSync(file)) throw new SettingError(file, 'is not there: pass the path of a CSV file with a header line');
  try {
    const table = parseCsv(readFileSync(file, 'utf8'));
    const draft = draftOf(table, label);
    const yaml = draftYaml(draft);
    const { text } = compileCharter(parse(yaml), THREE, `0x${'00'.repeat(32)}`);
    readRecords(table, text.schema);
    return { draft, yaml };
  } catch (error) {
    if (error instanceof CsvError || error instanceof SchemaError) throw new SettingError(file, error.message);
    throw error;
  }
}

/** `concord init`: a charter draft that fits a table. */
export const init = verb(
  {
    example: 'concord init data.csv --label fraud --out charter.yaml',
    next: 'Read the file and replace what says REPLACE, the bounds before all: they must be public knowledge. Then “concord charter check charter.yaml --data data.csv”.',
  },
  defineCommand({
    meta: {
      name: 'init',
      description:
        'Draft a charter from the columns of your CSV. Only names and kinds of columns go into it, never how large your values are.',
    },
    args: {
      file: { type: 'positional', required: true, description: 'your records, CSV with a header line' },
      label: { type: 'string', description: 'column that holds 0 or 1; guessed from its name without it' },
      out: { type: 'string', default: 'charter.yaml', description: 'draft to write; must not be there yet' },
      json: { type: 'boolean', description: 'write the facts as JSON, alone on stdout' },
    },
    run: ({ args }) => {
      if (existsSync(args.out)) throw new SettingError('--out', `${args.out} is there already: name another file`);
      const { draft, yaml } = drafted(args.file, args.label);
      writeFileSync(args.out, yaml, { flag: 'wx' });
      const render = createRenderer({ json: args.json === true });
      render.line(`  ${draft.records} rows, label “${draft.label}”`);
      render.table(draft.columns.map(({ name, kind, transform, bound }) => [name, kind, transform, `bound ${bound}`]));
      for (const { name, why } of draft.left) render.line(`  left out “${name}”: ${why}`, 'warn');
      render.line();
      render.prose(
        'The bounds are guesses from the kind of each column, not from your values: a bound taken from records tells everybody about the largest of them. Replace each by what is publicly known before you propose. That a column holds only 0 and 1, or only whole numbers, was read from your file: if even that is not public, change it.',
        '  ',
      );
      render.line(`  written to ${args.out}`, 'good');
      if (args.json === true) render.document({ out: args.out, ...draft });
    },
  }),
);
