import { readFileSync } from 'node:fs';
import { type RelayerConfig, startRelayer } from '@concord/node';
import { defineCommand } from 'citty';
import { logLine } from './log.ts';
import { untilAsked } from './untilAsked.ts';

/** `concord relayer`: carries signed statements to the chain and pays for it, until it is asked to stop. */
export const relayer = defineCommand({
  meta: { name: 'relayer', description: 'Carry members’ signed votes and posts to the chain and pay the gas.' },
  args: { config: { type: 'string', required: true, description: 'JSON file: folder, key, chain, endpoint' } },
  run: async ({ args }) => {
    const config = JSON.parse(readFileSync(args.config, 'utf8')) as RelayerConfig;
    const node = await startRelayer({ ...config, log: logLine });
    await Promise.race([untilAsked(), node.ended]);
    await node.stop();
  },
});
