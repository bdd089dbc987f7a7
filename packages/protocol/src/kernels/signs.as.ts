/**
 * Dot products with ±1/0 (AG8). A pair of bits with population count c stands for the coefficient c − 1, so Σ c·x is
 * computed and Σ x taken off by the caller. x lies as signed 16-bit limbs in groups of 64 coordinates, in the order in
 * which shifting one vector of bits uncovers them: [limb][shift s < 8][lane < 8] is coordinate 8·lane + s.
 */
import { evenBits, threes } from './constants.as';
import { Q as Q32 } from './mod32.as';
import { P as Q64 } from './mod64.as';

/** Σ x over `groups` groups: `limbs` exact sums (i64) at `out`, of limb · c. */
@inline function sum(x: usize, bits: usize, groups: u32, limbs: i32, out: usize): void {
  const three = threes(), pairs = evenBits();
  memory.fill(out, 0, <usize>limbs << 3);
  while (groups > 0) {
    // A lane gains at most 8 · 2^17 a group: 1,024 groups stay below 2^31.
    const pass = min<u32>(groups, 1024);
    groups -= pass;
    let a0 = i32x4.splat(0), a1 = i32x4.splat(0), a2 = i32x4.splat(0), a3 = i32x4.splat(0);
    for (let g: u32 = 0; g < pass; g++, bits += 16, x += <usize>limbs << 7) {
      const word = v128.load(bits);
      const c = i16x8.sub(word, v128.and(i16x8.shr_u(word, 1), pairs));
      const c0 = v128.and(c, three), c1 = v128.and(i16x8.shr_u(c, 2), three);
      const c2 = v128.and(i16x8.shr_u(c, 4), three), c3 = v128.and(i16x8.shr_u(c, 6), three);
      const c4 = v128.and(i16x8.shr_u(c, 8), three), c5 = v128.and(i16x8.shr_u(c, 10), three);
      const c6 = v128.and(i16x8.shr_u(c, 12), three), c7 = i16x8.shr_u(c, 14);
      a0 = i32x4.add(a0, group(x, c0, c1, c2, c3, c4, c5, c6, c7));
      if (limbs > 1) a1 = i32x4.add(a1, group(x + 128, c0, c1, c2, c3, c4, c5, c6, c7));
      if (limbs > 2) {
        a2 = i32x4.add(a2, group(x + 256, c0, c1, c2, c3, c4, c5, c6, c7));
        a3 = i32x4.add(a3, group(x + 384, c0, c1, c2, c3, c4, c5, c6, c7));
      }
    }
    addTo(out, a0);
    if (limbs > 1) addTo(out + 8, a1);
    if (limbs > 2) {
      addTo(out + 16, a2);
      addTo(out + 24, a3);
    }
  }
}
@inline function group(
  x: usize, c0: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128, c6: v128, c7: v128,
): v128 {
  const p0 = i32x4.add(i32x4.dot_i16x8_s(v128.load(x), c0), i32x4.dot_i16x8_s(v128.load(x, 16), c1));
  const p1 = i32x4.add(i32x4.dot_i16x8_s(v128.load(x, 32), c2), i32x4.dot_i16x8_s(v128.load(x, 48), c3));
  const p2 = i32x4.add(i32x4.dot_i16x8_s(v128.load(x, 64), c4), i32x4.dot_i16x8_s(v128.load(x, 80), c5));
  const p3 = i32x4.add(i32x4.dot_i16x8_s(v128.load(x, 96), c6), i32x4.dot_i16x8_s(v128.load(x, 112), c7));
  return i32x4.add(i32x4.add(p0, p1), i32x4.add(p2, p3));
}
@inline function addTo(out: usize, lanes: v128): void {
  const s = i64x2.add(i64x2.extend_low_i32x4_s(lanes), i64x2.extend_high_i32x4_s(lanes));
  store<i64>(out, load<i64>(out) + i64x2.extract_lane(s, 0) + i64x2.extract_lane(s, 1));
}
export function signSums1(x: usize, bits: usize, groups: u32, out: usize): void {
  sum(x, bits, groups, 1, out);
}
export function signSums2(x: usize, bits: usize, groups: u32, out: usize): void {
  sum(x, bits, groups, 2, out);
}
export function signSums4(x: usize, bits: usize, groups: u32, out: usize): void {
  sum(x, bits, groups, 4, out);
}

/** Address of the lowest limb of coordinate i; the next limb lies 128 bytes on. */
@inline function place(out: usize, i: u32, limbs: u32): usize {
  return out + (<usize>((i >> 6) * limbs) << 7) + (<usize>(((i & 7) << 3) + ((i >> 3) & 7)) << 1);
}
@inline function put4(at: usize, z: u64): void {
  store<u16>(at, <u16>z);
  store<u16>(at, <u16>(z >> 16), 128);
  store<u16>(at, <u16>(z >> 32), 256);
  store<u16>(at, <u16>(z >> 48), 384);
}
/**
 * Balanced limbs in [−2^15, 2^15): adding 2^15 to every limb lets the carries run, flipping their top bits takes it
 * off again. They reach from −0x8000…8000 to 0x7fff…7fff.
 */
@inline function balanced32(y: u32): u32 {
  return (y + 0x80008000) ^ 0x80008000;
}
@inline function balanced64(y: u64): u64 {
  return (y + 0x8000800080008000) ^ 0x8000800080008000;
}

/** Field elements → limbs of x or x − q, whichever they reach. `out` is zeroed and has whole groups. */
export function splitF32(x: usize, count: u32, out: usize): void {
  for (let i: u32 = 0; i < count; i++, x += 4) {
    const v = load<u32>(x), at = place(out, i, 2), z = balanced32(v - select<u32>(Q32, 0, v > 0x7fff7fff));
    store<u16>(at, <u16>z);
    store<u16>(at, <u16>(z >> 16), 128);
  }
}
export function splitF64(x: usize, count: u32, out: usize): void {
  for (let i: u32 = 0; i < count; i++, x += 8) {
    const v = load<u64>(x);
    put4(place(out, i, 4), balanced64(v - select<u64>(Q64, 0, v > 0x7fff7fff7fff7fff)));
  }
}

/** Limbs that signed integers of `bytes` bytes need: 1 below 2^15, 2 below 2^30, else 4 (below 2^62). */
export function limbsOf(x: usize, count: u32, bytes: u32): u32 {
  let magnitude: u64 = 0;
  for (let i: u32 = 0; i < count; i++, x += bytes) {
    const v = bytes == 4 ? <i64>load<i32>(x) : load<i64>(x);
    magnitude |= <u64>(v ^ (v >> 63));
  }
  return magnitude < 1 << 15 ? 1 : magnitude < 1 << 30 ? 2 : 4;
}
export function splitSigned(x: usize, count: u32, bytes: u32, limbs: u32, out: usize): void {
  for (let i: u32 = 0; i < count; i++, x += bytes) {
    const v = bytes == 4 ? <i64>load<i32>(x) : load<i64>(x), at = place(out, i, limbs);
    if (limbs == 4) put4(at, balanced64(v));
    else {
      const z = balanced32(<u32>v);
      store<u16>(at, <u16>z);
      if (limbs == 2) store<u16>(at, <u16>(z >> 16), 128);
    }
  }
}
