/**
 * HPKE in base mode for one message (RFC 9180) with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-128-GCM: how a seed
 * travels to a holder (AG11).
 */
import { ascii, concat, u16, u8 } from './codec.ts';
import type { KeyPair, Platform } from './platform.ts';

/** Bytes of an encapsulated key. */
export const ENC_BYTES = 32;
/** Bytes that sealing adds to a plaintext, besides the encapsulated key. */
export const TAG_BYTES = 16;

const VERSION = ascii('HPKE-v1');
const KEM_SUITE = concat(ascii('KEM'), u16(0x0020));
const SUITE = concat(ascii('HPKE'), u16(0x0020), u16(0x0001), u16(0x0001));
const EMPTY = new Uint8Array(0);

/** LabeledExtract of RFC 9180 §4; an empty salt is 32 zero bytes (RFC 5869), which HMAC pads alike. */
const extract = (
  platform: Platform,
  suite: Uint8Array,
  label: string,
  ikm: Uint8Array,
  salt: Uint8Array = EMPTY,
): Uint8Array => platform.hmacSha256(salt, concat(VERSION, suite, ascii(label), ikm));

/** LabeledExpand of RFC 9180 §4 for lengths of at most one block (32 bytes). */
const expand = (
  platform: Platform,
  suite: Uint8Array,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array =>
  platform.hmacSha256(prk, concat(u16(length), VERSION, suite, ascii(label), info, u8(1))).subarray(0, length);

function keyAndNonce(
  platform: Platform,
  dh: Uint8Array,
  enc: Uint8Array,
  recipient: Uint8Array,
  info: Uint8Array,
): { key: Uint8Array; nonce: Uint8Array } {
  const eaePrk = extract(platform, KEM_SUITE, 'eae_prk', dh);
  const shared = expand(platform, KEM_SUITE, eaePrk, 'shared_secret', concat(enc, recipient), 32);
  const context = concat(
    u8(0),
    extract(platform, SUITE, 'psk_id_hash', EMPTY),
    extract(platform, SUITE, 'info_hash', info),
  );
  const secret = extract(platform, SUITE, 'secret', EMPTY, shared);
  return {
    key: expand(platform, SUITE, secret, 'key', context, 16),
    nonce: expand(platform, SUITE, secret, 'base_nonce', context, 12),
  };
}

/** A public key on which no secret can be agreed (low order), or of another length than 32 bytes. */
export class HpkeKeyError extends Error {
  readonly code = 'HPKE_KEY';
  constructor() {
    super('the X25519 public key is not 32 bytes of a point of large order; ask its holder for another');
    this.name = 'HpkeKeyError';
  }
}

/**
 * enc (32) ‖ ciphertext ‖ tag (16) under the recipient's public key. `ephemeral` is a fresh key pair, used once.
 * Throws HpkeKeyError where the shared secret would be all zeros.
 */
export function seal(
  platform: Platform,
  recipient: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
  ephemeral: KeyPair,
): Uint8Array {
  const dh = platform.x25519(ephemeral.secretKey, recipient);
  if (dh === undefined) throw new HpkeKeyError();
  const { key, nonce } = keyAndNonce(platform, dh, ephemeral.publicKey, recipient, info);
  return concat(ephemeral.publicKey, platform.aesGcmSeal(key, nonce, aad, plaintext));
}

/** The plaintext of `seal`, or undefined for anything that this key, info and aad do not open. */
export function open(
  platform: Platform,
  recipient: KeyPair,
  info: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length < ENC_BYTES + TAG_BYTES) return undefined;
  const enc = sealed.subarray(0, ENC_BYTES);
  const dh = platform.x25519(recipient.secretKey, enc);
  if (dh === undefined) return undefined;
  const { key, nonce } = keyAndNonce(platform, dh, enc, recipient.publicKey, info);
  return platform.aesGcmOpen(key, nonce, aad, sealed.subarray(ENC_BYTES));
}
