/** VERIFY, second half: the accept set that follows from the holders' files, signed once. */
import {
  acceptSet,
  type Accepted,
  decide,
  decodeVerifierShare,
  type Elements,
  equalBytes,
  merkleRoot,
  ReportError,
} from '@concord/protocol';
import { decodeFileList, decodeVerifierFile, encodeFileList, type Finding } from '@concord/sdk';
import { breathe } from '../clock.ts';
import type { Holder, Place } from '../core/attempt.ts';
import { bytesToHex, type Hex, hexToBytes } from '../core/hex.ts';
import type { Accepting, Item } from '../core/items.ts';
import { entry, typeByte } from '../core/slot.ts';
import type { Party } from '../ports.ts';
import { said, say } from '../statements.ts';
import { keepersOf } from './close.ts';
import { obtainPieced } from './pieces.ts';
import { proposalBy } from './proposal.ts';
import { obtainBlob } from './state.ts';
import { itemsOf, publicShare, queryOf, reportOf } from './verify.ts';
import { AttemptError, someOf, type Work } from './work.ts';
/** Where a holder stands in seat order. */
const seatIndex = ({ attempt }: Place, { share, role }: Pick<Holder, 'share' | 'role'>): number =>
  role * attempt.shares + share - 1;

const ABSENT = new Uint8Array(32);

/**
 * The digests of all holders' verifier-share files in seat order, as they say: of all when `patient`, otherwise at least
 * one a share and zeros for the rest. Zeros stand for missing seats too.
 */
export async function fileDigests(party: Party, work: Work, patient: boolean): Promise<readonly Uint8Array[]> {
  const { place, signal, where } = work;
  const { shares, sizes } = place.attempt;
  const digestOf = async ({ address }: Holder): Promise<Uint8Array> => {
    const { digest } = await party.peers.post(where(address), place.slot, 'verifierFile', signal);
    if (typeof digest !== 'string' || !/^0x[0-9a-f]{64}$/.test(digest))
      throw new AttemptError('VERIFIER_FILE', `${address} does not name its verifier-share file by a SHA-256`);
    return hexToBytes(digest as Hex);
  };
  const list: Uint8Array[] = Array.from({ length: shares * sizes.params.holders }, () => ABSENT);
  const pairs = Array.from({ length: shares }, (_, i) => place.pair(i + 1));
  await Promise.all(
    pairs.map(async (pair) => {
      const asked = pair.map(digestOf);
      const digests = patient ? await Promise.all(asked) : await someOf(party.clock, asked);
      for (const [i, digest] of digests.entries()) if (digest) list[seatIndex(place, pair[i]!)] = digest;
    }),
  );
  return list;
}

const isAbsent = (digest: Uint8Array): boolean => equalBytes(digest, ABSENT);

/** The list of files that the chain has. */
async function digestsOnChain(party: Party, work: Work): Promise<readonly Uint8Array[]> {
  const { blob } = work.view.verified!;
  const digests = decodeFileList(await obtainBlob(party, work, blob));
  if (!digests) throw new AttemptError('VERIFIER_FILE', `the verified blob ${blob} is no list of files`);
  return digests;
}

/** The findings in the file of a listed digest, about exactly these reports. Throws AttemptError for anything else. */
async function findingsOf(
  party: Party,
  work: Work,
  share: number,
  digest: Uint8Array,
  items: readonly Item[],
): Promise<readonly Finding[]> {
  const name = bytesToHex(digest);
  const file = decodeVerifierFile(await obtainPieced(party, work, name, keepersOf(work, share)));
  const fits =
    file?.share === share &&
    file.findings.length === items.length &&
    file.findings.every(({ headerHash }, i) => equalBytes(headerHash, items[i]!.headerHash));
  if (!file || !fits)
    throw new AttemptError('VERIFIER_FILE', `the file ${name} of share ${share} is not about the reports on chain`);
  return file.findings;
}

/** What the holders of each share found about each report; 'conflict' where the two found different things [CM8]. */
type Found = Finding | 'conflict';

const sameBytes = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a && b ? equalBytes(a, b) : a === b;

const together = (a: Finding, b: Finding | undefined): Found =>
  !b || (sameBytes(a.shares?.own, b.shares?.own) && sameBytes(a.shares?.public, b.shares?.public)) ? a : 'conflict';

/** The findings of every share from one file or both; two that are equal are one. Throws AttemptError when a share has none. */
async function foundByShares(
  party: Party,
  work: Work,
  digests: readonly Uint8Array[],
  items: readonly Item[],
): Promise<readonly (readonly Found[])[]> {
  const { shares, sizes } = work.place.attempt;
  if (digests.length !== shares * sizes.params.holders)
    throw new AttemptError(
      'VERIFIER_FILE',
      `${digests.length} files are listed, need ${shares * sizes.params.holders}`,
    );
  return Promise.all(
    Array.from({ length: shares }, async (_, i) => {
      const listed = digests.filter((digest, seat) => seat % shares === i && !isAbsent(digest));
      const different = listed.filter((digest, at) => !listed.slice(0, at).some((other) => equalBytes(other, digest)));
      const found = await Promise.all(different.map((digest) => findingsOf(party, work, i + 1, digest, items)));
      const [first, second] = found;
      if (!first) throw new AttemptError('VERIFIER_FILE', `no file of share ${i + 1} is listed`);
      return first.map((finding, at) => together(finding, second?.[at]));
    }),
  );
}

/**
 * V_0 … V_k of report i; undefined when one is missing or malformed. V_0 anybody can compute, so nobody signs for a
 * holder that says another one: throws AttemptError.
 */
function sharesOf(
  found: readonly (readonly Found[])[],
  item: Item,
  i: number,
  open: Uint8Array,
  work: Work,
): readonly Elements[] | undefined {
  const { place } = work;
  const keeper = place.group(item.member, item.type);
  const about = found.map((findings) => findings[i]!);
  if (!about.every((each) => each !== 'conflict')) return undefined;
  const said = about[keeper - 1]?.shares;
  if (said?.public && !equalBytes(said.public, open))
    throw new AttemptError(
      'PUBLIC_SHARE',
      `the holder of share ${keeper} says a wrong V₀ for ${item.type} of ${item.member}`,
    );
  const encoded = [said?.public, ...about.map(({ shares }) => shares?.own)];
  const decoded = encoded.map((bytes) => bytes && decodeVerifierShare(bytes, typeByte[item.type], place.attempt));
  return decoded.every((share) => share !== undefined && !(share instanceof ReportError))
    ? (decoded as readonly Elements[])
    : undefined;
}

/** What the listed files say together (AG14, AG16, CM8); computed once for a list. Without one: the list on chain. */
export async function accepting(party: Party, work: Work, listed?: readonly Uint8Array[]): Promise<Accepting> {
  const digests = listed ?? (await digestsOnChain(party, work));
  const { accepting: known } = party.workbench.bench(work.place);
  const name = `${work.view.query?.beacon}/${party.journal.putBlob(encodeFileList(digests))}`;
  const have = known.get(name) ?? acceptingNow(party, work, digests);
  known.set(name, have);
  return have.catch((error: unknown) => {
    known.delete(name);
    throw error;
  });
}

async function acceptingNow(party: Party, work: Work, digests: readonly Uint8Array[]): Promise<Accepting> {
  const { place, view } = work;
  const items = await itemsOf(party, work);
  const found = await foundByShares(party, work, digests, items);
  const query = queryOf(party, work);
  const accepted: Accepted[] = [];
  const conflicts = items.filter((_, i) => found.some((findings) => findings[i] === 'conflict')).length;
  for (const [i, item] of items.entries()) {
    // Two headers by one member and type: both are out, whatever the proofs say (AG16).
    const twin = items.some((other, j) => j !== i && other.member === item.member && other.type === item.type);
    const report = twin ? undefined : await reportOf(party, work, item);
    const shares = report && sharesOf(found, item, i, publicShare(party, work, report, query), work);
    const decision = report && shares && decide(report, shares, query, place.attempt, party.components);
    if (decision?.accepted)
      accepted.push({ member: hexToBytes(item.member), type: typeByte[item.type], headerHash: item.headerHash });
    else {
      const reason = decision && !decision.accepted ? decision.error.message : twin ? 'two headers' : 'a complaint';
      party.log('excluded', { member: item.member, type: item.type, round: place.slot.round, reason });
    }
    await breathe(party.clock);
  }
  const set = acceptSet(accepted, {
    shares: place.attempt.shares,
    drawBeacon: hexToBytes(view.drawBeacon),
    openBeacon: hexToBytes(view.open!.beacon),
    ownNoise: true,
  });
  return { set, items, digests, conflicts };
}

/** A consortium's list of files: everybody's. */
export const signVerified = async (party: Party, work: Work): Promise<void> =>
  signVerifiedFor(party, work, await fileDigests(party, work, true));

/** [CM8] The list that a holder proposes, if it does not leave out this holder's file. Throws AttemptError otherwise. */
export async function signProposedFiles(party: Party, work: Work, proposer: number): Promise<void> {
  const { place } = work;
  const { blob, keeper } = await proposalBy(party, work, 'fileProposal', proposer);
  const digests = decodeFileList(await obtainBlob(party, work, blob, [keeper]));
  const mine = digests?.[seatIndex(place, place)];
  // What it says of others shows when their files are fetched.
  const own = said(party.journal, place.slot, 'verifierFile') as { readonly digest: Hex } | undefined;
  const insists = party.journal.read(place.slot, entry.fileInTime) !== undefined;
  const listed = mine && (bytesToHex(mine) === own?.digest || (isAbsent(mine) && !insists));
  if (!digests || !listed) throw new AttemptError('PROPOSAL', `the file list of ${keeper} is none that I may sign`);
  await signVerifiedFor(party, work, digests);
}

/** [CH5] Throws AttemptError COHORT when too few reports were accepted to be summed. */
export function requireCohort({ run }: Work, { updates, noises }: Accepting['set']): void {
  const { minCohort } = run.charter.limits;
  const { minNoise } = run.charter.aggregation;
  if (updates < minCohort || noises < minNoise)
    throw new AttemptError(
      'COHORT',
      `${updates} updates and ${noises} noise reports were accepted, need ${minCohort} and ${minNoise} [CH5]`,
    );
}

/** Recomputes the accept set from all files and signs it [RD10]; too few reports are left to become a void attempt [CH5]. */
async function signVerifiedFor(party: Party, work: Work, files: readonly Uint8Array[]): Promise<void> {
  const { place, view } = work;
  const { set, conflicts, items } = await accepting(party, work, files);
  if (conflicts > 1 && 50 * conflicts > items.length)
    throw new AttemptError('CONFLICTS', `${conflicts} of ${items.length} reports are in conflict [CM8]`);
  requireCohort(work, set);
  const blob = party.journal.putBlob(encodeFileList(files));
  say(party, place.slot, {
    kind: 'Verified',
    ...place.slot,
    committeeHash: view.seated!.committeeHash,
    uploadRoot: view.uploads!.root,
    verifierRoot: bytesToHex(merkleRoot(files)),
    acceptRoot: bytesToHex(set.tree.root),
    updates: set.updates,
    noises: set.noises,
    blob: `0x${blob}`,
  });
}
