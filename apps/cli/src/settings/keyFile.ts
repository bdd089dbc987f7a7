/** A private key on disk: readable by its owner alone, and its backup under a passphrase. */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Address, addressOf, type Hex } from '@concord/sdk';
import { integer, object, privateKey as checkKey, SettingError, text } from './checks.ts';

export interface OwnKey {
  readonly privateKey: Hex;
  readonly address: Address;
}

/** Why others on this machine can read the file; undefined: they cannot. */
export function exposure(path: string): string | undefined {
  if (process.platform === 'win32') return undefined;
  const mode = statSync(path).mode & 0o777;
  return (mode & 0o077) === 0
    ? undefined
    : `mode ${mode.toString(8).padStart(4, '0')} lets others read it: chmod 600 ${path}`;
}

/** Throws SettingError when there is no key, when others may read it, or when it is no key. Never echoes the file. */
export function readKey(path: string): OwnKey {
  if (!existsSync(path))
    throw new SettingError(path, 'there is no key: make one with “concord keys new”, or pass --key FILE');
  const exposed = exposure(path);
  if (exposed !== undefined) throw new SettingError(path, exposed);
  const digits = readFileSync(path, 'utf8').trim();
  try {
    const privateKey = checkKey(digits, path);
    return { privateKey, address: addressOf(privateKey) };
  } catch {
    throw new SettingError(path, 'holds no private key (0x and 64 hex digits): restore it from its backup');
  }
}

/** Writes a key where none is, mode 0600. Throws SettingError when a file is there. */
export function writeKey(path: string, privateKey: Hex): OwnKey {
  const address = addressOf(privateKey);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(path, `${privateKey}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new SettingError(
      path,
      'a file is there already; a key is never overwritten: move it away, or pass --key FILE',
    );
  }
  chmodSync(path, 0o600);
  return { privateKey, address };
}

/** scrypt, N = 2^17, r = 8, p = 1: 128 MiB and about half a second a guess. Fixed by the version of the file. */
const SCRYPT = { N: 1 << 17, r: 8, p: 1, maxmem: 1 << 28 };
const VERSION = 1;
export const SHORTEST_PASSPHRASE = 12;
const KEYS = ['concord', 'version', 'address', 'salt', 'nonce', 'sealed'];

const bound = (address: string): Buffer => Buffer.from(`concord/key-backup/v${VERSION}/${address}`);

/** The key sealed with AES-256-GCM under scrypt of the passphrase, as JSON. Throws SettingError: too short. */
export function sealKey({ privateKey, address }: OwnKey, passphrase: string): string {
  if ([...passphrase].length < SHORTEST_PASSPHRASE)
    throw new SettingError('passphrase', `need at least ${SHORTEST_PASSPHRASE} characters; five random words are good`);
  const [salt, nonce] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase.normalize('NFKC'), salt, 32, SCRYPT), nonce);
  cipher.setAAD(bound(address));
  const sealed = Buffer.concat([cipher.update(privateKey.slice(2), 'hex'), cipher.final(), cipher.getAuthTag()]);
  const fields = { concord: 'key-backup', version: VERSION, address };
  return `${JSON.stringify({ ...fields, salt: salt.toString('hex'), nonce: nonce.toString('hex'), sealed: sealed.toString('hex') }, undefined, 2)}\n`;
}

/** The inverse of `sealKey`. Throws SettingError when the file is none or the passphrase is another. */
export function openKey(backup: string, passphrase: string): OwnKey {
  let json: unknown;
  try {
    json = JSON.parse(backup);
  } catch {
    throw new SettingError('backup', 'not JSON: need a file that “concord keys backup” wrote');
  }
  const fields = object(json, 'backup', KEYS);
  if (fields['concord'] !== 'key-backup')
    throw new SettingError('backup', 'need a file that “concord keys backup” wrote');
  integer(VERSION, VERSION)(fields['version'], 'backup, version');
  const bytes = (key: string, length: number): Buffer => {
    const value = Buffer.from(text(fields[key], `backup, ${key}`), 'hex');
    if (value.length !== length) throw new SettingError(`backup, ${key}`, `have ${value.length} bytes, need ${length}`);
    return value;
  };
  const [salt, nonce, sealed] = [bytes('salt', 16), bytes('nonce', 12), bytes('sealed', 48)];
  const key = scryptSync(passphrase.normalize('NFKC'), salt, 32, SCRYPT);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  decipher.setAAD(bound(String(fields['address'])));
  decipher.setAuthTag(sealed.subarray(32));
  try {
    const opened = Buffer.concat([decipher.update(sealed.subarray(0, 32)), decipher.final()]);
    const privateKey: Hex = `0x${opened.toString('hex')}`;
    return { privateKey, address: addressOf(privateKey) };
  } catch {
    throw new SettingError('passphrase', 'does not open this backup: try again, or the file was changed');
  }
}
