/** From accepted reports to the accept set S and each share's aggregate Z_j (AG16, AG17). */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { compareBytes, concat, elementBytes, u32, u8 } from '../codec.ts';
import type { Elements } from '../field.ts';
import { scratch } from '../flp/proof.ts';
import { type MerkleTree, merkleTree } from '../merkle.ts';
import { NOISE, type ReportType, UPDATE } from '../params.ts';
import type { Secret } from '../secret.ts';
import { fold } from '../xof.ts';
import { type Attempt, type Components, contextFor, kernelsOf } from './attempt.ts';
import { maskStream } from './streams.ts';

export interface Accepted {
  /** 20 bytes. */
  readonly member: Uint8Array;
  readonly type: ReportType;
  readonly headerHash: Uint8Array;
}

export interface AcceptLeaf extends Accepted {
  /** 1 … k: the share whose holders add this report's y₁. */
  readonly group: number;
}

/** S. leaves[i] is leaf i of the tree, whose root goes on chain. */
export interface AcceptSet {
  readonly leaves: readonly AcceptLeaf[];
  readonly tree: MerkleTree;
  readonly updates: number;
  readonly noises: number;
}

export interface GroupOptions {
  /** k of the attempt. */
  readonly shares: number;
  readonly drawBeacon: Uint8Array;
  readonly openBeacon: Uint8Array;
}

export interface AcceptOptions extends GroupOptions {
  /** Small consortia (k = N): an update counts only beside its own member's accepted noise report. */
  readonly ownNoise: boolean;
}

/** group of a report: u256(keccak256(member ‖ beacon)) mod k + 1 with the openBeacon (update) or drawBeacon (noise). */
export function groupOf(member: Uint8Array, type: ReportType, options: GroupOptions): number {
  const hash = keccak_256(concat(member, type === UPDATE ? options.openBeacon : options.drawBeacon));
  return hash.reduce((rest, byte) => (rest * 256 + byte) % options.shares, 0) + 1;
}

/** dataHash of leaf `index` of S. */
export const acceptLeafHash = (index: number, leaf: AcceptLeaf): Uint8Array =>
  keccak_256(concat(u32(index), leaf.member, leaf.headerHash, u8(leaf.type), u8(leaf.group)));

const same = (a: Accepted, b: Accepted): boolean => a.type === b.type && compareBytes(a.member, b.member) === 0;

/** S from accepted reports in any order: sorted by (address, type); two headers by one member and type are both out. */
export function acceptSet(accepted: readonly Accepted[], options: AcceptOptions): AcceptSet {
  const sorted = accepted.toSorted((a, b) => compareBytes(a.member, b.member) || a.type - b.type);
  const single = sorted.filter(
    (a, i) => !(sorted[i - 1] && same(sorted[i - 1]!, a)) && !(sorted[i + 1] && same(sorted[i + 1]!, a)),
  );
  const hasNoise = (i: number): boolean => {
    const next = single[i + 1]; // a member's noise follows its update in the order
    return next !== undefined && next.type === NOISE && compareBytes(next.member, single[i]!.member) === 0;
  };
  const counted = single.filter((a, i) => !options.ownNoise || a.type === NOISE || hasNoise(i));
  const leaves = counted.map((a) => ({ ...a, group: groupOf(a.member, a.type, options) }));
  const updates = leaves.filter((leaf) => leaf.type === UPDATE).length;
  const tree = merkleTree(leaves.map((leaf, i) => acceptLeafHash(i, leaf)));
  return { leaves, tree, updates, noises: leaves.length - updates };
}

/** One report of S as a holder of share j sees it: its seed, and y₁ where the report is of group j. */
export interface AggregateInput {
  readonly member: Uint8Array;
  readonly type: ReportType;
  readonly seed: Secret;
  readonly y1?: Elements;
}

/**
 * Z_j: D elements in ordinary memory. `inputs` yields every report of S exactly once, in any order, so they need not
 * lie in memory together. Speak it once, ever, and only for the S recorded on chain.
 */
export function aggregateShare(
  share: number,
  inputs: Iterable<AggregateInput>,
  attempt: Attempt,
  components: Components,
): Elements {
  const { field, vectorLength } = attempt.sizes;
  const kernels = kernelsOf(attempt, components);
  return scratch(kernels, () => {
    const sum = kernels.alloc(vectorLength);
    for (const { member, type, seed, y1 } of inputs) {
      const id = { context: contextFor(attempt, type), member, share };
      fold(maskStream(components.platform, field, seed, id), kernels, sum, 'add');
      if (y1 !== undefined) kernels.add(sum, y1);
    }
    return sum.slice();
  });
}

/** SHA-256(u8 j ‖ bytes of Z_j). */
export const aggregateDigest = (
  share: number,
  aggregate: Elements,
  { platform }: Pick<Components, 'platform'>,
): Uint8Array => platform.sha256(concat(u8(share), elementBytes(aggregate)));
