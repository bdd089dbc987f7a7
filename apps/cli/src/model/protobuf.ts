/** The little of Protocol Buffers' wire format that ONNX needs: varints, and fields with a length. */

export const concat = (parts: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

/** A 64-bit integer, negative ones in two's complement. */
function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

export const int = (field: number, value: number): Uint8Array => concat([varint(field << 3), varint(value)]);
export const bytes = (field: number, value: Uint8Array): Uint8Array =>
  concat([varint((field << 3) | 2), varint(value.length), value]);
export const text = (field: number, value: string): Uint8Array => bytes(field, new TextEncoder().encode(value));
/** A message within a message. */
export const message = (field: number, ...parts: readonly Uint8Array[]): Uint8Array => bytes(field, concat(parts));
