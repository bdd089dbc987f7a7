/** Who promised which bytes, as the court wants it shown: signed statements out of the transactions that landed them. */
import { roundsAbi } from '@concord/contracts';
import { merkleProof, merkleTree } from '@concord/protocol';
import { bytesToHex, decodeFunctionData } from 'viem';
import type { ConcordClient } from './client.ts';
import type { Address, CommitteeSeat, Hex } from './facts.ts';
import { encodeCommitteeSeats, encodeSeats, lowercase } from './identity.ts';
import type { Said } from './posts.ts';
import { holdersOf, isCommittee } from './seats.ts';
import { type HolderStatement, recover, type Statement } from './signing.ts';
import type { AttemptView, RunView } from './view.ts';

/** A holder's word that it serves a file, and where the file stands in that word [CM10]. */
export interface BytesPromise {
  readonly holder: Address;
  readonly statement: HolderStatement;
  readonly signature: Hex;
  /** Of the file: the SHA-256 of its list. */
  readonly digest: Hex;
  /** A verifier-share file's place under verifierRoot; an aggregate share has none. */
  readonly file?: { readonly seats: Hex; readonly seat: bigint; readonly proof: readonly Hex[] };
}

/** What shows the court that a promise is one of the current attempt's facts. */
export interface Recorded {
  readonly seats: Hex;
  readonly seat: bigint;
  readonly shareDigests: readonly Hex[];
}

/** Nobody is known to have promised such bytes. */
export class PromiseError extends Error {
  readonly code = 'NO_PROMISE';
  constructor(what: string) {
    super(`${what}; name bytes that the run's facts promise, by a holder that signed for them`);
    this.name = 'PromiseError';
  }
}

const encodedSeats = (run: RunView, view: AttemptView): Hex =>
  isCommittee(run.charter)
    ? encodeCommitteeSeats(view.seated!.seats as readonly CommitteeSeat[])
    : encodeSeats(view.seated!.seats);

/** What `forfeit` takes to void the current attempt: a holder's seat in it, and its recorded shares. */
export const recordedIn = (run: RunView, view: AttemptView, holder: Address): Recorded => ({
  seats: encodedSeats(run, view),
  seat: BigInt(holdersOf(view).indexOf(holder)),
  shareDigests: view.unmasked?.shareDigests ?? [],
});

/** The aggregate share of j = 1 … k, promised by whoever's signature landed it. Throws PromiseError. */
export async function promisedShare(
  client: ConcordClient,
  run: RunView,
  view: AttemptView,
  share: number,
): Promise<BytesPromise> {
  const { unmasked, verified, round, attempt } = view;
  const shareDigest = unmasked?.shareDigests[share - 1];
  if (!unmasked || !verified || !shareDigest) throw new PromiseError(`no aggregate share ${share} is recorded`);
  const statement = {
    ...({ kind: 'Unmasked', runId: run.charterId, round, attempt } as const),
    acceptRoot: verified.acceptRoot,
    shareDigest,
  };
  const signatures = await signaturesIn(client, unmasked.origin.transaction);
  const said = await saidBy(client, statement, signatures[share - 1]);
  if (!said)
    throw new PromiseError(`the transaction ${unmasked.origin.transaction} does not show who signed share ${share}`);
  return { ...said, digest: shareDigest };
}

/**
 * The verifier-share file of a holder, as it stands in the list (`digests`, in seat order) whose root is recorded.
 * `heard`: statements that holders gave when they were asked (`heardFrom`), for one whose partner's signature landed.
 * Throws PromiseError.
 */
export async function promisedFile(
  client: ConcordClient,
  run: RunView,
  view: AttemptView,
  holder: Address,
  digests: readonly Uint8Array[],
  heard: readonly Said<'Verified'>[] = [],
): Promise<BytesPromise> {
  const { verified, seated, uploads, round, attempt } = view;
  const seat = holdersOf(view).indexOf(holder);
  if (!verified || !seated || !uploads || seat < 0) throw new PromiseError(`${holder} is not known to have verified`);
  const tree = merkleTree(digests);
  if (bytesToHex(tree.root) !== verified.verifierRoot)
    throw new PromiseError('the list of files is not the recorded one');
  const statement: Statement<'Verified'> = {
    ...({ kind: 'Verified', runId: run.charterId, round, attempt } as const),
    committeeHash: seated.committeeHash,
    uploadRoot: uploads.root,
    verifierRoot: verified.verifierRoot,
    acceptRoot: verified.acceptRoot,
    updates: verified.updates,
    noises: verified.noises,
    blob: verified.blob,
  };
  const landed = await Promise.all(
    (await signaturesIn(client, verified.origin.transaction)).map((signature) => saidBy(client, statement, signature)),
  );
  const said = [...landed, ...heard].find((each) => each?.holder === holder);
  if (said?.statement.kind !== 'Verified' || said.statement.verifierRoot !== verified.verifierRoot)
    throw new PromiseError(`${holder} is not known to have signed for its file`);
  const proof = merkleProof(tree, seat).map((node) => bytesToHex(node));
  return {
    ...said,
    digest: bytesToHex(digests[seat]!),
    file: { seats: encodedSeats(run, view), seat: BigInt(seat), proof },
  };
}

/** The holders' signatures in a transaction to Rounds, in share order; none where it was sent through another contract. */
async function signaturesIn({ reader }: ConcordClient, hash: Hex): Promise<readonly Hex[]> {
  const { input } = await reader.getTransaction({ hash });
  try {
    const { args } = decodeFunctionData({ abi: roundsAbi, data: input });
    const signatures = args?.at(-1);
    return Array.isArray(signatures) ? (signatures as readonly Hex[]) : [];
  } catch {
    return [];
  }
}

/** Whose word it is; a committee's signature has a byte before it, 0 the primary's or 1 the standby's (CM6). */
async function saidBy<K extends HolderStatement['kind']>(
  { deployment }: ConcordClient,
  statement: Statement<K>,
  landed: Hex | undefined,
): Promise<Said<K> | undefined> {
  if (!landed) return undefined;
  const signature: Hex = landed.length === 2 + 2 * 66 ? `0x${landed.slice(4)}` : landed;
  return { holder: lowercase(await recover(deployment, statement, signature)), statement, signature };
}
