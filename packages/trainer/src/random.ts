/** Seeded pseudo-random numbers for baselines and synthetic data. Not for noise, masks or anything secret. */

export interface Random {
  /** Uniform in [0, 1), 32 bits of it. */
  uniform(): number;
  /** Standard normal (Box–Muller, one of the pair). */
  normal(): number;
  /** Uniform in {0, …, below − 1}; `below` ≤ 2^32. */
  integer(below: number): number;
  /** Fisher–Yates, in place. */
  shuffle(x: Int32Array): void;
}

/** The stream of a 32-bit seed: Marsaglia's xorshift128 (J. Stat. Softw. 8(14), 2003), its state mixed from the seed. */
export function seededRandom(seed: number): Random {
  const state = new Uint32Array(4);
  // Weyl steps of 2^32/φ, then the finalizer of MurmurHash3: distinct seeds give unrelated, never all-zero, states.
  for (let i = 0; i < 4; i++) {
    let x = (seed + Math.imul(i + 1, 0x9e3779b9)) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    state[i] = x ^ (x >>> 16);
  }
  const next = (): number => {
    let t = state[3]!;
    const s = state[0]!;
    state[3] = state[2]!;
    state[2] = state[1]!;
    state[1] = s;
    t ^= t << 11;
    t ^= t >>> 8;
    state[0] = t ^ s ^ (s >>> 19);
    return state[0]!;
  };
  const uniform = (): number => next() / 2 ** 32;
  const integer = (below: number): number => Math.floor(uniform() * below);
  return {
    uniform,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffle: (x) => {
      for (let i = x.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const held = x[i]!;
        x[i] = x[j]!;
        x[j] = held;
      }
    },
  };
}
