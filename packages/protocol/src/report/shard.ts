/** The member's verb: from an integer vector to one public report and its sealed seeds (spec/aggregation.md §5). */
import { concat, elementBytes, newElements, setElement } from '../codec.ts';
import { commit, coordinatesRoot, fillBinomial } from '../commitment.ts';
import { type Elements, mod, type Signed } from '../field.ts';
import { proveNorm } from '../flp/normEquality.ts';
import { copyElements, scratch } from '../flp/proof.ts';
import { arrange, proveValidity } from '../flp/validity.ts';
import type { FieldKernels } from '../kernels/types.ts';
import { type ReportSizes, type ReportType, type Sizes, sizesOf } from '../params.ts';
import type { Random } from '../platform.ts';
import { Secret } from '../secret.ts';
import { draw, fold, open, USAGE } from '../xof.ts';
import { type Attempt, type Components, contextFor, kernelsOf } from './attempt.ts';
import * as challenge from './challenges.ts';
import { ReportError } from './error.ts';
import { coreHash, sealsDigest } from './header.ts';
import { headerHash, type PublicReport, y1Root } from './report.ts';
import { encodeSeal, SEED_BYTES, sealSeed } from './seal.ts';
import { maskStream, proofStream, seedCommitment } from './streams.ts';

export interface ShardOptions {
  readonly attempt: Attempt;
  readonly type: ReportType;
  /** The member's address, 20 bytes. */
  readonly member: Uint8Array;
  /** The clipped, quantized update or the noise: d integers (i32 for F32, i64 for F64). */
  readonly vector: Signed;
  /** sealKeys[j − 1]: X25519 public keys of the holders of share j, primary first; k × r. */
  readonly sealKeys: readonly (readonly Uint8Array[])[];
}

/** What a member sends, once it has signed headerHash. */
export interface Sharded {
  readonly report: Omit<PublicReport, 'signature'>;
  /** k·r, holders of share 1 first: seals[(j − 1)·r + h] goes to holder h of share j and to nobody else. */
  readonly seals: readonly Uint8Array[];
}

/** What a member claims in bits: its squared norm and the wraparound results; undefined asks for fresh seeds. */
export type Claim = (squaredNorm: bigint, dots: readonly bigint[]) => Elements | undefined;

/**
 * Masks, commits, proves and seals one vector. Store the result before sending it: a resend is the same bytes, a second
 * shard of the same (attempt, type) puts both reports out. Returns NORM when ‖(x, s, e)‖ exceeds the bound of the type;
 * throws RangeError on a vector, an address or keys of the wrong count, HpkeKeyError on an unusable key.
 */
export function shard(options: ShardOptions, random: Random, components: Components): Sharded | ReportError {
  const { sizes } = options.attempt;
  const type = sizesOf(sizes, options.type);
  const claim: Claim = (norm, dots) => honestClaim(norm, dots, type, sizes);
  return shardClaiming(options, claim, random, components, type.bound ** 2n);
}

/** The true bits; undefined when a wraparound result is out of range, for an honest vector 12 standard deviations off. */
export function honestClaim(
  squaredNorm: bigint,
  dots: readonly bigint[],
  type: ReportSizes,
  sizes: Sizes,
): Elements | undefined {
  if (dots.some((dot) => dot <= -type.wrap || dot > type.wrap)) return undefined;
  const bits = newElements(sizes.field, type.bits);
  let offset = 0;
  const write = (value: bigint, count: number): void => {
    for (let i = 0; i < count; i++) setElement(bits, offset++, (value >> BigInt(i)) & 1n);
  };
  write(squaredNorm, type.normBits);
  write(type.bound ** 2n - squaredNorm, type.normBits);
  for (const dot of dots) {
    write(dot + type.wrap - 1n, type.wrapBits);
    write(1n, 1);
  }
  return bits;
}

/**
 * `shard` with other claims than the honest ones, for liars in tests: whatever is claimed is proven as well as it can
 * be. mostSquaredNorm undefined: no check of the member's own.
 */
export function shardClaiming(
  options: ShardOptions,
  claim: Claim,
  random: Random,
  components: Components,
  mostSquaredNorm?: bigint,
): Sharded | ReportError {
  const { attempt, vector, member, sealKeys } = options;
  const { sizes } = attempt;
  const { holders } = sizes.params;
  if (vector.length !== sizes.params.d) throw new RangeError(`${vector.length} coordinates, need ${sizes.params.d}`);
  if (member.length !== 20) throw new RangeError(`an address of ${member.length} bytes, need 20`);
  if (sealKeys.length !== attempt.shares || sealKeys.some((keys) => keys.length !== holders))
    throw new RangeError(`need the keys of ${attempt.shares} shares with ${holders} holders each`);
  const kernels = kernelsOf(attempt, components);
  return scratch(kernels, () => {
    const x = fillVector(vector, random, sizes, kernels);
    const squaredNorm = kernels.squaredNorm(x);
    if (mostSquaredNorm !== undefined && squaredNorm > mostSquaredNorm)
      return new ReportError('NORM', squaredNorm, `at most ${mostSquaredNorm}: quantize again or clip harder`);
    const lifted = kernels.alloc(sizes.vectorLength);
    kernels.lift(x, lifted);
    const commitment = commit(lifted, attempt.matrix, kernels);
    for (;;) {
      const sharded = scratch(kernels, () =>
        encode(options, { x, lifted, squaredNorm, commitment }, claim, random, components),
      );
      if (sharded !== undefined) return sharded;
    }
  });
}

/** (x ‖ s ‖ e) in kernel memory: the vector, zeros up to a whole block, commitment randomness. */
function fillVector(vector: Signed, random: Random, sizes: Sizes, kernels: FieldKernels): Signed {
  const x = kernels.allocSigned(sizes.vectorLength);
  if (x instanceof BigInt64Array) x.set(vector as BigInt64Array);
  else x.set(vector as Int32Array);
  fillBinomial(random(8 * sizes.ringDegree), x.subarray(sizes.updateLength));
  return x;
}

interface Secrets {
  readonly x: Signed;
  /** x in the field. */
  readonly lifted: Elements;
  readonly squaredNorm: bigint;
  readonly commitment: Elements;
}

function encode(
  { attempt, type, member, sealKeys }: ShardOptions,
  { x, lifted, squaredNorm, commitment }: Secrets,
  claim: Claim,
  random: Random,
  components: Components,
): Sharded | undefined {
  const { sizes } = attempt;
  const { field, vectorLength: D, params } = sizes;
  const { platform } = components;
  const kernels = kernelsOf(attempt, components);
  const typeSizes = sizesOf(sizes, type);
  const context = contextFor(attempt, type);

  const shares = sealKeys.map((holders, i) => {
    const seed = new Secret(random(SEED_BYTES));
    const id = { context, member, share: i + 1 };
    return { seed, id, holders, mask: maskStream(platform, field, seed, id) };
  });
  const masked = kernels.alloc(D);
  copyElements(lifted, masked);
  for (const { mask } of shares) fold(mask, kernels, masked, 'sub');
  const y1 = masked.slice();

  const fixed = {
    context,
    member,
    type,
    seedCommitments: shares.map(({ seed, id }) => seedCommitment(platform, field, seed, id)),
    y1Root: y1Root(y1, platform),
    commitmentRoot: coordinatesRoot(commitment, components.kernels.keccak256),
  };
  const wrapSeed = challenge.wraparoundSeed(fixed, platform);
  const dots = challenge.wraparoundDots(x, wrapSeed, params.checks, kernels, platform);
  const bits = claim(squaredNorm, dots);
  if (bits === undefined) return undefined;
  const y2 = bits.slice();
  for (const { mask } of shares) fold(mask, kernels, y2, 'sub');

  const y2Digest = platform.sha256(elementBytes(y2));
  const { validityProofs } = params;
  const randomness = challenge.jointRandomness(wrapSeed, y2Digest, fixed, validityProofs, kernels, platform);
  const circuit = challenge.validityCircuit(typeSizes, params.checks);
  const places = challenge.proofPlaces(sizes, typeSizes);
  const proveSeed = new Secret(random(SEED_BYTES));
  const proveStream = open(platform, field, proveSeed, USAGE.prove, concat(context, member));
  const wireSeeds = draw(proveStream, kernels, challenge.totalSeeds(places));
  const proofShare = newElements(field, typeSizes.proofLength);
  const inField = dots.map((dot) => mod(dot, field.modulus));
  scratch(kernels, () => {
    const arranged = arrange(kernels, circuit, bits, inField, 1n);
    places.forEach(({ kind, start, length, seeds, seedStart }, p) => {
      const proof = proofShare.subarray(start, start + length);
      const mine = wireSeeds.subarray(seedStart, seedStart + seeds);
      if (kind === 'norm') proveNorm(kernels, params, lifted, mine, proof);
      else proveValidity(kernels, circuit, arranged, randomness[p - params.normProofs]!, mine, proof);
    });
  });
  for (const { seed, id } of shares) fold(proofStream(platform, field, seed, id), kernels, proofShare, 'sub');

  const proofDigest = platform.sha256(elementBytes(proofShare));
  const core = { ...fixed, field: params.field, y2Digest, proofDigest };
  const aad = coreHash(core, platform);
  const ciphertexts = shares.flatMap(({ seed, id, holders }) =>
    holders.map((holder) => {
      const ephemeral = platform.x25519KeyPair(new Secret(random(32)));
      return sealSeed(seed, context, aad, id.share, holder, ephemeral, platform);
    }),
  );
  const cipherDigests = ciphertexts.map((ciphertext) => platform.sha256(ciphertext));
  const header = { ...core, sealsDigest: sealsDigest(cipherDigests, platform) };
  const hash = headerHash(header);
  const seals = ciphertexts.map((ciphertext, i) =>
    encodeSeal({ headerHash: hash, number: i + 1, cipherDigests, ciphertext }),
  );
  return { report: { header, headerHash: hash, y1, y2, proofShare, commitment }, seals };
}
