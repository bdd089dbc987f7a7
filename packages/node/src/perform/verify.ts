/** VERIFY: each holder's findings about its own share of every report, and the accept set that follows from all of them. */
import {
  acceptSet,
  type Accepted,
  createQuery,
  decide,
  decodeHeader,
  decodeSeal,
  decodeVerifierShare,
  type Elements,
  encodeVerifierShare,
  equalBytes,
  headerBytes,
  merkleRoot,
  openSeal,
  type PublicReport,
  type Query,
  ReportError,
  type Secret,
  SIGNATURE_BYTES,
  verifyPublicShare,
  verifyShare,
} from '@concord/protocol';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, hexToBytes } from '../core/hex.ts';
import {
  compareEntries,
  decodeVerifierFile,
  encodeFileList,
  encodeVerifierFile,
  type Finding,
  type VerifierFile,
} from '@concord/sdk';
import type { Accepting, Item } from '../core/items.ts';
import { entry, typeByte } from '../core/slot.ts';
import type { Member } from '../ports.ts';
import { say, sayPlainly } from '../statements.ts';
import { closedEntries, obtainReport } from './close.ts';
import { seatSecrets } from './seat.ts';
import { obtainBlob } from './state.ts';
import { AttemptError, breathe, type Work } from './work.ts';

/** Every report of both closed lists, in (address, type) order. */
async function itemsOf(member: Member, work: Work): Promise<readonly Item[]> {
  const lists = await Promise.all((['update', 'noise'] as const).map((type) => closedEntries(member, work, type)));
  return lists
    .flat()
    .sort(compareEntries)
    .flatMap((each): Item[] => {
      const header = decodeHeader(each.header);
      if (header instanceof ReportError) return [];
      const type = header.type === typeByte.noise ? 'noise' : 'update';
      return [{ ...each, type, member: bytesToHex(header.member), headerHash: keccak_256(each.header) }];
    });
}

/** The report of an item; undefined when its bytes are no report of this attempt. */
export const reportOf = (member: Member, work: Work, item: Item): Promise<PublicReport | undefined> => {
  const keeper = work.place.holders[work.place.group(item.member, item.type) - 1];
  return obtainReport(member, work, item.type, item.reportDigest, keeper);
};

function queryOf(member: Member, { place, view }: Work): Query {
  const bench = member.workbench.bench(place);
  if (!view.query) throw new AttemptError('PHASE', 'the verification beacon is not drawn yet');
  bench.query ??= createQuery(place.attempt, hexToBytes(view.query.beacon), member.components);
  return bench.query;
}

/** The seed of this holder's share of a report, or undefined: a complaint (AG13). Opened once, for checking and for summing. */
export function seedOf(member: Member, work: Work, item: Item): Secret | undefined {
  const { seeds } = member.workbench.bench(work.place);
  const name = bytesToHex(item.headerHash);
  if (!seeds.has(name)) seeds.set(name, openSeed(member, work, item));
  return seeds.get(name);
}

function openSeed(member: Member, work: Work, item: Item): Secret | undefined {
  const { place } = work;
  const { attempt } = place;
  const delivery = member.journal.read(place.slot, entry.seal(item.type, item.member));
  const header = decodeHeader(item.header);
  if (!delivery || header instanceof ReportError) return undefined;
  const seal = decodeSeal(delivery.subarray(headerBytes(attempt.shares) + SIGNATURE_BYTES), attempt);
  if (seal instanceof ReportError) return undefined;
  const bench = member.workbench.bench(place);
  bench.key ??= seatSecrets(member, work).key;
  const seed = openSeal(seal, header, place.share, 0, bench.key, attempt, member.components);
  return seed instanceof ReportError ? undefined : seed;
}

/** Checks this holder's share of every report, and its group's public shares; records the findings before saying them. */
export async function verifyShares(member: Member, work: Work): Promise<void> {
  const { place } = work;
  const items = await itemsOf(member, work);
  const query = queryOf(member, work);
  const findings: Finding[] = [];
  for (const item of items) {
    const { headerHash } = item;
    const report = await reportOf(member, work, item);
    const seed = seedOf(member, work, item);
    if (!report || !seed || !equalBytes(report.headerHash, headerHash)) {
      member.log('complaint', { member: item.member, type: item.type, round: place.slot.round });
      findings.push({ headerHash });
      continue;
    }
    const own = encodeVerifierShare(
      verifyShare(report.header, place.share, seed, query, place.attempt, member.components),
    );
    member.meter.proofsChecked += 1;
    const mine = place.group(item.member, item.type) === place.share;
    findings.push({
      headerHash,
      shares: mine ? { own, public: publicShare(member, work, report, query) } : { own },
    });
    await breathe();
  }
  const digest = member.journal.putBlob(encodeVerifierFile({ share: place.share, findings }));
  sayPlainly(member, place.slot, 'verifierFile', { digest: `0x${digest}` });
}

/** The digests of all holders' verifier-share files in seat order: as they say, or as the chain already has them. */
async function fileDigests(member: Member, work: Work): Promise<readonly `0x${string}`[]> {
  const { place, signal, where } = work;
  return Promise.all(
    place.holders.map(async (holder) => {
      const { digest } = await member.peers.post(where(holder), place.slot, 'verifierFile', signal);
      if (typeof digest !== 'string' || !/^0x[0-9a-f]{64}$/.test(digest))
        throw new AttemptError('VERIFIER_FILE', `${holder} does not name its verifier-share file by a SHA-256`);
      return digest as `0x${string}`;
    }),
  );
}

/** One holder's findings, about exactly these reports. */
async function fileOf(
  member: Member,
  work: Work,
  share: number,
  digest: `0x${string}`,
  items: readonly Item[],
): Promise<VerifierFile> {
  const file = decodeVerifierFile(await obtainBlob(member, work, digest, work.place.holders[share - 1]));
  const fits =
    file?.share === share &&
    file.findings.length === items.length &&
    file.findings.every(({ headerHash }, i) => equalBytes(headerHash, items[i]!.headerHash));
  if (!file || !fits)
    throw new AttemptError('VERIFIER_FILE', `the file ${digest} of share ${share} is not about the reports on chain`);
  return file;
}

/**
 * V_0 … V_k of report i; undefined when one is missing or malformed. V_0 anybody can compute, so nobody signs for a
 * holder that says another one: throws AttemptError.
 */
function sharesOf(
  files: readonly VerifierFile[],
  item: Item,
  i: number,
  open: Uint8Array,
  work: Work,
): readonly Elements[] | undefined {
  const { place } = work;
  const keeper = place.group(item.member, item.type);
  const said = files[keeper - 1]?.findings[i]?.shares;
  if (said?.public && !equalBytes(said.public, open))
    throw new AttemptError(
      'PUBLIC_SHARE',
      `the holder of share ${keeper} says a wrong V₀ for ${item.type} of ${item.member}`,
    );
  const encoded = [said?.public, ...files.map(({ findings }) => findings[i]?.shares?.own)];
  const decoded = encoded.map((bytes) => bytes && decodeVerifierShare(bytes, typeByte[item.type], place.attempt));
  return decoded.every((share) => share !== undefined && !(share instanceof ReportError))
    ? (decoded as readonly Elements[])
    : undefined;
}

/** V₀ of a report, encoded. */
const publicShare = (member: Member, { place }: Work, report: PublicReport, query: Query): Uint8Array =>
  encodeVerifierShare(verifyPublicShare(report, query, place.attempt, member.components));

/** What all holders' files say together (AG14, AG16); computed once for an attempt. */
export function accepting(member: Member, work: Work): Promise<Accepting> {
  const bench = member.workbench.bench(work.place);
  bench.accepting ??= acceptingNow(member, work).catch((error: unknown) => {
    delete bench.accepting;
    throw error;
  });
  return bench.accepting;
}

async function acceptingNow(member: Member, work: Work): Promise<Accepting> {
  const { place, view } = work;
  const items = await itemsOf(member, work);
  const digests = await fileDigests(member, work);
  const files = await Promise.all(digests.map((digest, i) => fileOf(member, work, i + 1, digest, items)));
  const query = queryOf(member, work);
  const accepted: Accepted[] = [];
  for (const [i, item] of items.entries()) {
    // Two headers by one member and type: both are out, whatever the proofs say (AG16).
    const twin = items.some((other, j) => j !== i && other.member === item.member && other.type === item.type);
    const report = twin ? undefined : await reportOf(member, work, item);
    const shares = report && sharesOf(files, item, i, publicShare(member, work, report, query), work);
    const decision = report && shares && decide(report, shares, query, place.attempt, member.components);
    if (decision?.accepted)
      accepted.push({ member: hexToBytes(item.member), type: typeByte[item.type], headerHash: item.headerHash });
    else {
      const reason = decision && !decision.accepted ? decision.error.message : twin ? 'two headers' : 'a complaint';
      member.log('excluded', { member: item.member, type: item.type, round: place.slot.round, reason });
    }
    await breathe();
  }
  const set = acceptSet(accepted, {
    shares: place.attempt.shares,
    drawBeacon: hexToBytes(view.drawBeacon),
    openBeacon: hexToBytes(view.open!.beacon),
    ownNoise: true,
  });
  return { set, items, digests };
}

/** Recomputes the accept set from all files and signs it [RD10]; too few reports are left to become a void attempt [CH5]. */
export async function signVerified(member: Member, work: Work): Promise<void> {
  const { place, run, view } = work;
  const { set, digests } = await accepting(member, work);
  const { minCohort } = run.charter.limits;
  const { minNoise } = run.charter.aggregation;
  if (set.updates < minCohort || set.noises < minNoise)
    throw new AttemptError(
      'COHORT',
      `${set.updates} updates and ${set.noises} noise reports were accepted, need ${minCohort} and ${minNoise} [CH5]`,
    );
  const files = digests.map((digest) => hexToBytes(digest));
  const blob = member.journal.putBlob(encodeFileList(files));
  say(member, place.slot, {
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
