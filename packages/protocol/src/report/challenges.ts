/** What a report is asked before anybody saw it: challenges drawn from hashes of everything that was fixed (AG8, §5.6). */
import { concat, elementAt, tag, u8 } from '../codec.ts';
import type { Elements, Signed } from '../field.ts';
import { scratch } from '../flp/proof.ts';
import type { JointRandomness, ValidityCircuit } from '../flp/validity.ts';
import type { FieldKernels } from '../kernels/types.ts';
import { type ReportSizes, type ReportType, type Sizes, VALIDITY_WIRE_LENGTH } from '../params.ts';
import type { Platform } from '../platform.ts';
import { draw, open, USAGE } from '../xof.ts';

/** What the wraparound checks of a report depend on. */
export interface Fixed {
  readonly context: Uint8Array;
  readonly member: Uint8Array;
  readonly type: ReportType;
  readonly seedCommitments: readonly Uint8Array[];
  readonly y1Root: Uint8Array;
  readonly commitmentRoot: Uint8Array;
}

export const wraparoundSeed = (fixed: Fixed, platform: Platform): Uint8Array =>
  platform.sha256(
    concat(
      tag('wraparound'),
      fixed.context,
      fixed.member,
      u8(fixed.type),
      ...fixed.seedCommitments,
      fixed.y1Root,
      fixed.commitmentRoot,
    ),
  );

export const validityCircuit = (sizes: ReportSizes, checks: number): ValidityCircuit => ({
  wireLength: VALIDITY_WIRE_LENGTH,
  products: sizes.products,
  normBits: sizes.normBits,
  squaredBound: sizes.bound ** 2n,
  wrap: sizes.wrap,
  wrapBits: sizes.wrapBits,
  checks,
  successes: checks,
});

/** Three challenges for each validity proof. */
export function jointRandomness(
  wrapSeed: Uint8Array,
  y2Digest: Uint8Array,
  fixed: Fixed,
  proofs: number,
  kernels: FieldKernels,
  platform: Platform,
): JointRandomness[] {
  const seed = platform.sha256(concat(tag('joint-randomness'), wrapSeed, y2Digest));
  const binder = concat(fixed.context, fixed.member);
  const all = draw(open(platform, kernels.field, seed, USAGE.jointRandomness, binder), kernels, 3 * proofs);
  return Array.from({ length: proofs }, (_, p) => ({
    bits: elementAt(all, 3 * p),
    checks: elementAt(all, 3 * p + 1),
    final: elementAt(all, 3 * p + 2),
  }));
}

/** Coordinates whose signs fill one piece of keystream (64 KiB). */
const PIECE = 4 * 65_536;

/**
 * The wraparound results of a vector of D coordinates in kernel memory: exact integers for the member's own x, for a
 * share sums of residues, not reduced mod q. All checks read one stream, check after check.
 */
export function wraparoundDots(
  x: Elements | Signed,
  seed: Uint8Array,
  checks: number,
  kernels: FieldKernels,
  platform: Platform,
): bigint[] {
  const keystream = open(platform, kernels.field, seed, USAGE.wraparound, new Uint8Array(0));
  return scratch(kernels, () => {
    const pieces = Array.from({ length: Math.ceil(x.length / PIECE) }, (_, i) => {
      const part = x.subarray(i * PIECE, (i + 1) * PIECE);
      return { bytes: part.length / 4, signs: kernels.prepareSignDot(part) };
    });
    return Array.from({ length: checks }, () =>
      pieces.reduce((sum, { bytes, signs }) => sum + signs.dot(keystream.read(bytes)), 0n),
    );
  });
}

/** One proof inside the vector of all proofs of a report, norm equality first. */
export interface ProofPlace {
  readonly kind: 'norm' | 'validity';
  readonly start: number;
  readonly length: number;
  /** Wire seeds of this proof: how many, and where among all wire seeds. */
  readonly seeds: number;
  readonly seedStart: number;
  /** Length of its part of a verifier share, and where that begins. */
  readonly verifier: number;
  readonly verifierStart: number;
}

/** The layout of proofs, wire seeds and verifier shares of one report type. */
export function proofPlaces(sizes: Sizes, type: ReportSizes): ProofPlace[] {
  const { normProofs, validityProofs, chunk, wireLength } = sizes.params;
  const places: ProofPlace[] = [];
  let [start, seedStart, verifierStart] = [0, 0, 0];
  for (let p = 0; p < normProofs + validityProofs; p++) {
    const kind = p < normProofs ? 'norm' : 'validity';
    const seeds = kind === 'norm' ? chunk : 2 * type.products;
    const length = seeds + 2 * (kind === 'norm' ? wireLength : VALIDITY_WIRE_LENGTH);
    places.push({ kind, start, length, seeds, seedStart, verifier: seeds + 2, verifierStart });
    start += length;
    seedStart += seeds;
    verifierStart += seeds + 2;
  }
  return places;
}

export const totalSeeds = (places: readonly ProofPlace[]): number =>
  places.reduce((sum, place) => sum + place.seeds, 0);
