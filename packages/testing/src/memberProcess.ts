/**
 * A member, an aggregator if it has no data, or a relayer if it has no folder, as a process of its own, so that a test can kill it:
 * `node memberProcess.ts CONFIG.json [LIAR]`. Says `ready ENDPOINT` once it answers, logs events as JSON lines, and ends with its standard input.
 */
import { readFileSync } from 'node:fs';
import {
  type AggregatorConfig,
  type MemberConfig,
  type RelayerConfig,
  startAggregator,
  startMember,
  startRelayer,
} from '@concord/node';
import { isLiar, liars } from './liars.ts';

const [, , path, liar] = process.argv;
if (path === undefined) throw new RangeError('usage: node memberProcess.ts CONFIG.json [LIAR]');
if (liar !== undefined && !isLiar(liar))
  throw new RangeError(`no liar is named ${liar}: ${Object.keys(liars).join(', ')}`);

const config = JSON.parse(readFileSync(path, 'utf8')) as MemberConfig | AggregatorConfig | RelayerConfig;
const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);
const log = (event: string, details: object = {}): void => {
  process.stdout.write(`${JSON.stringify({ event, ...details }, plain)}\n`);
};
const parts = liar === undefined ? {} : liars[liar]();
const start = () => {
  if ('dataFile' in config) return startMember({ ...config, log }, parts);
  return 'folder' in config ? startAggregator({ ...config, log }, parts) : startRelayer({ ...config, log });
};
const node = await start();
process.stdout.write(`ready ${node.endpoint}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
await node.ended;
