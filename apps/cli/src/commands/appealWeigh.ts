/** What a member does with appeals against the model of its run: look at them, and take one into its own records [GU15]. */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { appealsOf, onOneLine } from '@concord/sdk';
import { formatCsv } from '@concord/trainer';
import { defineCommand } from 'citty';
import { accept as accepted, fits, mentions, roomFor } from '../appeal/accept.ts';
import { charterTextOf, columnsFrom, columnsIn, sourcesOf, statementAt } from '../appeal/read.ts';
import { connect, runMeant, viewNow } from '../connect.ts';
import { readTable } from '../refusals.ts';
import { createRenderer, timeOf } from '../render.ts';
import { address, integer, SettingError } from '../settings/checks.ts';
import { readSettings, type Settings, settingArgs } from '../settings/settings.ts';
import { verb } from '../verb.ts';

const common = {
  ...settingArgs('rpc', 'deployment', 'charter', 'data', 'relayer', 'confirmations'),
  run: { type: 'string', description: 'run id (charter id); needless where there is only one' },
  json: { type: 'boolean', description: 'write the facts as JSON, alone on stdout' },
} as const;

/** The run that is meant, where its texts may be, and the appeals against its model. */
async function lookUp(settings: Settings, id: string | undefined, source?: string) {
  const { client, fromBlock } = await connect(settings);
  const now = await viewNow(client, fromBlock);
  const run = runMeant(now, { id });
  const confirmations = settings.need('confirmations');
  const appeals = await appealsOf(client, run.charterId, { fromBlock, confirmations });
  const standing = appeals.filter(({ withdrawn }) => !withdrawn);
  return { client, run, standing, appeals, sources: sourcesOf(settings, run, now.view, source) };
}

/** Statements that are asked for at a time; the newest. */
const SHOWN = 100;

export const list = verb(
  {
    example: 'concord appeal list --folder exchange-a --rpc http://10.0.0.5:8545',
    next: 'Nothing has to be done. Where you agree with one: “concord appeal accept --account 0x… --out data2.csv”, and train the next charter on that file.',
  },
  defineCommand({
    meta: {
      name: 'list',
      description:
        'Show the appeals against a run’s model, their statements, and what your own records say of these accounts.',
    },
    args: {
      ...common,
      source: { type: 'string', description: 'where to ask for statements instead of relayer and announced endpoints' },
    },
    run: async ({ args }) => {
      const settings = readSettings(args);
      const { run, standing, appeals, sources } = await lookUp(settings, args.run, args.source);
      const withdrawn = appeals.length - standing.length;
      const data = settings.need('data');
      const text = existsSync(data) && standing.length > 0 ? await charterTextOf(settings, run, sources) : undefined;
      const table = text && readTable(data, text);
      const shown = await Promise.all(
        standing.slice(-SHOWN).map(async (each) => ({
          ...each,
          ...(await statementAt(sources, each.statement)),
          ...(table && text && { records: mentions(table, each.account, text.schema) }),
        })),
      );
      const render = createRenderer({ json: args.json === true });
      render.line(
        `  run ${run.charterId}: ${standing.length} appeal${standing.length === 1 ? '' : 's'}, ${withdrawn} taken back`,
      );
      if (standing.length > SHOWN) render.line(`  the newest ${SHOWN} of them:`, 'warn');
      for (const { account, time, records, ...said } of shown) {
        render.title(`${account}, ${timeOf(time)}`);
        render.prose('text' in said ? `“${onOneLine(said.text)}”` : `its statement: ${said.missing}`, '  ');
        for (const { row, label, accepted } of records ?? [])
          render.line(`  your records: row ${row} says ${label}${accepted ? ', accepted before' : ''}`);
        if (records?.length === 0) render.line('  your records: do not name it');
      }
      render.line();
      if (shown.length > 0)
        render.prose(
          'These are the words of strangers: an appeal costs a signature, and whoever cheats has one, too.',
          '  ',
        );
      if (args.json === true) render.document({ runId: run.charterId, appeals: standing.length, withdrawn, shown });
    },
  }),
);

export const accept = verb(
  {
    example: 'concord appeal accept --folder exchange-a --account 0x… --out data2.csv',
    next: 'Compare the new last row with the account. Name the file as your data under the next charter (--data data2.csv, or “data” in concord.json): its model learns from it. Nothing is decided on chain.',
  },
  defineCommand({
    meta: {
      name: 'accept',
      description:
        'Write a copy of your records with an account that appealed added as an ordinary one. Its columns are computed as the guard computes them, or given.',
    },
    args: {
      ...common,
      account: { type: 'string', required: true, description: 'whose appeal you agree with' },
      out: { type: 'string', required: true, description: 'file to write; must not be there yet' },
      history: {
        type: 'string',
        description: 'RPC of a node that lists an account’s transactions (ots_ or trace_); --rpc unless told',
      },
      row: { type: 'string', description: 'CSV with one row: the account’s columns, instead of computing them' },
      share: { type: 'string', default: '1', description: 'most rows from appeals, percent of your others (1 to 10)' },
    },
    run: async ({ args }) => {
      const settings = readSettings(args);
      const account = address(args.account, '--account');
      const percent = integer(1, 10)(args.share, '--share');
      if (existsSync(args.out)) throw new SettingError('--out', `${args.out} is there already: name another file`);
      const { client, run, standing, sources } = await lookUp(settings, args.run);
      if (!standing.some((each) => each.account === account))
        throw new SettingError(
          '--account',
          `no appeal of ${account} stands against the model of run ${run.charterId}: see “concord appeal list”`,
        );
      const text = await charterTextOf(settings, run, sources);
      const data = settings.need('data');
      const table = readTable(data, text);
      const rpc = args.history ?? [settings.need('rpc')].flat()[0]!;
      const values =
        args.row === undefined ? await columnsFrom(rpc, client.deployment.chainId, account) : columnsIn(args.row);
      const next = accepted(table, account, values, { schema: text.schema, percent });
      fits(next, text.schema);
      // Whoever may not read the records may not read the copy.
      writeFileSync(args.out, formatCsv(next), { flag: 'wx', mode: statSync(data).mode & 0o777 });
      const render = createRenderer({ json: args.json === true });
      const columns = Object.fromEntries(text.schema.columns.map(({ name }) => [name, String(values.get(name))]));
      render.table(Object.entries(columns));
      const room = roomFor(next, percent);
      render.line(`  ${account} is row ${next.rows.length} of ${args.out}, “${text.schema.label}” 0`, 'good');
      render.line(`  ${room.taken} of at most ${room.most} rows from appeals; ${data} is as it was`);
      if (args.json === true)
        render.document({ runId: run.charterId, account, out: args.out, row: next.rows.length, columns, ...room });
    },
  }),
);
