/** What things cost: a person's price list (YAML), else the examples that are shipped and named as such. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Chain, Prices } from '@concord/planner';
import { parse } from 'yaml';
import { object, SettingError, text } from '../settings/checks.ts';

/** Prices that nobody should take for today's. */
export const EXAMPLE_PRICES = fileURLToPath(new URL('../../../../examples/prices.yaml', import.meta.url));

const WEI_PER_GWEI = 1e9;
const HOURS = 24;
const KEYS = ['origin', 'usdPerGigabyte', 'usdPerProcessorHour', 'chains', 'network', 'absence', 'aggregators'];
const CHAIN_KEYS = ['name', 'origin', 'blockSeconds', 'confirmations', 'usdPerEther', 'gwei', 'pollSeconds'];

/** Beyond these sums of money and time are no numbers, or planning takes for ever. */
const LEAST = 0.01;
const MOST = 1e15;

const number = (value: unknown, key: string, { above = false, most = MOST } = {}): number => {
  const fits = typeof value === 'number' && value >= (above ? LEAST : 0) && value <= most;
  if (!fits)
    throw new SettingError(
      key,
      `have ${JSON.stringify(value) ?? 'nothing'}, need a number ${above ? `above 0: ${LEAST}` : 'of at least 0: 0'} … ${most}`,
    );
  return value;
};

function gweiOf(value: unknown, key: string): number | readonly number[] {
  if (!Array.isArray(value)) return number(value, key) * WEI_PER_GWEI;
  if (value.length !== HOURS)
    throw new SettingError(key, `have ${value.length} numbers, need one, or ${HOURS} by the hour of the day (UTC)`);
  return value.map((each, hour) => number(each, `${key}[${hour}]`) * WEI_PER_GWEI);
}

function chainOf(value: unknown, key: string): Chain {
  const chain = object(value, key, CHAIN_KEYS);
  return {
    name: text(chain['name'], `${key}.name`),
    origin: text(chain['origin'], `${key}.origin`),
    blockSeconds: number(chain['blockSeconds'], `${key}.blockSeconds`, { above: true }),
    confirmations: number(chain['confirmations'], `${key}.confirmations`),
    usdPerEther: number(chain['usdPerEther'], `${key}.usdPerEther`),
    gasPrice: gweiOf(chain['gwei'], `${key}.gwei`),
    ...(chain['pollSeconds'] !== undefined && {
      pollSeconds: number(chain['pollSeconds'], `${key}.pollSeconds`, { above: true }),
    }),
  };
}

/** Reads a price list. Throws SettingError naming the first key that is missing, unknown or of the wrong kind. */
export function readPrices(path: string = EXAMPLE_PRICES): Prices {
  if (!existsSync(path))
    throw new SettingError(
      '--prices',
      `${path} is not there: copy ${EXAMPLE_PRICES} and write your own prices into it`,
    );
  let json: unknown;
  try {
    json = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new SettingError(path, `not YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  const list = object(json, path, KEYS);
  const { chains } = list;
  if (!Array.isArray(chains) || chains.length === 0)
    throw new SettingError(`${path}, chains`, 'need a list with at least one chain');
  const named = chains.map((each, i) => chainOf(each, `${path}, chains[${i}]`));
  const twice = named.find(({ name }, i) => named.findIndex((other) => other.name === name) < i);
  if (twice) throw new SettingError(`${path}, chains`, `“${twice.name}” is named twice`);
  const network =
    list['network'] === undefined
      ? undefined
      : object(list['network'], `${path}, network`, ['latencySeconds', 'bytesPerSecond']);
  return {
    origin: text(list['origin'], `${path}, origin`),
    usdPerGigabyte: number(list['usdPerGigabyte'], `${path}, usdPerGigabyte`),
    usdPerProcessorHour: number(list['usdPerProcessorHour'], `${path}, usdPerProcessorHour`),
    chains: named,
    ...(network && {
      network: {
        latencySeconds: number(network['latencySeconds'], `${path}, network.latencySeconds`),
        bytesPerSecond: number(network['bytesPerSecond'], `${path}, network.bytesPerSecond`, { above: true }),
      },
    }),
    ...(list['absence'] !== undefined && { absence: number(list['absence'], `${path}, absence`, { most: 0.9 }) }),
    ...(list['aggregators'] !== undefined && {
      aggregators: number(list['aggregators'], `${path}, aggregators`, { above: true }),
    }),
  };
}
