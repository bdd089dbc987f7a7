/** PINE-01's use of XofHmacSha256Aes128: version byte, per-element rejection, seeds derived from seeds. */
import { concat, newElements, setElement, u16, u32, u8 } from '../codec.ts';
import type { Elements } from '../field.ts';
import type { Keystream, Platform } from '../platform.ts';
import { stream } from '../xof.ts';
import type { Pine } from './params.ts';

export const PINE_USAGE = {
  measurementShare: 1,
  proofShare: 2,
  jointRandomness: 3,
  prove: 4,
  query: 5,
  validitySeed: 6,
  validityPart: 7,
  wraparound: 8,
  wraparoundSeed: 9,
  wraparoundPart: 10,
} as const;
export type PineUsage = (typeof PINE_USAGE)[keyof typeof PINE_USAGE];

export const SEED_BYTES = 32;

export const openStream = (
  platform: Platform,
  pine: Pine,
  seed: Uint8Array,
  usage: PineUsage,
  ...binder: readonly Uint8Array[]
): Keystream => stream(platform, seed, concat(u8(1), u32(pine.algorithm), u16(usage)), concat(...binder));

/** The next `count` elements: little-endian words, those ≥ q left out. */
export function drawElements(pine: Pine, keystream: Keystream, count: number): Elements {
  const { field } = pine;
  const out = newElements(field, count);
  for (let i = 0; i < count; ) {
    const word = keystream.read(field.bytes).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    if (word < field.modulus) setElement(out, i++, word);
  }
  return out;
}

/** A seed from the parts that both aggregators hold. */
export const deriveSeed = (
  platform: Platform,
  pine: Pine,
  usage: PineUsage,
  parts: readonly Uint8Array[],
): Uint8Array =>
  openStream(platform, pine, new Uint8Array(SEED_BYTES), usage, ...parts)
    .read(SEED_BYTES)
    .slice();
