import { readFileSync } from 'node:fs';
import { type AggregatorConfig, startAggregator } from '@concord/node';
import { defineCommand } from 'citty';
import { logLine } from './log.ts';
import { untilAsked } from './untilAsked.ts';

/** `concord aggregator`: holds shares whenever its stake is drawn into a committee, until it is asked to stop. */
export const aggregator = defineCommand({
  meta: { name: 'aggregator', description: 'Hold shares in committees that your registered stake is drawn into.' },
  args: { config: { type: 'string', required: true, description: 'JSON file: folder, key, chain, endpoint' } },
  run: async ({ args }) => {
    const config = JSON.parse(readFileSync(args.config, 'utf8')) as AggregatorConfig;
    const node = await startAggregator({ ...config, log: logLine });
    await Promise.race([untilAsked(), node.ended]);
    await node.stop();
  },
});
