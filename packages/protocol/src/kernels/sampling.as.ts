/** Integers from random words: table lookup and stochastic rounding. */

/**
 * out[i] ← ±(first entry of the table above random[i] >> 1, the last one at most), minus where random[i] is odd. The
 * guide, 2^guideBits + 1 words of scratch, narrows each search to the entries that share the leading bits. out has
 * words of `bytes` bytes.
 */
export function sampleTable(
  random: usize, count: u32, table: usize, size: u32, guide: usize, guideBits: u32, out: usize, bytes: u32,
): void {
  const last = size - 1, shift = <u64>(63 - guideBits);
  for (let k: u32 = 0, from: u32 = 0; k <= <u32>1 << guideBits; k++) {
    from = soonAbove(table, <u64>k << shift, from, last);
    store<u32>(guide + (<usize>k << 2), from);
  }
  for (let i: u32 = 0; i < count; i++) {
    const word = load<u64>(random + (<usize>i << 3)), u = word >> 1;
    const bucket = guide + (<usize>(u >> shift) << 2);
    const magnitude = above(table, u, load<u32>(bucket), load<u32>(bucket, 4));
    const sign = -<i64>(word & 1), value = (<i64>magnitude ^ sign) - sign;
    if (bytes == 4) store<i32>(out + (<usize>i << 2), <i32>value);
    else store<i64>(out + (<usize>i << 3), value);
  }
}
/** First index in [from, to] whose entry exceeds u; `to` when none before it does. Without unpredictable branches. */
@inline function above(table: usize, u: u64, from: u32, to: u32): u32 {
  for (let left = to - from; left > 0; ) {
    const half = (left + 1) >> 1;
    from += select<u32>(half, 0, load<u64>(table + (<usize>(from + half - 1) << 3)) <= u);
    left -= half;
  }
  return from;
}
/** The same where the index is near `from`. */
@inline function soonAbove(table: usize, u: u64, from: u32, to: u32): u32 {
  let next = from;
  for (let step: u32 = 1; next < to && load<u64>(table + (<usize>next << 3)) <= u; step <<= 1) {
    from = next + 1;
    next = min<u32>(to, next + step);
  }
  return above(table, u, from, next);
}

/** out[i] ← ⌊x[i]·scale + u⌋, u = (random[i] >>> 8) · 2^-24; 1 when every result lies in [−limit, limit), else 0. */
export function roundStochastically(
  x: usize, count: u32, scale: f64, random: usize, out: usize, bytes: u32, limit: f64,
): u32 {
  const s = f64x2.splat(scale), top = f64x2.splat(limit), bottom = f64x2.splat(-limit), unit = f64x2.splat(UNIT);
  let inside = i64x2.splat(-1), i: u32 = 0;
  for (; i + 2 <= count; i += 2, x += 16, random += 8) {
    const word = i32x4.shr_u(v128.load64_zero(random), 8);
    const u = f64x2.mul(f64x2.convert_low_i32x4_u(word), unit);
    const r = f64x2.floor(f64x2.add(f64x2.mul(v128.load(x), s), u));
    inside = v128.and(inside, v128.and(f64x2.lt(r, top), f64x2.ge(r, bottom)));
    if (bytes == 4) v128.store64_lane(out + (<usize>i << 2), i32x4.trunc_sat_f64x2_s_zero(r), 0);
    else {
      store<i64>(out + (<usize>i << 3), <i64>f64x2.extract_lane(r, 0));
      store<i64>(out + (<usize>i << 3), <i64>f64x2.extract_lane(r, 1), 8);
    }
  }
  if (i < count) {
    const r = Math.floor(load<f64>(x) * scale + <f64>(load<u32>(random) >> 8) * UNIT);
    if (!(r < limit && r >= -limit)) return 0;
    if (bytes == 4) store<i32>(out + (<usize>i << 2), <i32>r);
    else store<i64>(out + (<usize>i << 3), <i64>r);
  }
  return i64x2.all_true(inside) ? 1 : 0;
}
/** 2^-24. */
const UNIT: f64 = 5.9604644775390625e-8;
