/** The whole configuration of a node as one JSON file (`--config`), checked key by key before anything starts. */
import { readFileSync } from 'node:fs';
import type { AggregatorConfig, MemberConfig, RelayerConfig } from '@concord/node';
import { isLiar, type LiarName } from '@concord/testing';
import {
  address,
  type Check,
  endpoint,
  hash,
  integer,
  object,
  privateKey,
  SettingError,
  text,
  url,
  urls,
} from './checks.ts';

/** A liar is a node with one part replaced; it exists for demos and tests of the others' defences. */
export interface Cheating {
  readonly cheat?: LiarName;
}

const contracts: Check<RelayerConfig['contracts']> = (value, key) => {
  const fields = object(value, key, ['charters', 'rounds', 'inference', 'appeals', 'market']);
  const at = (name: string) => address(fields[name], `${key}.${name}`);
  return {
    ...{ charters: at('charters'), rounds: at('rounds'), inference: at('inference') },
    ...(fields['appeals'] !== undefined && { appeals: at('appeals') }),
    ...(fields['market'] !== undefined && { market: at('market') }),
  };
};
const liar: Check<LiarName> = (value, key) => {
  if (typeof value === 'string' && isLiar(value)) return value;
  throw new SettingError(key, `have ${JSON.stringify(value)}, need the name of a liar, or leave it out`);
};

type Checks<T> = { readonly [K in keyof Required<T>]: Check<Required<T>[K]> };

const COMMON: Checks<Omit<RelayerConfig, 'log' | 'fromBlock' | 'chainId' | 'appealsPerDay' | 'maxGasPrice'>> = {
  privateKey,
  rpcUrl: urls,
  contracts,
  host: text,
  port: integer(0, 65_535),
  confirmations: integer(0, 1_000),
  pollMilliseconds: integer(1, 600_000),
};
const AGGREGATOR = { ...COMMON, folder: text };
const MEMBER = { ...AGGREGATOR, dataFile: text, charterText: text, relayerUrl: url };
const MAY = { fromBlock: integer(0), chainId: integer(1), publicUrl: endpoint, cheat: liar };
const argv: Check<readonly string[]> = (value, key) => {
  if (Array.isArray(value) && value.length > 0) return value.map((word, i) => text(word, `${key}[${i}]`));
  throw new SettingError(key, 'need a program and its arguments as a list of texts, such as ["python3", "train.py"]');
};
const MEMBER_MAY = { ...MAY, charterId: hash, trainCommand: argv };

/** Every needed key, and those of `may` that are there. Throws SettingError naming the first key that does not fit. */
function decode<T>(
  json: unknown,
  what: string,
  must: Readonly<Record<string, Check<unknown>>>,
  may: Readonly<Record<string, Check<unknown>>>,
): T {
  const fields = object(json, what, [...Object.keys(must), ...Object.keys(may)]);
  const needed = Object.entries(must).map(([key, check]) => [key, check(fields[key], `${what}, ${key}`)]);
  const present = Object.entries(may).filter(([key]) => fields[key] !== undefined);
  return Object.fromEntries([
    ...needed,
    ...present.map(([key, check]) => [key, check(fields[key], `${what}, ${key}`)]),
  ]) as T;
}

function read(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    // JSON.parse quotes what it could not read, which may be a key.
    const missing = error instanceof Error && 'code' in error;
    throw new SettingError(file, missing ? 'cannot be read: check the path and its permissions' : 'is not JSON');
  }
}

export const memberConfig = (file: string): MemberConfig & Cheating => decode(read(file), file, MEMBER, MEMBER_MAY);
export const aggregatorConfig = (file: string): AggregatorConfig & Cheating =>
  decode(read(file), file, AGGREGATOR, MAY);
export const relayerConfig = (file: string): RelayerConfig =>
  decode(read(file), file, COMMON, {
    fromBlock: MAY.fromBlock,
    chainId: MAY.chainId,
    appealsPerDay: integer(0),
    maxGasPrice: integer(1),
  });
