import assert from 'node:assert/strict';
import { createECDH, createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { sha256, u256 } from './bytes.ts';
import { draw } from './scenes.ts';
import { addressOf, domainSeparator, recover, sign } from './signature.ts';

test('[AG11] addresses are the last 20 bytes of keccak256 of the public key', () => {
  const first = Buffer.from('ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80', 'hex');
  assert.equal(addressOf(first).toString('hex'), 'f39fd6e51aad88f6f4ce6ab8827279cfffb92266');
});

test('[AG11] nonces are those of RFC 6979', () => {
  const signature = sign(u256(1n), sha256(Buffer.from('Satoshi Nakamoto')));
  assert.equal(
    signature.subarray(0, 64).toString('hex'),
    '934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8' +
      '2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5',
  );
});

test('[AG11] signatures verify in OpenSSL, recover to the signer, and have a low s', () => {
  for (const label of ['one', 'two', 'three', 'four']) {
    const [key, message] = [draw(`key ${label}`), draw(`message ${label}`)];
    const curve = createECDH('secp256k1');
    curve.setPrivateKey(key);
    const point = curve.getPublicKey();
    const jwk = {
      kty: 'EC',
      crv: 'secp256k1',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    };
    const digest = sha256(message);
    const signature = sign(key, digest);
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
    assert.ok(verify('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature.subarray(0, 64)));
    assert.deepEqual(recover(digest, signature), addressOf(key));
    assert.ok(signature[32]! < 0x80);
    assert.notDeepEqual(recover(sha256(digest), signature), addressOf(key));
  }
});

test('[AG15] what is not a signature recovers to nobody', () => {
  const [key, digest] = [draw('key'), draw('digest')];
  const signature = sign(key, digest);
  for (const [from, to, fill] of [
    [0, 32, 0],
    [32, 64, 0],
    [32, 64, 255],
    [64, 65, 0],
  ] as const) {
    assert.equal(recover(digest, Buffer.from(signature).fill(fill, from, to)), null);
  }
  assert.equal(recover(digest, signature.subarray(0, 64)), null);
});

test('[AG11] the domain separator is that of the example in EIP-712', () => {
  const separator = domainSeparator('Ether Mail', '1', 1n, Buffer.alloc(20, 0xcc));
  assert.equal(separator.toString('hex'), 'f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f');
});
