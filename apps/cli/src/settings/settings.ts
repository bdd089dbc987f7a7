/**
 * Where a verb's settings come from, strongest first: a flag, the environment (CONCORD_…), `concord.json` in the folder,
 * a default. Paths in the file are relative to the folder, others to where the command runs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Check, endpoint, integer, object, SettingError, text, url, urls } from './checks.ts';

interface Setting<T> {
  readonly check: Check<T>;
  readonly says: string;
  /** As in concord.json; a path default lies in the folder. */
  readonly fallback?: T;
  readonly path?: true;
}

const setting = <T>(each: Setting<T>): Setting<T> => each;

export const SETTINGS = {
  rpc: setting({
    check: urls,
    says: 'JSON-RPC address of any node of the chain; several, with commas: more than half must agree',
  }),
  deployment: setting({
    check: text,
    path: true,
    fallback: 'deployment.json',
    says: 'file that “concord deploy” wrote',
  }),
  key: setting({
    check: text,
    path: true,
    fallback: 'key',
    says: 'file with the private key, mode 0600 (“concord keys new”)',
  }),
  charter: setting({ check: text, path: true, fallback: 'charter.json', says: 'charter text that was proposed' }),
  data: setting({ check: text, path: true, fallback: 'data.csv', says: 'the member’s own records, CSV' }),
  store: setting({
    check: text,
    path: true,
    fallback: 'store',
    says: 'folder of the journal; must survive as long as the run',
  }),
  relayer: setting({ check: url, says: 'address of a relayer' }),
  host: setting({ check: text, fallback: '127.0.0.1', says: 'address to listen on; 0.0.0.0 for all' }),
  port: setting({ check: integer(0, 65_535), says: 'port to listen on' }),
  publicUrl: setting({ check: endpoint, says: 'what others reach this node by, if it is not http://host:port' }),
  confirmations: setting({ check: integer(0, 1_000), fallback: 1, says: 'blocks above a fact before it counts' }),
  maxGasPrice: setting({
    check: integer(1),
    says: 'wei for a unit of gas: while the chain asks for more, a relayer waits where that costs no attempt',
  }),
  poll: setting({ check: integer(20, 600_000), fallback: 1_000, says: 'milliseconds between two looks at the chain' }),
} as const;

export type Name = keyof typeof SETTINGS;
type Value<N extends Name> = (typeof SETTINGS)[N] extends Setting<infer T> ? T : never;

const FILE = 'concord.json';
const flagOf = (name: Name): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
/** CONCORD_DATA is the folder of the public data sets, so a member's own file has another name. */
const variableOf = (name: Name): string =>
  name === 'data' ? 'CONCORD_DATA_FILE' : `CONCORD_${flagOf(name).replaceAll('-', '_').toUpperCase()}`;

/** citty's arguments for these settings, and --folder; read them with `readSettings`, which knows their types. */
export const settingArgs = (...names: readonly Name[]) =>
  Object.fromEntries([
    [
      'folder',
      { type: 'string', description: `where ${FILE}, key and store lie (default: this folder, or CONCORD_FOLDER)` },
    ],
    ...names.map((name) => {
      const { says, fallback } = SETTINGS[name];
      return [
        flagOf(name),
        { type: 'string', description: fallback === undefined ? says : `${says} (default: ${fallback})` },
      ];
    }),
  ]) as Readonly<Record<never, never>>;

export interface Settings {
  readonly folder: string;
  /** The setting, or undefined where nobody gave it. */
  get<N extends Name>(name: N): Value<N> | undefined;
  /** The setting; throws SettingError saying the three ways to give it. */
  need<N extends Name>(name: N): Value<N>;
}

function fileIn(folder: string): Readonly<Record<string, unknown>> {
  const path = join(folder, FILE);
  if (!existsSync(path)) return {};
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new SettingError(path, `not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const fields = object(json, path, Object.keys(SETTINGS));
  for (const [key, value] of Object.entries(fields)) SETTINGS[key as Name].check(value, `${path}, ${key}`);
  return fields;
}

/** Reads the settings of a command line. Throws SettingError when concord.json is not what it should be. */
export function readSettings(args: Readonly<Record<string, unknown>>): Settings {
  const folder = resolve(String(args['folder'] ?? process.env['CONCORD_FOLDER'] ?? '.'));
  const file = fileIn(folder);
  const get = <N extends Name>(name: N): Value<N> | undefined => {
    const { check, fallback, path } = SETTINGS[name] as Setting<Value<N>>;
    const [flag, variable] = [args[flagOf(name)], process.env[variableOf(name)]];
    if (flag !== undefined || variable !== undefined) {
      const value = check(flag ?? variable, flag === undefined ? variableOf(name) : `--${flagOf(name)}`);
      return path ? (resolve(value as string) as Value<N>) : value;
    }
    const value = file[name] === undefined ? fallback : check(file[name], name);
    return path && value !== undefined ? (resolve(folder, value as string) as Value<N>) : value;
  };
  return {
    folder,
    get,
    need: (name) => {
      const value = get(name);
      if (value !== undefined) return value;
      const ways = `pass --${flagOf(name)}, set ${variableOf(name)}, or write “${name}” into ${join(folder, FILE)}`;
      throw new SettingError(name, `not given (${SETTINGS[name].says}): ${ways}`);
    },
  };
}
