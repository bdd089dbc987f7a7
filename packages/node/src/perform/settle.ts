/** UNMASK and SETTLE: this holder's one aggregate share, then the sum and the model that follow from all of them. */
import {
  aggregateShare,
  type AggregateInput,
  coordinatesRoot,
  type Elements,
  encodeRunState,
  nextState,
  ReportError,
  runStateHash,
  unshard,
} from '@concord/protocol';
import { decodeAggregateShare, encodeAggregateShare } from '@concord/sdk';
import { bytesToHex } from '../core/hex.ts';
import type { Accepting } from '../core/items.ts';
import type { Member } from '../ports.ts';
import { say } from '../statements.ts';
import { obtainBlob, runStateOf } from './state.ts';
import { accepting, reportOf, seedOf } from './verify.ts';
import { AttemptError, breathe, type Work } from './work.ts';

/** The accept set that this node finds, which must be the one on chain [RD10]. */
async function acceptedOnChain(member: Member, work: Work): Promise<Accepting> {
  const found = await accepting(member, work);
  const have = bytesToHex(found.set.tree.root);
  const need = work.view.verified?.acceptRoot;
  if (have !== need) throw new AttemptError('ACCEPT_ROOT', `I find the accept set ${have}, the chain has ${need}`);
  return found;
}

const itemOf = ({ items }: Accepting, headerHash: Uint8Array) =>
  items.find((item) => Buffer.compare(item.headerHash, headerHash) === 0)!;

/** [AG17][RD10] Z_j, for the accept set that a confirmed block holds and charged, once. */
export async function speakAggregateShare(member: Member, work: Work): Promise<void> {
  const { place } = work;
  const found = await acceptedOnChain(member, work);
  const inputs: AggregateInput[] = [];
  for (const leaf of found.set.leaves) {
    const item = itemOf(found, leaf.headerHash);
    const seed = seedOf(member, work, item);
    const mine = leaf.group === place.share;
    const report = mine ? await reportOf(member, work, item) : undefined;
    if (!seed || (mine && !report)) throw new AttemptError('SEED', `the seed or report of ${item.member} is gone`);
    inputs.push({ member: leaf.member, type: leaf.type, seed, ...(report && { y1: report.y1 }) });
  }
  await breathe();
  const share = aggregateShare(place.share, inputs, place.attempt, member.components);
  // Nobody can ask for the bytes before the statement names them; a crash in between finds the same bytes again.
  const shareDigest: `0x${string}` = `0x${member.journal.putBlob(encodeAggregateShare(place.share, share))}`;
  const acceptRoot = bytesToHex(found.set.tree.root);
  say(member, place.slot, { kind: 'Unmasked', ...place.slot, acceptRoot, shareDigest });
}

/** Z_j of the digest that its holder signed. Throws AttemptError when the bytes are not one. */
async function aggregateOf(member: Member, work: Work, share: number, digest: `0x${string}`): Promise<Elements> {
  const bytes = await obtainBlob(member, work, digest, work.place.holders[share - 1]);
  const { field, vectorLength } = work.place.attempt.sizes;
  const elements = decodeAggregateShare(bytes, share, field, vectorLength);
  if (!elements)
    throw new AttemptError(
      'AGGREGATE_SHARE',
      `the aggregate share ${digest} is not ${vectorLength} field elements of share ${share}`,
    );
  return elements;
}

/** [AG18][RD11] Recomputes the sum, the commitment check and the model update, and signs what follows. */
export async function signSettled(member: Member, work: Work): Promise<void> {
  const { place, run, view } = work;
  const found = await acceptedOnChain(member, work);
  const digests = view.unmasked!.shareDigests;
  const [state, aggregates, reports] = await Promise.all([
    runStateOf(member, work),
    Promise.all(digests.map((digest, i) => aggregateOf(member, work, i + 1, digest))),
    Promise.all(
      found.set.leaves.map((leaf) => {
        const item = itemOf(found, leaf.headerHash);
        return reportOf(member, work, item);
      }),
    ),
  ]);
  const commitments = reports.flatMap((report) => (report ? [report.commitment] : []));
  const opened = unshard(aggregates, commitments, found.set, place.attempt, member.components);
  if (opened instanceof ReportError) throw new AttemptError(opened.code, opened.message);
  const { aggregation, limits } = run.charter;
  const next = nextState(
    { charter: member.text, rounds: limits.rounds, recordBound: Number(aggregation.recordBound), d: aggregation.d },
    state,
    Array.from(opened.sum, BigInt),
  );
  const blob = member.journal.putBlob(encodeRunState(next));
  say(member, place.slot, {
    kind: 'Settled',
    ...place.slot,
    acceptRoot: bytesToHex(found.set.tree.root),
    aggregateRoot: bytesToHex(coordinatesRoot(opened.aggregate)),
    modelHash: bytesToHex(runStateHash(next)),
    blob: `0x${blob}`,
  });
  member.log('settled', { round: place.slot.round, updates: found.set.updates, noises: found.set.noises });
}
