import type { Hex } from '@concord/sdk';
import { SettingError } from './checks.ts';

/** Where the key of whoever goes to court is read from: never from the command line, which others can see. */
export const KEY = 'CONCORD_KEY';

/** The key that pays for a transaction to the court. Throws SettingError, without an echo of what is there. */
export function payingKey(whatFor: string): Hex {
  const key = process.env[KEY] ?? '';
  if (/^0x[0-9a-f]{64}$/.test(key)) return key as Hex;
  throw new SettingError(KEY, `need a private key that pays ${whatFor} in ${KEY}: 0x and 64 digits`);
}
