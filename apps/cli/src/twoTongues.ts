/** Evidence that a holder said two different things about one attempt: found, written to a file, and read again [CM9]. */
import { existsSync, readFileSync } from 'node:fs';
import { type Address, type Deployment, digestOf, type HolderStatement, recover, type Said, TYPES } from '@concord/sdk';
import { bytes, hash, integer, object, SettingError } from './settings/checks.ts';

export interface TwoTongues {
  readonly holder: Address;
  readonly said: readonly [Said, Said];
}

/** What holders say that the court judges, by its EIP-712 type. */
export const KINDS = ['CommitteeSeat', 'NoiseClosed', 'UploadsClosed', 'Verified', 'Unmasked', 'Settled'] as const;

/** Everybody of whom there are two different statements of one kind about one attempt. */
export function twoTonguesIn(deployment: Deployment, heard: readonly Said[]): readonly TwoTongues[] {
  const first = new Map<string, Said>();
  const found = new Map<Address, TwoTongues>();
  for (const each of heard) {
    const { holder, statement } = each;
    const { kind, runId, round, attempt } = statement;
    const about = [holder, kind, runId, round, attempt].join('/');
    const one = first.get(about);
    if (one === undefined) first.set(about, each);
    else if (!found.has(holder) && digestOf(deployment, one.statement) !== digestOf(deployment, statement))
      found.set(holder, { holder, said: [one, each] });
  }
  return [...found.values()];
}

/** What a holder said each time, as far as the two differ. */
export function differencesIn([one, other]: TwoTongues['said']): readonly [string, string] {
  const [a, b] = [one.statement, other.statement] as unknown as readonly Readonly<Record<string, unknown>>[];
  const differ = Object.keys(a!).filter((name) => a![name] !== b![name]);
  const words = (statement: Readonly<Record<string, unknown>>): string =>
    differ.map((name) => `${name} = ${String(statement[name])}`).join(', ');
  return [words(a!), words(b!)];
}

const VERSION = 1;

/** The evidence as a file: both statements with their signatures. Whose they are follows from these. */
export const encodeEvidence = ({ said }: Pick<TwoTongues, 'said'>): string => {
  const words = said.map(({ statement, signature }) => ({ ...statement, signature }));
  return `${JSON.stringify({ concord: 'two-tongues', version: VERSION, said: words }, undefined, 2)}\n`;
};

/** Total: the evidence in a file, of one holder who said two things. Throws SettingError saying what it lacks. */
export async function readEvidence(path: string, deployment: Deployment): Promise<TwoTongues> {
  const refuse = (why: string): never => {
    throw new SettingError('--evidence', `${path} ${why}`);
  };
  if (!existsSync(path)) refuse('is not there: “concord slash --round R --out FILE” writes one');
  const json = jsonIn(path) ?? refuse('is not JSON');
  const file = object(json, path, ['concord', 'version', 'said']);
  if (file['concord'] !== 'two-tongues' || file['version'] !== VERSION)
    refuse(`is no evidence of version ${VERSION}: need “concord”: “two-tongues”, “version”: ${VERSION}, “said”`);
  const list = file['said'];
  if (!Array.isArray(list) || list.length !== 2) return refuse('must have two statements in “said”');
  const [one, other] = await Promise.all(list.map((each, i) => saidIn(each, `said[${i}]`, deployment)));
  const name = ({ statement }: Said): string =>
    [statement.kind, statement.runId, statement.round, statement.attempt].join(' ');
  if (name(one!) !== name(other!))
    refuse(`has statements of two kinds or attempts (${name(one!)}; ${name(other!)}): both may be true`);
  if (one!.holder !== other!.holder)
    refuse(`is signed by ${one!.holder} and by ${other!.holder}: not by one holder, or not for this deployment`);
  const [found] = twoTonguesIn(deployment, [one!, other!]);
  return found ?? refuse(`has the same statement twice, by ${one!.holder}: that is no offence`);
}

function jsonIn(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** One signed statement, field by field. Throws SettingError naming the field. */
async function saidIn(value: unknown, key: string, deployment: Deployment): Promise<Said> {
  const kind = KINDS.find((each) => each === (value as { readonly kind?: unknown } | null)?.kind);
  if (kind === undefined) throw new SettingError(`${key}.kind`, `need one of ${KINDS.join(', ')}`);
  const given = object(value, key, ['kind', 'signature', ...TYPES[kind].map(({ name }) => name)]);
  const fields = TYPES[kind].map(({ name, type }) => {
    const check = type === 'bytes32' ? hash : integer(0, type === 'uint16' ? 0xffff : 0xffffffff);
    return [name, check(given[name], `${key}.${name}`)] as const;
  });
  const statement = { kind, ...Object.fromEntries(fields) } as unknown as HolderStatement;
  const signature = bytes(given['signature'], `${key}.signature`);
  const holder = await recover(deployment, statement, signature).catch((): never => {
    throw new SettingError(`${key}.signature`, 'is no signature: need 65 bytes r ‖ s ‖ v in hex');
  });
  return { holder, statement, signature } as Said;
}
