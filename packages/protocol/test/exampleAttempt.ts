/** A whole attempt of made-up members and holders, from one seed: what tests and benches start from. */
import { ascii, concat, u16, u32 } from '../src/codec.ts';
import { noiseContext, updateContext } from '../src/context.ts';
import type { Signed } from '../src/field.ts';
import { fixedParams, leastNoiseBound, type Params } from '../src/params.ts';
import type { KeyPair, Platform, Random } from '../src/platform.ts';
import { Secret } from '../src/secret.ts';
import { addressOf, publicKeyOf } from '../src/signing.ts';
import { type Attempt, type Components, prepareRun } from '../src/report/attempt.ts';

export interface ExampleOptions {
  readonly field: 32 | 64;
  readonly d: number;
  /** k. */
  readonly shares: number;
  readonly holders?: 1 | 2;
  readonly members: number;
  readonly bound?: bigint;
  readonly wireLength?: number;
  readonly sigma?: bigint;
}

export interface Example {
  readonly params: Params;
  readonly attempt: Attempt;
  readonly drawBeacon: Uint8Array;
  readonly openBeacon: Uint8Array;
  readonly verifyBeacon: Uint8Array;
  readonly members: readonly { readonly key: Secret; readonly address: Uint8Array }[];
  /** holders[j − 1][0] is the primary of share j. */
  readonly holders: readonly (readonly KeyPair[])[];
  readonly sealKeys: readonly (readonly Uint8Array[])[];
  readonly random: Random;
}

/** Bytes that are a function of `seed` and of how many were asked for before. For examples only. */
export function repeatableRandom(seed: string, platform: Platform): Random {
  const digest = platform.sha256(ascii(seed));
  const keystream = platform.aesCtr(digest.subarray(0, 16), digest.subarray(16, 32));
  return (count) => keystream.read(count).slice();
}

/** The parameters of an example run at record level with Δ = 1; they pass `checkParams` for its members. */
export function exampleParams(options: ExampleOptions, matrixSeed: Uint8Array): Params {
  const { field, d, shares, holders = 1, members, wireLength = 128, sigma = 3n } = options;
  const bound = options.bound ?? (field === 32 ? 1883n : 2_098_176n);
  return {
    field,
    d,
    bound,
    noiseBound: leastNoiseBound(field, d, sigma),
    recordBound: 1n,
    maxRecords: 1,
    sigma,
    honest: 1,
    minNoise: members,
    shares,
    holders,
    ...fixedParams(field, d, wireLength),
    unit: 1,
    matrixSeed,
  };
}

export function exampleAttempt(options: ExampleOptions, components: Components, seed = 'example'): Example {
  const { platform } = components;
  const random = repeatableRandom(seed, platform);
  const [matrixSeed, runId, paramsHash, drawBeacon, committeeHash, modelHash, noiseRoot, openBeacon, verifyBeacon] =
    Array.from({ length: 9 }, () => random(32)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
  const params = exampleParams(options, matrixSeed);
  const domain = { chainId: 31_337n, contract: random(20) };
  const facts = { ...domain, runId, round: 1, attempt: 0, paramsHash, drawBeacon, committeeHash };
  const noiseCtx = noiseContext(facts, platform);
  const updateCtx = updateContext(noiseCtx, { modelHash, noiseRoot, openBeacon }, platform);
  const holders = Array.from({ length: options.shares }, () =>
    Array.from({ length: params.holders }, () => platform.x25519KeyPair(new Secret(random(32)))),
  );
  return {
    params,
    attempt: {
      ...prepareRun(params, components),
      shares: options.shares,
      domain,
      noiseContext: noiseCtx,
      updateContext: updateCtx,
    },
    drawBeacon,
    openBeacon,
    verifyBeacon,
    members: Array.from({ length: options.members }, (_, i) => {
      const key = new Secret(platform.sha256(concat(ascii(seed), u16(i), u32(0))));
      return { key, address: addressOf(publicKeyOf(key)) };
    }),
    holders,
    sealKeys: holders.map((pair) => pair.map(({ publicKey }) => publicKey)),
    random,
  };
}

/** d small integers, −amplitude … amplitude − 1, of the field's integer type. */
export function exampleVector(field: 32 | 64, d: number, amplitude: number, random: Random): Signed {
  const bytes = random(4 * d);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, d);
  const values = Array.from(words, (word) => (word % (2 * amplitude)) - amplitude);
  return field === 32 ? Int32Array.from(values) : BigInt64Array.from(values, BigInt);
}
