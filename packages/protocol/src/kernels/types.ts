/**
 * What the hot loops do, as an interface with two implementations: `plain.ts` (loops over BigInt; it is the meaning)
 * and `wasm.ts` (AssemblyScript, SIMD). Arrays returned by `alloc` lie in the kernel's own memory; every method takes
 * such arrays or ordinary ones (which are copied in and, where they are written, back). An array that is written must
 * not overlap another argument. Elements are canonical on both sides. Lengths that do not fit throw KernelError.
 * Everything is exact; nothing here waits, remembers or is random.
 */
import type { Elements, Field, Signed } from '../field.ts';

/** A position in the kernel's memory to which `release` returns. */
export type Mark = number;

/** Words drawn for each window of mask elements; 32 spare words make running out a 2^-150 event (AG5). */
export const WINDOW_WORDS = 2080;
/** Elements that one window yields. */
export const WINDOW_ELEMENTS = 2048;

export interface FieldKernels {
  readonly field: Field;

  /** Zeroed elements in kernel memory, valid until `release` of an earlier mark. */
  alloc(count: number): Elements;
  allocSigned(count: number): Signed;
  mark(): Mark;
  /** Gives back what was allocated since, overwritten with zeros, as is all that a call copies in or needs besides. */
  release(mark: Mark): void;

  /** acc[i] ← acc[i] ± x[i] mod q over x.length elements. */
  add(acc: Elements, x: Elements): void;
  sub(acc: Elements, x: Elements): void;
  /** acc[i] ← acc[i] · x[i] mod q. */
  mul(acc: Elements, x: Elements): void;
  /** Σ a[i]·b[i] mod q. */
  dot(a: Elements, b: Elements): bigint;

  /** Signed integers → field; the inverse is the centred lift into (−q/2, q/2]. */
  lift(x: Signed, out: Elements): void;
  center(x: Elements, out: Signed): void;
  /** Σ x[i]², exact. */
  squaredNorm(x: Signed): bigint;

  /**
   * Cuts a keystream into windows of WINDOW_WORDS little-endian words; each window yields WINDOW_ELEMENTS elements by
   * rejection of words ≥ q in order (if fewer than 2,048 survive, the missing ones are the window's first words mod
   * q), and folds them into out[offset …): set, add or subtract. The last window may be cut short by out's end.
   * keystream.length must be a multiple of WINDOW_WORDS · field.bytes.
   */
  foldWindows(keystream: Uint8Array, out: Elements, offset: number, op: 'set' | 'add' | 'sub'): void;

  /**
   * Random-access public elements (AG6): element i of block b =
   * LE128(SHA-256(prefix ‖ u32be b ‖ u32be ⌊i/2⌋)[16·(i mod 2) … +16]) mod q, for i in [0, count). prefix ≤ 47 bytes.
   */
  expandPublic(prefix: Uint8Array, block: number, count: number, out: Elements): void;

  /**
   * Negacyclic NTT of one ring element (n = field.ringDegree), in place: out[i] = x(ψ^(2·bitrev(i)+1)) where ψ is the
   * principal 2n-th root. Canonical in, canonical out.
   */
  ntt(x: Elements): void;
  /** T[i] ← T[i] + Σ_b A[b·n+i] · ntt(x_b)[i], over x.length / n blocks. A and T are in the NTT domain, canonical. */
  commit(x: Elements, A: Elements, T: Elements): void;
  /** out = Aᵀu, so that ⟨out, x⟩ = ⟨u, commit(x)⟩ for every x of A.length elements. u has n elements. */
  transpose(u: Elements, A: Elements, out: Elements): void;

  /**
   * Gadget polynomial of the norm-equality proof (AG9): x is cut into calls of L values, wire l takes seeds[l] at call
   * 0 and x[(c−1)·L + l] at call c (missing values are 0); wire polynomials interpolate the calls on the P-th roots of
   * unity; the result is Σ_l wire_l² evaluated on the 2P-th roots, in natural order (out[i] at ω_2P^i), 2P elements.
   */
  proveSquares(x: Elements, seeds: Elements, P: number, out: Elements): void;
  /** out[l] = Σ_c weights[c+1] · x[c·L + l] for l < L: the wires at a query point, less the seed term. */
  evaluateWires(x: Elements, weights: Elements, out: Elements): void;

  /**
   * Dot product with ±1/0 (AG8): two bits per coordinate, little-endian in each byte, 0 → −1, 1 and 2 → 0, 3 → +1.
   * The signed form returns the exact integer (|x| < 2^31 for F32 … < 2^62 for F64, length ≤ 2^24).
   */
  signDot(x: Signed, bits: Uint8Array): bigint;
  /**
   * The same for many vectors of bits: splits x into limbs once, into kernel memory that is valid until `release` of
   * an earlier mark. `dot` is the exact integer where x is Signed and an element mod q where x is a share.
   */
  prepareSignDot(x: Elements | Signed): SignDot;
}

export interface SignDot {
  dot(bits: Uint8Array): bigint;
}

/** Keccak-256 of consecutive messages of `size` bytes, the last as long as is left: 32 bytes each, one after the other. */
export type Keccak256 = (messages: Uint8Array, size: number) => Uint8Array;

/** Kernels that do not depend on a field. */
export interface CommonKernels {
  /** Ethereum's Keccak-256; size ≥ 1, and no message has no digest. */
  readonly keccak256: Keccak256;
  /**
   * Discrete Gaussian by a cumulative table: thresholds[i] (ascending u64, 63-bit) = P[|X| ≤ i] with P[0] halved; each
   * sample takes one u64 of `random`: |X| is the first index whose threshold exceeds the top 63 bits (the last index
   * where none does), the lowest bit makes it negative. Not constant time.
   */
  sampleTable(random: BigUint64Array, thresholds: BigUint64Array, out: Signed): void;
  /**
   * out[i] = ⌊x[i] · scale + u⌋ in doubles, u = (random[i] >>> 8) · 2^-24: stochastic rounding. Throws KernelError RANGE
   * where a result is NaN or does not fit out; out is then undefined.
   */
  roundStochastically(x: Float64Array, scale: number, random: Uint32Array, out: Signed): void;
}

export interface Kernels extends CommonKernels {
  readonly F32: FieldKernels;
  readonly F64: FieldKernels;
}
