import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keccak, sha256, u32, u8 } from './bytes.ts';
import { merkleRoot, rootOfBytes } from './merkle.ts';

const [a, b, c] = ['a', 'b', 'c'].map((name) => sha256(Buffer.from(name))) as [Buffer, Buffer, Buffer];
const leaf = (dataHash: Buffer) => keccak(u8(0), dataHash);
const inner = (left: Buffer, right: Buffer) => keccak(u8(1), left, right);
const zero = Buffer.alloc(32);

test('[AG7] [AG16] the Merkle root of three leaves pads with a zero node and carries the count', () => {
  const top = inner(inner(leaf(a), leaf(b)), inner(leaf(c), zero));
  assert.deepEqual(merkleRoot([a, b, c]), keccak(u8(2), u32(3), top));
});

test('[AG7] [AG16] one leaf is its own top, and no leaf has the zero node for top', () => {
  assert.deepEqual(merkleRoot([a]), keccak(u8(2), u32(1), leaf(a)));
  assert.deepEqual(merkleRoot([]), keccak(u8(2), u32(0), zero));
});

test('[AG7] bytes are cut into leaves of which the last may be short', () => {
  const bytes = Buffer.from('abcdefg');
  const hashes = [sha256(Buffer.from('abcd')), sha256(Buffer.from('efg'))];
  assert.deepEqual(rootOfBytes(bytes, 4, sha256), merkleRoot(hashes));
});

test('[AG7] keccak256 of nothing is the known digest', () => {
  assert.equal(keccak().toString('hex'), 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470');
});
