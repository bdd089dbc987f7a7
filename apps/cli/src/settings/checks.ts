/** What one setting may be: total checks that name the key and say what it needs. */
import { isEndpoint } from '@concord/node';

/** A setting is missing, unknown or of the wrong kind; nothing was started or changed. */
export class SettingError extends Error {
  readonly code = 'SETTING';
  readonly key: string;
  constructor(key: string, message: string) {
    super(`${key}: ${message}`);
    this.name = 'SettingError';
    this.key = key;
  }
}

export type Check<T> = (value: unknown, key: string) => T;

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
const refuse = (value: unknown, key: string, need: string): never => {
  throw new SettingError(key, `have ${shown(value)}, need ${need}`);
};

export const text: Check<string> = (value, key) =>
  typeof value === 'string' && value.trim() !== '' ? value : refuse(value, key, 'some text');

export const url: Check<string> = (value, key) => {
  const fits = typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
  return fits ? value.replace(/\/+$/, '') : refuse(value, key, 'an http or https URL, such as http://10.0.0.5:8545');
};

/** One such URL, or several: a list, or with commas between. One is told as it is. */
export const urls: Check<string | readonly string[]> = (value, key) => {
  const each = (Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [value]) as unknown[];
  const checked = each.map((one) => url(typeof one === 'string' ? one.trim() : one, key));
  return checked.length === 1 ? checked[0]! : checked.length > 0 ? checked : refuse(value, key, 'at least one URL');
};

/** What a member or an aggregator announces. */
export const endpoint: Check<string> = (value, key) =>
  typeof value === 'string' && isEndpoint(value)
    ? value
    : refuse(value, key, 'an http or https URL without a slash at its end, such as https://concord.hospital.example');

/** An integer, or the decimal digits of one as flags and the environment bring it. */
export const integer =
  (least: number, most = Number.MAX_SAFE_INTEGER): Check<number> =>
  (value, key) => {
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    const fits = typeof number === 'number' && Number.isSafeInteger(number) && number >= least && number <= most;
    const span = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    return fits ? number : refuse(value, key, `an integer ${span}`);
  };

const hex =
  (digits: number, what: string): Check<`0x${string}`> =>
  (value, key) =>
    typeof value === 'string' && new RegExp(`^0x[0-9a-fA-F]{${digits}}$`).test(value)
      ? (value.toLowerCase() as `0x${string}`)
      : // A key that was mistyped is still nearly a key: it must not be echoed.
        refuse(what === 'a private key' ? '…' : value, key, `${what}, 0x and ${digits} hex digits`);

export const address = hex(40, 'an address');
export const hash = hex(64, 'a 32-byte id');
export const privateKey = hex(64, 'a private key');

export const bytes: Check<`0x${string}`> = (value, key) =>
  typeof value === 'string' && /^0x([0-9a-fA-F]{2})*$/.test(value)
    ? (value.toLowerCase() as `0x${string}`)
    : refuse(value, key, 'bytes, 0x and hex digits');

/** An object with these keys and no others. Throws SettingError naming the first unknown one. */
export function object(value: unknown, key: string, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(value, key, 'an object');
  for (const name of Object.keys(value))
    if (!keys.includes(name)) throw new SettingError(name, `unknown here; ${key} has ${keys.join(', ')}`);
  return value as Readonly<Record<string, unknown>>;
}
