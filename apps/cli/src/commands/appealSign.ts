/** What an account does about a false alarm: sign an appeal, have it carried, take it back [GU12]. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
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
import { defineCommand } from 'citty';
import { forWallet, joined, textNamed, wishOf } from '../appeal/sign.ts';
import { confirm } from '../ask.ts';
import { connect, runMeant, viewNow } from '../connect.ts';
import { createRenderer } from '../render.ts';
import { address, bytes, SettingError } from '../settings/checks.ts';
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

export const sign = verb(
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

export const withdraw = verb(
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
  if (relayer !== undefined && !pays)
    return { by: relayer, transaction: (await handAppeal(relayer, signed)).transaction };
  const { privateKey, address: by } = readKey(settings.need('key'));
  const { client } = await connect(settings, privateKey);
  const { transaction, gas } = await carryAppeal(client, signed);
  return { by, transaction, gas };
}

export const carry = verb(
  {
    example: 'concord appeal carry appeal.json --relayer http://10.0.0.5:7600',
    next: 'A relayer that carried it serves its statement until it is restarted; then carry it again, it costs nothing. Members see it in “concord appeal list”; guards say “has appealed” and still warn.',
  },
  defineCommand({
    meta: {
      name: 'carry',
      description:
        'Bring a signed appeal or withdrawal to the chain: by a relayer that carries some, or with --key, which pays.',
    },
    args: {
      file: { type: 'positional', required: true, description: 'what “concord appeal sign” wrote' },
      ...settingArgs('rpc', 'deployment', 'relayer', 'key'),
      json: common.json,
    },
    run: async ({ args }) => {
      if (!existsSync(args.file))
        throw new SettingError('file', `${args.file} is not there: sign one with “concord appeal sign”`);
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
