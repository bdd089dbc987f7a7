/** Public elements (AG6): SHA-256 (FIPS 180-4) of one-block messages that differ in a counter, four at a time. */
import { Q } from './mod32.as';
import { add1, canonical1, EPSILON, sub1 } from './mod64.as';

const K = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);
const INITIAL = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

@inline function rotate(x: v128, n: i32): v128 {
  return v128.or(i32x4.shr_u(x, n), i32x4.shl(x, 32 - n));
}
@inline function add(a: v128, b: v128): v128 {
  return i32x4.add(a, b);
}
@inline function first(e: v128, f: v128, g: v128, h: v128, t: i32, words: usize): v128 {
  const s = v128.xor(v128.xor(rotate(e, 6), rotate(e, 11)), rotate(e, 25));
  const choice = v128.bitselect(f, g, e);
  const k = v128.load32_splat(K + (<usize>t << 2)), w = v128.load(words + (<usize>t << 4));
  return add(add(add(h, s), add(k, w)), choice);
}
@inline function second(a: v128, b: v128, c: v128): v128 {
  const s = v128.xor(v128.xor(rotate(a, 2), rotate(a, 13)), rotate(a, 22));
  return add(s, v128.bitselect(v128.or(b, c), v128.and(b, c), a));
}

/** Four compressions of the initial state: the 16 message vectors at `words` (64 vectors of scratch) → 8 at `words`. */
function compress(words: usize): void {
  for (let p = words + 16 * 16, end = words + 64 * 16; p < end; p += 16) {
    const x = v128.load(p - 15 * 16), y = v128.load(p - 2 * 16);
    const s0 = v128.xor(v128.xor(rotate(x, 7), rotate(x, 18)), i32x4.shr_u(x, 3));
    const s1 = v128.xor(v128.xor(rotate(y, 17), rotate(y, 19)), i32x4.shr_u(y, 10));
    v128.store(p, add(add(v128.load(p - 16 * 16), v128.load(p - 7 * 16)), add(s0, s1)));
  }
  let a = v128.load32_splat(INITIAL), b = v128.load32_splat(INITIAL, 4);
  let c = v128.load32_splat(INITIAL, 8), d = v128.load32_splat(INITIAL, 12);
  let e = v128.load32_splat(INITIAL, 16), f = v128.load32_splat(INITIAL, 20);
  let g = v128.load32_splat(INITIAL, 24), h = v128.load32_splat(INITIAL, 28);
  for (let t: i32 = 0; t < 64; t += 8) {
    h = first(e, f, g, h, t, words); d = add(d, h); h = add(h, second(a, b, c));
    g = first(d, e, f, g, t + 1, words); c = add(c, g); g = add(g, second(h, a, b));
    f = first(c, d, e, f, t + 2, words); b = add(b, f); f = add(f, second(g, h, a));
    e = first(b, c, d, e, t + 3, words); a = add(a, e); e = add(e, second(f, g, h));
    d = first(a, b, c, d, t + 4, words); h = add(h, d); d = add(d, second(e, f, g));
    c = first(h, a, b, c, t + 5, words); g = add(g, c); c = add(c, second(d, e, f));
    b = first(g, h, a, b, t + 6, words); f = add(f, b); b = add(b, second(c, d, e));
    a = first(f, g, h, a, t + 7, words); e = add(e, a); a = add(a, second(b, c, d));
  }
  v128.store(words, add(a, v128.load32_splat(INITIAL)));
  v128.store(words, add(b, v128.load32_splat(INITIAL, 4)), 16);
  v128.store(words, add(c, v128.load32_splat(INITIAL, 8)), 32);
  v128.store(words, add(d, v128.load32_splat(INITIAL, 12)), 48);
  v128.store(words, add(e, v128.load32_splat(INITIAL, 16)), 64);
  v128.store(words, add(f, v128.load32_splat(INITIAL, 20)), 80);
  v128.store(words, add(g, v128.load32_splat(INITIAL, 24)), 96);
  v128.store(words, add(h, v128.load32_splat(INITIAL, 28)), 112);
}

/** Word w (0 … 7) of lane's digest, as a little-endian word of its bytes. */
@inline function word(words: usize, w: u32, lane: u32): u64 {
  return <u64>bswap(load<u32>(words + (<usize>w << 4) + (<usize>lane << 2)));
}
@inline function element32(words: usize, w: u32, lane: u32): u32 {
  const q = <u64>Q;
  let r = word(words, w + 3, lane) % q;
  r = ((r << 32) | word(words, w + 2, lane)) % q;
  r = ((r << 32) | word(words, w + 1, lane)) % q;
  return <u32>(((r << 32) | word(words, w, lane)) % q);
}
/** w0 + w1·φ + w2·φ² + w3·φ³ = (w0 − w2 − w3) + (w1 + w2)·φ, where a carry of w1 + w2 is worth φ² = φ − 1. */
@inline function element64(words: usize, w: u32, lane: u32): u64 {
  const w2 = word(words, w + 2, lane), h = word(words, w + 1, lane) + w2;
  const middle = canonical1((h << 32) + (h >> 32) * EPSILON);
  return sub1(sub1(add1(middle, word(words, w, lane)), w2), word(words, w + 3, lane));
}

/**
 * Elements 0 … count − 1 of one block of public elements, of `bytes` bytes each. `message` is one padded SHA-256 block
 * whose big-endian counter of four bytes lies at `counter`; `words` is 1,024 bytes of scratch.
 */
export function expandPublic(message: usize, counter: u32, count: u32, bytes: u32, words: usize, out: usize): void {
  for (let i: u32 = 0; i < count; i += 8) {
    for (let lane: u32 = 0; lane < 4; lane++) {
      store<u32>(message + counter, bswap((i >> 1) + lane));
      for (let w: u32 = 0; w < 16; w++) {
        store<u32>(words + (<usize>w << 4) + (<usize>lane << 2), bswap(load<u32>(message + (<usize>w << 2))));
      }
    }
    compress(words);
    const present = min<u32>(8, count - i);
    for (let j: u32 = 0; j < present; j++) {
      if (bytes == 4) store<u32>(out + (<usize>(i + j) << 2), element32(words, (j & 1) << 2, j >> 1));
      else store<u64>(out + (<usize>(i + j) << 3), element64(words, (j & 1) << 2, j >> 1));
    }
  }
}
