import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { defineCommand } from 'citty';
import { generatePrivateKey } from 'viem/accounts';
import { passphrase, piped } from '../ask.ts';
import { createRenderer } from '../render.ts';
import { privateKey, SettingError } from '../settings/checks.ts';
import { openKey, type OwnKey, readKey, sealKey, writeKey } from '../settings/keyFile.ts';
import { readSettings, settingArgs } from '../settings/settings.ts';
import { verb } from '../verb.ts';

const json = { json: { type: 'boolean', description: 'write the facts as JSON, alone on stdout' } } as const;
const passphraseFile = {
  'passphrase-file': { type: 'string', description: 'file with the passphrase; without it you are asked' },
} as const;

const tell = (
  args: { readonly json?: boolean | undefined },
  path: string,
  { address }: Pick<OwnKey, 'address'>,
  done: string,
): void => {
  const render = createRenderer({ json: args.json === true });
  render.line(`  ${done}`);
  render.line(`  address ${address}`);
  if (args.json === true) render.document({ address, key: path });
};

const make = verb(
  {
    example: 'concord keys new --folder hospital-a',
    next: 'Back it up (“concord keys backup”), then send the address, which is public, to whoever writes the list of members.',
  },
  defineCommand({
    meta: {
      name: 'new',
      description:
        'Make a key: it signs what this member, aggregator or relayer says. The file is yours alone (mode 0600) and is never printed.',
    },
    args: {
      ...settingArgs('key'),
      ...json,
      import: { type: 'boolean', description: 'take the private key from standard input instead of making one' },
    },
    run: ({ args }) => {
      const path = readSettings(args).need('key');
      const key = args.import === true ? privateKey(piped(), 'standard input') : generatePrivateKey();
      tell(args, path, writeKey(path, key), `key written to ${path}, readable by you alone`);
    },
  }),
);

const show = verb(
  {
    example: 'concord keys show --folder hospital-a',
    next: 'Send the address to whoever writes the list of members, or to whoever funds your relayer.',
  },
  defineCommand({
    meta: { name: 'show', description: 'Say which address a key has. The key itself is never shown.' },
    args: { ...settingArgs('key'), ...json },
    run: ({ args }) => {
      const path = readSettings(args).need('key');
      tell(args, path, readKey(path), `key in ${path}`);
    },
  }),
);

const backup = verb(
  {
    example: 'concord keys backup --folder hospital-a --out hospital-a.backup',
    next: 'Keep the file and the passphrase in two places that do not burn together. Whoever has both is you.',
  },
  defineCommand({
    meta: {
      name: 'backup',
      description: 'Write the key to a file that only your passphrase opens (scrypt, AES-256-GCM).',
    },
    args: {
      ...settingArgs('key'),
      out: { type: 'string', required: true, description: 'the backup to write; must not be there yet' },
      ...passphraseFile,
      ...json,
    },
    run: async ({ args }) => {
      const key = readKey(readSettings(args).need('key'));
      if (existsSync(args.out)) throw new SettingError('--out', `${args.out} is there already: name another file`);
      const sealed = sealKey(key, await passphrase(args['passphrase-file'], true));
      writeFileSync(args.out, sealed, { mode: 0o600, flag: 'wx' });
      tell(
        args,
        args.out,
        key,
        `backup written to ${args.out}: try it once with “concord keys restore --key elsewhere”`,
      );
    },
  }),
);

const restore = verb(
  {
    example: 'concord keys restore --from hospital-a.backup --folder hospital-a',
    next: 'If the journal (the folder “store”) is lost too, do not start the member again before its run has ended: see docs/two-machines.md.',
  },
  defineCommand({
    meta: { name: 'restore', description: 'Write a key from its backup; a key that is there is never overwritten.' },
    args: {
      ...settingArgs('key'),
      from: { type: 'string', required: true, description: 'file that “concord keys backup” wrote' },
      ...passphraseFile,
      ...json,
    },
    run: async ({ args }) => {
      const path = readSettings(args).need('key');
      if (!existsSync(args.from)) throw new SettingError('--from', `${args.from} is not there: check the path`);
      const key = openKey(readFileSync(args.from, 'utf8'), await passphrase(args['passphrase-file'], false));
      tell(args, path, writeKey(path, key.privateKey), `key restored to ${path}, readable by you alone`);
    },
  }),
);

/** `concord keys`: the key of a member, an aggregator or a relayer. */
export const keys = defineCommand({
  meta: { name: 'keys', description: 'Make, show, back up and restore a key.' },
  subCommands: { new: make, show, backup, restore },
});
