/** §5: the member. Every random byte is an argument, so that a report can be made again. */
import { join, keccak, sha256, tag, u8 } from './bytes.ts';
import { contextOf, type Attempt } from './contexts.ts';
import { coordinateRoot } from './commitment.ts';
import { bitsOf, encode, mod, subtract } from './field.ts';
import { normCalls, PRODUCTS, prove, SQUARES, validityCalls } from './flp.ts';
import { seal } from './hpke.ts';
import { boundOf, degree, type ReportType } from './parameters.ts';
import {
  type Body,
  coreOf,
  dotProducts,
  encodeReport,
  expandShare,
  jointRandomness,
  jointSeed,
  maskedRoot,
  type Origin,
  sealsHash,
  seedCommitment,
  type Setup,
  wraparoundSeed,
} from './report.ts';
import { addressOf, reportDigest, sign } from './signature.ts';
import { elements, USAGE } from './xof.ts';

/** What a member puts in. Vectors are integers: x of d, s and e of n coordinates. */
export interface Input {
  readonly attempt: Attempt;
  readonly type: ReportType;
  readonly key: Uint8Array;
  readonly x: readonly bigint[];
  readonly s: readonly bigint[];
  readonly e: readonly bigint[];
  readonly seeds: readonly Uint8Array[];
  readonly proveSeed: Uint8Array;
  /** X25519 secrets, one for each ciphertext, and the holders' public keys in the same order. */
  readonly ephemerals: readonly Uint8Array[];
  readonly recipients: readonly Uint8Array[];
}

/** Where a cheating member departs from the page; an honest one departs nowhere. */
export interface Cheat {
  readonly squaredNorm?: (truth: bigint) => bigint;
  readonly success?: (r: bigint, lies: boolean) => boolean;
  readonly commitment?: (T: readonly bigint[]) => bigint[];
  readonly bits?: (bits: readonly bigint[]) => bigint[];
  readonly proof?: (proof: readonly bigint[]) => bigint[];
  readonly sealed?: (seed: Uint8Array, j: number) => Uint8Array;
  readonly ciphertext?: (ciphertext: Buffer, i: number) => Buffer;
}

export class TryAgainError extends Error {
  readonly code = 'Reference.TryAgain';
}

/** (x padded ‖ s ‖ e) as D integers. */
export function wholeVector(setup: Setup, input: Pick<Input, 'x' | 's' | 'e'>): bigint[] {
  const padding = new Array<bigint>(setup.D - 2 * degree(setup.p) - input.x.length).fill(0n);
  return [...input.x, ...padding, ...input.s, ...input.e];
}

export type Shard = ReturnType<typeof shard>;

/**
 * §5: one report with everything on the way to it.
 * @throws TryAgainError when a wraparound check falls outside its range (AG8): use fresh seeds.
 */
export function shard(setup: Setup, input: Input, cheat: Cheat = {}) {
  const { p, field } = setup;
  const { q } = field;
  const size = setup.size(input.type);
  const bound = boundOf(p, input.type);
  const o: Origin = { type: input.type, ctx: contextOf(input.attempt, input.type), member: addressOf(input.key) };
  const whole = wholeVector(setup, input);
  const residues = whole.map((x) => mod(x, q));

  const masks = input.seeds.map((seed, i) => expandShare(setup, o, i + 1, seed));
  const hc = input.seeds.map((seed, i) => seedCommitment(setup, o, i + 1, seed));
  const y1 = masks.reduce((y, mask) => subtract(y, mask.vector.slice(0, setup.D), q), residues);
  const honestT = setup.commit(residues);
  const T = cheat.commitment?.(honestT) ?? honestT;
  const y1Root = maskedRoot(field, y1);
  const tRoot = coordinateRoot(field, T);

  const wrSeed = wraparoundSeed(o, hc, y1Root, tRoot);
  const checks = dotProducts(setup, wrSeed, whole);
  const fits = (r: bigint) => r > -size.wrap && r <= size.wrap;
  if (!cheat.success && !checks.every(fits)) throw new TryAgainError('a wraparound check is out of range');
  const squaredNorm = whole.reduce((sum, x) => sum + x * x, 0n);
  const claimed = cheat.squaredNorm?.(squaredNorm) ?? squaredNorm;
  const honestBits = [
    ...bitsOf(claimed, size.normBits),
    ...bitsOf(mod(bound * bound - claimed, 1n << BigInt(size.normBits)), size.normBits),
    ...checks.flatMap((r) => [
      ...bitsOf(mod(r + size.wrap - 1n, 2n * size.wrap), size.wrapBits),
      cheat.success?.(r, !fits(r)) === false ? 0n : 1n,
    ]),
  ];
  const bits = cheat.bits?.(honestBits) ?? honestBits;
  const y2 = masks.reduce((y, mask) => subtract(y, mask.vector.slice(setup.D), q), bits);

  const jrSeed = jointSeed(field, wrSeed, y2);
  const joint = jointRandomness(setup, o, jrSeed);
  const { normProofs, validityProofs, chunk } = p;
  const seedCount = normProofs * chunk + validityProofs * 2 * size.pairs;
  const wireSeeds = elements(field, input.proveSeed, USAGE.PROVE, join(o.ctx, o.member), seedCount);
  const unused = [...wireSeeds];
  const take = (count: number) => unused.splice(0, count);
  const honestProof: bigint[] = [];
  for (let i = 0; i < normProofs; i++) {
    honestProof.push(...prove(field, SQUARES, normCalls(residues, chunk), take(chunk), setup.extend.norm));
  }
  for (let i = 0; i < validityProofs; i++) {
    const calls = validityCalls(field, size, bits, checks, joint.slice(3 * i, 3 * i + 3), 1n);
    honestProof.push(...prove(field, PRODUCTS, calls, take(2 * size.pairs), setup.extend.validity));
  }
  const proof = cheat.proof?.(honestProof) ?? honestProof;
  const publicProof = masks.reduce((left, mask) => subtract(left, mask.proof, q), proof);

  const body: Body = { y1, y2, proof: publicProof, T };
  const core = coreOf(setup, o, hc, body);
  const coreHash = sha256(core);
  const ciphertexts = input.recipients.map((recipient, i) => {
    const j = Math.floor(i / p.holders) + 1;
    const seed = input.seeds[j - 1]!;
    const info = join(tag('seed'), o.ctx, u8(j));
    const honest = seal(input.ephemerals[i]!, recipient, info, coreHash, cheat.sealed?.(seed, j) ?? seed);
    return cheat.ciphertext?.(honest, i) ?? honest;
  });
  const digests = ciphertexts.map((ciphertext) => sha256(ciphertext));
  const header = join(core, sealsHash(digests));
  const headerHash = keccak(header);
  const digest = reportDigest(input.attempt.chainId, input.attempt.contract, headerHash);
  const signature = sign(input.key, digest);
  return {
    origin: o,
    whole,
    masks,
    hc,
    y1Root,
    tRoot,
    wrSeed,
    checks,
    squaredNorm,
    bits,
    jrSeed,
    joint,
    wireSeeds,
    proof,
    body,
    core,
    coreHash,
    ciphertexts,
    header,
    headerHash,
    digest,
    signature,
    y2Digest: sha256(encode(field, y2)),
    publicProofDigest: sha256(encode(field, publicProof)),
    report: encodeReport(field, header, signature, body),
    seals: ciphertexts.map((ciphertext, i) => join(headerHash, u8(i + 1), ...digests, ciphertext)),
  };
}
