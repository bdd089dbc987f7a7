/**
 * Boosted trees in BigInt, from records to model, written from the page alone (spec/learning.md LR30 … LR35, inference.md
 * IN6). `node spec/reference/trees.ts` writes spec/vectors/trees.json, which judges the product and the contract.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join, keccak, sha256, u32 } from './bytes.ts';
import { drawn } from './inference.ts';
import { floored } from './update.ts';

const ONE = 2n ** 16n;
const INT32 = 2n ** 31n;
const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`;
const cut = (x: bigint, least: bigint, most: bigint): bigint => (x < least ? least : x > most ? most : x);

interface Shape {
  readonly inputs: number;
  readonly trees: number;
  readonly depth: number;
}

interface Node {
  readonly feature: number;
  readonly threshold: bigint;
}

/** One tree as a person would draw it: levels of nodes, then leaves. */
interface Tree {
  readonly levels: Node[][];
  leaves: bigint[];
}

const EMPTY: Node = { feature: 0, threshold: 0n };

const bare = (depth: number): Tree => ({
  levels: Array.from({ length: depth }, (_, level) => Array<Node>(2 ** level).fill(EMPTY)),
  leaves: Array<bigint>(2 ** depth).fill(0n),
});

/** From the left: the node, or the leaf, of this level that the record comes to. */
function reached({ levels }: Tree, level: number, x: readonly bigint[]): number {
  let place = 0;
  for (const nodes of levels.slice(0, level)) {
    const { feature, threshold } = nodes[place]!;
    place = 2 * place + (x[feature]! >= threshold ? 1 : 0);
  }
  return place;
}

/** IN6. */
export function treesScore(forest: readonly Tree[], x: readonly bigint[]): bigint {
  const sum = forest.reduce((all, tree) => all + tree.leaves[reached(tree, tree.levels.length, x)]!, 0n);
  return cut(sum, -INT32, INT32 - 1n);
}

/** LR2, LR30. */
function encoded({ inputs, trees, depth }: Shape, forest: readonly Tree[]): Buffer {
  const numbers = forest.flatMap(({ levels, leaves }) => [
    ...levels.flat().flatMap(({ feature, threshold }) => [BigInt(feature), threshold]),
    ...leaves,
  ]);
  const bytes = Buffer.alloc(8 + 4 * numbers.length);
  bytes.set([1, 3, inputs & 255, inputs >> 8, trees & 255, trees >> 8, 16, depth]);
  for (const [i, number] of numbers.entries()) bytes.writeInt32LE(Number(number), 8 + 4 * i);
  return bytes;
}

// -- Training

interface Numbers extends Shape {
  readonly records: number;
  readonly together: number;
  readonly featuresPerTree: number;
  readonly seed: number;
  readonly edges: readonly number[];
  readonly learningRate: bigint;
  readonly leafLimit: bigint;
  readonly penalty: bigint;
  readonly leastHessian: bigint;
  readonly recordBound: bigint;
  /** Size of what is added to every coordinate of a sum, as noise would be. */
  readonly noise: bigint;
}

const RUNS: readonly Numbers[] = [
  {
    inputs: 3,
    trees: 2,
    depth: 2,
    records: 60,
    together: 1,
    featuresPerTree: 3,
    seed: 1,
    edges: [-16_384, 0, 1, 16_384],
    learningRate: 65_536n,
    leafLimit: 262_144n,
    penalty: 65_536n,
    leastHessian: 16_384n,
    recordBound: 16_384n,
    noise: 0n,
  },
  {
    inputs: 12,
    trees: 6,
    depth: 3,
    records: 200,
    together: 3,
    featuresPerTree: 9,
    seed: 4_294_967_295,
    edges: [-40_000, -20_000, -5_000, 0, 1, 5_000, 20_000, 40_000],
    learningRate: 21_845n,
    leafLimit: 131_072n,
    penalty: 19_661n,
    leastHessian: 6_554n,
    recordBound: 16_384n,
    noise: 0n,
  },
  {
    inputs: 5,
    trees: 4,
    depth: 3,
    records: 120,
    together: 2,
    featuresPerTree: 2,
    seed: 7,
    edges: [0, 1, 20_000],
    learningRate: 32_768n,
    leafLimit: 65_536n,
    penalty: 0n,
    leastHessian: 0n,
    recordBound: 1_000n,
    noise: 5_000n,
  },
];

/** LR33. */
const PROBABILITIES: readonly bigint[] = (() => {
  const all: bigint[] = [];
  let e = 2n ** 48n;
  for (let k = 0; k < 1024; k++) {
    all.push(floored(2n ** 64n, 2n ** 48n + e));
    e = floored(e * 277111111677821n, 2n ** 48n);
  }
  return all;
})();

export function probability(score: bigint): bigint {
  const size = score < 0n ? -score : score;
  const k = floored(size, 1024n);
  const p = PROBABILITIES[Number(k > 1023n ? 1023n : k)]!;
  return score < 0n ? ONE - p : p;
}

/** LR32. */
function columnsOf({ inputs, featuresPerTree, seed }: Numbers, tree: number): number[] {
  const places = Array.from({ length: inputs }, (_, i) => i);
  for (let i = 0; i < featuresPerTree; i++) {
    const word = sha256(join(u32(seed), u32(tree), u32(Math.floor(i / 8)))).readUInt32BE(4 * (i % 8));
    const other = i + Number(floored(BigInt(word) * BigInt(inputs - i), 2n ** 32n));
    const here = places[i]!;
    places[i] = places[other]!;
    places[other] = here;
  }
  return places.slice(0, featuresPerTree).sort((a, b) => a - b);
}

/** ⌊√x⌋ by trying. */
function root(x: bigint): bigint {
  let r = 0n;
  for (let bit = 1n << 64n; bit > 0n; bit >>= 1n) if ((r + bit) ** 2n <= x) r += bit;
  return r;
}

const scaleOf = ({ recordBound, together, featuresPerTree }: Numbers): bigint =>
  root(floored(recordBound ** 2n, BigInt(together * featuresPerTree)));

interface Record {
  readonly x: readonly bigint[];
  readonly y: bigint;
}

/** Made-up records: label 1 is likelier where the first feature is large and the second is not 0. */
function recordsOf({ records, inputs }: Numbers, run: number): Record[] {
  const seed = keccak(Buffer.from(`concord trees ${run}`, 'ascii'));
  return Array.from({ length: records }, (_, i) => {
    const [any, ...values] = drawn(seed, i, inputs + 1, 15);
    const x = values.map((value, j) => (j === 1 && value % 3n === 0n ? 0n : value));
    return { x, y: x[0]! + (x[1] === 0n ? -20_000n : 10_000n) + floored(any!, 3n) > 0n ? 1n : 0n };
  });
}

/** LR34. */
function sumOf(
  numbers: Numbers,
  forest: readonly Tree[],
  records: readonly Record[],
  first: number,
  level: number,
): bigint[] {
  const { together, featuresPerTree: looked, edges, depth } = numbers;
  const bins = edges.length + 1;
  const sum = Array<bigint>(together * 2 ** (depth - 1) * looked * bins * 2).fill(0n);
  const scale = scaleOf(numbers);
  for (const { x, y } of records) {
    const p = probability(treesScore(forest, x));
    const gradient = y === 1n ? floored(scale * (ONE - p), ONE) : -floored(scale * p, ONE);
    const hessian = floored(3n * scale * p * (ONE - p), ONE * ONE);
    for (let j = 0; j < together; j++) {
      const node = reached(forest[first + j]!, level, x);
      columnsOf(numbers, first + j).forEach((column, i) => {
        const bin = edges.filter((edge) => BigInt(edge) <= x[column]!).length;
        const at = 2 * (((j * 2 ** level + node) * looked + i) * bins + bin);
        sum[at]! += gradient;
        sum[at + 1]! += hessian;
      });
    }
  }
  return sum;
}

const plus = (a: bigint, b: bigint): bigint => a + b;

/** LR35, for one node: `histograms` has one list of (gradients, hessians) for each of its features. */
function divided(
  numbers: Numbers,
  columns: readonly number[],
  histograms: readonly (readonly (readonly [bigint, bigint])[])[],
) {
  const { edges, penalty, leastHessian, leafLimit, learningRate } = numbers;
  const A = 3n * scaleOf(numbers);
  const lambda = floored(A * penalty, ONE) > 1n ? floored(A * penalty, ONE) : 1n;
  const least = floored(A * leastHessian, ONE);
  const flat = histograms.flat();
  const F = BigInt(columns.length);
  const g = floored(flat.map(([each]) => each).reduce(plus, 0n), F);
  const h = floored(flat.map(([, each]) => each).reduce(plus, 0n), F);
  const whole = h > 0n ? h : 0n;
  const w = (a: bigint, b: bigint): bigint => floored(ONE * a * a, b + lambda);
  const leaf = (a: bigint, b: bigint): bigint =>
    floored(cut(floored(3n * ONE * a, b + lambda), -leafLimit, leafLimit) * learningRate, ONE);
  const candidates = columns.flatMap((column, i) =>
    edges.flatMap((edge, b) => {
      const left = histograms[i]!.slice(0, b + 1);
      const gL = left.map(([each]) => each).reduce(plus, 0n);
      const hL = left.map(([, each]) => each).reduce(plus, 0n);
      const [gR, hR] = [g - gL, h - hL];
      if (hL < least || hR < least) return [];
      return [
        {
          gain: w(gL, hL) + w(gR, hR),
          node: { feature: column, threshold: BigInt(edge) },
          leaves: [leaf(gL, hL), leaf(gR, hR)],
        },
      ];
    }),
  );
  const nothing = {
    gain: w(g, whole),
    node: { feature: 0, threshold: -INT32 },
    leaves: [leaf(g, whole), leaf(g, whole)],
  };
  return candidates.reduce((best, each) => (each.gain > best.gain ? each : best), nothing);
}

function runVector(numbers: Numbers, run: number) {
  const { trees, depth, together, featuresPerTree: looked, edges, noise } = numbers;
  const bins = edges.length + 1;
  const records = recordsOf(numbers, run);
  const forest = Array.from({ length: trees }, () => bare(depth));
  const rounds = Array.from({ length: (trees / together) * depth }, (_, round) => {
    const [first, level] = [together * Math.floor(round / depth), round % depth];
    const exact = sumOf(numbers, forest, records, first, level);
    const word = (i: number): bigint =>
      BigInt(hex(keccak(Buffer.from('concord trees noise', 'ascii'), u32(run), u32(round), u32(i))));
    const sum = exact.map(
      (value, i) => value + (noise === 0n ? 0n : floored(word(i) * (2n * noise + 1n), 2n ** 256n) - noise),
    );
    for (let j = 0; j < together; j++) {
      const tree = forest[first + j]!;
      const grown = Array.from({ length: 2 ** level }, (_, node) => {
        const at = 2 * bins * looked * (j * 2 ** level + node);
        const histograms = Array.from({ length: looked }, (_, i) =>
          Array.from(
            { length: bins },
            (_, b) => [sum[at + 2 * (i * bins + b)]!, sum[at + 2 * (i * bins + b) + 1]!] as const,
          ),
        );
        return divided(numbers, columnsOf(numbers, first + j), histograms);
      });
      tree.levels[level] = grown.map(({ node }) => node);
      if (level === depth - 1) tree.leaves = grown.flatMap(({ leaves }) => leaves);
    }
    return {
      exact: hex(keccak(Buffer.from(exact.join(), 'ascii'))),
      sum: noise === 0n ? undefined : sum.map(String),
      model: hex(sha256(encoded(numbers, forest))),
    };
  });
  const features = records.map(({ x }) => x.map(Number));
  return {
    ...numbers,
    ...{ features, labels: records.map(({ y }) => Number(y)), rounds },
    model: hex(encoded(numbers, forest)),
  };
}

// -- Inference

interface Case extends Shape {
  readonly name: string;
  readonly shift: number;
  readonly records: number;
}

const CASES: readonly Case[] = [
  { name: 'trees, usual size', inputs: 38, trees: 64, depth: 5, shift: 15, records: 4_000 },
  { name: 'trees, ties with thresholds', inputs: 3, trees: 7, depth: 3, shift: 30, records: 4_000 },
  { name: 'trees, extremes', inputs: 1, trees: 3, depth: 1, shift: 0, records: 1_000 },
  { name: 'trees, deepest', inputs: 300, trees: 2, depth: 10, shift: 15, records: 1_000 },
];

function inferenceCase(each: Case, index: number) {
  const { inputs, trees, depth, shift, records } = each;
  const seed = keccak(Buffer.from(`concord trees inference ${index}`, 'ascii'));
  const numbers = drawn(seed, 0, trees * (3 * 2 ** depth - 2), 0);
  const forest = Array.from({ length: trees }, () => {
    const tree = bare(depth);
    for (const [level, nodes] of tree.levels.entries())
      tree.levels[level] = nodes.map(() => {
        const [feature, threshold] = numbers.splice(0, 2) as [bigint, bigint];
        return {
          feature: Number((feature + INT32) % BigInt(inputs)),
          threshold: floored(threshold, 2n ** BigInt(shift)),
        };
      });
    // Leaves of the whole range where few trees would saturate; otherwise of about a unit.
    tree.leaves = numbers.splice(0, 2 ** depth).map((leaf) => (shift === 0 ? leaf : floored(leaf, 2n ** 16n)));
    return tree;
  });
  let chain: Buffer = Buffer.alloc(32);
  const first: number[] = [];
  for (let record = 0; record < records; record++) {
    const score = treesScore(forest, drawn(seed, record + 1, inputs, shift));
    if (record < 3) first.push(Number(score));
    chain = keccak(join(chain, u32(Number(BigInt.asUintN(32, score)))));
  }
  const model = encoded(each, forest);
  const { name } = each;
  return {
    name,
    inputs,
    featureShift: shift,
    records,
    seed: hex(seed),
    model: hex(model),
    modelHash: hex(sha256(model)),
    first,
    chain: hex(chain),
  };
}

/** What spec/vectors/trees.json holds, as JSON has it. */
export const treesVectors = (): unknown =>
  JSON.parse(
    JSON.stringify({ runs: RUNS.map(runVector), cases: CASES.map(inferenceCase) }, (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    ),
  );

if (import.meta.main)
  writeFileSync(
    fileURLToPath(new URL('../vectors/trees.json', import.meta.url)),
    `${JSON.stringify(treesVectors())}\n`,
  );
