/**
 * Transforms modulo q = 2^32 − 2^20 + 1, on columns: a column is one vector, its lanes are four independent
 * polynomials. Table entry i is ψ^bitrev(i) in Montgomery form (ψ of order 2N, any N ≥ the size): such a table serves
 * every smaller size, block j of a stage of m blocks uses entry j for X^n − 1 and m + j for X^n + 1.
 */
import { add4, mont4, Q, R2, sub4 } from './mod32.as';

@inline function twiddle(table: usize, i: u32): v128 {
  return v128.load32_splat(table + (<usize>i << 2));
}

/** Coefficients → values modulo X^n + 1, bit-reversed; n = columns (Cooley–Tukey butterflies). */
function forward(a: usize, columns: u32, table: usize): void {
  for (let m: u32 = 1, half: usize = <usize>columns << 3; m < columns; m <<= 1, half >>= 1) {
    for (let j: u32 = 0, block = a; j < m; j++, block += 2 * half) {
      const w = twiddle(table, m + j);
      for (let p = block, end = block + half; p < end; p += 16) {
        const x = v128.load(p), y = mont4(v128.load(p + half), w);
        v128.store(p, add4(x, y));
        v128.store(p + half, sub4(x, y));
      }
    }
  }
}

/**
 * The transposed network (Gentleman–Sande butterflies). With inverse roots and negacyclic = 0 it interpolates
 * bit-reversed values modulo X^n − 1, times n; with roots and negacyclic = 1 it is the transpose of `forward`.
 */
function backward(a: usize, columns: u32, table: usize, negacyclic: u32): void {
  for (let m: u32 = columns >> 1, half: usize = 16; m > 0; m >>= 1, half <<= 1) {
    for (let j: u32 = 0, block = a; j < m; j++, block += 2 * half) {
      const w = twiddle(table, m * negacyclic + j);
      for (let p = block, end = block + half; p < end; p += 16) {
        const x = v128.load(p), y = v128.load(p + half);
        v128.store(p, add4(x, y));
        v128.store(p + half, mont4(sub4(x, y), w));
      }
    }
  }
}

/** One polynomial of n ≥ 16 coefficients in place: all stages but two on columns, then two across lanes. */
export function nttF32(a: usize, n: u32, table: usize): void {
  forward(a, n >> 2, table);
  // Block j of the last but one stage is the vector at 16·j: four of them are transposed to reach their elements.
  for (let j: u32 = 0, p = a; j < n >> 2; j += 4, p += 64) {
    const i = <usize>((n >> 2) + j) << 2;
    const w = v128.load(table + i), v0 = v128.load(table + 2 * i), v1 = v128.load(table + 2 * i, 16);
    const ab0 = v128.load(p), ab1 = v128.load(p, 16), ab2 = v128.load(p, 32), ab3 = v128.load(p, 48);
    const l0 = v128.shuffle<u32>(ab0, ab1, 0, 4, 1, 5), l1 = v128.shuffle<u32>(ab2, ab3, 0, 4, 1, 5);
    const h0 = v128.shuffle<u32>(ab0, ab1, 2, 6, 3, 7), h1 = v128.shuffle<u32>(ab2, ab3, 2, 6, 3, 7);
    const x0 = v128.shuffle<u64>(l0, l1, 0, 2), x1 = v128.shuffle<u64>(l0, l1, 1, 3);
    const y0 = mont4(v128.shuffle<u64>(h0, h1, 0, 2), w), y1 = mont4(v128.shuffle<u64>(h0, h1, 1, 3), w);
    const s0 = add4(x0, y0), s1 = mont4(add4(x1, y1), v128.shuffle<u32>(v0, v1, 0, 2, 4, 6));
    const d0 = sub4(x0, y0), d1 = mont4(sub4(x1, y1), v128.shuffle<u32>(v0, v1, 1, 3, 5, 7));
    interleave(p, add4(s0, s1), sub4(s0, s1), add4(d0, d1), sub4(d0, d1));
  }
}
@inline function interleave(p: usize, e0: v128, e1: v128, e2: v128, e3: v128): void {
  const l0 = v128.shuffle<u32>(e0, e1, 0, 4, 1, 5), l1 = v128.shuffle<u32>(e2, e3, 0, 4, 1, 5);
  const h0 = v128.shuffle<u32>(e0, e1, 2, 6, 3, 7), h1 = v128.shuffle<u32>(e2, e3, 2, 6, 3, 7);
  v128.store(p, v128.shuffle<u64>(l0, l1, 0, 2));
  v128.store(p, v128.shuffle<u64>(l0, l1, 1, 3), 16);
  v128.store(p, v128.shuffle<u64>(h0, h1, 0, 2), 32);
  v128.store(p, v128.shuffle<u64>(h0, h1, 1, 3), 48);
}

/** T ← T + Σ_b A_b ∘ ntt(x_b). `scratch` holds 2n elements. */
export function commitF32(x: usize, blocks: u32, A: usize, T: usize, n: u32, table: usize, scratch: usize): void {
  const bytes = <usize>n << 2, sum = scratch + bytes;
  memory.fill(sum, 0, bytes);
  for (; blocks > 0; blocks--, x += bytes, A += bytes) {
    memory.copy(scratch, x, bytes);
    nttF32(scratch, n, table);
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(sum + i, add4(v128.load(sum + i), mont4(v128.load(scratch + i), v128.load(A + i))));
    }
  }
  // The sum carries one factor 2^-32.
  const r2 = i32x4.splat(R2);
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(T + i, add4(v128.load(T + i), mont4(v128.load(sum + i), r2)));
  }
}

/** out_b ← transposed ntt of (u ∘ A_b). `scratch` holds n elements. */
export function transposeF32(u: usize, blocks: u32, A: usize, out: usize, n: u32, table: usize, scratch: usize): void {
  const bytes = <usize>n << 2, r2 = i32x4.splat(R2);
  for (let i: usize = 0; i < bytes; i += 16) v128.store(scratch + i, mont4(v128.load(u + i), r2));
  for (; blocks > 0; blocks--, A += bytes, out += bytes) {
    for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, mont4(v128.load(A + i), v128.load(scratch + i)));
    transposedNtt(out, n, table);
  }
}
function transposedNtt(a: usize, n: u32, table: usize): void {
  for (let j: u32 = 0, p = a; j < n >> 2; j += 4, p += 64) {
    const i = <usize>((n >> 2) + j) << 2;
    const w = v128.load(table + i), v0 = v128.load(table + 2 * i), v1 = v128.load(table + 2 * i, 16);
    const ab0 = v128.load(p), ab1 = v128.load(p, 16), ab2 = v128.load(p, 32), ab3 = v128.load(p, 48);
    const l0 = v128.shuffle<u32>(ab0, ab1, 0, 4, 1, 5), l1 = v128.shuffle<u32>(ab2, ab3, 0, 4, 1, 5);
    const h0 = v128.shuffle<u32>(ab0, ab1, 2, 6, 3, 7), h1 = v128.shuffle<u32>(ab2, ab3, 2, 6, 3, 7);
    const x0 = v128.shuffle<u64>(l0, l1, 0, 2), x1 = v128.shuffle<u64>(l0, l1, 1, 3);
    const x2 = v128.shuffle<u64>(h0, h1, 0, 2), x3 = v128.shuffle<u64>(h0, h1, 1, 3);
    const s0 = add4(x0, x1), d0 = mont4(sub4(x0, x1), v128.shuffle<u32>(v0, v1, 0, 2, 4, 6));
    const s1 = add4(x2, x3), d1 = mont4(sub4(x2, x3), v128.shuffle<u32>(v0, v1, 1, 3, 5, 7));
    interleave(p, add4(s0, s1), add4(d0, d1), mont4(sub4(s0, s1), w), mont4(sub4(d0, d1), w));
  }
  backward(a, n >> 2, table, 1);
}

/**
 * out[i] ← Σ_l wire_l(ω_2P^i)² for i < 2P (AG9); L = width. Even powers are squares of the calls; odd powers come from
 * interpolating modulo X^P − 1 and evaluating modulo X^P + 1, so no twist is needed. `columns` is scratch of 4P
 * elements, `sums` of 8P. scale = P^-2 · 2^64 mod q undoes the interpolation's factor and the Montgomery factor.
 */
export function proveSquaresF32(
  seeds: usize, x: usize, count: u32, width: u32, logP: u32, roots: usize, inverses: usize, scale: u32,
  columns: usize, sums: usize, out: usize,
): void {
  const P: u32 = 1 << logP, bytes = <usize>P << 4;
  memory.fill(sums, 0, 2 * bytes);
  for (let l: u32 = 0; l < width; l += 4) {
    gather(seeds, x, count, width, l, logP, columns);
    squareInto(sums, columns, bytes);
    backward(columns, P, inverses, 0);
    forward(columns, P, roots);
    squareInto(sums + bytes, columns, bytes);
  }
  for (let i: u32 = 0; i < P; i++) {
    const from = sums + (<usize>reverse(i, logP) << 4), to = out + (<usize>i << 3);
    store<u32>(to, montLane(addLanes(from), R2));
    store<u32>(to, montLane(addLanes(from + bytes), scale), 4);
  }
}
@inline function reverse(i: u32, bits: u32): u32 {
  let r: u32 = 0;
  for (let b: u32 = 0; b < bits; b++) r |= ((i >> b) & 1) << (bits - 1 - b);
  return r;
}
/** Column bitrev(c) ← wires l … l+3 at call c; absent wires and calls are 0. */
function gather(seeds: usize, x: usize, count: u32, width: u32, l: u32, logP: u32, columns: usize): void {
  memory.fill(columns, 0, <usize>16 << logP);
  const lanes = min<u32>(4, width - l);
  for (let i: u32 = 0; i < lanes; i++) store<u32>(columns + (<usize>i << 2), load<u32>(seeds + (<usize>(l + i) << 2)));
  for (let c: u32 = 1, at = l; at < count; c++, at += width) {
    const to = columns + (<usize>reverse(c, logP) << 4), from = x + (<usize>at << 2);
    const present = min<u32>(lanes, count - at);
    if (present == 4) v128.store(to, v128.load(from));
    else for (let i: u32 = 0; i < present; i++) store<u32>(to + (<usize>i << 2), load<u32>(from + (<usize>i << 2)));
  }
}
function squareInto(sums: usize, columns: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    const v = v128.load(columns + i);
    v128.store(sums + i, add4(v128.load(sums + i), mont4(v, v)));
  }
}
@inline function addLanes(p: usize): u32 {
  return <u32>((<u64>load<u32>(p) + <u64>load<u32>(p, 4) + <u64>load<u32>(p, 8) + <u64>load<u32>(p, 12)) % <u64>Q);
}
@inline function montLane(a: u32, b: u32): u32 {
  return i32x4.extract_lane(mont4(i32x4.splat(a), i32x4.splat(b)), 0);
}
