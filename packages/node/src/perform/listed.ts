/** A member looks for its acknowledged report in the list that was closed, and keeps the receipt as evidence if it is gone. */
import { equalBytes, recover } from '@concord/protocol';
import type { HeaderEntry } from '@concord/sdk';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Place } from '../core/attempt.ts';
import { bytesToHex, hexToBytes } from '../core/hex.ts';
import type { LeftOut } from '../core/items.ts';
import { entry, type TypeName } from '../core/slot.ts';
import type { Party } from '../ports.ts';
import { receiptDigest } from '../receive.ts';
import { closedEntries } from './close.ts';
import { ownReportIn } from './upload.ts';
import type { Work } from './work.ts';

/** [WI2] Whether the receipt is its holder's, of the report's group, for a report that these closed entries do not have. */
export function provesLeftOut(place: Place, entries: readonly HeaderEntry[], evidence: LeftOut): boolean {
  const { type, member, holder, reportDigest, signature, round, attempt } = evidence;
  const digest = hexToBytes(reportDigest);
  const signer = recover(receiptDigest(place, type, member, digest), hexToBytes(signature));
  const keepers = place.pair(place.group(member, type)).map(({ address }) => address);
  return (
    place.slot.round === round &&
    place.slot.attempt === attempt &&
    signer !== undefined &&
    bytesToHex(signer) === holder &&
    keepers.includes(holder) &&
    !entries.some((each) => equalBytes(each.reportDigest, digest))
  );
}

/** Compares the closed list with what this member has a receipt for; looks once. */
export async function checkListed(party: Party, work: Work, type: TypeName): Promise<void> {
  const { place } = work;
  const { journal, me, log, workbench } = party;
  const entries = await closedEntries(party, work, type);
  const stored = journal.read(place.slot, entry.ownReport(type));
  const signature = journal.read(place.slot, entry.delivered(type));
  if (!stored || !signature) return;
  const digest = sha256(ownReportIn(stored));
  const signer = recover(receiptDigest(place, type, me.address, digest), signature);
  const { round, attempt } = place.slot;
  const evidence: LeftOut = {
    ...{ round, attempt, type, member: me.address, holder: bytesToHex(signer ?? new Uint8Array(20)) },
    reportDigest: bytesToHex(digest),
    signature: bytesToHex(signature),
  };
  if (provesLeftOut(place, entries, evidence)) {
    workbench.leftOut.push(evidence);
    log('left out', { ...evidence });
  }
  journal.note(place.slot, entry.looked(type), Uint8Array.of(1));
}
