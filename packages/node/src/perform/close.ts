/** NOISE and UPLOAD end when all holders sign one union of their closed lists. */
import { decodeReport, encodeHeader, type PublicReport, ReportError } from '@concord/protocol';
import { type Address, bytesToHex } from '../core/hex.ts';
import { compareEntries, decodeHeaderBlob, encodeHeaderBlob, type HeaderEntry, headersRoot } from '@concord/sdk';
import { entry, type TypeName, typeByte } from '../core/slot.ts';
import { judgeList } from '../core/verdict.ts';
import type { Member } from '../ports.ts';
import { say } from '../statements.ts';
import { obtainBlob } from './state.ts';
import { AttemptError, breathe, type Work } from './work.ts';

/** Closes this holder's list: the reports of its group that it keeps, for good. */
export async function closeList(member: Member, work: Work, type: TypeName): Promise<void> {
  const { place } = work;
  const { journal } = member;
  const entries: HeaderEntry[] = [];
  for (const holder of place.holders) {
    const digest = journal.read(place.slot, entry.received(type, holder));
    if (!digest) continue;
    const report = await obtainReport(member, work, type, digest, undefined);
    if (report)
      entries.push({ header: encodeHeader(report.header), signature: report.signature, reportDigest: digest });
  }
  journal.record(place.slot, entry.closed(type), encodeHeaderBlob(entries.sort(compareEntries)));
  member.bell.ring();
}

/** Signs the union of all holders' lists, then fetches the reports in it for the checks that follow. */
export async function signClosed(member: Member, work: Work, type: TypeName): Promise<void> {
  const { place, view, signal, where } = work;
  const lists = await Promise.all(
    place.holders.map(async (holder, i) => {
      const bytes = await member.peers.headers(where(holder), place.slot, type, signal);
      const list = decodeHeaderBlob(bytes, place.attempt.shares);
      if (!list) throw new AttemptError('LIST', `the list of ${holder} is not a header list`);
      return judgeList(list, type, i + 1, place);
    }),
  );
  const entries = lists.flat().sort(compareEntries);
  const blob = member.journal.putBlob(encodeHeaderBlob(entries));
  say(member, place.slot, {
    kind: type === 'noise' ? 'NoiseClosed' : 'UploadsClosed',
    ...place.slot,
    committeeHash: view.seated!.committeeHash,
    root: bytesToHex(headersRoot(entries)),
    blob: `0x${blob}`,
  });
  for (const [i, list] of lists.entries())
    for (const { reportDigest } of list) await obtainReport(member, work, type, reportDigest, place.holders[i]);
}

/** The entries that the chain has for a type, in order. Throws AttemptError when the blob is not what its root says. */
export async function closedEntries(member: Member, work: Work, type: TypeName): Promise<readonly HeaderEntry[]> {
  const fact = type === 'noise' ? work.view.noise : work.view.uploads;
  if (!fact) throw new AttemptError('PHASE', `the ${type} list is not closed yet`);
  const entries = decodeHeaderBlob(await obtainBlob(member, work, fact.blob), work.place.attempt.shares);
  if (!entries || bytesToHex(headersRoot(entries)) !== fact.root)
    throw new AttemptError('LIST', `the ${type} blob ${fact.blob} does not have the root ${fact.root}`);
  return entries;
}

/** A report by its digest, decoded, from the holder of its group or another; undefined when the bytes are no report of this attempt [AG15]. */
export async function obtainReport(
  member: Member,
  work: Work,
  type: TypeName,
  digest: Uint8Array,
  keeper: Address | undefined,
): Promise<PublicReport | undefined> {
  const { reports } = member.workbench.bench(work.place);
  const name = Buffer.from(digest).toString('hex');
  const have = reports.get(name);
  if (have) return have;
  const bytes = await obtainBlob(member, work, `0x${name}`, keeper);
  const report = decodeReport(bytes, typeByte[type], work.place.attempt, member.components);
  if (report instanceof ReportError) return undefined;
  reports.set(name, report);
  await breathe();
  return report;
}
