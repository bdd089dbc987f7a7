/** PINE-01's shard and verifier shares for one leader and one helper, byte for byte. */
import { concat, elementAt, elementBytes, newElements, readElements, setElement, u8 } from '../codec.ts';
import { type Elements, inverse, mod } from '../field.ts';
import { bitCount, type JointRandomness } from '../flp/validity.ts';
import type { FieldKernels } from '../kernels/types.ts';
import type { Platform } from '../platform.ts';
import type { Pine } from './params.ts';
import { provePine, queryPine } from './proofs.ts';
import { deriveSeed, drawElements, openStream, PINE_USAGE, SEED_BYTES } from './xof.ts';

const LEADER = 0;
const HELPER = 1;

export interface PineShares {
  readonly publicShare: Uint8Array;
  readonly leader: Uint8Array;
  readonly helper: Uint8Array;
}

interface Parts {
  readonly wraparound: Uint8Array;
  readonly validity: Uint8Array;
}

/** The functions of one parameter set over one platform. */
export function pineVerbs(pine: Pine, kernels: FieldKernels, platform: Platform) {
  const { field, params, validity } = pine;
  const q = field.modulus;
  const { dimension, normProofs, validityProofs } = params;
  /** Coordinates and norm bits: what the wraparound seed depends on. */
  const prefix = dimension + 2 * validity.normBits;
  const counts = u8(normProofs);

  const part = (usage: 7 | 10, aggregator: number, blind: Uint8Array, nonce: Uint8Array, share: Elements): Uint8Array =>
    openStream(platform, pine, blind, usage, u8(aggregator), nonce, elementBytes(share)).read(SEED_BYTES).slice();

  const measurementShare = (seed: Uint8Array): Elements =>
    drawElements(pine, openStream(platform, pine, seed, PINE_USAGE.measurementShare, u8(HELPER)), pine.length);
  const proofShare = (seed: Uint8Array): Elements =>
    drawElements(
      pine,
      openStream(platform, pine, seed, PINE_USAGE.proofShare, counts, u8(validityProofs), u8(HELPER)),
      pine.proofLength,
    );

  function dots(coordinates: Elements, seed: Uint8Array): bigint[] {
    const keystream = openStream(platform, pine, seed, PINE_USAGE.wraparound);
    const prepared = kernels.prepareSignDot(coordinates);
    return Array.from({ length: params.checks }, () => prepared.dot(keystream.read(Math.ceil(dimension / 4))));
  }

  function jointRandomness(seed: Uint8Array): JointRandomness[] {
    const keystream = openStream(platform, pine, seed, PINE_USAGE.jointRandomness, u8(validityProofs));
    const all = drawElements(pine, keystream, 3 * validityProofs);
    return Array.from({ length: validityProofs }, (_, p) => ({
      bits: elementAt(all, 3 * p),
      checks: elementAt(all, 3 * p + 1),
      final: elementAt(all, 3 * p + 2),
    }));
  }

  const minus = (a: Elements, b: Elements): Elements => {
    const out = a.slice();
    kernels.sub(out, b);
    return out;
  };

  /** rand: 7 seeds. measurement: `dimension` real numbers. */
  function shard(measurement: readonly number[], nonce: Uint8Array, rand: Uint8Array): PineShares {
    const seed = (i: number): Uint8Array => rand.subarray(i * SEED_BYTES, (i + 1) * SEED_BYTES);
    const [shareSeed, proofSeed, helperWrap, helperValid, leaderWrap, leaderValid, proveSeed] = [
      ...Array(7).keys(),
    ].map(seed) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];

    const full = newElements(field, pine.length);
    const setBits = (start: number, length: number, value: bigint): void => {
      for (let i = 0; i < length; i++) setElement(full, start + i, (value >> BigInt(i)) & 1n);
    };
    const encoded = measurement.map((x) => BigInt(Math.round(x * 2 ** params.fractionBits)));
    encoded.forEach((x, i) => {
      setElement(full, i, mod(x, q));
    });
    const norm = encoded.reduce((sum, x) => sum + x * x, 0n);
    setBits(dimension, validity.normBits, norm);
    setBits(dimension + validity.normBits, validity.normBits, validity.squaredBound - norm);

    const helper = measurementShare(shareSeed);
    const wrapParts = [
      part(PINE_USAGE.wraparoundPart, LEADER, leaderWrap, nonce, minus(full, helper).subarray(0, prefix)),
      part(PINE_USAGE.wraparoundPart, HELPER, helperWrap, nonce, helper.subarray(0, prefix)),
    ];
    const results = dots(full.subarray(0, dimension), deriveSeed(platform, pine, PINE_USAGE.wraparoundSeed, wrapParts));
    let successes = 0;
    results.forEach((result, i) => {
      const shifted = mod(result + validity.wrap - 1n, q);
      const success = shifted <= 2n * validity.wrap - 1n && successes < params.successes;
      if (success) successes++;
      const start = prefix + i * (validity.wrapBits + 1);
      setBits(start, validity.wrapBits, shifted);
      setBits(start + validity.wrapBits, 1, success ? 1n : 0n);
    });

    const leader = minus(full, helper);
    const validParts = [
      part(PINE_USAGE.validityPart, LEADER, leaderValid, nonce, leader),
      part(PINE_USAGE.validityPart, HELPER, helperValid, nonce, helper),
    ];
    const randomness = jointRandomness(deriveSeed(platform, pine, PINE_USAGE.validitySeed, validParts));
    const seedCount = params.chunk * normProofs + 2 * params.products * validityProofs;
    const proveStream = openStream(platform, pine, proveSeed, PINE_USAGE.prove, counts, u8(validityProofs));
    const input = {
      coordinates: full.subarray(0, dimension),
      bits: full.subarray(dimension),
      dots: results,
      one: 1n,
    };
    const proofs = provePine(kernels, pine, input, randomness, drawElements(pine, proveStream, seedCount));
    const leaderProofs = minus(proofs, proofShare(proofSeed));
    return {
      publicShare: concat(...wrapParts, ...validParts),
      leader: concat(elementBytes(leader), elementBytes(leaderProofs), leaderWrap, leaderValid),
      helper: concat(shareSeed, proofSeed, helperWrap, helperValid),
    };
  }

  /** The first message of aggregator 0 (leader) or 1 (helper): verifier share ‖ its two parts. */
  function verifierShare(
    verifyKey: Uint8Array,
    aggregator: 0 | 1,
    nonce: Uint8Array,
    publicShare: Uint8Array,
    inputShare: Uint8Array,
  ): Uint8Array {
    const seedAt = (bytes: Uint8Array, i: number): Uint8Array => bytes.subarray(i * SEED_BYTES, (i + 1) * SEED_BYTES);
    const seedsStart = aggregator === LEADER ? (pine.length + pine.proofLength) * field.bytes : 2 * SEED_BYTES;
    const words = aggregator === LEADER ? readElements(field, inputShare.subarray(0, seedsStart)) : undefined;
    if (aggregator === LEADER && words === undefined) throw new RangeError('a leader share holds an element ≥ q');
    const share = words?.subarray(0, pine.length) ?? measurementShare(seedAt(inputShare, 0));
    const proofs = words?.subarray(pine.length) ?? proofShare(seedAt(inputShare, 1));
    const blinds = inputShare.subarray(seedsStart);
    const parts: Parts = {
      wraparound: part(PINE_USAGE.wraparoundPart, aggregator, seedAt(blinds, 0), nonce, share.subarray(0, prefix)),
      validity: part(PINE_USAGE.validityPart, aggregator, seedAt(blinds, 1), nonce, share),
    };
    const pair = (mine: Uint8Array, first: number): Uint8Array[] =>
      [LEADER, HELPER].map((a) => (a === aggregator ? mine : seedAt(publicShare, first + a)));
    const wrapSeed = deriveSeed(platform, pine, PINE_USAGE.wraparoundSeed, pair(parts.wraparound, 0));
    const validSeed = deriveSeed(platform, pine, PINE_USAGE.validitySeed, pair(parts.validity, 2));

    const queryStream = openStream(platform, pine, verifyKey, PINE_USAGE.query, counts, u8(validityProofs), nonce);
    const points = drawElements(pine, queryStream, normProofs + validityProofs);
    const coordinates = share.subarray(0, dimension);
    const input = {
      coordinates,
      bits: share.subarray(dimension, dimension + bitCount(validity)),
      dots: dots(coordinates, wrapSeed),
      one: inverse(2n, q),
    };
    const verifier = queryPine(kernels, pine, input, jointRandomness(validSeed), proofs, points);
    return concat(elementBytes(verifier), parts.wraparound, parts.validity);
  }

  return { shard, verifierShare };
}

export type PineVerbs = ReturnType<typeof pineVerbs>;
