/** Bytes: how integers, tags and field elements are written, and a reader that cannot run past its end. */
import type { Elements, Field } from './field.ts';

/** The bytes of the given pieces, one after the other. */
export function concat(...pieces: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    out.set(piece, offset);
    offset += piece.length;
  }
  return out;
}

/** A big-endian unsigned integer of `width` bytes. Throws RangeError when the value does not fit. */
export function uint(value: number | bigint, width: number): Uint8Array {
  const out = new Uint8Array(width);
  let rest = BigInt(value);
  for (let i = width - 1; i >= 0; i--, rest >>= 8n) out[i] = Number(rest & 255n);
  if (rest !== 0n) throw new RangeError(`${value} does not fit ${width} unsigned bytes`);
  return out;
}
export const u8 = (value: number): Uint8Array => uint(value, 1);
export const u16 = (value: number): Uint8Array => uint(value, 2);
export const u32 = (value: number): Uint8Array => uint(value, 4);
export const u64 = (value: bigint): Uint8Array => uint(value, 8);

export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** T("name") of spec/aggregation.md: u8 length ‖ "concord/v1/" + name. */
export function tag(name: string): Uint8Array {
  const text = ascii(`concord/v1/${name}`);
  return concat(u8(text.length), text);
}

export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Order of byte strings as big-endian numbers of equal width. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}

/**
 * Reads a byte string from its start. Past the end it yields zeros and remembers that it did, so a decoder reads
 * everything it expects and asks `complete` once.
 */
export class Reader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next `count` bytes: a view of the input, or zeros where it is too short. */
  take(count: number): Uint8Array {
    const start = this.#offset;
    this.#offset += count;
    return this.#offset <= this.#bytes.length ? this.#bytes.subarray(start, this.#offset) : new Uint8Array(count);
  }

  uint(width: number): number {
    return this.take(width).reduce((sum, byte) => sum * 256 + byte, 0);
  }

  /** Every byte was read and none was missing. */
  get complete(): boolean {
    return this.#offset === this.#bytes.length;
  }
}

/** The little-endian bytes of field elements: a view, not a copy (every platform that runs WebAssembly is little-endian). */
export const elementBytes = (x: Elements): Uint8Array => new Uint8Array(x.buffer, x.byteOffset, x.byteLength);

/** Zeroed elements in ordinary memory. */
export const newElements = (field: Field, count: number): Elements =>
  field.bytes === 4 ? new Uint32Array(count) : new BigUint64Array(count);

/** Copies little-endian bytes into elements; undefined where one is ≥ q. bytes.length is a multiple of field.bytes. */
export function readElements(field: Field, bytes: Uint8Array): Elements | undefined {
  const out = newElements(field, bytes.length / field.bytes);
  elementBytes(out).set(bytes);
  const words = new Uint32Array(out.buffer);
  // q = fff00001 for F32; ffffffff 00000001 (high, low word) for F64. A loop, for `every` costs 10 ms a million.
  if (field.bytes === 4) {
    for (let i = 0; i < words.length; i++) if (words[i]! >= 0xfff00001) return undefined;
  } else {
    for (let i = 1; i < words.length; i += 2) if (words[i] === 0xffffffff && words[i - 1] !== 0) return undefined;
  }
  return out;
}

export const elementAt = (x: Elements, i: number): bigint => BigInt(x[i]!);

/** Writes a canonical element. */
export function setElement(x: Elements, i: number, value: bigint): void {
  if (x instanceof BigUint64Array) x[i] = value;
  else x[i] = Number(value);
}

/** Sets every entry to one canonical element. */
export function fillElements(x: Elements, value: bigint): void {
  if (x instanceof BigUint64Array) x.fill(value);
  else x.fill(Number(value));
}
