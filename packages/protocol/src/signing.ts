/** Who sent a report: the EIP-712 struct `Report(bytes32 headerHash)` signed with secp256k1 (AG11, EIP-712, EIP-2). */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { ascii, concat, u8, uint } from './codec.ts';
import type { Secret } from './secret.ts';

/** EIP-712 domain: name "Concord", version "1", and these. */
export interface Domain {
  readonly chainId: bigint;
  /** The contract that checks the signature, 20 bytes. */
  readonly contract: Uint8Array;
}

export const SIGNATURE_BYTES = 65;

const hashText = (text: string): Uint8Array => keccak_256(ascii(text));
const DOMAIN_TYPE = hashText('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)');
const REPORT_TYPE = hashText('Report(bytes32 headerHash)');
const HALF_ORDER = secp256k1.Point.Fn.ORDER >> 1n;

/** The 32 bytes that are signed for a report header. */
export function reportDigest(domain: Domain, headerHash: Uint8Array): Uint8Array {
  const separator = keccak_256(
    concat(
      DOMAIN_TYPE,
      hashText('Concord'),
      hashText('1'),
      uint(domain.chainId, 32),
      new Uint8Array(32 - domain.contract.length),
      domain.contract,
    ),
  );
  return keccak_256(concat(Uint8Array.of(0x19, 0x01), separator, keccak_256(concat(REPORT_TYPE, headerHash))));
}

/** r ‖ s ‖ v (27 or 28) with low s over a 32-byte digest; deterministic (RFC 6979). */
export function sign(digest: Uint8Array, secretKey: Secret): Uint8Array {
  const signature = secp256k1.sign(digest, secretKey.reveal(), { prehash: false, lowS: true, format: 'recovered' });
  return concat(signature.subarray(1), u8(27 + signature[0]!));
}

export const signReport = (domain: Domain, headerHash: Uint8Array, secretKey: Secret): Uint8Array =>
  sign(reportDigest(domain, headerHash), secretKey);

/** The address that signed the digest, or undefined for anything but a canonical (low s, v 27 or 28) signature. */
export function recover(digest: Uint8Array, signature: Uint8Array): Uint8Array | undefined {
  const v = signature[64];
  if (signature.length !== SIGNATURE_BYTES || (v !== 27 && v !== 28)) return undefined;
  const s = signature.subarray(32, 64).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  if (s > HALF_ORDER) return undefined;
  try {
    const recovered = concat(u8(v - 27), signature.subarray(0, 64));
    const point = secp256k1.Signature.fromBytes(recovered, 'recovered').recoverPublicKey(digest);
    return addressOf(point.toBytes(false));
  } catch {
    return undefined; // r or s out of range, or no point with that x: nobody's signature
  }
}

/** The Ethereum address of an uncompressed public key (65 bytes). */
export const addressOf = (publicKey: Uint8Array): Uint8Array => keccak_256(publicKey.subarray(1)).slice(12);

/** The uncompressed public key: 65 bytes. Throws on a key that is not in 1 … n − 1. */
export const publicKeyOf = (secretKey: Secret): Uint8Array => secp256k1.getPublicKey(secretKey.reveal(), false);
