/** §7: the accept set, the aggregate shares and the public check. */
import { join, keccak, sha256, u32, u8 } from './bytes.ts';
import type { Attempt } from './contexts.ts';
import { add, encode, lift } from './field.ts';
import { merkleRoot } from './merkle.ts';
import { NOISE, type ReportType, UPDATE } from './parameters.ts';
import type { Setup } from './report.ts';

export interface Entry {
  readonly member: Uint8Array;
  readonly type: ReportType;
  readonly headerHash: Uint8Array;
}

/** AG16: the share whose holders add a report's y₁. */
export function groupOf(entry: Entry, attempt: Attempt, k: number): number {
  const beacon = entry.type === UPDATE ? attempt.openBeacon : attempt.drawBeacon;
  return Number(BigInt(`0x${keccak(entry.member, beacon).toString('hex')}`) % BigInt(k)) + 1;
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/**
 * AG16: the accept set, sorted, from the accepted reports.
 * @param consortium k = N: an update needs its own member's noise report.
 */
export function acceptSet<T extends Entry>(accepted: readonly T[], consortium: boolean): T[] {
  const alike = (a: Entry) => accepted.filter((b) => same(a.member, b.member) && a.type === b.type).length;
  const once = accepted.filter((entry) => alike(entry) === 1);
  const noisy = (a: Entry) => once.some((b) => b.type === NOISE && same(a.member, b.member));
  return once
    .filter((entry) => entry.type === NOISE || !consortium || noisy(entry))
    .sort((a, b) => Buffer.compare(a.member, b.member) || a.type - b.type);
}

/** AG16: the root of S. */
export const acceptRoot = (S: readonly Entry[], attempt: Attempt, k: number): Buffer =>
  merkleRoot(
    S.map((entry, i) => keccak(u32(i), entry.member, entry.headerHash, u8(entry.type), u8(groupOf(entry, attempt, k)))),
  );

/** AG17: Z_j from the masks of share j of all of S and the y₁ of its own group, D elements each. */
export function aggregateShare(
  setup: Setup,
  masks: readonly (readonly bigint[])[],
  y1OfGroup: readonly (readonly bigint[])[],
): bigint[] {
  const zero = new Array<bigint>(setup.D).fill(0n);
  return [...masks, ...y1OfGroup].reduce<bigint[]>(
    (sum, part) => add(sum, part.slice(0, setup.D), setup.field.q),
    zero,
  );
}

export const aggregateShareDigest = (setup: Setup, j: number, Z: readonly bigint[]): Buffer =>
  sha256(join(u8(j), encode(setup.field, Z)));

/** AG18: why a sum X (elements in [0, q)) is refused; empty when it is accepted. */
export function sumFailures(
  setup: Setup,
  X: readonly bigint[],
  commitments: readonly (readonly bigint[])[],
  counts: { readonly updates: number; readonly noises: number },
): string[] {
  const { p, field } = setup;
  const expected = commitments.reduce((sum, T) => add(sum, T, field.q));
  const image = setup.commit(X);
  const norm = X.reduce((sum, x) => sum + lift(x, field.q) ** 2n, 0n);
  const most = BigInt(counts.updates) * p.bound + BigInt(counts.noises) * p.noiseBound;
  const failed: string[] = [];
  if (image.some((value, i) => value !== expected[i])) failed.push('commitment');
  if (norm > most * most) failed.push('norm');
  return failed;
}
