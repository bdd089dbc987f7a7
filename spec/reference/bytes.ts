/** The byte strings of spec/aggregation.md: fixed-width big-endian integers, tags, and the two hashes. */
import { createHash } from 'node:crypto';
import { keccak_256 } from '@noble/hashes/sha3.js';

/** A big-endian unsigned integer of `width` bytes; throws RangeError when it does not fit. */
export function unsigned(value: number | bigint, width: number): Buffer {
  const hex = BigInt(value)
    .toString(16)
    .padStart(2 * width, '0');
  if (BigInt(value) < 0n || hex.length > 2 * width) throw new RangeError(`${value} does not fit in ${width} bytes`);
  return Buffer.from(hex, 'hex');
}

export const u8 = (value: number): Buffer => unsigned(value, 1);
export const u16 = (value: number): Buffer => unsigned(value, 2);
export const u32 = (value: number): Buffer => unsigned(value, 4);
export const u64 = (value: number | bigint): Buffer => unsigned(value, 8);
export const u256 = (value: number | bigint): Buffer => unsigned(value, 32);

export const join = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);

/** T("name"). */
export function tag(name: string): Buffer {
  const ascii = Buffer.from(`concord/v1/${name}`, 'ascii');
  return join(u8(ascii.length), ascii);
}

export const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha256')
    .update(join(...parts))
    .digest();

export const keccak = (...parts: readonly Uint8Array[]): Buffer => Buffer.from(keccak_256(join(...parts)));

/** Consecutive pieces of `size`; the last one may be shorter. */
export function pieces<T>(list: readonly T[], size: number): T[][] {
  const out: T[][] = [];
  for (let at = 0; at < list.length; at += size) out.push(list.slice(at, at + size));
  return out;
}
