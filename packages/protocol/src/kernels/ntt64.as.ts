/**
 * Transforms modulo p = 2^64 − 2^32 + 1, on columns: a column is one vector, its lanes are two independent polynomials.
 * Coefficients in order become values in bit-reversed order, two halvings a pass: each sum of four products is reduced
 * once, to words that need not be canonical. `roots` is as the table of ntt32.as.ts, but not in Montgomery form; `cubes`
 * has the cube of every entry.
 */
import {
  accumulate2, add1, canonical2, high2, join2, low2, mul1, product2, settle1, split2, swap2,
} from './mod64.as';
import { lowHalves } from './constants.as';

@inline function twiddle(table: usize, i: u32): v128 {
  return split2(v128.load64_splat(table + (<usize>i << 3)));
}
/** Entries 0 and 2 from an even one on. */
@inline function everyOther(table: usize, i: u32): v128 {
  const at = table + (<usize>i << 3);
  return split2(v128.shuffle<u64>(v128.load(at), v128.load(at, 16), 0, 2));
}

/** The first `stages` halvings of log2(columns), of X^columns − 1 (negacyclic = 0) or X^columns + 1 (1). */
function transform(a: usize, columns: u32, stages: u32, negacyclic: u32, roots: usize, cubes: usize): void {
  let m: u32 = 1, size = <usize>columns << 4;
  if (stages & 1) {
    halve(a, size >> 1, twiddle(roots, negacyclic));
    m = 2;
    size >>= 1;
  }
  for (; stages > 1; stages -= 2, m <<= 2, size >>= 2) {
    const quarter = size >> 2;
    for (let j: u32 = 0, i = m * negacyclic, block = a; j < m; j++, i++, block += size) {
      const w1 = twiddle(roots, 2 * i), w2 = twiddle(roots, i), w3 = twiddle(cubes, 2 * i);
      for (let p0 = block, end = block + quarter; p0 < end; p0 += 16) {
        const p1 = p0 + quarter, p2 = p1 + quarter, p3 = p2 + quarter;
        quarterInto(p0, p1, p2, p3, v128.load(p0), v128.load(p1), v128.load(p2), v128.load(p3), w1, w2, w3);
      }
    }
  }
}
/** X^2h − w² → X^h − w, X^h + w; h columns are `half` bytes. */
function halve(a: usize, half: usize, w: v128): void {
  const t = swap2(w), mask = lowHalves();
  for (let p = a, end = a + half; p < end; p += 16) {
    const x = v128.load(p), y = split2(v128.load(p + half));
    const xl = v128.and(x, mask), xh = i64x2.shr_u(x, 32), yl = low2(y, w, t), yh = high2(y, w, t);
    v128.store(p, join2(i64x2.add(xl, yl), i64x2.add(xh, yh)));
    v128.store(p + half, join2(i64x2.sub(xl, yl), i64x2.sub(xh, yh)));
  }
}
/** X^4h − w⁴ → X^h − w, X^h + w, X^h − iw, X^h + iw with i = 2^48; x are coefficients h apart, w1 … w3 powers of w. */
@inline function quarterInto(
  p0: usize, p1: usize, p2: usize, p3: usize, x0: v128, x1: v128, x2: v128, x3: v128, w1: v128, w2: v128, w3: v128,
): void {
  const s1 = split2(x1), s2 = split2(x2), s3 = split2(x3), t1 = swap2(w1), t2 = swap2(w2), t3 = swap2(w3);
  const l0 = v128.and(x0, lowHalves()), h0 = i64x2.shr_u(x0, 32);
  const l1 = low2(s1, w1, t1), h1 = high2(s1, w1, t1);
  const l2 = low2(s2, w2, t2), h2 = high2(s2, w2, t2);
  const l3 = low2(s3, w3, t3), h3 = high2(s3, w3, t3);
  const le = i64x2.add(l0, l2), he = i64x2.add(h0, h2), ls = i64x2.add(l1, l3), hs = i64x2.add(h1, h3);
  v128.store(p0, join2(i64x2.add(le, ls), i64x2.add(he, hs)));
  v128.store(p1, join2(i64x2.sub(le, ls), i64x2.sub(he, hs)));
  const lo = i64x2.sub(l0, l2), ho = i64x2.sub(h0, h2), ld = i64x2.sub(l1, l3), hd = i64x2.sub(h1, h3);
  // 2^48·(l + φh) = 2^16·(−h + φ(l + h)); −l is kept.
  const li = i64x2.shl(hd, 16), hi = i64x2.shl(i64x2.add(ld, hd), 16);
  v128.store(p2, join2(i64x2.sub(lo, li), i64x2.add(ho, hi)));
  v128.store(p3, join2(i64x2.add(lo, li), i64x2.sub(ho, hi)));
}

/** One polynomial of n ≥ 16 coefficients, n a power of 4: the last pass is across lanes. */
function transformOne(a: usize, n: u32, negacyclic: u32, roots: usize, cubes: usize): void {
  transform(a, n >> 1, 29 - clz(n), negacyclic, roots, cubes);
  // Block j of four elements is two vectors: two blocks at a time are transposed to reach their elements.
  const end = a + (<usize>n << 3);
  for (let p = a, i = (n >> 2) * negacyclic; p < end; p += 64, i += 2) {
    const v0 = v128.load(p), v1 = v128.load(p, 16), v2 = v128.load(p, 32), v3 = v128.load(p, 48);
    const w2 = split2(v128.load(roots + (<usize>i << 3)));
    quarterInto(
      p, p + 16, p + 32, p + 48,
      v128.shuffle<u64>(v0, v2, 0, 2), v128.shuffle<u64>(v0, v2, 1, 3),
      v128.shuffle<u64>(v1, v3, 0, 2), v128.shuffle<u64>(v1, v3, 1, 3),
      everyOther(roots, 2 * i), w2, everyOther(cubes, 2 * i),
    );
    const y0 = v128.load(p), y1 = v128.load(p, 16), y2 = v128.load(p, 32), y3 = v128.load(p, 48);
    v128.store(p, v128.shuffle<u64>(y0, y1, 0, 2));
    v128.store(p, v128.shuffle<u64>(y2, y3, 0, 2), 16);
    v128.store(p, v128.shuffle<u64>(y0, y1, 1, 3), 32);
    v128.store(p, v128.shuffle<u64>(y2, y3, 1, 3), 48);
  }
}

/** One polynomial in place, canonical; n as in transformOne. */
export function nttF64(a: usize, n: u32, roots: usize, cubes: usize): void {
  transformOne(a, n, 1, roots, cubes);
  for (let p = a, end = a + (<usize>n << 3); p < end; p += 16) v128.store(p, canonical2(v128.load(p)));
}

/** T ← T + Σ_b A_b ∘ ntt(x_b). `scratch` holds 3n elements. */
export function commitF64(
  x: usize, blocks: u32, A: usize, T: usize, n: u32, roots: usize, cubes: usize, scratch: usize,
): void {
  const bytes = <usize>n << 3, sums = scratch + bytes;
  memory.fill(sums, 0, 2 * bytes);
  for (; blocks > 0; blocks--, x += bytes, A += bytes) {
    memory.copy(scratch, x, bytes);
    transformOne(scratch, n, 1, roots, cubes);
    for (let i: usize = 0; i < bytes; i += 16) {
      const s = split2(v128.load(A + i));
      accumulate2(sums + 2 * i, split2(v128.load(scratch + i)), s, swap2(s));
    }
  }
  for (let i: u32 = 0; i < n; i++) {
    const t = T + (<usize>i << 3);
    store<u64>(t, add1(load<u64>(t), settle1(sums + (<usize>(i >> 1) << 5), i & 1)));
  }
}

/**
 * out_b ← transposed ntt of (u ∘ A_b): as the matrix of the ntt is that of the cyclic transform after a multiplication by
 * powers of ψ, and the cyclic one is symmetric but for the order of its values, it is the cyclic transform of the values
 * brought into order, multiplied afterwards. `scratch` holds n elements.
 */
export function transposeF64(
  u: usize, blocks: u32, A: usize, out: usize, n: u32, roots: usize, cubes: usize, scratch: usize,
): void {
  const bytes = <usize>n << 3, bits = 31 - clz(n);
  for (; blocks > 0; blocks--, A += bytes, out += bytes) {
    multiplyReversed(A, u, n, bits, scratch);
    transformOne(scratch, n, 0, roots, cubes);
    multiplyReversed(scratch, roots, n, bits, out);
  }
}
/** to[reverse(i)] ← x[i]·y[i], canonical. */
function multiplyReversed(x: usize, y: usize, n: u32, bits: u32, to: usize): void {
  const half = <usize>n << 2;
  for (let i: u32 = 0; i < n; i += 2, x += 16, y += 16) {
    const s = split2(v128.load(y)), v = product2(split2(v128.load(x)), s, swap2(s));
    const at = to + (<usize>reverse(i, bits) << 3);
    v128.store64_lane(at, v, 0);
    v128.store64_lane(at + half, v, 1);
  }
}
@inline function reverse(i: u32, bits: u32): u32 {
  let r = ((i >> 1) & 0x55555555) | ((i & 0x55555555) << 1);
  r = ((r >> 2) & 0x33333333) | ((r & 0x33333333) << 2);
  r = ((r >> 4) & 0x0f0f0f0f) | ((r & 0x0f0f0f0f) << 4);
  return bswap<u32>(r) >> (32 - bits);
}

/**
 * out[i] ← Σ_l wire_l(ω_2P^i)² for i < 2P (AG9); L = width. Even powers are squares of the calls; odd ones come from
 * their cyclic transform, which is P times the coefficients in another order, and the transform modulo X^P + 1 of those.
 * `columns` is scratch of 4P elements, `sums` of 8P. scale = P^-2.
 */
export function proveSquaresF64(
  seeds: usize, x: usize, count: u32, width: u32, logP: u32, roots: usize, cubes: usize, scale: u64,
  columns: usize, sums: usize, out: usize,
): void {
  const P: u32 = 1 << logP, bytes = <usize>P << 4, ordered = columns + bytes;
  memory.fill(sums, 0, 4 * bytes);
  for (let l: u32 = 0; l < width; l += 2) {
    gather(seeds, x, count, width, l, P, columns);
    squareInto(sums, columns, bytes);
    transform(columns, P, logP, 0, roots, cubes);
    // The value at ω^i is P times coefficient −i.
    for (let i: u32 = 0; i < P; i++) {
      v128.store(ordered + (<usize>((P - i) & (P - 1)) << 4), v128.load(columns + (<usize>reverse(i, logP) << 4)));
    }
    transform(ordered, P, logP, 1, roots, cubes);
    squareInto(sums + 2 * bytes, ordered, bytes);
  }
  for (let i: u32 = 0; i < P; i++) {
    const even = sums + (<usize>i << 5), odd = sums + 2 * bytes + (<usize>reverse(i, logP) << 5), to = out + (<usize>i << 4);
    store<u64>(to, add1(settle1(even, 0), settle1(even, 1)));
    store<u64>(to, mul1(add1(settle1(odd, 0), settle1(odd, 1)), scale), 8);
  }
}
/** Column c ← wires l and l+1 at call c; absent wires and calls are 0. */
function gather(seeds: usize, x: usize, count: u32, width: u32, l: u32, P: u32, columns: usize): void {
  const pair = l + 1 < width;
  store2(columns, seeds + (<usize>l << 3), pair);
  for (let c: u32 = 1, at = l; c < P; c++, at += width) {
    const to = columns + (<usize>c << 4);
    if (at < count) store2(to, x + (<usize>at << 3), pair && at + 1 < count);
    else v128.store(to, i64x2.splat(0));
  }
}
@inline function store2(to: usize, from: usize, both: bool): void {
  v128.store(to, both ? v128.load(from) : v128.load64_zero(from));
}
function squareInto(sums: usize, columns: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    const s = split2(v128.load(columns + i));
    accumulate2(sums + 2 * i, s, s, swap2(s));
  }
}
