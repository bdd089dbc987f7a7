/** NOISE and UPLOAD end when one union of the holders' closed lists is signed for every share. */
import { decodeReport, encodeHeader, equalBytes, type PublicReport, ReportError } from '@concord/protocol';
import { breathe } from '../clock.ts';
import { type Address, bytesToHex, type Hex, hexToBytes } from '../core/hex.ts';
import {
  compareEntries,
  decodeHeaderBlob,
  encodeHeaderBlob,
  type HeaderEntry,
  headersRoot,
  memberOf,
} from '@concord/sdk';
import type { Holder } from '../core/attempt.ts';
import { entry, proposalOf, type TypeName, typeByte } from '../core/slot.ts';
import { isJudged, judgeList } from '../core/verdict.ts';
import type { Party } from '../ports.ts';
import { say } from '../statements.ts';
import { AT_ONCE, atOnce } from './atOnce.ts';
import { proposalBy } from './proposal.ts';
import { obtainBlob } from './state.ts';
import { AttemptError, type Work } from './work.ts';

/** Addresses of the holders of a share, who have the reports of its group. */
export const keepersOf = ({ place }: Work, share: number): readonly Address[] =>
  place.pair(share).map(({ address }) => address);

/** The reports of this holder's group that it has given receipts for. */
async function receivedEntries(party: Party, work: Work, type: TypeName): Promise<readonly HeaderEntry[]> {
  const { place } = work;
  const entries: HeaderEntry[] = [];
  for (const member of place.members) {
    const digest = party.journal.read(place.slot, entry.received(type, member));
    const report = digest && (await obtainReport(party, work, type, digest, []));
    if (report)
      entries.push({ header: encodeHeader(report.header), signature: report.signature, reportDigest: digest });
  }
  return entries.sort(compareEntries);
}

/** Closes this holder's list: the reports of its group that it keeps, for good. */
export async function closeList(party: Party, work: Work, type: TypeName): Promise<void> {
  const entries = await receivedEntries(party, work, type);
  party.journal.record(work.place.slot, entry.closed(type), encodeHeaderBlob(entries));
  party.bell.ring();
}

/** A holder's closed list as it counts; waits until it is closed. Throws AttemptError when it is no list. */
export async function closedListOf(
  party: Party,
  work: Work,
  type: TypeName,
  holder: Holder,
): Promise<readonly HeaderEntry[]> {
  const { place, signal, where } = work;
  const bytes = await party.peers.headers(where(holder.address), place.slot, type, signal);
  const list = decodeHeaderBlob(bytes, place.attempt.shares);
  if (!list) throw new AttemptError('LIST', `the list of ${holder.address} is not a header list`);
  return judgeList(list, type, holder.share, place);
}

/** Signs the union of all holders' lists, then fetches the reports in it for the checks that follow. */
export async function signClosed(party: Party, work: Work, type: TypeName): Promise<void> {
  const { place } = work;
  const lists = await Promise.all(place.holders.map((holder) => closedListOf(party, work, type, holder)));
  const entries = lists.flat().sort(compareEntries);
  sayClosed(party, work, type, entries, `0x${party.journal.putBlob(encodeHeaderBlob(entries))}`);
  const listed = lists.flatMap((list, i) => list.map((each) => ({ ...each, keeper: place.holders[i]!.address })));
  await atOnce(listed, AT_ONCE, ({ reportDigest, keeper }) => obtainReport(party, work, type, reportDigest, [keeper]));
}

const sayClosed = (party: Party, work: Work, type: TypeName, entries: readonly HeaderEntry[], blob: Hex): boolean =>
  say(party, work.place.slot, {
    kind: type === 'noise' ? 'NoiseClosed' : 'UploadsClosed',
    ...work.place.slot,
    committeeHash: work.view.seated!.committeeHash,
    root: bytesToHex(headersRoot(entries)),
    blob,
  });

/**
 * [CM8] Signs a proposed list: every entry counts, this holder's own are among them, and it has fetched all reports.
 * Where its own list is not closed yet, it waits for the members of its group that the proposal leaves out. Throws
 * AttemptError for a list that it will not sign.
 */
export async function signProposedList(party: Party, work: Work, type: TypeName, proposer: number): Promise<void> {
  const { place } = work;
  const { journal } = party;
  const { blob, keeper } = await proposalBy(party, work, proposalOf(type), proposer);
  const entries = decodeHeaderBlob(await obtainBlob(party, work, blob, [keeper]), place.attempt.shares);
  if (!entries || judgeList(entries, type, undefined, place).length !== entries.length)
    throw new AttemptError('PROPOSAL', `the ${type} list of ${keeper} has entries that do not count`);
  const listed = entries.map((each) => ({
    ...each,
    member: place.members.find((member) => equalBytes(memberOf(each), hexToBytes(member)))!,
  }));
  await atOnce(listed, AT_ONCE, ({ member, reportDigest }) =>
    obtainReport(party, work, type, reportDigest, keepersOf(work, place.group(member, type))),
  );
  const isListed = (member: Address): boolean => listed.some((each) => each.member === member);
  const awaited = place.members.filter((each) => place.group(each, type) === place.share && !isListed(each));
  const settled = (): boolean | undefined =>
    journal.read(place.slot, entry.closed(type)) !== undefined || awaited.length === 0 || undefined;
  while (!(await party.bell.until(settled, 5_000))) work.signal.throwIfAborted();
  for (;;) {
    const own = await receivedEntries(party, work, type);
    const left = own.find(({ header }) => !entries.some((each) => equalBytes(each.header, header)));
    if (left) throw new AttemptError('PROPOSAL', `the ${type} list of ${keeper} leaves out a report that I hold`);
    // Nothing may have come in between: from here to the signature no report is received.
    if (place.members.filter((each) => journal.read(place.slot, entry.received(type, each))).length !== own.length)
      continue;
    journal.record(place.slot, entry.closed(type), encodeHeaderBlob(own));
    sayClosed(party, work, type, entries, blob);
    return;
  }
}

/** The entries that the chain has for a type, in order. Throws AttemptError when the blob is not what its root says. */
export async function closedEntries(party: Party, work: Work, type: TypeName): Promise<readonly HeaderEntry[]> {
  const fact = type === 'noise' ? work.view.noise : work.view.uploads;
  if (!fact) throw new AttemptError('PHASE', `the ${type} list is not closed yet`);
  const entries = decodeHeaderBlob(await obtainBlob(party, work, fact.blob), work.place.attempt.shares);
  if (!entries || bytesToHex(headersRoot(entries)) !== fact.root)
    throw new AttemptError('LIST', `the ${type} blob ${fact.blob} does not have the root ${fact.root}`);
  return entries;
}

/** A report by its digest, decoded, from the holders of its group or others; undefined when the bytes are no report of this attempt [AG15]. */
export async function obtainReport(
  party: Party,
  work: Work,
  type: TypeName,
  digest: Uint8Array,
  keepers: readonly Address[],
): Promise<PublicReport | undefined> {
  const { reports } = party.workbench.bench(work.place);
  const name = Buffer.from(digest).toString('hex');
  const have = reports.get(name);
  if (have) return have;
  const bytes = await obtainBlob(party, work, `0x${name}`, keepers);
  const known = (...signed: readonly [Uint8Array, Uint8Array]): boolean => isJudged(work.place, ...signed);
  const report = decodeReport(bytes, typeByte[type], work.place.attempt, party.components, known);
  if (report instanceof ReportError) return undefined;
  reports.set(name, report);
  await breathe(party.clock);
  return report;
}
