import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeSafetensors, encodeSafetensors, LONGEST_HEADER, SafetensorsError, type Tensor } from './safetensors.ts';

const tensors = new Map<string, Tensor>([
  ['hidden.weight', { shape: [2, 3], values: Float32Array.of(1, -2, 3.5, 0, 1e-8, -0) }],
  ['größe “b”', { shape: [1], values: Float64Array.of(Math.PI) }],
]);

/** A file with this header, as text or bytes, and so many zero bytes of data. */
function fileOf(header: unknown, data = 0, length?: bigint): Uint8Array {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  const json = header instanceof Uint8Array ? header : new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}
const entry = (shape: unknown, offsets: unknown, dtype: unknown = 'F32') => ({ dtype, shape, data_offsets: offsets });

test('[LR22] tensors come back as they were written, from a view with any offset too', () => {
  const bytes = encodeSafetensors(tensors);
  assert.equal((bytes.length - 6 * 4 - 8 - 8) % 8, 0);
  assert.deepEqual(decodeSafetensors(bytes), tensors);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  const decoded = decodeSafetensors(Buffer.from(shifted.buffer, 3));
  assert.deepEqual(decoded, tensors);
  shifted.fill(7);
  assert.deepEqual(decoded, tensors);
  assert.deepEqual(decodeSafetensors(fileOf({})), new Map());
});

test('[LR22] what other writers do is read: metadata, spaces after the header, tensors in another order', () => {
  const header = `${JSON.stringify({
    __metadata__: { format: 'pt' },
    b: entry([1], [8, 12]),
    a: entry([2], [0, 8]),
    scalar: entry([], [12, 20], 'F64'),
  })}    `;
  const decoded = decodeSafetensors(fileOf(header, 20));
  assert.deepEqual([...decoded.keys()], ['a', 'b', 'scalar']);
  assert.deepEqual(decoded.get('scalar'), { shape: [], values: new Float64Array(1) });
});

test('[LR22] headers that lie are refused with a reason, and nothing is allocated for them', () => {
  const refused: readonly [what: string, bytes: Uint8Array, code: string, tensor?: string][] = [
    ['no length', new Uint8Array(7), 'LENGTH'],
    ['a length beyond the file', fileOf({}, 0, 3n), 'LENGTH'],
    ['a length of 2^64 − 1', fileOf({}, 0, 2n ** 64n - 1n), 'LENGTH'],
    ['a header beyond the limit', fileOf(`{}${' '.repeat(LONGEST_HEADER)}`), 'LENGTH'],
    ['no UTF-8', fileOf(Uint8Array.of(0x7b, 0xff, 0x7d)), 'HEADER'],
    ['an overlong slash', fileOf(Uint8Array.of(0x7b, 0xc0, 0xaf, 0x7d)), 'HEADER'],
    ['no JSON', fileOf('{"a":'), 'HEADER'],
    ['a list', fileOf('[]'), 'HEADER'],
    ['a space first', fileOf(' {}'), 'HEADER'],
    [
      'one name twice',
      fileOf(`{"a":${JSON.stringify(entry([1], [0, 4]))},"a":${JSON.stringify(entry([1], [0, 4]))}}`, 4),
      'HEADER',
    ],
    ['one field twice', fileOf('{"a":{"dtype":"F64","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4), 'HEADER'],
    ['an object for a shape', fileOf({ a: entry({ length: 1 }, [0, 4]) }, 4), 'HEADER'],
    ['no object', fileOf({ a: 3 }, 4), 'TENSOR', 'a'],
    ['a field too many', fileOf({ a: { ...entry([1], [0, 4]), more: 1 } }, 4), 'TENSOR', 'a'],
    ['a field too few', fileOf({ a: { dtype: 'F32', shape: [1] } }, 4), 'TENSOR', 'a'],
    ['half floats', fileOf({ a: entry([2], [0, 4], 'BF16') }, 4), 'DTYPE', 'a'],
    ['a number for a type', fileOf({ a: entry([1], [0, 4], 32) }, 4), 'DTYPE', 'a'],
    ['a negative size', fileOf({ a: entry([-1], [0, 4]) }, 4), 'TENSOR', 'a'],
    ['an empty tensor', fileOf({ a: entry([0], [0, 0]) }), 'TENSOR', 'a'],
    ['a broken size', fileOf({ a: entry([1.5], [0, 6]) }, 6), 'TENSOR', 'a'],
    ['nine dimensions', fileOf({ a: entry(Array(9).fill(1), [0, 4]) }, 4), 'TENSOR', 'a'],
    ['a product beyond 2^53', fileOf({ a: entry([2 ** 40, 2 ** 40], [0, 4]) }, 4), 'OFFSETS', 'a'],
    ['one offset', fileOf({ a: entry([1], [0]) }, 4), 'OFFSETS', 'a'],
    ['negative offsets', fileOf({ a: entry([1], [-4, 0]) }, 4), 'OFFSETS', 'a'],
    ['offsets that are texts', fileOf({ a: entry([1], ['0', '4']) }, 4), 'OFFSETS', 'a'],
    ['bytes that are not the shape’s', fileOf({ a: entry([2], [0, 4]) }, 4), 'OFFSETS', 'a'],
    ['the end before the beginning', fileOf({ a: entry([1], [4, 0]) }, 4), 'OFFSETS', 'a'],
    ['a gap', fileOf({ a: entry([1], [0, 4]), b: entry([1], [8, 12]) }, 12), 'OFFSETS', 'b'],
    ['a gap at the beginning', fileOf({ a: entry([1], [4, 8]) }, 8), 'OFFSETS', 'a'],
    ['an overlap', fileOf({ a: entry([2], [0, 8]), b: entry([1], [4, 8]) }, 8), 'OFFSETS', 'b'],
    ['two names for the same bytes', fileOf({ a: entry([1], [0, 4]), b: entry([1], [0, 4]) }, 4), 'OFFSETS', 'b'],
    ['a tensor beyond the file', fileOf({ a: entry([2], [0, 8]) }, 4), 'LENGTH'],
    ['bytes that nobody names', fileOf({ a: entry([1], [0, 4]) }, 5), 'LENGTH'],
  ];
  for (const [what, bytes, code, tensor] of refused)
    assert.throws(
      () => decodeSafetensors(bytes),
      (error: unknown) => error instanceof SafetensorsError && error.code === code && error.tensor === tensor,
      what,
    );
});

test('[LR22] no byte string does anything but decode or be refused', () => {
  const honest = encodeSafetensors(tensors);
  fc.assert(
    fc.property(fc.nat(honest.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(honest.length), (at, byte, cut) => {
      const bytes = Uint8Array.from(honest);
      bytes[at] = byte;
      for (const each of [bytes, bytes.subarray(0, cut)])
        try {
          const decoded = decodeSafetensors(each);
          const values = [...decoded.values()];
          assert.ok(values.every(({ shape, values: x }) => x.length === shape.reduce((a, b) => a * b, 1)));
        } catch (error) {
          assert.ok(error instanceof SafetensorsError, String(error));
        }
    }),
    { numRuns: 2_000 },
  );
});
