import { readFileSync } from 'node:fs';
import { type AggregatorConfig, startAggregator } from '@concord/node';
import { isLiar, liars } from '@concord/testing';
import { defineCommand } from 'citty';
import { logLine } from './log.ts';
import { untilAsked } from './untilAsked.ts';

/** `concord aggregator`: holds shares whenever its stake is drawn into a committee, until it is asked to stop. */
export const aggregator = defineCommand({
  meta: { name: 'aggregator', description: 'Hold shares in committees that your registered stake is drawn into.' },
  args: { config: { type: 'string', required: true, description: 'JSON file: folder, key, chain, endpoint' } },
  run: async ({ args }) => {
    const { cheat, ...config } = JSON.parse(readFileSync(args.config, 'utf8')) as AggregatorConfig & { readonly cheat?: string };
    // A liar is an aggregator with one part replaced; it exists for demos and tests of the others' defences.
    const parts = cheat !== undefined && isLiar(cheat) ? liars[cheat]() : {};
    const node = await startAggregator({ ...config, log: logLine }, parts);
    await Promise.race([untilAsked(), node.ended]);
    await node.stop();
  },
});
