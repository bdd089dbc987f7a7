/**
 * The split of scikit-learn's `train_test_split(train_size, test_size, random_state, stratify)`, so that splits that were
 * published as a seed can be followed without Python. The stream is MT19937 (Matsumoto, Nishimura 1998) and its use is that
 * of numpy's RandomState, which numpy has frozen; the steps are those of StratifiedShuffleSplit and ShuffleSplit in
 * scikit-learn 1.2.1. Judged by line numbers that scikit-learn made (spec/vectors/hospitals-split.json).
 */

const STATE = 624;
const MIDDLE = 397;

/** The 32-bit words of MT19937 after `init_genrand(seed)`. */
export function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(STATE);
  state[0] = seed;
  for (let i = 1; i < STATE; i++) {
    const before = state[i - 1]! ^ (state[i - 1]! >>> 30);
    state[i] = Math.imul(1812433253, before) + i;
  }
  let at = STATE;
  const refill = (): void => {
    for (let i = 0; i < STATE; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % STATE]! & 0x7fffffff);
      state[i] = state[(i + MIDDLE) % STATE]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    at = 0;
  };
  return () => {
    if (at === STATE) refill();
    let y = state[at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}

type Words = () => number;

/** Uniform in 0 … most: masked words, those above are drawn again. */
function interval(words: Words, most: number): number {
  if (most === 0) return 0;
  const mask = 2 ** (32 - Math.clz32(most)) - 1;
  for (;;) {
    const value = (words() & mask) >>> 0;
    if (value <= most) return value;
  }
}

function permuted(words: Words, items: readonly number[]): number[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = interval(words, i);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** How many of `draws` fall to each class: proportional, what is left to the largest remainders, ties by lot. */
function shares(words: Words, counts: readonly number[], draws: number): number[] {
  const total = counts.reduce((a, b) => a + b, 0);
  const exact = counts.map((count) => (count / total) * draws);
  const out = exact.map(Math.floor);
  const remainders = exact.map((value, i) => value - out[i]!);
  let left = draws - out.reduce((a, b) => a + b, 0);
  for (const value of [...new Set(remainders)].sort((a, b) => b - a)) {
    if (left === 0) break;
    const tied = range(counts.length).filter((i) => remainders[i] === value);
    const chosen = permuted(words, tied).slice(0, left);
    for (const i of chosen) out[i]!++;
    left -= chosen.length;
  }
  return out;
}

export interface Split {
  /** Positions, ascending. */
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/**
 * Splits records with these labels (0 or 1): ⌊trainSize·n⌋ to train on and ⌈(1 − trainSize)·n⌉ to test on, each class in
 * proportion if `stratify`. `seed` is a 32-bit integer.
 */
export function trainTestSplit(labels: readonly number[], trainSize: number, seed: number, stratify: boolean): Split {
  const words = mersenneTwister(seed);
  const trains = Math.floor(trainSize * labels.length);
  const tests = Math.ceil((1 - trainSize) * labels.length);
  const ascending = (positions: number[]): number[] => positions.sort((a, b) => a - b);
  if (!stratify) {
    const order = permuted(words, range(labels.length));
    return { test: ascending(order.slice(0, tests)), train: ascending(order.slice(tests, tests + trains)) };
  }
  const classes = [0, 1].map((label) => range(labels.length).filter((i) => labels[i] === label));
  const counts = classes.map(({ length }) => length);
  const toTrain = shares(words, counts, trains);
  const toTest = shares(
    words,
    counts.map((count, i) => count - toTrain[i]!),
    tests,
  );
  const train: number[] = [];
  const test: number[] = [];
  classes.forEach((members, i) => {
    const order = permuted(words, range(members.length)).map((at) => members[at]!);
    train.push(...order.slice(0, toTrain[i]!));
    test.push(...order.slice(toTrain[i]!, toTrain[i]! + toTest[i]!));
  });
  return { train: ascending(train), test: ascending(test) };
}
