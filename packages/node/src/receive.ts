/** What a holder does with bytes that members bring: judge them, keep them durably, and only then acknowledge. */
import { createHash } from 'node:crypto';
import { concat, contextFor, recover, sign, tag, u8 } from '@concord/protocol';
import { type Address, bytesToHex, hexToBytes } from './core/hex.ts';
import type { Place } from './core/attempt.ts';
import { entry, type Slot, slotName, type TypeName, typeByte } from './core/slot.ts';
import { accept, ignore, judgeDelivery, judgeReport, reject } from './core/verdict.ts';
import type { Party } from './ports.ts';
import type { Take } from './api/reports.ts';
import type { Workbench } from './workbench.ts';

/** A holder's word that it keeps a report durably; `signature` is over `receiptDigest`. */
export interface Receipt {
  readonly reportDigest: `0x${string}`;
  readonly signature: `0x${string}`;
}

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** SHA-256(T("receipt") ‖ context of the report's type ‖ u8 type ‖ member ‖ report digest): 32 bytes. */
export const receiptDigest = (place: Place, type: TypeName, member: Address, reportDigest: Uint8Array): Uint8Array =>
  sha256(
    concat(
      tag('receipt'),
      contextFor(place.attempt, typeByte[type]),
      u8(typeByte[type]),
      hexToBytes(member),
      reportDigest,
    ),
  );

/** Did `holder` sign this receipt for these bytes? */
export function checkReceipt(
  place: Place,
  type: TypeName,
  member: Address,
  holder: Address,
  bytes: Uint8Array,
  receipt: unknown,
): boolean {
  const signature = (receipt as Partial<Receipt> | null)?.signature;
  if (typeof signature !== 'string' || !/^0x[0-9a-f]{130}$/.test(signature)) return false;
  const signer = recover(receiptDigest(place, type, member, sha256(bytes)), hexToBytes(signature));
  return signer !== undefined && bytesToHex(signer) === holder;
}

/** How long bytes wait at the door for this node to see the block that their sender has already seen, milliseconds. */
const PATIENCE = 2_000;

/** This node's place in the current attempt of a run, and where it keeps what it has decoded of it. */
export type PlaceNow = (runId: Slot['runId']) => { readonly place: Place; readonly workbench: Workbench } | undefined;

/** The two doors. */
export function reception(
  party: Pick<Party, 'journal' | 'bell' | 'components' | 'secretKey'>,
  placeNow: PlaceNow,
): { readonly report: Take; readonly seal: Take } {
  const { journal, bell, components, secretKey } = party;
  const arrive = (slot: Slot, type: TypeName) =>
    bell.until(() => {
      const now = placeNow(slot.runId);
      const place = now?.place;
      const ready =
        place && slotName(place.slot) === slotName(slot) && (type === 'noise' || place.attempt.updateContext);
      return ready ? now : undefined;
    }, PATIENCE);
  const elsewhere = ignore(
    'OTHER_ATTEMPT',
    'this holder sees another attempt now: read the chain, and bring it again if it is current',
  );

  return {
    async report(slot, type, from, bytes) {
      const now = await arrive(slot, type);
      if (!now) return elsewhere;
      const { place } = now;
      const digest = sha256(bytes);
      const receipt = (): Receipt => ({
        reportDigest: bytesToHex(digest),
        signature: bytesToHex(sign(receiptDigest(place, type, from, digest), secretKey)),
      });
      const before = journal.read(slot, entry.received(type, from));
      if (before) return Buffer.compare(before, digest) === 0 ? accept(receipt()) : conflict(from);
      if (journal.read(slot, entry.closed(type))) return reject('CLOSED', 'the list of this group is closed');
      const judged = judgeReport(bytes, type, from, place, components);
      if (judged.verdict !== 'accept') return judged;
      now.workbench.bench(place).reports.set(journal.putBlob(bytes), judged.value);
      const kept = journal.record(slot, entry.received(type, from), digest);
      bell.ring();
      return Buffer.compare(kept, digest) === 0 ? accept(receipt()) : conflict(from);
    },

    async seal(slot, type, from, bytes) {
      const now = await arrive(slot, type);
      if (!now) return elsewhere;
      const { place } = now;
      const judged = judgeDelivery(bytes, type, from, place, components);
      if (judged.verdict !== 'accept') return judged;
      // On disk before it is acknowledged: its member brings it once, and without it the report is a complaint [AG13].
      const kept = journal.record(slot, entry.seal(type, from), bytes);
      return Buffer.compare(kept, bytes) === 0 ? accept({ kept: true }) : conflict(from);
    },
  };
}

const conflict = (from: Address) =>
  reject('CONFLICT', `${from} has already brought other bytes for this attempt: a resend is the same bytes [AG11]`);
