import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { loadKernels } from '../../../node/src/adapters/kernels.ts';
import { plainKernels } from './plain.ts';
import { source } from './twins.ts';

const kernels = loadKernels({ memoryBytes: 2 ** 22 });
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('the published digest of “abc”, the padding in one byte, and no message at all', () => {
  const digestOf = (text: string): string => hex(kernels.keccak256(new TextEncoder().encode(text), 1024));
  assert.equal(digestOf('abc'), '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45');
  assert.equal(digestOf('a'.repeat(135)), hex(keccak_256(new Uint8Array(135).fill(97))));
  // No messages, no digests: the digest of the empty string is never among them.
  assert.equal(digestOf(''), '');
});

test('every length up to 300 agrees with the reference', () => {
  const bytes = source('keccak')(300);
  for (let length = 1; length <= 300; length++) {
    const message = bytes.subarray(0, length);
    assert.equal(hex(kernels.keccak256(message, length)), hex(keccak_256(message)), `${length} bytes`);
    assert.equal(hex(kernels.keccak256(message, 2 ** 40)), hex(keccak_256(message)), `one message of ${length} bytes`);
  }
});

test('the twins agree on messages one after the other, the last of them shorter', () => {
  const bytes = source('keccak messages')(2048);
  for (const size of [1, 33, 65, 135, 136, 137, 272, 512]) {
    for (const total of [0, 1, size - 1, size, size + 1, 3 * size, 3 * size + 17]) {
      const messages = bytes.subarray(7, 7 + total);
      const expected = plainKernels.keccak256(messages, size);
      assert.deepEqual(kernels.keccak256(messages, size), expected, `${total} bytes by ${size}`);
      assert.equal(expected.length, 32 * Math.ceil(total / size));
    }
  }
});

test('a size that is none is refused by both', () => {
  for (const size of [0, -1, 1.5, Number.NaN])
    for (const { keccak256 } of [plainKernels, kernels])
      assert.throws(() => keccak256(new Uint8Array(4), size), { code: 'RANGE' });
});
