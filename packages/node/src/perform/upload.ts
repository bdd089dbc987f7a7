/** A member's own report: made once, journaled, then brought to the holders; a resend is the stored bytes (AG11). */
import {
  concat,
  encodeHeader,
  encodeReport,
  Reader,
  ReportError,
  type Signed,
  signReport,
  u32,
} from '@concord/protocol';
import { bytesToHex, hexToBytes } from '../core/hex.ts';
import { entry, type TypeName, typeByte } from '../core/slot.ts';
import { noiseVector, updateVector } from '../core/vectors.ts';
import { encodeDelivery } from '../core/verdict.ts';
import type { Member } from '../ports.ts';
import { PeerRefusal } from '../peers.ts';
import { checkReceipt } from '../receive.ts';
import { modelOf } from '@concord/sdk';
import { runStateOf } from './state.ts';
import { AttemptError, breathe, type Work } from './work.ts';

/** Uploads the report of a type. Throws AttemptError when it cannot be made, PeerRefusal when a holder will not have it. */
export async function upload(member: Member, work: Work, type: TypeName): Promise<void> {
  const { place, signal, where } = work;
  const { slot } = place;
  const stored =
    member.journal.read(slot, entry.ownReport(type)) ??
    member.journal.record(slot, entry.ownReport(type), await makeReport(member, work, type));
  const { report, deliveries } = split(stored, place.holders.length);
  const { address } = member.me;
  // The report goes last: whoever holds it may close its list, and by then every holder must have its seal.
  await Promise.all(
    place.holders.map((holder, i) => member.peers.putSeal(where(holder), slot, type, address, deliveries[i]!, signal)),
  );
  const holder = place.holders[place.group(address, type) - 1]!;
  const receipt = await member.peers.putReport(where(holder), slot, type, address, report, signal);
  if (!checkReceipt(place, type, address, holder, report, receipt))
    throw new PeerRefusal(holder, 200, 'RECEIPT', 'the receipt is not signed by the holder of my group');
  member.journal.note(slot, entry.delivered(type), hexToBytes(String(receipt['signature']) as `0x${string}`));
  member.log('uploaded', { type, round: slot.round, attempt: slot.attempt, bytes: report.length });
  // The model is known already: training now leaves UPLOAD with nothing to do but to prove and send.
  if (type === 'noise') await trainingVector(member, work);
}

/** This member's contribution to the round, from its own records and the model that the chain names. */
function trainingVector(member: Member, work: Work): Promise<Signed> {
  const { run, view } = work;
  return member.workbench.vector(modelOf(run, view), async () => {
    const state = await runStateOf(member, work);
    return updateVector(member.records, state, member.text, run.charter.aggregation, member.random, breathe);
  });
}

async function makeReport(member: Member, work: Work, type: TypeName): Promise<Uint8Array> {
  const { place, run } = work;
  const vector =
    type === 'noise'
      ? noiseVector(
          member.workbench.sampler(run.charter.aggregation.sigma),
          run.charter.aggregation,
          member.random,
          member.components.kernels,
        )
      : await trainingVector(member, work);
  const made = member.encodeUpdate(
    {
      attempt: place.attempt,
      type: typeByte[type],
      member: hexToBytes(member.me.address),
      vector,
      sealKeys: place.sealKeys,
    },
    member.random,
    member.components,
  );
  if (made instanceof ReportError) throw new AttemptError(made.code, made.message);
  const signature = signReport(place.attempt.domain, made.report.headerHash, member.secretKey);
  const header = encodeHeader(made.report.header);
  const report = encodeReport({ ...made.report, signature });
  const deliveries = made.seals.map((seal) => encodeDelivery(header, signature, seal));
  return concat(...[report, ...deliveries].flatMap((piece) => [u32(piece.length), piece]));
}

/** What `makeReport` put together: the report, then one delivery for each holder. */
function split(
  stored: Uint8Array,
  holders: number,
): { readonly report: Uint8Array; readonly deliveries: Uint8Array[] } {
  const reader = new Reader(stored);
  const pieces = Array.from({ length: 1 + holders }, () => reader.take(reader.uint(4)));
  const [report, ...deliveries] = pieces;
  if (!reader.complete || !report)
    throw new AttemptError(
      'JOURNAL',
      `the journal's own report is for another committee than ${holders} holders (${bytesToHex(stored.subarray(0, 4))})`,
    );
  return { report, deliveries };
}
