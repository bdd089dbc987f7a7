import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { nodePlatform as platform } from '../../node/src/adapters/platform.ts';
import * as hpke from './hpke.ts';
import { Secret } from './secret.ts';

const data = process.env['CONCORD_DATA'] ?? new URL('../../../../shared/data', import.meta.url).pathname;
const file = `${data}/crypto-vectors/hpke/rfc9180-x25519-hkdf-sha256.json`;
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

interface Vector {
  readonly mode: number;
  readonly kem_id: number;
  readonly kdf_id: number;
  readonly aead_id: number;
  readonly info: string;
  readonly skRm: string;
  readonly pkRm: string;
  readonly skEm: string;
  readonly enc: string;
  readonly encryptions: readonly { readonly aad: string; readonly ct: string; readonly pt: string }[];
}

const skip = existsSync(file) ? false : `SKIPPED: no ${file}; set CONCORD_DATA`;

test('[AG11] HPKE seals and opens the base-mode vectors of RFC 9180 for the suite', { skip }, () => {
  const vectors: Vector[] = JSON.parse(readFileSync(file, 'utf8'));
  const ours = vectors.filter((v) => v.mode === 0 && v.kem_id === 32 && v.kdf_id === 1 && v.aead_id === 1);
  assert.ok(ours.length > 0);
  for (const vector of ours) {
    const recipient = platform.x25519KeyPair(new Secret(hex(vector.skRm)));
    const ephemeral = platform.x25519KeyPair(new Secret(hex(vector.skEm)));
    assert.deepEqual(recipient.publicKey, hex(vector.pkRm));
    // One message per context: sequence number 0 of each vector.
    const first = vector.encryptions[0]!;
    const [info, aad, plaintext] = [hex(vector.info), hex(first.aad), hex(first.pt)];
    const sealed = hpke.seal(platform, recipient.publicKey, info, aad, plaintext, ephemeral);
    assert.equal(Buffer.from(sealed).toString('hex'), vector.enc + first.ct);
    assert.deepEqual(Uint8Array.from(hpke.open(platform, recipient, info, aad, sealed)!), plaintext);
  }
});

const alice = platform.x25519KeyPair(new Secret(new Uint8Array(32).fill(7)));
const once = platform.x25519KeyPair(new Secret(new Uint8Array(32).fill(9)));
const text = new Uint8Array(32).fill(1);
const [info, aad] = [new Uint8Array(3), new Uint8Array(5)];

test('[AG11] a sealed seed altered in any byte, or under another info or aad, does not open', () => {
  const sealed = hpke.seal(platform, alice.publicKey, info, aad, text, once);
  for (let i = 0; i < sealed.length; i++) {
    const altered = Uint8Array.from(sealed);
    altered[i]! ^= 1;
    assert.equal(hpke.open(platform, alice, info, aad, altered), undefined, `byte ${i}`);
  }
  assert.equal(hpke.open(platform, alice, new Uint8Array(4), aad, sealed), undefined);
  assert.equal(hpke.open(platform, alice, info, new Uint8Array(6), sealed), undefined);
  assert.equal(hpke.open(platform, once, info, aad, sealed), undefined);
  assert.equal(hpke.open(platform, alice, info, aad, sealed.subarray(0, 47)), undefined);
});

test('[AG11] an all-zero shared secret is refused on both sides', () => {
  for (const low of [new Uint8Array(32), Uint8Array.of(1, ...new Uint8Array(31))]) {
    assert.throws(() => hpke.seal(platform, low, info, aad, text, once), hpke.HpkeKeyError);
    const sealed = new Uint8Array(80);
    sealed.set(low);
    assert.equal(hpke.open(platform, alice, info, aad, sealed), undefined);
  }
});
