/**
 * The safetensors container, read totally and written canonically: u64 little-endian header length, a JSON header
 * {name: {dtype, shape, data_offsets}}, then the tensors' bytes without gap or overlap. Whoever made the bytes may be
 * anyone: every length is checked before it is used. Only F32 and F64, which every framework can write.
 */

export interface Tensor {
  readonly shape: readonly number[];
  /** Row-major; its length is the product of `shape`. */
  readonly values: Float32Array | Float64Array;
}

export type SafetensorsErrorCode = 'LENGTH' | 'HEADER' | 'TENSOR' | 'DTYPE' | 'OFFSETS';

/** Bytes that are not canonical safetensors. `tensor` is the name of the tensor that does not fit, if it is one. */
export class SafetensorsError extends Error {
  readonly code: SafetensorsErrorCode;
  readonly tensor: string | undefined;
  constructor(code: SafetensorsErrorCode, message: string, tensor?: string) {
    super(tensor === undefined ? `safetensors: ${message}` : `safetensors, tensor “${tensor}”: ${message}`);
    this.name = 'SafetensorsError';
    this.code = code;
    this.tensor = tensor;
  }
}

/** Longest header that is read, in bytes: room for some ten thousand tensors. */
export const LONGEST_HEADER = 1 << 20;
const WIDTHS = { F32: 4, F64: 8 } as const;
/** Most elements of a tensor: beyond it a file would not fit into memory anyway. */
const MOST_ELEMENTS = 2 ** 31;

/** UTF-8, strictly: what is not well-formed is refused. */
function textOf(bytes: Uint8Array): string {
  let escaped = '';
  for (const byte of bytes) escaped += `%${byte.toString(16).padStart(2, '0')}`;
  try {
    return decodeURIComponent(escaped);
  } catch {
    throw new SafetensorsError('HEADER', 'the header is not UTF-8');
  }
}

const bytesOf = (text: string): number[] =>
  [...encodeURIComponent(text).matchAll(/%(..)|[^%]/g)].map(([char, hex]) =>
    hex === undefined ? char.charCodeAt(0) : Number.parseInt(hex, 16),
  );

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Keys of all objects in a JSON text, repeated ones counted each time; JSON.parse keeps only the last of them. */
const keysIn = (json: string): number => (json.replace(/"(?:[^"\\]|\\.)*"/g, '').match(/:/g) ?? []).length;

function headerOf(bytes: Uint8Array): Json {
  const text = textOf(bytes);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new SafetensorsError('HEADER', 'the header is not JSON');
  }
  if (!text.startsWith('{') || !isObject(json)) throw new SafetensorsError('HEADER', 'the header is not a JSON object');
  const inner = Object.values(json).filter(isObject);
  const keys = [json, ...inner].reduce((sum, each) => sum + Object.keys(each).length, 0);
  if (keysIn(text) !== keys)
    throw new SafetensorsError('HEADER', 'a name stands twice in the header, or objects lie too deep');
  return json;
}

interface Entry {
  readonly name: string;
  readonly dtype: keyof typeof WIDTHS;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function entryOf(name: string, value: unknown): Entry {
  const known = ['dtype', 'shape', 'data_offsets'];
  if (!isObject(value) || Object.keys(value).length !== 3 || !known.every((key) => Object.hasOwn(value, key)))
    throw new SafetensorsError('TENSOR', `need exactly ${known.join(', ')}`, name);
  const { dtype, shape, data_offsets: offsets } = value;
  if (dtype !== 'F32' && dtype !== 'F64')
    throw new SafetensorsError('DTYPE', `have ${String(dtype)}, need F32 or F64: convert it before saving`, name);
  if (!Array.isArray(shape) || shape.length > 8 || !shape.every((size) => isCount(size) && size > 0))
    throw new SafetensorsError('TENSOR', 'need a shape of at most 8 sizes, each at least 1', name);
  const elements = shape.reduce((product: number, size: number) => Math.min(product * size, MOST_ELEMENTS + 1), 1);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    throw new SafetensorsError('OFFSETS', 'need two data offsets', name);
  const [begin, end] = offsets as [number, number];
  if (elements > MOST_ELEMENTS || end - begin !== elements * WIDTHS[dtype])
    throw new SafetensorsError(
      'OFFSETS',
      `have bytes ${begin} … ${end}, need ${elements} values of ${WIDTHS[dtype]} bytes`,
      name,
    );
  return { name, dtype, shape, begin, end };
}

/** Reads a file. Throws SafetensorsError for every byte string that is not one canonical container. */
export function decodeSafetensors(bytes: Uint8Array): ReadonlyMap<string, Tensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw new SafetensorsError('LENGTH', `have ${bytes.length} bytes, need a header length of 8`);
  const length = view.getBigUint64(0, true);
  const room = Math.min(LONGEST_HEADER, bytes.length - 8);
  if (length > BigInt(room)) throw new SafetensorsError('LENGTH', `a header of ${length} bytes, need at most ${room}`);
  const data = 8 + Number(length);
  const entries = Object.entries(headerOf(bytes.subarray(8, data)))
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => entryOf(name, value))
    .sort((a, b) => a.begin - b.begin);
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== at)
      throw new SafetensorsError('OFFSETS', `begins at ${begin}, need ${at}: no gap and no overlap`, name);
    at = end;
  }
  if (data + at !== bytes.length)
    throw new SafetensorsError('LENGTH', `the tensors fill ${at} bytes, have ${bytes.length - data}`);
  return new Map(
    entries.map(({ name, dtype, shape, begin, end }) => {
      // A copy of its own: aligned, and no view of what the caller may write to.
      const own = Uint8Array.from(bytes.subarray(data + begin, data + end)).buffer;
      return [name, { shape, values: dtype === 'F32' ? new Float32Array(own) : new Float64Array(own) }];
    }),
  );
}

/** Writes tensors in the order of the map, the header padded with spaces to a multiple of 8 bytes. */
export function encodeSafetensors(tensors: ReadonlyMap<string, Tensor>): Uint8Array {
  let at = 0;
  const header: Record<string, unknown> = {};
  for (const [name, { shape, values }] of tensors) {
    const dtype = values instanceof Float32Array ? 'F32' : 'F64';
    header[name] = { dtype, shape, data_offsets: [at, at + values.byteLength] };
    at += values.byteLength;
  }
  const json = bytesOf(JSON.stringify(header));
  while (json.length % 8 !== 0) json.push(0x20);
  const bytes = new Uint8Array(8 + json.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  at = 8 + json.length;
  for (const { values } of tensors.values()) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}
