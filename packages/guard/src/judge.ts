/** From what a request says it does to a verdict (GU1, GU2): every counterparty judged, the gravest finding decides. */
import { hasAppealed } from './appeal.ts';
import { COLUMN_NAMES, columnsOf, isBlank } from './features.ts';
import {
  type ColumnSource,
  HistoryError,
  type HistorySource,
  type KnownColumns,
  type Limits,
  unheard,
} from './history/history.ts';
import { readHistory } from './history/read.ts';
import type { ModelHolder } from './model/holder.ts';
import { UnverifiedModelError, type VerifiedModel } from './model/model.ts';
import { scoreOf } from './model/score.ts';
import { type Address, addressIn, type Ask, isLate, quantityIn, within } from './provider.ts';
import { type Finding, type Level, type Party, type Reading, short, type Verdict } from './verdict.ts';

export interface Bench {
  readonly holder: ModelHolder;
  readonly sources: readonly HistorySource[];
  readonly columns?: ColumnSource;
  readonly limits: Limits;
  /** Scores above it warn, 2^-16. */
  readonly warnAbove: number;
  /** Where accounts that are warned of may have appealed (GU16). */
  readonly appeals?: Address;
}

/** Why something could not be checked, as a sentence. */
function why(error: unknown): string {
  if (error instanceof HistoryError || error instanceof UnverifiedModelError) return error.message;
  return isLate(error) ? 'The wallet’s node took too long to answer.' : 'The wallet’s node did not answer.';
}

/** What the application knows of an account. Rejects with HistoryError unless that is a number for every column. */
async function known(ask: Ask, account: Address, source: ColumnSource): Promise<KnownColumns | undefined> {
  const told = async (): Promise<KnownColumns | undefined> => source(account);
  const found = await within(ask.signal, told()).catch((cause: unknown) => {
    throw isLate(cause) ? cause : unheard(cause);
  });
  const lacking = found && [...COLUMN_NAMES].find((name) => !Number.isFinite(found.columns.get(name)));
  if (lacking) throw new HistoryError('MALFORMED', `The application’s columns for it have no number for “${lacking}”.`);
  return found;
}

/** An account's columns and, where they are not from the chain, whose they are. Rejects with HistoryError. */
async function columnsFor(
  ask: Ask,
  account: Address,
  bench: Bench,
): Promise<{ readonly columns: ReadonlyMap<string, number>; readonly source?: string }> {
  const told = bench.columns && (await known(ask, account, bench.columns));
  return told ?? { columns: columnsOf(await readHistory(ask, account, bench.sources, bench.limits), account) };
}

async function find(ask: Ask, party: Party, model: VerifiedModel, bench: Bench): Promise<Finding> {
  const about = short(party.address);
  try {
    const { columns, source } = await columnsFor(ask, party.address, bench);
    const whose = source === undefined ? [] : [`Its columns are ${source}.`];
    const nothing = `${about} has no history yet, so nothing can be said about it.`;
    if (isBlank(columns)) return { ...party, level: 'unknown', reasons: [nothing, ...whose] };
    const { score, raising, lowering } = scoreOf(model, columns);
    if (score > bench.warnAbove) {
      const appealed =
        bench.appeals !== undefined && (await hasAppealed(ask, bench.appeals, model.charterId, party.address));
      const says = `${about} has appealed: whoever holds it says that the model is wrong. Nobody has checked that, and a scammer can say so, too.`;
      return {
        ...party,
        level: 'warn',
        score,
        reasons: [
          `${about} looks like the scams that the model learned from.`,
          ...(appealed ? [says] : []),
          ...raising,
          ...whose,
        ],
        ...(appealed && { appealed }),
      };
    }
    return {
      ...party,
      level: 'allow',
      score,
      reasons: [`${about} does not look like a scam to the model.`, ...lowering.slice(0, 2), ...whose],
    };
  } catch (error) {
    return { ...party, level: 'unknown', reasons: [`${about} was not checked. ${why(error)}`] };
  }
}

/** Each account once, with all that it gets. */
function distinct(parties: readonly Party[]): Party[] {
  const gets = new Map<Party['address'], Set<string>>();
  for (const { address, gets: what } of parties) gets.set(address, (gets.get(address) ?? new Set()).add(what));
  return [...gets].map(([address, whats]) => ({ address, gets: [...whats].join(', ') }));
}

const yourself = (party: Party): Finding => ({
  ...party,
  level: 'allow',
  reasons: [`${short(party.address)} is an account of this wallet.`],
});

/** The wallet's own accounts, whatever sender a page names. */
async function ownAccounts(ask: Ask): Promise<ReadonlySet<Address>> {
  const answer = await ask('eth_accounts', []);
  return new Set(Array.isArray(answer) ? answer.flatMap((each) => addressIn(each) ?? []) : []);
}

/** Never rejects: whatever fails makes the verdict unknown, or leaves a warning that was found without it. */
export async function judge(ask: Ask, reading: Reading, bench: Bench): Promise<Verdict> {
  const parties = distinct(reading.parties);
  const unread = [...reading.unread];
  const { parties: most } = bench.limits;
  let model: VerifiedModel | undefined;
  let findings: readonly Finding[] = [];
  try {
    if (reading.chainId !== undefined && quantityIn(await ask('eth_chainId', [])) !== reading.chainId)
      unread.push(
        `It is for chain ${reading.chainId}, and the wallet is on another, so nobody in it was checked there.`,
      );
    const own = parties.length > 0 ? await ownAccounts(ask) : new Set<Address>();
    const strangers = parties.filter(({ address }) => !own.has(address));
    findings = parties.filter(({ address }) => own.has(address)).map(yourself);
    if (strangers.length > most) unread.push(`It names ${strangers.length} accounts, of which ${most} were looked at.`);
    if (strangers.length > 0) {
      const verified = await bench.holder.current(ask);
      model = verified;
      const found = await Promise.all(strangers.slice(0, most).map((each) => find(ask, each, verified, bench)));
      findings = [...found, ...findings];
    }
  } catch (error) {
    unread.push(why(error));
  }
  const levels = findings.map(({ level }) => level);
  const open = unread.length > 0 || levels.includes('unknown');
  const level: Level = reading.alarms.length > 0 || levels.includes('warn') ? 'warn' : open ? 'unknown' : 'allow';
  const said = (wanted: Level): string[] =>
    findings.filter((each) => each.level === wanted).flatMap(({ reasons }) => reasons);
  const scores = findings.flatMap(({ score }) => score ?? []);
  return {
    level,
    reasons: [
      ...new Set([
        ...reading.alarms,
        ...said('warn'),
        ...unread,
        ...said('unknown'),
        ...reading.notes,
        ...said('allow'),
      ]),
    ],
    findings,
    ...(model && { modelId: model.modelId }),
    ...(scores.length > 0 && { score: Math.max(...scores) }),
  };
}
