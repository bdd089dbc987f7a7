/** A member's own report: made once, journaled, then brought to the holders; a resend is the stored bytes (AG11). */
import {
  concat,
  encodeHeader,
  encodeReport,
  Reader,
  ReportError,
  type RunState,
  type Signed,
  signReport,
  taskOf,
  u32,
} from '@concord/protocol';
import { breathe } from '../clock.ts';
import type { Holder } from '../core/attempt.ts';
import { quarterOf } from '../core/duties.ts';
import { bytesToHex, hexToBytes } from '../core/hex.ts';
import { entry, type TypeName, typeByte } from '../core/slot.ts';
import { noiseVector, updateVector } from '../core/vectors.ts';
import { encodeDelivery, sealNumber } from '../core/verdict.ts';
import type { Party, Reporter } from '../ports.ts';
import { PeerRefusal } from '../peers.ts';
import { checkReceipt } from '../receive.ts';
import { deadlineOf, isCommittee, modelOf, phaseAt } from '@concord/sdk';
import { runStateOf } from './state.ts';
import { anyOf, AttemptError, someOf, type Work } from './work.ts';

/** Uploads the report of a type. Throws AttemptError when it cannot be made, PeerRefusal when no holder will have it. */
export async function upload(party: Party, reporter: Reporter, work: Work, type: TypeName): Promise<void> {
  const { place, signal, where, run } = work;
  const { slot, holders } = place;
  const stored =
    party.journal.read(slot, entry.ownReport(type)) ??
    party.journal.record(slot, entry.ownReport(type), await makeReport(party, reporter, work, type));
  const { report, deliveries } = split(stored, place.attempt.shares * place.attempt.sizes.params.holders);
  const { address } = party.me;
  const bringSeal = (holder: Holder) =>
    party.peers.putSeal(where(holder.address), slot, type, address, deliveries[sealNumber(place, holder) - 1]!, signal);
  // The report goes last: whoever has it may close its list, and by then all who answer must have their seals, or the
  // two holders of a share would find different things about it [CM8].
  const patience = quarterOf(run.charter.deadlines[type === 'noise' ? 'noise' : 'upload']) * 1_000;
  const asked = new Map(holders.map((holder) => [holder, bringSeal(holder)]));
  for (const each of asked.values()) each.catch(() => undefined);
  const shares = Array.from({ length: place.attempt.shares }, (_, i) => place.pair(i + 1));
  await Promise.all(
    shares.map((pair) =>
      someOf(
        party.clock,
        pair.map((holder) => asked.get(holder)!),
        patience,
      ),
    ),
  );
  const keepers = place.pair(place.group(address, type)).map(async (holder) => {
    const receipt = await party.peers.putReport(where(holder.address), slot, type, address, report, signal);
    if (!checkReceipt(place, type, address, holder.address, report, receipt))
      throw new PeerRefusal(holder.address, 200, 'RECEIPT', 'the receipt is not signed by a holder of my group');
    return hexToBytes(String(receipt['signature']) as `0x${string}`);
  });
  const all = Promise.allSettled(keepers);
  party.journal.note(slot, entry.delivered(type), await anyOf(keepers));
  party.log('uploaded', { type, round: slot.round, attempt: slot.attempt, bytes: report.length });
  // The model is known already: training while the chain moves on leaves UPLOAD with nothing to do but to prove and send.
  if (type === 'noise') {
    if (!isCommittee(run.charter)) await signedFirst(party, work);
    await trainingVector(party, reporter, work);
  }
  // The other holder of the group is brought the same bytes for as long as it may still list them.
  await all;
}

/** Waits until this holder has signed the noise list: everybody waits for that, and nobody yet for its gradients. */
async function signedFirst({ journal, bell }: Party, { place, signal }: Work): Promise<void> {
  const signed = () => journal.read(place.slot, entry.post('NoiseClosed'));
  while (!(await bell.until(signed, 5_000))) signal.throwIfAborted();
}

/** This member's contribution to the round, from its own records and the model that the chain names. */
function trainingVector(party: Party, reporter: Reporter, work: Work): Promise<Signed> {
  const { run, view } = work;
  return party.workbench.vector(modelOf(run, view), async () => {
    const { records, text } = reporter;
    const state = await runStateOf(party, work);
    const trained = await trainedElsewhere(party, reporter, state, work);
    return updateVector(
      {
        ...{ records, text, breathe: () => breathe(party.clock) },
        aggregation: run.charter.aggregation,
        random: party.random,
        ...(trained && { trained }),
      },
      state,
    );
  });
}

/** What the member's own program computed, where it has one and the round trains. */
async function trainedElsewhere(
  { log }: Party,
  { train, text, records }: Reporter,
  state: RunState,
  work: Work,
): Promise<Float64Array | undefined> {
  if (!train || taskOf(state.round) === 'statistics') return undefined;
  const seconds = secondsToTrain(work);
  log('training by command', { round: state.round, seconds });
  return train({ state, text, records }, seconds, work.signal);
}

/** Seconds that are left to train so that a quarter of UPLOAD remains to prove and send. */
export function secondsToTrain({ run, view, now }: Pick<Work, 'run' | 'view' | 'now'>): number {
  const { upload: allowed } = run.charter.deadlines;
  const left = phaseAt(view) === 'UPLOAD' ? deadlineOf(view, run.charter) - now() : allowed;
  return Math.max(1, left - quarterOf(allowed));
}

async function makeReport(party: Party, reporter: Reporter, work: Work, type: TypeName): Promise<Uint8Array> {
  const { place, run } = work;
  const vector =
    type === 'noise'
      ? noiseVector(
          party.workbench.sampler(run.charter.aggregation.sigma),
          run.charter.aggregation,
          party.random,
          party.components.kernels,
        )
      : await trainingVector(party, reporter, work);
  const made = reporter.encodeUpdate(
    {
      attempt: place.attempt,
      type: typeByte[type],
      member: hexToBytes(party.me.address),
      vector,
      sealKeys: place.sealKeys,
    },
    party.random,
    party.components,
  );
  if (made instanceof ReportError) throw new AttemptError(made.code, made.message);
  const signature = signReport(place.attempt.domain, made.report.headerHash, party.secretKey);
  const header = encodeHeader(made.report.header);
  const report = encodeReport({ ...made.report, signature });
  const deliveries = made.seals.map((seal) => encodeDelivery(header, signature, seal));
  return concat(...[report, ...deliveries].flatMap((piece) => [u32(piece.length), piece]));
}

/** The public report in what `makeReport` put together. */
export function ownReportIn(stored: Uint8Array): Uint8Array {
  const reader = new Reader(stored);
  return reader.take(reader.uint(4));
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
