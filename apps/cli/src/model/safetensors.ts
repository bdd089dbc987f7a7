/** The safetensors format (huggingface.co/docs/safetensors): u64 length, JSON header, tensors as little-endian float32. */

export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row by row. */
  readonly values: readonly number[];
}

const ALIGN = 8;

/** Tensors in this order, with texts as metadata. Throws RangeError when a shape does not fit its values. */
export function encodeSafetensors(tensors: readonly Tensor[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    if (shape.reduce((a, b) => a * b, 1) !== values.length)
      throw new RangeError(`tensor ${name}: ${values.length} values do not fill ${shape.join(' × ')}`);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + 4 * values.length] };
    offset += 4 * values.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Spaces at the end of the header keep the tensors aligned.
  const length = Math.ceil(json.length / ALIGN) * ALIGN;
  const bytes = new Uint8Array(8 + length + offset).fill(0x20, 8, 8 + length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  let at = 8 + length;
  for (const { values } of tensors)
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  return bytes;
}
