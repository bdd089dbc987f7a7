/** Charter files as people write them (YAML), and as they are passed on once proposed (the text whose digest is on chain). */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { type CharterText, CharterTextError } from '@concord/protocol';
import {
  type Address,
  type CharterTerms,
  CharterTermsError,
  type CompiledCharter,
  compileCharter,
  type Hex,
  readCharterText,
} from '@concord/sdk';
import { sha256, toHex } from 'viem';
import { isAddress } from 'viem';
import { parse } from 'yaml';
import { integer, object, SettingError } from './settings/checks.ts';

const DEADLINES = ['seat', 'noise', 'open', 'upload', 'query', 'verify', 'unmask', 'settle'];
const TERMS = ['epsilon', 'deltaExponent', 'trainingRounds', 'minCohort', 'maxRecords', 'recordBound', 'honest'];
const MORE = ['votingSeconds', 'sunset', 'gasCap', 'deadlines', 'committee'];

const readText = (path: string, todo: string): string => {
  if (!existsSync(path)) throw new SettingError('charter', `${path} is not there: ${todo}`);
  if (!statSync(path).isFile()) throw new SettingError('charter', `${path} is no file: ${todo}`);
  return readFileSync(path, 'utf8');
};

/** Lines, from 1, that “concord init” left for a person to correct. */
export const unreplaced = (path: string): readonly number[] =>
  readText(path, 'check the path, or draft one with “concord init”')
    .split('\n')
    .flatMap((line, i) => (line.includes('REPLACE:') || /# REPLACE$/.test(line) ? [i + 1] : []));

/** Reads a charter draft. Throws SettingError naming the first key that is missing, unknown or of the wrong kind. */
export function readDraft(path: string): { readonly text: unknown; readonly terms: CharterTerms } {
  let json: unknown;
  try {
    json = parse(readText(path, 'check the path, or draft one with “concord init”'));
  } catch (error) {
    if (error instanceof SettingError) throw error;
    throw new SettingError(path, `not YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (json === null) throw new SettingError('charter', `${path} is empty: draft one with “concord init”`);
  const file = object(json, path, ['text', 'terms']);
  const terms = object(file['terms'], `${path}, terms`, [...TERMS, ...MORE]);
  for (const key of ['votingSeconds', 'sunset', 'gasCap'])
    integer(key === 'votingSeconds' ? 1 : 0)(terms[key], `${path}, terms.${key}`);
  const deadlines = object(terms['deadlines'], `${path}, terms.deadlines`, DEADLINES);
  for (const key of DEADLINES) integer(1, 0xffff_ffff)(deadlines[key], `${path}, terms.deadlines.${key}`);
  if (typeof terms['epsilon'] !== 'number')
    throw new SettingError(`${path}, terms.epsilon`, `have ${JSON.stringify(terms['epsilon'])}, need a number > 0`);
  if (terms['committee'] !== undefined) object(terms['committee'], `${path}, terms.committee`, ['shares']);
  return { text: file['text'], terms: terms as unknown as CharterTerms };
}

/** Compiles a draft for its members, with a fresh matrix seed. Throws SettingError naming the file and what to correct. */
export function compileDraft(path: string, members: readonly Address[]): CompiledCharter {
  const draft = readDraft(path);
  try {
    return compileCharter(draft, members, toHex(crypto.getRandomValues(new Uint8Array(32))));
  } catch (error) {
    if (error instanceof CharterTextError || error instanceof CharterTermsError)
      throw new SettingError(path, error.message);
    throw error;
  }
}

/** Addresses from a file, one a line (# comments), or from a list with commas. Throws SettingError naming the line. */
export function readMembers(source: string): readonly Address[] {
  const isFile = existsSync(source);
  if (!isFile && !source.startsWith('0x'))
    throw new SettingError(
      '--members',
      `${source} is no file: need a file with one address a line, or addresses with commas between`,
    );
  const words = isFile ? readFileSync(source, 'utf8').split('\n') : source.split(',');
  return words.flatMap((word, i) => {
    const address = word.replace(/#.*/, '').trim();
    if (address === '') return [];
    if (!isAddress(address, { strict: address !== address.toLowerCase() }))
      throw new SettingError(
        '--members',
        `${isFile ? `${source}, line ${i + 1}` : `address ${i + 1}`}: have “${address}”, need an address with a right checksum`,
      );
    return [address.toLowerCase() as Address];
  });
}

/** A text that was proposed: its bytes, their digest, their meaning. Throws SettingError or CharterTextError. */
export function readProposed(path: string): {
  readonly bytes: Uint8Array;
  readonly digest: Hex;
  readonly text: CharterText;
} {
  const bytes = new TextEncoder().encode(readText(path, 'get the text that was proposed from its proposer'));
  const digest = sha256(bytes);
  return { bytes, digest, text: readCharterText(bytes, digest) };
}
