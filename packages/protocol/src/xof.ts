/**
 * XofHmacSha256Aes128 (AG3): HMAC-SHA256(seed, u8 len(dst) ‖ dst ‖ binder) gives an AES-128-CTR key and its first counter
 * block; and how field elements are drawn from the stream (AG5).
 */
import { ascii, concat, newElements, u16, u32, u8 } from './codec.ts';
import type { Elements, Field } from './field.ts';
import { type FieldKernels, WINDOW_ELEMENTS, WINDOW_WORDS } from './kernels/types.ts';
import type { Keystream, Platform } from './platform.ts';
import type { Secret } from './secret.ts';

/** What a stream is for. */
export const USAGE = {
  mask: 1,
  proofShare: 2,
  jointRandomness: 3,
  prove: 4,
  wraparound: 8,
  commit: 11,
} as const;
export type Usage = (typeof USAGE)[keyof typeof USAGE];

const ALGORITHM = { F32: 0xc032_0001, F64: 0xc064_0001 } as const;
/** Bytes of keystream taken at a time, at most. */
const PIECE = 65_536;

/** The domain separation tag: "concord/v1" ‖ u32 algorithm ‖ u16 usage. */
export const domainTag = (field: Field, usage: Usage): Uint8Array =>
  concat(ascii('concord/v1'), u32(ALGORITHM[field.name]), u16(usage));

/** HMAC-SHA256(seed, u8 len(dst) ‖ dst ‖ binder): the 32 bytes behind a stream; with usage COMMIT, hc_j itself. */
export const bind = (platform: Platform, seed: Uint8Array, dst: Uint8Array, binder: Uint8Array): Uint8Array =>
  platform.hmacSha256(seed, concat(u8(dst.length), dst, binder));

/** The keystream of (seed, dst, binder). */
export function stream(platform: Platform, seed: Uint8Array, dst: Uint8Array, binder: Uint8Array): Keystream {
  const bytes = bind(platform, seed, dst, binder);
  return platform.aesCtr(bytes.subarray(0, 16), bytes.subarray(16, 32));
}

/** XOF(seed, usage, binder) of AG3. Seeds that are public (joint randomness, wraparound) are plain bytes. */
export function open(
  platform: Platform,
  field: Field,
  seed: Secret | Uint8Array,
  usage: Usage,
  binder: Uint8Array,
): Keystream {
  return stream(platform, seed instanceof Uint8Array ? seed : seed.reveal(), domainTag(field, usage), binder);
}

/**
 * Folds the next out.length elements of the stream into `out`, window by window (AG5). The stream is left after whole
 * windows, so a vector may be drawn in parts whose lengths, but for the last, are multiples of 2,048.
 */
export function fold(keystream: Keystream, kernels: FieldKernels, out: Elements, op: 'set' | 'add' | 'sub'): void {
  const window = WINDOW_WORDS * kernels.field.bytes;
  const perPiece = Math.floor(PIECE / window);
  for (let offset = 0; offset < out.length; offset += perPiece * WINDOW_ELEMENTS) {
    const windows = Math.min(perPiece, Math.ceil((out.length - offset) / WINDOW_ELEMENTS));
    kernels.foldWindows(keystream.read(windows * window), out, offset, op);
  }
}

/** A few elements of a stream, in ordinary memory. */
export function draw(keystream: Keystream, kernels: FieldKernels, count: number): Elements {
  const out = newElements(kernels.field, count);
  fold(keystream, kernels, out, 'set');
  return out;
}
