/** The idx container of the MNIST files: u16 0 ‖ u8 type ‖ u8 dimensions ‖ u32be sizes ‖ elements, here of bytes alone. */

export interface Idx {
  /** One to four sizes, each at least 1. */
  readonly sizes: readonly number[];
  /** Row-major; as many as the product of the sizes. */
  readonly values: Uint8Array;
}

/** Bytes that are not an idx file of bytes. */
export class IdxError extends Error {
  readonly code: 'MAGIC' | 'SIZE' | 'LENGTH';
  constructor(code: IdxError['code'], message: string) {
    super(`idx: ${message}`);
    this.name = 'IdxError';
    this.code = code;
  }
}

const BYTES = 8;

/** Reads a whole file. Throws IdxError for every byte string that is not exactly one array of bytes. */
export function decodeIdx(bytes: Uint8Array): Idx {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) throw new IdxError('LENGTH', `have ${bytes.length} bytes, need at least 4`);
  const dimensions = bytes[3]!;
  if (view.getUint16(0) !== 0 || bytes[2] !== BYTES || dimensions < 1 || dimensions > 4)
    throw new IdxError(
      'MAGIC',
      `begins with ${view.getUint32(0).toString(16)}, need 00000801 to 00000804 (unsigned bytes)`,
    );
  const start = 4 + 4 * dimensions;
  if (bytes.length < start) throw new IdxError('LENGTH', `have ${bytes.length} bytes, need ${start} for the sizes`);
  const sizes = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  if (sizes.some((size) => size === 0)) throw new IdxError('SIZE', `sizes ${sizes.join(' × ')}, need each at least 1`);
  // Four sizes of 32 bits pass 2^53, where products are no longer exact; but never what a length could be.
  const count = sizes.reduce((product, size) => Math.min(product * size, Number.MAX_SAFE_INTEGER), 1);
  if (bytes.length - start !== count)
    throw new IdxError('LENGTH', `have ${bytes.length - start} elements, need ${sizes.join(' × ')}`);
  return { sizes, values: bytes.slice(start) };
}
