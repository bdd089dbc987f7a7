/** What a member needs to weigh appeals: the run's text, the statements that somebody serves, an account's columns. */
import { existsSync, readFileSync } from 'node:fs';
import { accountColumns, HistoryError } from '@concord/guard';
import type { CharterText } from '@concord/protocol';
import {
  type Address,
  APPEAL_TEXT_BYTES,
  AppealError,
  type ChainView,
  fetchBlob,
  type Hex,
  type RunView,
  readAppealText,
  readCharterText,
} from '@concord/sdk';
import { CsvError, parseCsv, type Table } from '@concord/trainer';
import { createPublicClient, http, sha256 } from 'viem';
import { SettingError } from '../settings/checks.ts';
import type { Settings } from '../settings/settings.ts';

/** A statement, or why there is none to show. */
export type Said = { readonly text: string } | { readonly missing: string };

/** Where texts are asked for: a source that is named, else the relayer and the announced endpoints. */
export function sourcesOf(
  settings: Settings,
  run: RunView,
  view: ChainView,
  source: string | undefined,
): readonly string[] {
  if (source !== undefined) return [source];
  const relayer = settings.get('relayer');
  return [
    ...new Set([...(relayer === undefined ? [] : [relayer]), ...run.endpoints.values(), ...view.endpoints.values()]),
  ];
}

/** The bytes of a charter's text: the person's own copy, else from whoever serves them. Throws SettingError. */
export async function textBytesOf(settings: Settings, run: RunView, sources: readonly string[]): Promise<Uint8Array> {
  const { textDigest } = run.charter;
  const path = settings.need('charter');
  const own = existsSync(path) ? Uint8Array.from(readFileSync(path)) : undefined;
  if (own && sha256(own) === textDigest) return own;
  return fetchBlob(sources, textDigest).catch(() => {
    throw new SettingError(
      'charter',
      `need the text that hashes to ${textDigest}, and nobody serves it: pass --charter FILE`,
    );
  });
}

/** What those bytes say. Throws SettingError or CharterTextError. */
export const charterTextOf = async (
  settings: Settings,
  run: RunView,
  sources: readonly string[],
): Promise<CharterText> => readCharterText(await textBytesOf(settings, run, sources), run.charter.textDigest);

/** An appeal's text, or why it cannot be shown. Never rejects. */
export async function statementAt(sources: readonly string[], digest: Hex): Promise<Said> {
  try {
    const bytes = await fetchBlob(sources, digest, { limit: APPEAL_TEXT_BYTES, timeoutMilliseconds: 3_000 });
    return { text: readAppealText(bytes, digest) };
  } catch (error) {
    return { missing: error instanceof AppealError ? `not shown: ${error.message}` : 'nobody serves it' };
  }
}

/** For somebody who waits at a terminal. */
const PATIENCE = 30_000;

/** The columns of an account from a node that lists its transactions. Throws SettingError saying what else there is. */
export async function columnsFrom(
  rpc: string,
  chainId: number,
  account: Address,
): Promise<ReadonlyMap<string, number>> {
  const reader = createPublicClient({ transport: http(rpc) });
  const found = await reader.getChainId().catch(() => undefined);
  if (found !== chainId)
    throw new SettingError(
      '--history',
      `${rpc} ${found === undefined ? 'does not answer' : `is of chain ${found}`}, need a node of chain ${chainId}`,
    );
  const provider = { request: (request: unknown) => reader.request(request as never) as Promise<unknown> };
  try {
    return await accountColumns(provider, account, { limits: { milliseconds: PATIENCE } });
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    throw new SettingError(
      '--history',
      `the columns of ${account} cannot be computed from ${rpc}. ${error.message} Name a node that lists transactions (ots_ or trace_), or give the columns with --row FILE`,
    );
  }
}

function parsed(path: string): Table {
  try {
    return parseCsv(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof CsvError) throw new SettingError(path, error.message);
    throw error;
  }
}

/** The columns that a member gives itself: a CSV with one row. Throws SettingError. */
export function columnsIn(path: string): ReadonlyMap<string, string> {
  if (!existsSync(path)) throw new SettingError('--row', `${path} is not there`);
  const { header, rows } = parsed(path);
  if (rows.length !== 1) throw new SettingError('--row', `${path} has ${rows.length} rows, need one`);
  return new Map(header.map((name, i) => [name, rows[0]![i]!.trim()]));
}
