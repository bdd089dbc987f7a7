/** Vectors of elements modulo q = 2^32 − 2^20 + 1. Pointers are byte addresses, counts are elements. */
import { lowHalves, q4 } from './constants.as';
import { add1, add4, mont4, mul1, Q, R2, sub1, sub4 } from './mod32.as';

export function addF32(acc: usize, x: usize, count: u32): void {
  const end = acc + (<usize>count << 2), vectors = end - 12;
  for (; acc < vectors; acc += 16, x += 16) v128.store(acc, add4(v128.load(acc), v128.load(x)));
  for (; acc < end; acc += 4, x += 4) store<u32>(acc, add1(load<u32>(acc), load<u32>(x)));
}

export function subF32(acc: usize, x: usize, count: u32): void {
  const end = acc + (<usize>count << 2), vectors = end - 12;
  for (; acc < vectors; acc += 16, x += 16) v128.store(acc, sub4(v128.load(acc), v128.load(x)));
  for (; acc < end; acc += 4, x += 4) store<u32>(acc, sub1(load<u32>(acc), load<u32>(x)));
}

export function mulF32(acc: usize, x: usize, count: u32): void {
  const end = acc + (<usize>count << 2), vectors = end - 12, r2 = i32x4.splat(R2);
  for (; acc < vectors; acc += 16, x += 16) v128.store(acc, mont4(mont4(v128.load(acc), r2), v128.load(x)));
  for (; acc < end; acc += 4, x += 4) store<u32>(acc, mul1(load<u32>(acc), load<u32>(x)));
}

/** out ← Σ a·b as two u64: the sum of the low words of the products, and of the high words. */
export function dotF32(a: usize, b: usize, count: u32, out: usize): void {
  const end = a + (<usize>count << 2), vectors = end - 12, mask = lowHalves();
  let low = i64x2.splat(0), high = i64x2.splat(0);
  for (; a < vectors; a += 16, b += 16) {
    const x = v128.load(a), y = v128.load(b);
    const p = i64x2.extmul_low_i32x4_u(x, y), r = i64x2.extmul_high_i32x4_u(x, y);
    low = i64x2.add(low, i64x2.add(v128.and(p, mask), v128.and(r, mask)));
    high = i64x2.add(high, i64x2.add(i64x2.shr_u(p, 32), i64x2.shr_u(r, 32)));
  }
  let l = <u64>i64x2.extract_lane(low, 0) + <u64>i64x2.extract_lane(low, 1);
  let h = <u64>i64x2.extract_lane(high, 0) + <u64>i64x2.extract_lane(high, 1);
  for (; a < end; a += 4, b += 4) {
    const p = <u64>load<u32>(a) * <u64>load<u32>(b);
    l += p & 0xffffffff;
    h += p >> 32;
  }
  store<u64>(out, l);
  store<u64>(out, h, 8);
}

export function liftF32(x: usize, out: usize, count: u32): void {
  const end = x + (<usize>count << 2), vectors = end - 12, q = q4();
  for (; x < vectors; x += 16, out += 16) {
    const v = v128.load(x);
    v128.store(out, i32x4.add(v, v128.and(i32x4.shr_s(v, 31), q)));
  }
  for (; x < end; x += 4, out += 4) store<u32>(out, load<u32>(x) + (<u32>(load<i32>(x) >> 31) & Q));
}

export function centerF32(x: usize, out: usize, count: u32): void {
  const end = x + (<usize>count << 2), vectors = end - 12, q = q4(), above = i32x4.splat(Q / 2 + 1);
  for (; x < vectors; x += 16, out += 16) {
    const v = v128.load(x);
    v128.store(out, i32x4.sub(v, v128.and(i32x4.ge_u(v, above), q)));
  }
  for (; x < end; x += 4, out += 4) store<u32>(out, load<u32>(x) - select<u32>(Q, 0, load<u32>(x) > Q / 2));
}

/** out ← Σ x² of signed words, as dotF32. */
export function squaredNormF32(x: usize, count: u32, out: usize): void {
  const end = x + (<usize>count << 2), vectors = end - 12, mask = lowHalves();
  let low = i64x2.splat(0), high = i64x2.splat(0);
  for (; x < vectors; x += 16) {
    const v = v128.load(x);
    const p = i64x2.extmul_low_i32x4_s(v, v), r = i64x2.extmul_high_i32x4_s(v, v);
    low = i64x2.add(low, i64x2.add(v128.and(p, mask), v128.and(r, mask)));
    high = i64x2.add(high, i64x2.add(i64x2.shr_u(p, 32), i64x2.shr_u(r, 32)));
  }
  let l = <u64>i64x2.extract_lane(low, 0) + <u64>i64x2.extract_lane(low, 1);
  let h = <u64>i64x2.extract_lane(high, 0) + <u64>i64x2.extract_lane(high, 1);
  for (; x < end; x += 4) {
    const p = <u64>(<i64>load<i32>(x) * <i64>load<i32>(x));
    l += p & 0xffffffff;
    h += p >> 32;
  }
  store<u64>(out, l);
  store<u64>(out, h, 8);
}

/** Address of the 2,048 elements of one window of 2,080 words (AG5): `spare`, which has room for them. */
export function windowF32(words: usize, spare: usize): usize {
  const end = words + 2080 * 4, full = spare + 2048 * 4, q = q4();
  let from = words, to = spare;
  while (to < full && from < end) {
    const w0 = v128.load(from), w1 = v128.load(from, 16);
    if (to + 32 <= full && !v128.any_true(v128.or(i32x4.ge_u(w0, q), i32x4.ge_u(w1, q)))) {
      v128.store(to, w0);
      v128.store(to, w1, 16);
      to += 32;
    } else {
      for (let i: usize = 0; i < 32 && to < full; i += 4) {
        const word = load<u32>(from + i);
        store<u32>(to, word);
        to += <usize>(word < Q) << 2;
      }
    }
    from += 32;
  }
  for (; to < full; to += 4, words += 4) store<u32>(to, load<u32>(words) % Q);
  return spare;
}

/**
 * out[l] ← Σ_c weights[c] · x[c·L + l], over x of `count` elements; L = width. `acc` is scratch of 16 bytes a wire,
 * zeroed, for sums of low words and of high words.
 */
export function evaluateWiresF32(x: usize, count: u32, weights: usize, width: u32, acc: usize, out: usize): void {
  const mask = lowHalves();
  const rowBytes = <usize>width << 2, end = x + (<usize>count << 2);
  // Two rows a pass halve the traffic of the accumulators.
  for (; x + 2 * rowBytes <= end; x += 2 * rowBytes, weights += 8) {
    const w = v128.load32_splat(weights), w2 = v128.load32_splat(weights, 4);
    let l: u32 = 0, a = acc, p = x;
    for (; l + 4 <= width; l += 4, a += 64, p += 16) {
      const u = v128.load(p), v = v128.load(p + rowBytes);
      const p0 = i64x2.extmul_low_i32x4_u(u, w), p1 = i64x2.extmul_high_i32x4_u(u, w);
      const r0 = i64x2.extmul_low_i32x4_u(v, w2), r1 = i64x2.extmul_high_i32x4_u(v, w2);
      v128.store(a, i64x2.add(v128.load(a), i64x2.add(v128.and(p0, mask), v128.and(r0, mask))));
      v128.store(a, i64x2.add(v128.load(a, 16), i64x2.add(v128.and(p1, mask), v128.and(r1, mask))), 16);
      v128.store(a, i64x2.add(v128.load(a, 32), i64x2.add(i64x2.shr_u(p0, 32), i64x2.shr_u(r0, 32))), 32);
      v128.store(a, i64x2.add(v128.load(a, 48), i64x2.add(i64x2.shr_u(p1, 32), i64x2.shr_u(r1, 32))), 48);
    }
    for (; l < width; l++, p += 4) {
      accumulate(acc, l, <u64>load<u32>(p) * <u64>load<u32>(weights));
      accumulate(acc, l, <u64>load<u32>(p + rowBytes) * <u64>load<u32>(weights, 4));
    }
  }
  for (; x < end; x += rowBytes, weights += 4) {
    const row = min<u32>(width, <u32>((end - x) >> 2));
    const w = <u64>load<u32>(weights);
    for (let l: u32 = 0; l < row; l++) accumulate(acc, l, <u64>load<u32>(x + (<usize>l << 2)) * w);
  }
  for (let l: u32 = 0; l < width; l++) {
    const a = slot(acc, l);
    store<u32>(out + (<usize>l << 2), <u32>((load<u64>(a) + (((load<u64>(a, 32) % Q) << 32) % Q)) % Q));
  }
}
/** Wires lie in fours: four low sums, then four high sums. */
@inline function slot(acc: usize, l: u32): usize {
  return acc + (<usize>(l >> 2) << 6) + (<usize>(l & 3) << 3);
}
@inline function accumulate(acc: usize, l: u32, product: u64): void {
  const a = slot(acc, l);
  store<u64>(a, load<u64>(a) + (product & 0xffffffff));
  store<u64>(a, load<u64>(a, 32) + (product >> 32), 32);
}
