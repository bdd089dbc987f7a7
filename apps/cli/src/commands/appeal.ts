import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  appealsOf,
  carryAppeal,
  decodeAppeal,
  encodeAppeal,
  handAppeal,
  onOneLine,
  signAppeal,
  type SignedAppeal,
  type SignedWithdrawal,
  signWithdrawal,
} from '@concord/sdk';
import { formatCsv, readRecords } from '@concord/trainer';
import { defineCommand } from 'citty';
import { accept, mentions, roomFor } from '../appeal/accept.ts';
import { charterTextOf, columnsFrom, columnsIn, sourcesOf, statementAt } from '../appeal/read.ts';
import { forWallet, joined, textNamed, wishOf } from '../appeal/sign.ts';
import { confirm } from '../ask.ts';
import { connect, runMeant, viewNow } from '../connect.ts';
import { readTable } from '../refusals.ts';
import { createRenderer, timeOf } from '../render.ts';
import { address, bytes, integer, SettingError } from '../settings/checks.ts';
import { readKey } from '../settings/keyFile.ts';
import { readSettings, type Settings, settingArgs } from '../settings/settings.ts';
import { verb } from '../verb.ts';

const common = {
  run: { type: 'string', description: 'run id (charter id); needless where there is only one' },
  json: { type: 'boolean', description: 'write the facts as JSON, alone on stdout' },
} as const;
const signArgs = {
  ...settingArgs('rpc', 'deployment', 'key'),
  ...common,
  account: { type: 'string', description: 'sign in the wallet of this account instead of with a key' },
  signature: { type: 'string', description: 'what that wallet signed' },
  yes: { type: 'boolean', description: 'do not ask' },
} as const;

type SignArgs = Readonly<Record<string, unknown>> & {
  readonly [K in 'run' | 'account' | 'signature' | 'out']?: string | undefined;
} & { readonly [K in 'json' | 'yes']?: boolean | undefined };

/** Signs an appeal (with its text) or a withdrawal (without) and writes the file that somebody carries. */
async function signing(args: SignArgs, text: string | undefined, question: string): Promise<void> {
  const out = args.out!;
  if (existsSync(out)) throw new SettingError('--out', `${out} is there already: name another file`);
  const settings = readSettings(args);
  const own = args.account === undefined ? readKey(settings.need('key')) : undefined;
  const account = own?.address ?? address(args.account, '--account');
  const { client, fromBlock } = await connect(settings);
  const run = runMeant(await viewNow(client, fromBlock), { id: args.run });
  const wish = wishOf(run, account, text);
  const render = createRenderer({ json: args.json === true });
  if (!own && args.signature === undefined) {
    const typed = forWallet(client, wish);
    createRenderer({ json: true }).line(
      `  Have ${account} sign this (eth_signTypedData_v4), then the same command with --signature`,
    );
    return render.document(typed);
  }
  render.line(`  run ${wish.runId}, model ${run.model}`);
  if (text !== undefined) render.prose(`“${onOneLine(text)}”`, '  ');
  if (!(await confirm(question.replace('…', account), args.yes === true))) {
    render.line('  nothing was signed', 'warn');
    process.exitCode = 1;
    return;
  }
  let signed: SignedAppeal | SignedWithdrawal;
  if (!own) signed = await joined(client, wish, text, bytes(args.signature, '--signature'));
  else {
    const by = { privateKey: own.privateKey, deployment: client.deployment };
    if (text === undefined) signed = await signWithdrawal(by, wish.runId);
    else signed = await signAppeal(by, { runId: wish.runId, modelHash: run.model, text });
  }
  const file = encodeAppeal(signed);
  writeFileSync(out, file, { flag: 'wx' });
  render.line(`  written to ${out}: whoever has it can carry it (“concord appeal carry ${out}”)`, 'good');
  if (args.json === true) render.document(JSON.parse(file));
}

const sign = verb(
  {
    example: 'concord appeal sign --run 0x… --key my-key --text "I am a shop: many pay me once, and I pay my baker."',
    next: '“concord appeal carry appeal.json --relayer http://…”, or send the file to anybody who has ether on that chain. Keep it: it holds your statement, of which the chain has only the hash.',
  },
  defineCommand({
    meta: {
      name: 'sign',
      description:
        'Sign that a finished model is wrong about your account, and why. Needs no ether. Public, once for each model and account.',
    },
    args: {
      ...signArgs,
      text: { type: 'string', description: 'why, at most 1,024 bytes; everybody can read it' },
      'text-file': { type: 'string', description: 'the same from a file' },
      out: { type: 'string', default: 'appeal.json', description: 'file to write; must not be there yet' },
    },
    run: ({ args }) =>
      signing(
        args,
        textNamed({ text: args.text, file: args['text-file'] }),
        'Sign this appeal, in public and for good, as …?',
      ),
  }),
);

const withdraw = verb(
  {
    example: 'concord appeal withdraw --run 0x… --key my-key',
    next: '“concord appeal carry withdrawal.json --relayer http://…”. After that the account cannot appeal against this model again.',
  },
  defineCommand({
    meta: { name: 'withdraw', description: 'Sign that you take your appeal against a model back, for good.' },
    args: {
      ...signArgs,
      out: { type: 'string', default: 'withdrawal.json', description: 'file to write; must not be there yet' },
    },
    run: ({ args }) => signing(args, undefined, 'Take the appeal back, for good, as …?'),
  }),
);

/** By the relayer where one is named, else by the key that pays. */
async function land(settings: Settings, signed: SignedAppeal | SignedWithdrawal, pays: boolean) {
  const relayer = settings.get('relayer');
  if (relayer !== undefined && !pays) return { by: relayer, transaction: (await handAppeal(relayer, signed)).transaction };
  const { privateKey, address: by } = readKey(settings.need('key'));
  const { client } = await connect(settings, privateKey);
  const { transaction, gas } = await carryAppeal(client, signed);
  return { by, transaction, gas };
}

const carry = verb(
  {
    example: 'concord appeal carry appeal.json --relayer http://10.0.0.5:7600',
    next: 'A relayer that carried it serves its statement until it is restarted; then carry it again, it costs nothing. Members see it in “concord appeal list”; guards say “has appealed” and still warn.',
  },
  defineCommand({
    meta: {
      name: 'carry',
      description: 'Bring a signed appeal or withdrawal to the chain: by a relayer that carries some, or with --key, which pays.',
    },
    args: {
      file: { type: 'positional', required: true, description: 'what “concord appeal sign” wrote' },
      ...settingArgs('rpc', 'deployment', 'relayer', 'key'),
      json: common.json,
    },
    run: async ({ args }) => {
      if (!existsSync(args.file)) throw new SettingError('file', `${args.file} is not there: sign one with “concord appeal sign”`);
      const signed = decodeAppeal(readFileSync(args.file, 'utf8'));
      const settings = readSettings(args);
      const landed = await land(settings, signed, (args as { readonly key?: string }).key !== undefined);
      const render = createRenderer({ json: args.json === true });
      const { kind, runId, account } = signed;
      render.line(`  the ${kind} of ${account} stands: ${landed.transaction ?? 'it stood on chain already'}`, 'good');
      if (args.json === true) render.document({ kind, runId, account, ...landed });
    },
  }),
);

/** Statements that are asked for at a time; the newest. */
const SHOWN = 100;

const list = verb(
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
      ...settingArgs('rpc', 'deployment', 'charter', 'data', 'relayer', 'confirmations'),
      ...common,
      source: { type: 'string', description: 'where to ask for statements instead of relayer and announced endpoints' },
    },
    run: async ({ args }) => {
      const settings = readSettings(args);
      const { client, fromBlock } = await connect(settings);
      const now = await viewNow(client, fromBlock);
      const run = runMeant(now, { id: args.run });
      const all = await appealsOf(client, run.charterId, { fromBlock, confirmations: settings.need('confirmations') });
      const standing = all.filter(({ withdrawn }) => !withdrawn);
      const sources = sourcesOf(settings, run, now.view, args.source);
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
      render.line(`  run ${run.charterId}: ${standing.length} appeals, ${all.length - standing.length} taken back`);
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
        render.prose('These are the words of strangers: an appeal costs a signature, and whoever cheats has one, too.', '  ');
      if (args.json === true)
        render.document({ runId: run.charterId, appeals: standing.length, withdrawn: all.length - standing.length, shown });
    },
  }),
);

const acceptVerb = verb(
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
      ...settingArgs('rpc', 'deployment', 'charter', 'data', 'relayer', 'confirmations'),
      ...common,
      account: { type: 'string', required: true, description: 'whose appeal you agree with' },
      out: { type: 'string', required: true, description: 'file to write; must not be there yet' },
      history: { type: 'string', description: 'RPC of a node that lists an account’s transactions (ots_ or trace_); --rpc unless told' },
      row: { type: 'string', description: 'CSV with one row: the account’s columns, instead of computing them' },
      share: { type: 'string', default: '1', description: 'most rows from appeals, percent of your others (1 to 10)' },
    },
    run: async ({ args }) => {
      const settings = readSettings(args);
      const account = address(args.account, '--account');
      const percent = integer(1, 10)(args.share, '--share');
      if (existsSync(args.out)) throw new SettingError('--out', `${args.out} is there already: name another file`);
      const { client, fromBlock } = await connect(settings);
      const now = await viewNow(client, fromBlock);
      const run = runMeant(now, { id: args.run });
      const all = await appealsOf(client, run.charterId, { fromBlock, confirmations: settings.need('confirmations') });
      if (!all.some((each) => each.account === account && !each.withdrawn))
        throw new SettingError('--account', `no appeal of ${account} stands against the model of run ${run.charterId}: see “concord appeal list”`);
      const text = await charterTextOf(settings, run, sourcesOf(settings, run, now.view, undefined));
      const table = readTable(settings.need('data'), text);
      const rpc = args.history ?? [settings.need('rpc')].flat()[0]!;
      const values =
        args.row === undefined ? await columnsFrom(rpc, client.deployment.chainId, account) : columnsIn(args.row);
      const next = accept(table, account, values, { schema: text.schema, percent });
      readRecords(next, text.schema);
      writeFileSync(args.out, formatCsv(next), { flag: 'wx' });
      const render = createRenderer({ json: args.json === true });
      const columns = Object.fromEntries(text.schema.columns.map(({ name }) => [name, String(values.get(name))]));
      render.table(Object.entries(columns));
      const room = roomFor(next, percent);
      render.line(`  ${account} is row ${next.rows.length} of ${args.out}, “${text.schema.label}” 0`, 'good');
      render.line(`  ${room.taken} of at most ${room.most} rows from appeals; ${settings.need('data')} is as it was`);
      if (args.json === true)
        render.document({ runId: run.charterId, account, out: args.out, row: next.rows.length, columns, ...room });
    },
  }),
);

/** `concord appeal`: an account objects to a finished model, and members weigh that. */
export const appeal = defineCommand({
  meta: {
    name: 'appeal',
    description: 'Object to what a finished model makes of your account; carry and weigh such appeals.',
  },
  subCommands: { sign, carry, withdraw, list, accept: acceptVerb },
});
