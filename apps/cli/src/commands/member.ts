import { readFileSync } from 'node:fs';
import { type MemberConfig, startMember } from '@concord/node';
import { isLiar, liars } from '@concord/testing';
import { defineCommand } from 'citty';
import { logLine } from './log.ts';
import { untilAsked } from './untilAsked.ts';

/** `concord member`: one member that is also an aggregator, until it is asked to stop. */
export const member = defineCommand({
  meta: { name: 'member', description: 'Hold records, train on them, and hold one share of every round.' },
  args: { config: { type: 'string', required: true, description: 'JSON file: folder, key, chain, endpoint, data file' } },
  run: async ({ args }) => {
    const { cheat, ...config } = JSON.parse(readFileSync(args.config, 'utf8')) as MemberConfig & { readonly cheat?: string };
    // A liar is a member with one part replaced; it exists for demos and tests of the others' defences.
    const parts = cheat !== undefined && isLiar(cheat) ? liars[cheat]() : {};
    const node = await startMember({ ...config, log: logLine }, parts);
    await Promise.race([untilAsked(), node.ended]);
    await node.stop();
  },
});
