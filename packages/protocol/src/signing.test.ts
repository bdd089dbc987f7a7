import assert from 'node:assert/strict';
import { test } from 'node:test';
import { equalBytes } from './codec.ts';
import { Secret } from './secret.ts';
import { addressOf, publicKeyOf, recover, reportDigest, sign } from './signing.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const key = new Secret(hex('ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'));
const domain = { chainId: 31_337n, contract: new Uint8Array(20).fill(3) };
const digest = reportDigest(domain, new Uint8Array(32).fill(1));
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

test('[AG11] the address of a well-known development key', () => {
  assert.deepEqual(addressOf(publicKeyOf(key)), hex('f39fd6e51aad88f6f4ce6ab8827279cfffb92266'));
});

test('[AG11] a signature recovers its signer, and only over its own digest', () => {
  const signature = sign(digest, key);
  assert.equal(signature.length, 65);
  assert.deepEqual(recover(digest, signature), addressOf(publicKeyOf(key)));
  const elsewhere = [
    reportDigest({ ...domain, chainId: 1n }, new Uint8Array(32).fill(1)),
    reportDigest({ ...domain, contract: new Uint8Array(20).fill(4) }, new Uint8Array(32).fill(1)),
    reportDigest(domain, new Uint8Array(32).fill(2)),
  ];
  for (const other of elsewhere) {
    const signer = recover(other, signature);
    assert.ok(signer === undefined || !equalBytes(signer, addressOf(publicKeyOf(key))));
  }
});

test('[AG15] high s, v of 0 or 1, wrong lengths and r out of range are nobody’s signature', () => {
  const signature = sign(digest, key);
  const s = BigInt(`0x${Buffer.from(signature.subarray(32, 64)).toString('hex')}`);
  const high = Uint8Array.from(signature);
  high.set(hex((ORDER - s).toString(16).padStart(64, '0')), 32);
  high[64] = signature[64] === 27 ? 28 : 27;
  assert.equal(recover(digest, high), undefined);
  const low = Uint8Array.from(signature);
  low[64]! -= 27;
  assert.equal(recover(digest, low), undefined);
  assert.equal(recover(digest, signature.subarray(0, 64)), undefined);
  assert.equal(recover(digest, Uint8Array.from([...signature, 0])), undefined);
  const outOfRange = Uint8Array.from(signature);
  outOfRange.fill(0xff, 0, 32);
  assert.equal(recover(digest, outOfRange), undefined);
});
