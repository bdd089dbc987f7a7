import { readFileSync } from 'node:fs';
import { type MemberConfig, startMember } from '@concord/node';
import { isLiar, liars } from '@concord/testing';
import { defineCommand } from 'citty';
import { argvOf } from './argv.ts';
import { logLine } from './log.ts';
import { untilAsked } from './untilAsked.ts';

/** `concord member`: one member that is also an aggregator, until it is asked to stop. */
export const member = defineCommand({
  meta: { name: 'member', description: 'Hold records, train on them, and hold one share of every round.' },
  args: {
    config: { type: 'string', required: true, description: 'JSON file: folder, key, chain, endpoint, data file' },
    'train-command': {
      type: 'string',
      description: 'a program of yours that trains in every round: reads CONCORD_PARAMETERS, CONCORD_ROUND_FILE, writes CONCORD_UPDATE',
    },
    shell: { type: 'boolean', description: 'run the train command by /bin/sh; without it no shell sees it' },
  },
  run: async ({ args }) => {
    const { cheat, ...config } = JSON.parse(readFileSync(args.config, 'utf8')) as MemberConfig & { readonly cheat?: string };
    // A liar is a member with one part replaced; it exists for demos and tests of the others' defences.
    const parts = cheat !== undefined && isLiar(cheat) ? liars[cheat]() : {};
    const command = args['train-command'];
    if (command === undefined && args.shell === true) throw new Error('--shell: have no --train-command, need one to run');
    const trainCommand = command === undefined ? {} : { trainCommand: argvOf(command, args.shell === true) };
    const node = await startMember({ ...config, ...trainCommand, log: logLine }, parts);
    await Promise.race([untilAsked(), node.ended]);
    await node.stop();
  },
});
