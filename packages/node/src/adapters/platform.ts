/** Platform over node:crypto: synchronous, and as fast as the machine's AES and SHA instructions. */
import * as crypto from 'node:crypto';
import type { Keystream, Platform, Random, Secret } from '@concord/protocol';

/** One piece of keystream; larger ones fall out of the cache, smaller ones pay for the call. */
const PIECE = 65_536;
const ZEROS = new Uint8Array(PIECE);
/** DER around a raw X25519 key (RFC 8410): PKCS #8 for secret, SubjectPublicKeyInfo for public ones. */
const SECRET_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

const secretKeyObject = (secretKey: Secret): crypto.KeyObject =>
  crypto.createPrivateKey({ key: Buffer.concat([SECRET_PREFIX, secretKey.reveal()]), format: 'der', type: 'pkcs8' });
const publicKeyObject = (publicKey: Uint8Array): crypto.KeyObject =>
  crypto.createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, publicKey]), format: 'der', type: 'spki' });

/** iv + blocks as a 128-bit big-endian counter. */
function advance(iv: Uint8Array, blocks: number): Uint8Array {
  const out = Uint8Array.from(iv);
  let carry = BigInt(blocks);
  for (let i = 15; i >= 0 && carry > 0n; i--) {
    carry += BigInt(out[i]!);
    out[i] = Number(carry & 255n);
    carry >>= 8n;
  }
  return out;
}

function keystream(key: Uint8Array, iv: Uint8Array, offsetBlocks: number): Keystream {
  const cipher = crypto.createCipheriv('aes-128-ctr', key, offsetBlocks === 0 ? iv : advance(iv, offsetBlocks));
  return {
    read: (count) =>
      cipher.update(count === PIECE ? ZEROS : count < PIECE ? ZEROS.subarray(0, count) : new Uint8Array(count)),
  };
}

const sha256 = (data: Uint8Array): Uint8Array => crypto.hash('sha256', data, 'buffer');

/** Bytes of a block of SHA-256. */
const BLOCK = 64;

/** RFC 2104 as two hashes at once, which costs less than half of an Hmac object for the short messages of the protocol. */
function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  const short = key.length > BLOCK ? sha256(key) : key;
  const inner = new Uint8Array(BLOCK + data.length).fill(0x36, 0, BLOCK);
  const outer = new Uint8Array(BLOCK + 32).fill(0x5c, 0, BLOCK);
  for (const [i, byte] of short.entries()) {
    inner[i]! ^= byte;
    outer[i]! ^= byte;
  }
  inner.set(data, BLOCK);
  outer.set(sha256(inner), BLOCK);
  return sha256(outer);
}

export const nodePlatform: Platform = {
  sha256,
  hmacSha256,
  aesCtr: (key, iv, offsetBlocks = 0) => keystream(key, iv, offsetBlocks),

  x25519KeyPair(secretKey) {
    const spki = crypto.createPublicKey(secretKeyObject(secretKey)).export({ format: 'der', type: 'spki' });
    return { secretKey, publicKey: Uint8Array.from(spki.subarray(PUBLIC_PREFIX.length)) };
  },
  x25519(secretKey, publicKey) {
    try {
      const shared = crypto.diffieHellman({
        privateKey: secretKeyObject(secretKey),
        publicKey: publicKeyObject(publicKey),
      });
      return shared.some((byte) => byte !== 0) ? shared : undefined;
    } catch {
      return undefined; // OpenSSL refuses low-order public keys itself
    }
  },

  aesGcmSeal(key, nonce, aad, plaintext) {
    const cipher = crypto.createCipheriv('aes-128-gcm', key, nonce);
    cipher.setAAD(aad);
    return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  },
  aesGcmOpen(key, nonce, aad, ciphertext) {
    if (ciphertext.length < 16) return undefined;
    const decipher = crypto.createDecipheriv('aes-128-gcm', key, nonce, { authTagLength: 16 });
    decipher.setAAD(aad);
    decipher.setAuthTag(ciphertext.subarray(-16));
    try {
      return Buffer.concat([decipher.update(ciphertext.subarray(0, -16)), decipher.final()]);
    } catch {
      return undefined;
    }
  },
};

/** Uniform bytes from the operating system. */
export const nodeRandom: Random = (count) => {
  const out = new Uint8Array(count);
  for (let offset = 0; offset < count; offset += PIECE) crypto.getRandomValues(out.subarray(offset, offset + PIECE));
  return out;
};

/** Milliseconds that this process has computed: user and system time. */
export const nodeComputed = (): number => {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system) / 1_000);
};
