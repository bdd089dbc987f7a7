/** ECDSA on secp256k1 (SEC 1, RFC 6979) and the one EIP-712 struct that a member signs (AG11). */
import { createHmac } from 'node:crypto';
import { join, keccak, u256, u8 } from './bytes.ts';
import { integer, inverse, mod, power } from './field.ts';

const P = 2n ** 256n - 2n ** 32n - 977n;
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
type Point = readonly [x: bigint, y: bigint] | null; // null is the point at infinity
const G: Point = [
  0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
];

const number = (bytes: Uint8Array): bigint => integer(Buffer.from(bytes).reverse());

function plus(a: Point, b: Point): Point {
  if (a === null) return b;
  if (b === null) return a;
  if (a[0] === b[0] && mod(a[1] + b[1], P) === 0n) return null;
  const slope = a[0] === b[0] ? 3n * a[0] * a[0] * inverse(2n * a[1], P) : (b[1] - a[1]) * inverse(b[0] - a[0], P);
  const x = mod(slope * slope - a[0] - b[0], P);
  return [x, mod(slope * (a[0] - x) - a[1], P)];
}

function times(k: bigint, point: Point): Point {
  let sum: Point = null;
  let double = point;
  for (let rest = k; rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum = plus(sum, double);
    double = plus(double, double);
  }
  return sum;
}

const addressOfPoint = (point: Point): Buffer => keccak(u256(point![0]), u256(point![1])).subarray(12);

/** The 20-byte address of a secret key. */
export const addressOf = (secret: Uint8Array): Buffer => addressOfPoint(times(number(secret), G));

/** RFC 6979 §3.2 with HMAC-SHA256, for a curve of 256 bits. */
function nonces(secret: Uint8Array, digest: Uint8Array): () => bigint {
  const hmac = (key: Uint8Array, ...parts: Uint8Array[]) =>
    createHmac('sha256', key)
      .update(join(...parts))
      .digest();
  const reduced = u256(number(digest) % ORDER);
  let v = Buffer.alloc(32, 1);
  let key = hmac(Buffer.alloc(32), v, u8(0), secret, reduced);
  v = hmac(key, v);
  key = hmac(key, v, u8(1), secret, reduced);
  v = hmac(key, v);
  return () => {
    v = hmac(key, v);
    const candidate = number(v);
    key = hmac(key, v, u8(0));
    v = hmac(key, v);
    return candidate;
  };
}

/** r ‖ s ‖ v, 65 bytes, low s, v 27 or 28. */
export function sign(secret: Uint8Array, digest: Uint8Array): Buffer {
  const next = nonces(secret, digest);
  for (;;) {
    const k = next();
    if (k === 0n || k >= ORDER) continue;
    const R = times(k, G)!;
    const r = R[0] % ORDER;
    const s = mod(inverse(k, ORDER) * (number(digest) + r * number(secret)), ORDER);
    if (r === 0n || s === 0n || R[0] >= ORDER) continue;
    const high = 2n * s > ORDER;
    const odd = (R[1] & 1n) === 1n;
    return join(u256(r), u256(high ? ORDER - s : s), u8(odd !== high ? 28 : 27));
  }
}

/** The address that signed, or null for what is not a signature of this form. */
export function recover(digest: Uint8Array, signature: Uint8Array): Buffer | null {
  const r = number(signature.subarray(0, 32));
  const s = number(signature.subarray(32, 64));
  const v = signature[64];
  if (signature.length !== 65 || (v !== 27 && v !== 28)) return null;
  if (r === 0n || r >= ORDER || s === 0n || 2n * s > ORDER) return null;
  const square = mod(r ** 3n + 7n, P);
  const y = power(square, (P + 1n) / 4n, P);
  if ((y * y) % P !== square) return null;
  const R: Point = [r, (y & 1n) === BigInt(v - 27) ? y : P - y];
  const back = inverse(r, ORDER);
  const point = plus(times(mod(s * back, ORDER), R), times(mod(-number(digest) * back, ORDER), G));
  return point === null ? null : addressOfPoint(point);
}

const typeHash = (text: string): Buffer => keccak(Buffer.from(text, 'ascii'));

/** The EIP-712 domain separator of spec/charter.md's form. */
export const domainSeparator = (name: string, version: string, chainId: bigint, contract: Uint8Array): Buffer =>
  keccak(
    typeHash('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'),
    typeHash(name),
    typeHash(version),
    u256(chainId),
    Buffer.alloc(12),
    contract,
  );

/** The EIP-712 digest of Report(bytes32 headerHash) (AG11). */
export function reportDigest(chainId: bigint, contract: Uint8Array, headerHash: Uint8Array): Buffer {
  const domain = domainSeparator('Concord', '1', chainId, contract);
  return keccak(Buffer.from('1901', 'hex'), domain, keccak(typeHash('Report(bytes32 headerHash)'), headerHash));
}
