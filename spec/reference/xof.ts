/** AG3, AG5: the XOF of members and holders and how field elements are drawn from it. AG6: public random access. */
import { createCipheriv, createHmac } from 'node:crypto';
import { join, sha256, u16, u32, u8 } from './bytes.ts';
import { type Field, integer } from './field.ts';

export const USAGE = { MASK: 1, PROOF_SHARE: 2, JOINT_RANDOMNESS: 3, PROVE: 4, WRAPAROUND: 8, COMMIT: 11 } as const;

/** Words in a window and elements that it yields (AG5). */
export const WINDOW_WORDS = 2080;
export const WINDOW_ELEMENTS = 2048;

/** AG3: the domain separation tag of a field (bytes of one element) and a usage. */
export function domain(fieldBytes: number, usage: number): Buffer {
  const algorithm = fieldBytes === 4 ? 0xc0320001 : 0xc0640001;
  return join(Buffer.from('concord/v1', 'ascii'), u32(algorithm), u16(usage));
}

/** AG3: o = HMAC-SHA256(seed, u8 len(dst) ‖ dst ‖ binder), 32 bytes. It is also hc_j of §5.2 under COMMIT. */
export function keyAndCounter(seed: Uint8Array, dst: Uint8Array, binder: Uint8Array): Buffer {
  return createHmac('sha256', seed)
    .update(join(u8(dst.length), dst, binder))
    .digest();
}

/** AG3: the first `length` bytes of the stream. */
export function stream(seed: Uint8Array, dst: Uint8Array, binder: Uint8Array, length: number): Buffer {
  const o = keyAndCounter(seed, dst, binder);
  return createCipheriv('aes-128-ctr', o.subarray(0, 16), o.subarray(16, 32)).update(Buffer.alloc(length));
}

/** AG5: the elements of one whole window. */
export function windowElements(field: Field, bytes: Uint8Array): bigint[] {
  const words: bigint[] = [];
  for (let i = 0; i < WINDOW_WORDS; i++) words.push(integer(bytes.subarray(i * field.bytes, (i + 1) * field.bytes)));
  const kept = words.filter((word) => word < field.q).slice(0, WINDOW_ELEMENTS);
  const missing = WINDOW_ELEMENTS - kept.length;
  return [...kept, ...words.slice(0, missing).map((word) => word % field.q)];
}

/** AG5: the first `count` elements of XOF(seed, usage, binder). */
export function elements(field: Field, seed: Uint8Array, usage: number, binder: Uint8Array, count: number): bigint[] {
  const windows = Math.ceil(count / WINDOW_ELEMENTS);
  const size = WINDOW_WORDS * field.bytes;
  const bytes = stream(seed, domain(field.bytes, usage), binder, windows * size);
  const out: bigint[] = [];
  for (let w = 0; w < windows; w++) out.push(...windowElements(field, bytes.subarray(w * size, (w + 1) * size)));
  return out.slice(0, count);
}

/** AG6: element i of a block under (tag, seed); the tag is 7 ASCII bytes. */
export function publicElement(field: Field, label: string, seed: Uint8Array, block: number, i: number): bigint {
  const digest = sha256(Buffer.from(label, 'ascii'), seed, u32(block), u32(Math.floor(i / 2)));
  return integer(digest.subarray(16 * (i % 2), 16 * (i % 2) + 16)) % field.q;
}

/** AG6: the first `count` elements of a block. */
export const publicElements = (field: Field, label: string, seed: Uint8Array, block: number, count: number): bigint[] =>
  Array.from({ length: count }, (_, i) => publicElement(field, label, seed, block, i));
