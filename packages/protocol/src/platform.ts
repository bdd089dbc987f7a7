/**
 * The cryptography that a platform does faster than JavaScript can. Every method is synchronous because the hot loops
 * (a keystream piece every 64 KiB) cannot afford a promise each. WebCrypto is asynchronous: a browser adapter runs the
 * protocol in a worker and either blocks there on a second worker that awaits WebCrypto (Atomics.wait on a shared
 * buffer), or computes in WebAssembly; X25519 and AES-GCM are called a few times a report and may be any library.
 */
import type { Secret } from './secret.ts';

/** Consecutive bytes of one AES-CTR keystream. */
export interface Keystream {
  /** The next `count` bytes, valid until the next call. Pieces of about 64 KiB are the fastest. */
  read(count: number): Uint8Array;
}

export interface KeyPair {
  readonly secretKey: Secret;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

export interface Platform {
  /** FIPS 180-4; 32 bytes. */
  sha256(data: Uint8Array): Uint8Array;
  /** RFC 2104 over SHA-256; 32 bytes. */
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array;
  /**
   * AES-128-CTR keystream with a 128-bit big-endian counter that starts at `iv` + offsetBlocks (mod 2^128). `key` and
   * `iv` have 16 bytes.
   */
  aesCtr(key: Uint8Array, iv: Uint8Array, offsetBlocks?: number): Keystream;
  /** RFC 7748: the key pair of 32 secret bytes. */
  x25519KeyPair(secretKey: Secret): KeyPair;
  /** RFC 7748: 32 bytes, or undefined where the shared secret is all zeros (a low-order public key). */
  x25519(secretKey: Secret, publicKey: Uint8Array): Uint8Array | undefined;
  /** NIST SP 800-38D, 96-bit nonce, ciphertext ‖ 16-byte tag. */
  aesGcmSeal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** The inverse; undefined where the tag does not fit. */
  aesGcmOpen(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined;
}

/** Fresh uniform bytes; randomness is always an argument. */
export type Random = (count: number) => Uint8Array;
