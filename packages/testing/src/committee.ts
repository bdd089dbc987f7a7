/** The holders of a run in memory, by share: what members send them, and what they make of it. */
import {
  type Accepted,
  type AcceptSet,
  acceptSet,
  aggregateShare,
  type Attempt,
  type Components,
  createQuery,
  decide,
  decodeSeal,
  decodeVerifierShare,
  type Elements,
  encodeHeader,
  encodeReport,
  encodeVerifierShare,
  type GroupOptions,
  groupOf,
  honestClaim,
  type KeyPair,
  openSeal,
  type PublicReport,
  type Random,
  ReportError,
  type ReportType,
  Secret,
  shard,
  shardClaiming,
  signReport,
  sizesOf,
  verifyPublicShare,
  verifyShare,
} from '@concord/protocol';
import { type Address, addressOf, compareEntries, type Finding, type Hex, type HeaderEntry } from '@concord/sdk';
import { hexToBytes, sha256 } from 'viem';

export interface Member {
  readonly address: Address;
  readonly secretKey: Hex;
}

/** Members with keys from a seed, ascending by address. */
export const membersOf = (count: number, seed: string): readonly Member[] =>
  Array.from({ length: count }, (_, i): Member => {
    const secretKey = sha256(new TextEncoder().encode(`${seed}/member ${i}`));
    return { secretKey, address: addressOf(secretKey) };
  }).sort((a, b) => (a.address < b.address ? -1 : 1));

/** A report as the committee holds it: public part, and the seed of every share as its holder found it. */
export interface Held {
  readonly report: PublicReport;
  readonly bytes: Uint8Array;
  readonly entry: HeaderEntry;
  readonly seeds: readonly Secret[];
}

const orThrow = <T>(value: T | ReportError): T => {
  if (value instanceof ReportError) throw value;
  return value;
};

export class Committee {
  /** In seat order, k or 2k (the primaries first), made afresh for every attempt. */
  readonly keys: readonly KeyPair[];
  /** k. */
  readonly #shares: number;
  readonly #random: Random;
  readonly #components: Components;

  constructor(shares: number, holders: 1 | 2, random: Random, components: Components) {
    const seats = Array.from({ length: shares * holders });
    this.keys = seats.map(() => components.platform.x25519KeyPair(new Secret(random(32))));
    this.#shares = shares;
    this.#random = random;
    this.#components = components;
  }

  /** One member's report, signed and opened by every holder. A vector over the norm bound is claimed to be at it. */
  report(member: Member, type: ReportType, vector: BigInt64Array, attempt: Attempt): Held {
    const { bound } = sizesOf(attempt.sizes, type);
    const sealKeys = this.#byShare((share) => this.#keysOf(share).map(({ publicKey }) => publicKey));
    const options = { attempt, type, member: hexToBytes(member.address), vector, sealKeys };
    const honest = shard(options, this.#random, this.#components);
    const lie = (_: bigint, dots: readonly bigint[]): Elements | undefined =>
      honestClaim(bound ** 2n, dots, sizesOf(attempt.sizes, type), attempt.sizes);
    const sent =
      honest instanceof ReportError ? orThrow(shardClaiming(options, lie, this.#random, this.#components)) : honest;
    const secretKey = new Secret(hexToBytes(member.secretKey));
    const signature = signReport(attempt.domain, sent.report.headerHash, secretKey);
    const report = { ...sent.report, signature };
    const bytes = encodeReport(report);
    const reportDigest = this.#components.platform.sha256(bytes);
    const { holders } = attempt.sizes.params;
    const seeds = this.#byShare((share) => {
      // Both holders of a share must be able to open it; they find the same seed.
      const opened = this.#keysOf(share).map((keys, role) => {
        const decoded = orThrow(decodeSeal(sent.seals[(share - 1) * holders + role]!, attempt));
        return orThrow(openSeal(decoded, report.header, share, role as 0 | 1, keys, attempt, this.#components));
      });
      return opened[0]!;
    });
    return { report, bytes, entry: { header: encodeHeader(report.header), signature, reportDigest }, seeds };
  }

  /** findings[j − 1]: the verifier file of share j over all reports in (address, type) order. */
  findings(held: readonly Held[], beacon: Uint8Array, attempt: Attempt, groups: GroupOptions): readonly Finding[][] {
    const query = createQuery(attempt, beacon, this.#components);
    const sorted = held.toSorted((a, b) => compareEntries(a.entry, b.entry));
    return this.#byShare((share) =>
      sorted.map(({ report, seeds }): Finding => {
        const own = verifyShare(report.header, share, seeds[share - 1]!, query, attempt, this.#components);
        const mine = groupOf(report.header.member, report.header.type, groups) === share;
        const open = mine && encodeVerifierShare(verifyPublicShare(report, query, attempt, this.#components));
        const shares = { own: encodeVerifierShare(own), ...(open && { public: open }) };
        return { headerHash: report.headerHash, shares };
      }),
    );
  }

  /** What all holders decide from each other's findings; reports (by place) that their pairs differ about are out. */
  accept(
    held: readonly Held[],
    findings: readonly (readonly Finding[])[],
    beacon: Uint8Array,
    attempt: Attempt,
    groups: GroupOptions,
    conflicts: ReadonlySet<number>,
  ): AcceptSet {
    const query = createQuery(attempt, beacon, this.#components);
    const sorted = held.toSorted((a, b) => compareEntries(a.entry, b.entry));
    const accepted = sorted.filter(({ report }, at) => {
      if (conflicts.has(at)) return false;
      const { type } = report.header;
      const about = findings.map((file) => file[at]!.shares!);
      const open = about.find((each) => each.public)!.public!;
      const shares = [open, ...about.map(({ own }) => own)].map((bytes) =>
        orThrow(decodeVerifierShare(bytes, type, attempt)),
      );
      return decide(report, shares, query, attempt, this.#components).accepted;
    });
    const ids = accepted.map(({ report }): Accepted => ({ ...report.header, headerHash: report.headerHash }));
    return acceptSet(ids, { ...groups, ownNoise: true });
  }

  /** Z_1 … Z_k over the accepted reports. */
  aggregates(held: readonly Held[], accepted: AcceptSet, attempt: Attempt): readonly Elements[] {
    const byHash = new Map(held.map((each) => [`${each.report.headerHash}`, each]));
    return this.#byShare((share) => {
      const inputs = accepted.leaves.map(({ headerHash, member, type, group }) => {
        const { report, seeds } = byHash.get(`${headerHash}`)!;
        return { member, type, seed: seeds[share - 1]!, ...(group === share && { y1: report.y1 }) };
      });
      return aggregateShare(share, inputs, attempt, this.#components);
    });
  }

  #byShare<T>(of: (share: number) => T): T[] {
    return Array.from({ length: this.#shares }, (_, i) => of(i + 1));
  }

  /** The keys of share j's holders, the primary's first. */
  #keysOf(share: number): readonly KeyPair[] {
    return this.keys.filter((_, i) => i % this.#shares === share - 1);
  }
}
