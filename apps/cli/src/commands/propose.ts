import { existsSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { charterFacts, propose as proposeOnChain } from '@concord/sdk';
import { defineCommand } from 'citty';
import { confirm } from '../ask.ts';
import { compileDraft, readMembers, unreplaced } from '../charterFile.ts';
import { showCharter } from '../charterWords.ts';
import { connect } from '../connect.ts';
import { createRenderer } from '../render.ts';
import { readKey } from '../settings/keyFile.ts';
import { SettingError } from '../settings/checks.ts';
import { readSettings, settingArgs } from '../settings/settings.ts';
import { refusals } from '../refusals.ts';
import { verb } from '../verb.ts';

/** `concord propose`: a charter put to the vote. */
export const propose = verb(
  {
    example: 'concord propose charter.yaml --members members.txt --folder relayer',
    next: 'Send the text that was written (charter.json) to every member: their vote is for exactly these bytes. They run “concord vote”.',
  },
  defineCommand({
    meta: {
      name: 'propose',
      description:
        'Put a charter to the vote: shows it in plain words, asks, sends one transaction and writes the text that members vote on.',
    },
    args: {
      file: { type: 'positional', required: true, description: 'charter draft, YAML (“concord init” writes one)' },
      members: {
        type: 'string',
        required: true,
        description: 'file with one address a line, or addresses with commas between',
      },
      ...settingArgs('rpc', 'deployment', 'key'),
      out: { type: 'string', description: 'where to write the text (default: charter.json in the folder)' },
      'dry-run': { type: 'boolean', description: 'show everything, send nothing' },
      yes: { type: 'boolean', description: 'do not ask' },
      json: { type: 'boolean', description: 'write the facts as JSON, alone on stdout' },
    },
    run: async ({ args }) => {
      const settings = readSettings(args);
      const render = createRenderer({ json: args.json === true });
      const { charter, text, textBytes } = compileDraft(args.file, readMembers(args.members));
      const out = args.out ?? join(settings.folder, 'charter.json');
      showCharter(render, charter, text);
      const left = unreplaced(args.file);
      const refused = [
        ...refusals(charter, text),
        ...(left.length > 0
          ? [
              `still says REPLACE in line ${left.join(', ')}: correct what stands there by public knowledge and take the word away`,
            ]
          : []),
      ];
      if (refused.length > 0) throw new SettingError(args.file, refused.join('; '));
      render.line();
      if (args['dry-run'] === true) {
        render.line('  nothing was sent: this was a dry run', 'warn');
        if (args.json === true) render.document(charterFacts(charter, text));
        return;
      }
      if (existsSync(out)) throw new SettingError('--out', `${out} is there already: name another file`);
      const { privateKey, address } = readKey(settings.need('key'));
      const { client } = await connect(settings, privateKey);
      if (!(await confirm(`Propose this charter, paid by ${address}?`, args.yes === true))) {
        render.line('  nothing was sent', 'warn');
        process.exitCode = 1;
        return;
      }
      writeFileSync(out, textBytes, { flag: 'wx' });
      const { charterId, gas, block } = await proposeOnChain(client, charter).catch((error: unknown) => {
        unlinkSync(out);
        throw error;
      });
      render.line(`  proposed in block ${block} for ${gas} gas: charter ${charterId}`, 'good');
      render.line(`  the text that is voted on: ${out}`);
      if (args.json === true) render.document({ ...charterFacts(charter, text), block, gas, text: out });
    },
  }),
);
