/** UNMASK and SETTLE: this holder's one aggregate share, then the sum and the model that follow from all of them. */
import {
  type AggregateInput,
  coordinatesRoot,
  type Elements,
  encodeRunState,
  ReportError,
  runStateHash,
  unshard,
} from '@concord/protocol';
import { decodeAggregateShare, encodeAggregateShare, isCommittee, rulesOf } from '@concord/sdk';
import { breathe } from '../clock.ts';
import { bytesToHex, type Hex } from '../core/hex.ts';
import type { Accepting } from '../core/items.ts';
import type { Party } from '../ports.ts';
import { said, say } from '../statements.ts';
import { accepting, requireCohort } from './accept.ts';
import { keepersOf } from './close.ts';
import { obtainPieced, putPieced } from './pieces.ts';
import { runStateOf, textOf } from './state.ts';
import { reportOf, seedOf } from './verify.ts';
import { AttemptError, type Work } from './work.ts';

/** The accept set that this node finds, which must be the one on chain [RD10]. */
async function acceptedOnChain(party: Party, work: Work): Promise<Accepting> {
  const found = await accepting(party, work);
  const have = bytesToHex(found.set.tree.root);
  const need = work.view.verified?.acceptRoot;
  if (have !== need) throw new AttemptError('ACCEPT_ROOT', `I find the accept set ${have}, the chain has ${need}`);
  return found;
}

const itemOf = ({ items }: Accepting, headerHash: Uint8Array) =>
  items.find((item) => Buffer.compare(item.headerHash, headerHash) === 0)!;

/**
 * The chain cannot hold a set that this holder did not sign for: in a consortium at all, in a committee unless its partner
 * did, and then it has signed for none. Whoever tells it otherwise lies about the chain. Throws AttemptError.
 */
function requireOwnWord({ journal }: Party, { place, run, view }: Work): void {
  const own = said(journal, place.slot, 'Verified') as { readonly acceptRoot: Hex } | undefined;
  const need = view.verified?.acceptRoot;
  if (own ? own.acceptRoot === need : isCommittee(run.charter)) return;
  throw new AttemptError(
    'NOT_MINE',
    `the chain is said to hold the accept set ${need}; I signed ${own?.acceptRoot ?? 'none'}`,
  );
}

/**
 * [AG17][RD10] Z_j, for the accept set that a confirmed block holds and charged, once. The set is the one that this holder
 * signed for, recomputed, and large enough, so that a chain that is lied about cannot ask for another.
 */
export async function speakAggregateShare(party: Party, work: Work): Promise<void> {
  const { place } = work;
  requireOwnWord(party, work);
  const found = await acceptedOnChain(party, work);
  requireCohort(work, found.set);
  const inputs: AggregateInput[] = [];
  for (const leaf of found.set.leaves) {
    const item = itemOf(found, leaf.headerHash);
    const seed = seedOf(party, work, item);
    const mine = leaf.group === place.share;
    const report = mine ? await reportOf(party, work, item) : undefined;
    if (!seed || (mine && !report)) throw new AttemptError('SEED', `the seed or report of ${item.member} is gone`);
    inputs.push({ member: leaf.member, type: leaf.type, seed, ...(report && { y1: report.y1 }) });
  }
  await breathe(party.clock);
  const share = party.holding.aggregateShare(place.share, inputs, place.attempt, party.components);
  // Nobody can ask for the bytes before the statement names them; a crash in between finds the same bytes again.
  const shareDigest = putPieced(party.journal, encodeAggregateShare(place.share, share));
  const acceptRoot = bytesToHex(found.set.tree.root);
  say(party, place.slot, { kind: 'Unmasked', ...place.slot, acceptRoot, shareDigest });
}

/** Z_j of the digest that its holder signed. Throws AttemptError when the bytes are not one. */
async function aggregateOf(party: Party, work: Work, share: number, digest: `0x${string}`): Promise<Elements> {
  const bytes = await obtainPieced(party, work, digest, keepersOf(work, share));
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
export async function signSettled(party: Party, work: Work): Promise<void> {
  const { place, run, view } = work;
  const found = await acceptedOnChain(party, work);
  const digests = view.unmasked!.shareDigests;
  const [state, text, aggregates, reports] = await Promise.all([
    runStateOf(party, work),
    textOf(party, work),
    Promise.all(digests.map((digest, i) => aggregateOf(party, work, i + 1, digest))),
    Promise.all(
      found.set.leaves.map((leaf) => {
        const item = itemOf(found, leaf.headerHash);
        return reportOf(party, work, item);
      }),
    ),
  ]);
  const commitments = reports.flatMap((report) => (report ? [report.commitment] : []));
  const opened = unshard(aggregates, commitments, found.set, place.attempt, party.components);
  if (opened instanceof ReportError) throw new AttemptError(opened.code, opened.message);
  const sum = Array.from(opened.sum, BigInt);
  const next = party.holding.nextState(rulesOf(run.charter, text), state, sum, found.set.updates);
  const blob = party.journal.putBlob(encodeRunState(next));
  say(party, place.slot, {
    kind: 'Settled',
    ...place.slot,
    acceptRoot: bytesToHex(found.set.tree.root),
    aggregateRoot: bytesToHex(coordinatesRoot(opened.aggregate, party.components.kernels.keccak256)),
    modelHash: bytesToHex(runStateHash(next)),
    blob: `0x${blob}`,
  });
  party.log('settled', { round: place.slot.round, updates: found.set.updates, noises: found.set.noises });
}
