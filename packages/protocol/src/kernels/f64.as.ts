/** Vectors of elements modulo p = 2^64 − 2^32 + 1. Pointers are byte addresses, counts are elements. */
import { largest2, lowHalves } from './constants.as';
import {
  accumulate2, add1, add2, bias2, fromSigned, mul1, P, product2, settle1, split2, sub1, sub2, swap2,
} from './mod64.as';

export function addF64(acc: usize, x: usize, count: u32): void {
  const end = acc + (<usize>count << 3), vectors = end - 8;
  for (; acc < vectors; acc += 16, x += 16) v128.store(acc, add2(v128.load(acc), v128.load(x)));
  if (acc < end) store<u64>(acc, add1(load<u64>(acc), load<u64>(x)));
}

export function subF64(acc: usize, x: usize, count: u32): void {
  const end = acc + (<usize>count << 3), vectors = end - 8;
  for (; acc < vectors; acc += 16, x += 16) v128.store(acc, sub2(v128.load(acc), v128.load(x)));
  if (acc < end) store<u64>(acc, sub1(load<u64>(acc), load<u64>(x)));
}

export function mulF64(acc: usize, x: usize, count: u32): void {
  const end = acc + (<usize>count << 3), vectors = end - 8;
  for (; acc < vectors; acc += 16, x += 16) {
    const s = split2(v128.load(x));
    v128.store(acc, product2(split2(v128.load(acc)), s, swap2(s)));
  }
  if (acc < end) store<u64>(acc, mul1(load<u64>(acc), load<u64>(x)));
}

/** out ← Σ a·b; `out` has 32 bytes, of which the first 8 are the result. */
export function dotF64(a: usize, b: usize, count: u32, out: usize): void {
  const end = a + (<usize>count << 3), vectors = end - 8;
  memory.fill(out, 0, 32);
  for (; a < vectors; a += 16, b += 16) {
    const s = split2(v128.load(b));
    accumulate2(out, split2(v128.load(a)), s, swap2(s));
  }
  let sum = add1(settle1(out, 0), settle1(out, 1));
  if (a < end) sum = add1(sum, mul1(load<u64>(a), load<u64>(b)));
  store<u64>(out, sum);
}

export function liftF64(x: usize, out: usize, count: u32): void {
  for (const end = x + (<usize>count << 3); x < end; x += 8, out += 8) store<u64>(out, fromSigned(load<i64>(x)));
}

export function centerF64(x: usize, out: usize, count: u32): void {
  for (const end = x + (<usize>count << 3); x < end; x += 8, out += 8) {
    const v = load<u64>(x);
    store<u64>(out, v - select<u64>(P, 0, v > P / 2));
  }
}

/** out ← four u64, the sums of the four 32-bit words of the squares of signed words; at most 2^28 of them. */
export function squaredNormF64(x: usize, count: u32, out: usize): void {
  const end = x + (<usize>count << 3), vectors = end - 8, mask = lowHalves(), zero = i64x2.splat(0);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero, m1 = zero, m2 = zero;
  for (; x < end; x += 16) {
    const s = split2(i64x2.abs(x < vectors ? v128.load(x) : v128.load64_zero(x)));
    const a = i64x2.extmul_low_i32x4_u(s, s), d = i64x2.extmul_high_i32x4_u(s, s);
    const b = i64x2.extmul_low_i32x4_u(s, swap2(s));
    s0 = i64x2.add(s0, v128.and(a, mask));
    s1 = i64x2.add(s1, i64x2.shr_u(a, 32));
    m1 = i64x2.add(m1, v128.and(b, mask));
    m2 = i64x2.add(m2, i64x2.shr_u(b, 32));
    s2 = i64x2.add(s2, v128.and(d, mask));
    s3 = i64x2.add(s3, i64x2.shr_u(d, 32));
  }
  store<u64>(out, addLanes(s0));
  store<u64>(out, addLanes(s1) + 2 * addLanes(m1), 8);
  store<u64>(out, addLanes(s2) + 2 * addLanes(m2), 16);
  store<u64>(out, addLanes(s3), 24);
}
@inline function addLanes(x: v128): u64 {
  return i64x2.extract_lane(x, 0) + i64x2.extract_lane(x, 1);
}

/** As windowF32; the words themselves unless one of them is ≥ p, a 2^-32 event. */
export function windowF64(words: usize, spare: usize): usize {
  const largest = largest2(), bytes: usize = 2048 * 8;
  let beyond = i64x2.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    beyond = v128.or(beyond, i64x2.gt_s(bias2(v128.load(words + i)), largest));
  }
  if (!v128.any_true(beyond)) return words;
  const end = words + 2080 * 8, full = spare + bytes;
  let from = words, to = spare;
  for (; to < full && from < end; from += 8) {
    store<u64>(to, load<u64>(from));
    to += <usize>(load<u64>(from) < P) << 3;
  }
  for (; to < full; to += 8, words += 8) store<u64>(to, load<u64>(words) % P);
  return spare;
}

/** out[l] ← Σ_c weights[c] · x[c·L + l], over x of `count` elements; L = width. `acc`: zeroed, 32 bytes a wire pair. */
export function evaluateWiresF64(x: usize, count: u32, weights: usize, width: u32, acc: usize, out: usize): void {
  const end = x + (<usize>count << 3), rowBytes = <usize>width << 3;
  memory.fill(out, 0, rowBytes);
  for (; x < end; x += rowBytes, weights += 8) {
    const row = min<u32>(width, <u32>((end - x) >> 3));
    const w = v128.load64_splat(weights), s = split2(w), t = swap2(s);
    let l: u32 = 0, a = acc, p = x;
    for (; l + 2 <= row; l += 2, a += 32, p += 16) accumulate2(a, split2(v128.load(p)), s, t);
    if (l < row) {
      const o = out + (<usize>l << 3);
      store<u64>(o, add1(load<u64>(o), mul1(load<u64>(p), load<u64>(weights))));
    }
  }
  for (let l: u32 = 0; l < width; l++) {
    const o = out + (<usize>l << 3);
    store<u64>(o, add1(load<u64>(o), settle1(acc + (<usize>(l >> 1) << 5), l & 1)));
  }
}
