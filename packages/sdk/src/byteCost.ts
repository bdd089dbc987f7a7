/**
 * What the parts of a run send each other, before it is voted on: bodies of requests and answers as nodes count them
 * (`bytesSent`), of every message that an attempt without absent parts takes (WI1 … WI9). Headers of HTTP and TCP come on top.
 */
import { deriveSizes, headerBytes, type ReportSizes, SIGNATURE_BYTES } from '@concord/protocol';
import { paramsOf } from './attempt.ts';
import type { Charter } from './facts.ts';
import { PIECE_BYTES } from './pieces.ts';
import { isCommittee } from './seats.ts';

/** Bytes of JSON answers: fields of fixed width in hex, and a few digits. */
const JSON_BYTES = {
  receipt: 232,
  kept: 13,
  /** Around the hex of a list. */
  list: 29,
  seat: 505,
  committeeSeat: 596,
  noise: 505,
  preimage: 81,
  uploads: 507,
  verified: 697,
  unmasked: 430,
  settled: 588,
  /** The digest of a list or a file. */
  named: 78,
  handOver: 303,
} as const;
/** A vote and a join, and what a relayer answers. */
const VOTE_AND_JOIN = 297 + 325;
const LANDED = 84 + 88;
/** An encrypted seed (`CIPHERTEXT_BYTES`), and what stands before it. */
const CIPHERTEXT = 80;
const SEAL_HEAD = 33;
const HASH = 32;

export interface ByteCost {
  /** The larger report of the two types. */
  readonly report: number;
  /** What one member sends in one round, on the mean over the draws of groups. */
  readonly memberPerRound: number;
  /** What one holder sends in one round: in a consortium a member, in a committee one that was drawn. */
  readonly holderPerRound: number;
  /** Of all parts in one round. */
  readonly allPerRound: number;
  /** Of a member, once: its vote, its join and, beside a committee, the charter's text to the aggregators. */
  readonly memberOnce: number;
  /** Of all parts in the whole run, if no attempt is void. */
  readonly total: number;
}

/** A file in pieces: its bytes and those of the list of its pieces. */
const pieced = (bytes: number): number => bytes + HASH * Math.ceil(bytes / PIECE_BYTES);

/** `textBytes`: length of the charter's text, which a committee's aggregators fetch once; 0 unless told. */
export function byteCost(
  charter: Pick<Charter, 'members' | 'limits' | 'aggregation'>,
  { textBytes = 0 }: { readonly textBytes?: number } = {},
): ByteCost {
  const { aggregation, members, limits } = charter;
  const { field, vectorLength, ringDegree, update, noise } = deriveSizes(paramsOf(aggregation));
  const { shares: k, holders: r } = aggregation;
  const m = members.length;
  const signed = headerBytes(k) + SIGNATURE_BYTES;
  const sizeOf = (type: ReportSizes): number =>
    4 + signed + field.bytes * (type.length + type.proofLength + ringDegree);
  const both = sizeOf(update) + sizeOf(noise);
  const verifiers = field.bytes * (update.verifierLength + noise.verifierLength);
  const seal = signed + SEAL_HEAD + HASH * k * r + CIPHERTEXT;
  const entry = 4 + signed + HASH;
  /** A holder's file: its shares of every report, and of those of its group the public ones, which are all once in k. */
  const file = pieced(5 + m * (82 + verifiers) + (m / k) * verifiers);
  const aggregate = pieced(1 + field.bytes * vectorLength);
  const report = Math.max(sizeOf(update), sizeOf(noise));
  const json = JSON_BYTES;
  const said = json.noise + json.uploads + 2 * json.preimage + json.verified + json.unmasked + json.settled;

  if (!isCommittee(charter)) {
    const others = m - 1;
    // Who holds its own group brings its report to itself.
    const brought = (others / m) * (both + 2 * json.receipt) + 2 * others * (seal + json.kept);
    const lists = 2 * others * (json.list + 2 * (4 + entry));
    const passedOn = others * (both + file + aggregate + json.named);
    const memberPerRound = Math.round(brought + lists + passedOn + json.seat + said);
    return {
      ...{ report, memberPerRound, holderPerRound: memberPerRound, allPerRound: m * memberPerRound },
      memberOnce: VOTE_AND_JOIN,
      total: m * (limits.rounds * memberPerRound + VOTE_AND_JOIN + LANDED),
    };
  }
  const seats = 2 * k;
  const memberPerRound = 2 * both + 2 * seats * seal;
  // By all holders together: receipts and seals kept, then what they pass on to each other, to members and relayers.
  const kept = 2 * m * (2 * json.receipt + seats * json.kept);
  const reports = m * both * 2 * (k - 1);
  const blob = 4 + m * entry;
  const lists = 2 * (seats - 1) * (json.list + 2 * (4 + (m / k) * entry) + blob + json.named) + 2 * m * blob;
  // The two holders of a share find, and sum up, the same bytes: of each share one file and one sum is fetched.
  const files = seats * (k - 1) * file + (seats - 1) * (seats * HASH + 4 + 2 * json.named);
  const aggregates = seats * (k - 1) * aggregate;
  const words = seats * json.committeeSeat + k * (said + json.preimage + json.handOver);
  const all = Math.round(kept + reports + lists + files + aggregates + words);
  const memberOnce = VOTE_AND_JOIN + Math.round((seats * textBytes) / m);
  return {
    ...{ report, memberPerRound, memberOnce },
    holderPerRound: Math.round(all / seats),
    allPerRound: m * memberPerRound + all,
    total: limits.rounds * (m * memberPerRound + all) + m * (memberOnce + LANDED),
  };
}
