/** RFC 9180 base mode, single shot: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM. Keys are raw 32 bytes. */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
} from 'node:crypto';
import { join, u16, u8 } from './bytes.ts';

const PRIVATE = Buffer.from('302e020100300506032b656e04220420', 'hex'); // PKCS #8 of RFC 8410 before the key
const PUBLIC = Buffer.from('302a300506032b656e032100', 'hex'); // its SubjectPublicKeyInfo
const KEM = join(Buffer.from('KEM'), u16(0x0020));
const SUITE = join(Buffer.from('HPKE'), u16(0x0020), u16(0x0001), u16(0x0001));
const NONE = Buffer.alloc(0);

const privateKey = (raw: Uint8Array) => createPrivateKey({ key: join(PRIVATE, raw), format: 'der', type: 'pkcs8' });
const publicKey = (raw: Uint8Array) => createPublicKey({ key: join(PUBLIC, raw), format: 'der', type: 'spki' });

/** The X25519 public key of a secret key. */
export const publicKeyOf = (secret: Uint8Array): Buffer =>
  createPublicKey(privateKey(secret)).export({ format: 'der', type: 'spki' }).subarray(PUBLIC.length);

const dh = (secret: Uint8Array, peer: Uint8Array): Buffer =>
  diffieHellman({ privateKey: privateKey(secret), publicKey: publicKey(peer) });

const hmac = (key: Uint8Array, data: Uint8Array): Buffer => createHmac('sha256', key).update(data).digest();

function labeledExtract(suite: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array): Buffer {
  return hmac(salt, join(Buffer.from('HPKE-v1'), suite, Buffer.from(label), ikm));
}

/** LabeledExpand for at most 32 bytes: one block of HKDF-Expand. */
function labeledExpand(suite: Uint8Array, prk: Uint8Array, label: string, info: Uint8Array, length: number): Buffer {
  return hmac(prk, join(u16(length), Buffer.from('HPKE-v1'), suite, Buffer.from(label), info, u8(1))).subarray(
    0,
    length,
  );
}

/** Key and base nonce; the first and only message has sequence number 0, so its nonce is the base nonce. */
function schedule(
  shared: Uint8Array,
  enc: Uint8Array,
  recipient: Uint8Array,
  info: Uint8Array,
): { key: Buffer; nonce: Buffer } {
  const prk = labeledExtract(KEM, NONE, 'eae_prk', shared);
  const secretOfKem = labeledExpand(KEM, prk, 'shared_secret', join(enc, recipient), 32);
  const pskIdHash = labeledExtract(SUITE, NONE, 'psk_id_hash', NONE);
  const infoHash = labeledExtract(SUITE, NONE, 'info_hash', info);
  const context = join(u8(0), pskIdHash, infoHash);
  const secret = labeledExtract(SUITE, secretOfKem, 'secret', NONE);
  return {
    key: labeledExpand(SUITE, secret, 'key', context, 16),
    nonce: labeledExpand(SUITE, secret, 'base_nonce', context, 12),
  };
}

/** enc (32) ‖ AEAD output (plaintext + 16). */
export function seal(
  ephemeral: Uint8Array,
  recipient: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Buffer {
  const enc = publicKeyOf(ephemeral);
  const { key, nonce } = schedule(dh(ephemeral, recipient), enc, recipient, info);
  const cipher = createCipheriv('aes-128-gcm', key, nonce).setAAD(aad);
  return join(enc, cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
}

/** The plaintext; throws when the ciphertext is not one for this key, info and aad. */
export function open(secret: Uint8Array, info: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Buffer {
  const enc = ciphertext.subarray(0, 32);
  const { key, nonce } = schedule(dh(secret, enc), enc, publicKeyOf(secret), info);
  const decipher = createDecipheriv('aes-128-gcm', key, nonce, { authTagLength: 16 }).setAAD(aad);
  decipher.setAuthTag(ciphertext.subarray(-16));
  return join(decipher.update(ciphertext.subarray(32, -16)), decipher.final());
}
