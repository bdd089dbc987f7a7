/** Members of a run in memory: each sends reports, and each holds one share of everybody's. */
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
  readonly members: readonly Member[];
  /** In seat order, made afresh for every attempt. */
  readonly keys: readonly KeyPair[];
  readonly #random: Random;
  readonly #components: Components;

  constructor(members: readonly Member[], random: Random, components: Components) {
    this.members = members;
    this.keys = members.map(() => components.platform.x25519KeyPair(new Secret(random(32))));
    this.#random = random;
    this.#components = components;
  }

  /** One member's report, signed and opened by every holder. A vector over the norm bound is claimed to be at it. */
  report(member: Member, type: ReportType, vector: BigInt64Array, attempt: Attempt): Held {
    const { bound } = sizesOf(attempt.sizes, type);
    const sealKeys = this.keys.map(({ publicKey }) => [publicKey]);
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
    const seeds = sent.seals.map((seal, i) => {
      const decoded = orThrow(decodeSeal(seal, attempt));
      return orThrow(openSeal(decoded, report.header, i + 1, 0, this.keys[i]!, attempt, this.#components));
    });
    return { report, bytes, entry: { header: encodeHeader(report.header), signature, reportDigest }, seeds };
  }

  /** findings[j − 1]: the verifier file of share j over all reports in (address, type) order. */
  findings(held: readonly Held[], beacon: Uint8Array, attempt: Attempt, groups: GroupOptions): readonly Finding[][] {
    const query = createQuery(attempt, beacon, this.#components);
    const sorted = held.toSorted((a, b) => compareEntries(a.entry, b.entry));
    return this.keys.map((_, i) =>
      sorted.map(({ report, seeds }): Finding => {
        const own = verifyShare(report.header, i + 1, seeds[i]!, query, attempt, this.#components);
        const mine = groupOf(report.header.member, report.header.type, groups) === i + 1;
        const open = mine && encodeVerifierShare(verifyPublicShare(report, query, attempt, this.#components));
        const shares = { own: encodeVerifierShare(own), ...(open && { public: open }) };
        return { headerHash: report.headerHash, shares };
      }),
    );
  }

  /** What all holders decide from each other's findings. */
  accept(
    held: readonly Held[],
    findings: readonly (readonly Finding[])[],
    beacon: Uint8Array,
    attempt: Attempt,
    groups: GroupOptions,
  ): AcceptSet {
    const query = createQuery(attempt, beacon, this.#components);
    const sorted = held.toSorted((a, b) => compareEntries(a.entry, b.entry));
    const accepted = sorted.filter(({ report }, at) => {
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
    return this.keys.map((_, i) => {
      const inputs = accepted.leaves.map(({ headerHash, member, type, group }) => {
        const { report, seeds } = byHash.get(`${headerHash}`)!;
        return { member, type, seed: seeds[i]!, ...(group === i + 1 && { y1: report.y1 }) };
      });
      return aggregateShare(i + 1, inputs, attempt, this.#components);
    });
  }
}
