/**
 * Transforms modulo p = 2^64 − 2^32 + 1, on columns: a column is one vector, its lanes are two independent
 * polynomials, biased. Tables are as in ntt32.as.ts, but not in Montgomery form.
 */
import {
  accumulate2, add1, bias2, canonical2, minus2, mul1, plus2, plusCanonical2, product2, settle1, split2, swap2,
} from './mod64.as';

@inline function twiddle(table: usize, i: u32): v128 {
  return split2(v128.load64_splat(table + (<usize>i << 3)));
}
/** Biased x times a split twiddle: biased and canonical. */
@inline function times(x: v128, s: v128): v128 {
  return product2(split2(bias2(x)), s, swap2(s));
}

/** Coefficients → values modulo X^n + 1, bit-reversed; n = columns. In: any biased u64; out: the same. */
function forward(a: usize, columns: u32, table: usize): void {
  for (let m: u32 = 1, half: usize = <usize>columns << 3; m < columns; m <<= 1, half >>= 1) {
    for (let j: u32 = 0, block = a; j < m; j++, block += 2 * half) {
      const s = twiddle(table, m + j);
      for (let p = block, end = block + half; p < end; p += 16) {
        const x = v128.load(p), y = bias2(times(v128.load(p + half), s));
        v128.store(p, plus2(x, y));
        v128.store(p + half, minus2(x, y));
      }
    }
  }
}

/** The transposed network, as in ntt32.as.ts. In and out: biased and canonical. */
function backward(a: usize, columns: u32, table: usize, negacyclic: u32): void {
  for (let m: u32 = columns >> 1, half: usize = 16; m > 0; m >>= 1, half <<= 1) {
    for (let j: u32 = 0, block = a; j < m; j++, block += 2 * half) {
      const s = twiddle(table, m * negacyclic + j);
      for (let p = block, end = block + half; p < end; p += 16) {
        const x = v128.load(p), y = bias2(v128.load(p + half));
        v128.store(p, plusCanonical2(x, y));
        v128.store(p + half, times(minus2(x, y), s));
      }
    }
  }
}

/** One polynomial of n ≥ 4 coefficients in place: all stages but one on columns, then one across lanes. */
export function nttF64(a: usize, n: u32, table: usize): void {
  const end = a + (<usize>n << 3);
  for (let p = a; p < end; p += 16) v128.store(p, bias2(v128.load(p)));
  forward(a, n >> 1, table);
  for (let p = a, w = table + (<usize>n << 2); p < end; p += 32, w += 16) {
    const v0 = v128.load(p), v1 = v128.load(p, 16), s = split2(v128.load(w));
    const x = v128.shuffle<u64>(v0, v1, 0, 2), y = bias2(times(v128.shuffle<u64>(v0, v1, 1, 3), s));
    const sum = bias2(canonical2(plus2(x, y))), difference = bias2(canonical2(minus2(x, y)));
    v128.store(p, v128.shuffle<u64>(sum, difference, 0, 2));
    v128.store(p, v128.shuffle<u64>(sum, difference, 1, 3), 16);
  }
}

/** T ← T + Σ_b A_b ∘ ntt(x_b). `scratch` holds 3n elements. */
export function commitF64(x: usize, blocks: u32, A: usize, T: usize, n: u32, table: usize, scratch: usize): void {
  const bytes = <usize>n << 3, sums = scratch + bytes;
  memory.fill(sums, 0, 2 * bytes);
  for (; blocks > 0; blocks--, x += bytes, A += bytes) {
    memory.copy(scratch, x, bytes);
    nttF64(scratch, n, table);
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

/** out_b ← transposed ntt of (u ∘ A_b). `scratch` is not used. */
export function transposeF64(u: usize, blocks: u32, A: usize, out: usize, n: u32, table: usize, scratch: usize): void {
  const bytes = <usize>n << 3;
  for (; blocks > 0; blocks--, A += bytes, out += bytes) {
    for (let i: usize = 0, w = table + (<usize>n << 2); i < bytes; i += 32, w += 16) {
      const s0 = split2(v128.load(u + i)), s1 = split2(v128.load(u + i + 16));
      const v0 = product2(split2(v128.load(A + i)), s0, swap2(s0));
      const v1 = product2(split2(v128.load(A + i + 16)), s1, swap2(s1));
      const x = v128.shuffle<u64>(v0, v1, 0, 2), y = bias2(v128.shuffle<u64>(v0, v1, 1, 3));
      const sum = plusCanonical2(x, y), difference = times(minus2(x, y), split2(v128.load(w)));
      v128.store(out + i, v128.shuffle<u64>(sum, difference, 0, 2));
      v128.store(out + i, v128.shuffle<u64>(sum, difference, 1, 3), 16);
    }
    backward(out, n >> 1, table, 1);
    for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, bias2(v128.load(out + i)));
  }
}

/**
 * out[i] ← Σ_l wire_l(ω_2P^i)² for i < 2P (AG9); L = width. `columns` is scratch of 2P elements, `sums` of 8P. scale =
 * P^-2 undoes the interpolation's factor.
 */
export function proveSquaresF64(
  seeds: usize, x: usize, count: u32, width: u32, logP: u32, roots: usize, inverses: usize, scale: u64,
  columns: usize, sums: usize, out: usize,
): void {
  const P: u32 = 1 << logP, bytes = <usize>P << 4;
  memory.fill(sums, 0, 4 * bytes);
  for (let l: u32 = 0; l < width; l += 2) {
    gather(seeds, x, count, width, l, logP, columns);
    squareInto(sums, columns, bytes);
    backward(columns, P, inverses, 0);
    forward(columns, P, roots);
    squareInto(sums + 2 * bytes, columns, bytes);
  }
  for (let i: u32 = 0; i < P; i++) {
    const from = sums + (<usize>reverse(i, logP) << 5), to = out + (<usize>i << 4), odd = from + 2 * bytes;
    store<u64>(to, add1(settle1(from, 0), settle1(from, 1)));
    store<u64>(to, mul1(add1(settle1(odd, 0), settle1(odd, 1)), scale), 8);
  }
}
@inline function reverse(i: u32, bits: u32): u32 {
  let r: u32 = 0;
  for (let b: u32 = 0; b < bits; b++) r |= ((i >> b) & 1) << (bits - 1 - b);
  return r;
}
/** Column bitrev(c) ← wires l and l+1 at call c, biased; absent wires and calls are 0. */
function gather(seeds: usize, x: usize, count: u32, width: u32, l: u32, logP: u32, columns: usize): void {
  const zero = bias2(i64x2.splat(0)), pair = l + 1 < width;
  for (let i: usize = 0; i < <usize>16 << logP; i += 16) v128.store(columns + i, zero);
  store2(columns, seeds + (<usize>l << 3), pair);
  for (let c: u32 = 1, at = l; at < count; c++, at += width) {
    store2(columns + (<usize>reverse(c, logP) << 4), x + (<usize>at << 3), pair && at + 1 < count);
  }
}
@inline function store2(to: usize, from: usize, both: bool): void {
  v128.store(to, bias2(both ? v128.load(from) : v128.load64_zero(from)));
}
function squareInto(sums: usize, columns: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    const s = split2(bias2(v128.load(columns + i)));
    accumulate2(sums + 2 * i, s, s, swap2(s));
  }
}
