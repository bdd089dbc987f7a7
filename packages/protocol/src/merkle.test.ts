import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { concat, u32 } from './codec.ts';
import { merkleProof, merkleRoot, merkleTree, verifyMerkleProof } from './merkle.ts';

const leaves = Array.from({ length: 9 }, (_, i) => keccak_256(Uint8Array.of(i)));

test('[AG7] the roots of no, one and three leaves, written out', () => {
  const hash = (...pieces: Uint8Array[]): Uint8Array => keccak_256(concat(...pieces));
  const [zero, one, two] = [0, 1, 2].map((byte) => Uint8Array.of(byte)) as [Uint8Array, Uint8Array, Uint8Array];
  const nothing = new Uint8Array(32);
  assert.deepEqual(merkleRoot([]), hash(two, u32(0), nothing));
  assert.deepEqual(merkleRoot([leaves[0]!]), hash(two, u32(1), hash(zero, leaves[0]!)));
  const [a, b, c] = leaves.map((leaf) => hash(zero, leaf)) as [Uint8Array, Uint8Array, Uint8Array];
  const top = hash(one, hash(one, a, b), hash(one, c, nothing));
  assert.deepEqual(merkleRoot(leaves.slice(0, 3)), hash(two, u32(3), top));
});

test('[AG7] every leaf of every small tree is proven, and nothing else is', () => {
  for (let count = 1; count <= leaves.length; count++) {
    const tree = merkleTree(leaves.slice(0, count));
    for (let i = 0; i < count; i++) {
      const proof = merkleProof(tree, i);
      assert.ok(verifyMerkleProof(tree.root, count, i, leaves[i]!, proof));
      assert.ok(!verifyMerkleProof(tree.root, count, i, leaves[(i + 1) % leaves.length]!, proof));
      assert.ok(!verifyMerkleProof(tree.root, count + 1, i, leaves[i]!, proof));
      assert.ok(!verifyMerkleProof(tree.root, count, count, leaves[i]!, proof));
      assert.ok(!verifyMerkleProof(tree.root, count, i, leaves[i]!, [...proof, new Uint8Array(32)]));
      if (count > 1) assert.ok(!verifyMerkleProof(tree.root, count, (i + 1) % count, leaves[i]!, proof));
    }
    assert.throws(() => merkleProof(tree, count), RangeError);
  }
});
