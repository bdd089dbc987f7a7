/** VERIFY, first half: this holder's findings about its own share of every report, in a file that it publishes. */
import {
  createQuery,
  decodeHeader,
  decodeSeal,
  encodeVerifierShare,
  equalBytes,
  headerBytes,
  openSeal,
  type PublicReport,
  type Query,
  ReportError,
  type Secret,
  SIGNATURE_BYTES,
  verifyPublicShare,
  verifyShare,
} from '@concord/protocol';
import { compareEntries, encodeVerifierFile, type Finding } from '@concord/sdk';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { breathe } from '../clock.ts';
import { quarterOf } from '../core/duties.ts';
import { bytesToHex, hexToBytes } from '../core/hex.ts';
import type { Item } from '../core/items.ts';
import { entry, typeByte } from '../core/slot.ts';
import type { Party } from '../ports.ts';
import { sayPlainly } from '../statements.ts';
import { closedEntries, keepersOf, obtainReport } from './close.ts';
import { putPieced } from './pieces.ts';
import { seatSecrets } from './seat.ts';
import { AttemptError, type Work } from './work.ts';

/** Every report of both closed lists, in (address, type) order. */
export async function itemsOf(party: Party, work: Work): Promise<readonly Item[]> {
  const lists = await Promise.all((['update', 'noise'] as const).map((type) => closedEntries(party, work, type)));
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
export const reportOf = (party: Party, work: Work, item: Item): Promise<PublicReport | undefined> => {
  const keepers = keepersOf(work, work.place.group(item.member, item.type));
  return obtainReport(party, work, item.type, item.reportDigest, keepers);
};

export function queryOf(party: Party, { place, view }: Work): Query {
  const bench = party.workbench.bench(place);
  if (!view.query) throw new AttemptError('PHASE', 'the verification beacon is not drawn yet');
  const { beacon } = view.query;
  if (bench.query?.beacon !== beacon)
    bench.query = { beacon, query: createQuery(place.attempt, hexToBytes(beacon), party.components) };
  return bench.query.query;
}

/** The seed of this holder's share of a report, or undefined: a complaint (AG13). Opened once, for checking and for summing. */
export function seedOf(party: Party, work: Work, item: Item): Secret | undefined {
  const { seeds } = party.workbench.bench(work.place);
  const name = bytesToHex(item.headerHash);
  if (!seeds.has(name)) seeds.set(name, openSeed(party, work, item));
  return seeds.get(name);
}

function openSeed(party: Party, work: Work, item: Item): Secret | undefined {
  const { place } = work;
  const { attempt } = place;
  const delivery = party.journal.read(place.slot, entry.seal(item.type, item.member));
  const header = decodeHeader(item.header);
  if (!delivery || header instanceof ReportError) return undefined;
  const seal = decodeSeal(delivery.subarray(headerBytes(attempt.shares) + SIGNATURE_BYTES), attempt);
  if (seal instanceof ReportError) return undefined;
  const bench = party.workbench.bench(place);
  bench.key ??= seatSecrets(party, work).key;
  const seed = openSeal(seal, header, place.share, place.role, bench.key, attempt, party.components);
  return seed instanceof ReportError ? undefined : seed;
}

/** Checks this holder's share of every report, and its group's public shares; records the findings before saying them. */
export async function verifyShares(party: Party, work: Work): Promise<void> {
  const { place } = work;
  const items = await itemsOf(party, work);
  const query = queryOf(party, work);
  const findings: Finding[] = [];
  for (const item of items) {
    const { headerHash } = item;
    const report = await reportOf(party, work, item);
    const seed = seedOf(party, work, item);
    if (!report || !seed || !equalBytes(report.headerHash, headerHash)) {
      const { round, attempt } = place.slot;
      party.log('complaint', { member: item.member, type: item.type, round, attempt });
      findings.push({ headerHash });
      continue;
    }
    const own = encodeVerifierShare(
      verifyShare(report.header, place.share, seed, query, place.attempt, party.components),
    );
    party.meter.proofsChecked += 1;
    const mine = place.group(item.member, item.type) === place.share;
    findings.push({
      headerHash,
      shares: mine ? { own, public: publicShare(party, work, report, query) } : { own },
    });
    await breathe(party.clock);
  }
  const digest = putPieced(party.journal, encodeVerifierFile({ share: place.share, findings }));
  // Whoever is within the time that a proposer waits may insist on being listed [CM8].
  if (work.now() <= work.view.query!.origin.time + quarterOf(work.run.charter.deadlines.verify))
    party.journal.note(place.slot, entry.fileInTime, Uint8Array.of(1));
  sayPlainly(party, place.slot, 'verifierFile', { digest });
}

/** V₀ of a report, encoded. */
export const publicShare = (party: Party, { place }: Work, report: PublicReport, query: Query): Uint8Array =>
  encodeVerifierShare(verifyPublicShare(report, query, place.attempt, party.components));
