import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { open, publicKeyOf, seal } from './hpke.ts';

interface HpkeVector {
  readonly mode: number;
  readonly aead_id: number;
  readonly info: string;
  readonly skEm: string;
  readonly skRm: string;
  readonly pkRm: string;
  readonly enc: string;
  readonly encryptions: readonly { readonly aad: string; readonly pt: string; readonly ct: string }[];
}

const data = process.env['CONCORD_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const file = join(data, 'crypto-vectors', 'hpke', 'rfc9180-x25519-hkdf-sha256.json');
const skip = !existsSync(file) && `SKIPPED: ${file} is absent; set CONCORD_DATA to check it`;
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

test('[AG11] the first message of RFC 9180 in base mode with AES-128-GCM is reproduced', { skip }, () => {
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as HpkeVector[];
  const ours = vectors.filter((vector) => vector.mode === 0 && vector.aead_id === 1);
  assert.equal(ours.length, 1);
  for (const v of ours) {
    const { aad, pt, ct } = v.encryptions[0]!;
    assert.equal(publicKeyOf(bytes(v.skRm)).toString('hex'), v.pkRm);
    const sealed = seal(bytes(v.skEm), bytes(v.pkRm), bytes(v.info), bytes(aad), bytes(pt));
    assert.equal(sealed.toString('hex'), v.enc + ct);
    assert.equal(open(bytes(v.skRm), bytes(v.info), bytes(aad), sealed).toString('hex'), pt);
  }
});

test('[AG13] a ciphertext opens for its key, info and aad only', () => {
  const [ephemeral, secret, other] = [1, 2, 3].map((fill) => Buffer.alloc(32, fill)) as [Buffer, Buffer, Buffer];
  const [info, aad, plaintext] = [Buffer.from('info'), Buffer.from('aad'), Buffer.alloc(32, 9)];
  const sealed = seal(ephemeral, publicKeyOf(secret), info, aad, plaintext);
  assert.equal(sealed.length, 80);
  assert.deepEqual(open(secret, info, aad, sealed), plaintext);
  assert.throws(() => open(other, info, aad, sealed));
  assert.throws(() => open(secret, aad, aad, sealed));
  assert.throws(() => open(secret, info, info, sealed));
  for (const at of [0, 31, 32, 79]) {
    const broken = Buffer.from(sealed);
    broken[at]! ^= 1;
    assert.throws(() => open(secret, info, aad, broken));
  }
});
