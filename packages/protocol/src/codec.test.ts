import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareBytes, elementBytes, Reader, readElements, tag, u64, u8, uint } from './codec.ts';
import { F32, F64 } from './field.ts';

test('[AG4] tags are length, then ASCII', () => {
  assert.equal(Buffer.from(tag('core')).toString('latin1'), '\x0fconcord/v1/core');
});

test('[AG4] integers are big-endian, of fixed width, and refuse what does not fit', () => {
  assert.deepEqual(u64(258n), Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 2));
  assert.throws(() => u8(256), RangeError);
  assert.throws(() => uint(-1, 4), RangeError);
});

test('[AG15] a reader past its end yields zeros and is not complete', () => {
  const reader = new Reader(Uint8Array.of(1, 2, 3));
  assert.equal(reader.uint(2), 258);
  assert.ok(!reader.complete);
  assert.deepEqual(reader.take(2), new Uint8Array(2));
  assert.ok(!reader.complete);
  const exact = new Reader(Uint8Array.of(9));
  assert.equal(exact.uint(1), 9);
  assert.ok(exact.complete);
});

test('[AG15] elements of q and more are refused, q − 1 is not', () => {
  for (const field of [F32, F64]) {
    const encode = (value: bigint): Uint8Array =>
      Uint8Array.from({ length: field.bytes }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
    const top = (1n << BigInt(8 * field.bytes)) - 1n;
    for (const bad of [field.modulus, field.modulus + 1n, top])
      assert.equal(readElements(field, encode(bad)), undefined);
    for (const good of [0n, 1n, field.modulus - 1n, field.modulus - 2n]) {
      const read = readElements(field, encode(good))!;
      assert.equal(BigInt(read[0]!), good);
      assert.deepEqual(elementBytes(read), encode(good));
    }
  }
});

test('[AG16] addresses order as numbers', () => {
  assert.ok(compareBytes(Uint8Array.of(1, 255), Uint8Array.of(2, 0)) < 0);
  assert.equal(compareBytes(Uint8Array.of(7), Uint8Array.of(7)), 0);
});
