/**
 * Whole runs of the algorithms that descend in BigInt, from the opened sums on (spec/learning.md LR4, LR7, LR13, LR20), written
 * from the page alone. `node spec/reference/strategies.ts` writes spec/vectors/strategies.json.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { adapted } from './adaptive.ts';
import { keccak, u32 } from './bytes.ts';
import { floored, stepped } from './update.ts';

/** Coordinates: a count, means, squares; a logistic model has fewer parameters. */
const lengthOf = (inputs: number): number => 1 + 2 * inputs;

interface Numbers {
  readonly algorithm: 'fedSgd' | 'fedAvg';
  readonly recordBound: bigint;
  readonly bound: bigint;
  readonly clippingNorm: bigint;
  readonly statisticsNorm: bigint;
  readonly deviationFloor: bigint;
  readonly learningRate: readonly [bigint, bigint];
  readonly momentum: bigint;
  /** 2 unless told. */
  readonly inputs?: number;
  readonly basis?: 'gatedWaves';
  readonly adaptive?: { readonly decay: bigint; readonly epsilon: bigint };
  /** Accepted updates of each round. */
  readonly updates: readonly bigint[];
}

const RUNS: readonly Numbers[] = [
  {
    algorithm: 'fedSgd',
    recordBound: 1003n,
    bound: 101_324n,
    clippingNorm: 65_536n,
    statisticsNorm: 131_072n,
    deviationFloor: 64n,
    learningRate: [131_072n, 65_536n],
    momentum: 16_384n,
    updates: [5n, 4n, 5n, 3n],
  },
  {
    algorithm: 'fedAvg',
    recordBound: 0n,
    bound: 131_072n,
    clippingNorm: 65_536n,
    statisticsNorm: 131_072n,
    deviationFloor: 64n,
    learningRate: [65_536n, 65_536n],
    momentum: 0n,
    updates: [5n, 4n, 5n, 3n],
  },
  {
    algorithm: 'fedAvg',
    recordBound: 0n,
    bound: 4_097n,
    clippingNorm: 12_345n,
    statisticsNorm: 819_200n,
    deviationFloor: 4_096n,
    learningRate: [98_304n, 1n],
    momentum: 58_982n,
    updates: [3n, 255n, 4n, 3n],
  },
  {
    algorithm: 'fedSgd',
    recordBound: 1003n,
    bound: 101_324n,
    clippingNorm: 222_167n,
    statisticsNorm: 131_072n,
    deviationFloor: 7_668n,
    learningRate: [5_702n, 3_998n],
    momentum: 19_661n,
    inputs: 9,
    basis: 'gatedWaves',
    adaptive: { decay: 64_225n, epsilon: 52n },
    updates: [5n, 4n, 5n, 3n, 5n],
  },
  {
    algorithm: 'fedAvg',
    recordBound: 0n,
    bound: 131_072n,
    clippingNorm: 65_536n,
    statisticsNorm: 131_072n,
    deviationFloor: 64n,
    learningRate: [65_536n, 1n],
    momentum: 0n,
    inputs: 3,
    basis: 'gatedWaves',
    adaptive: { decay: 65_535n, epsilon: 1n },
    updates: [5n, 4n, 5n, 3n],
  },
  {
    algorithm: 'fedSgd',
    recordBound: 1003n,
    bound: 101_324n,
    clippingNorm: 65_536n,
    statisticsNorm: 131_072n,
    deviationFloor: 64n,
    learningRate: [131_072n, 65_536n],
    momentum: 16_384n,
    adaptive: { decay: 0n, epsilon: 9_000n },
    updates: [5n, 4n, 5n, 3n],
  },
];

/** ⌊√x⌋ by trying. */
function root(x: bigint): bigint {
  let r = 0n;
  for (let bit = 1n << 64n; bit > 0n; bit >>= 1n) if ((r + bit) ** 2n <= x) r += bit;
  return r;
}

const cut = (x: bigint, least: bigint, most: bigint): bigint => (x < least ? least : x > most ? most : x);
const ONE = 2n ** 16n;

/** Δ′. */
function scaleOf({ algorithm, recordBound, bound, inputs = 2 }: Numbers): bigint {
  const d = BigInt(lengthOf(inputs));
  if (algorithm === 'fedAvg') return floored(97n * (bound - 1024n), 100n);
  const exact = root(d);
  return recordBound - (exact ** 2n === d ? exact : exact + 1n);
}

/** Coordinate i of the sum of a round: of about the size that such a sum has. */
function sumOf(numbers: Numbers, run: number, round: number): bigint[] {
  const word = (i: number): bigint =>
    BigInt(`0x${keccak(Buffer.from('concord strategies', 'ascii'), u32(run), u32(round), u32(i)).toString('hex')}`);
  const size = scaleOf(numbers) * (numbers.algorithm === 'fedSgd' ? 40n : numbers.updates[round]!);
  const { inputs = 2 } = numbers;
  return Array.from({ length: lengthOf(inputs) }, (_, i) => {
    const any = floored(word(i) * (2n * size + 1n), 2n ** 256n) - size;
    // What is counted or squared is mostly positive.
    return round === 0 && (i === 0 || i > inputs) ? floored(any * any, size) + 1n : any;
  });
}

function runVector(numbers: Numbers, run: number) {
  const { inputs = 2, basis, adaptive } = numbers;
  const {
    algorithm,
    updates,
    statisticsNorm: norm,
    learningRate: [first, last],
  } = numbers;
  const scale = scaleOf(numbers);
  const sums = updates.map((_, round) => sumOf(numbers, run, round));
  const opened = sums[0]!;
  const weight = algorithm === 'fedSgd' ? opened[0]! : floored(updates[0]! * scale * ONE, norm);
  const records = floored(weight * norm, scale * ONE);
  const count = algorithm === 'fedAvg' ? updates[0]! : records < 1n ? 1n : records;
  // Of gated waves, those records count that have the column.
  const among = Array.from({ length: inputs }, (_, i) => {
    const presence = opened[1 + 3 * Math.floor(i / 3)]!;
    return basis !== 'gatedWaves' || i % 3 === 0 ? weight : presence > 1n ? presence : 1n;
  });
  const means = among.map((n, i) => cut(floored(ONE * opened[1 + i]!, n), -ONE, ONE));
  const deviations = means.map((mean, i) => {
    const variance = floored(ONE * ONE * opened[1 + inputs + i]!, among[i]!) - mean * mean;
    return cut(variance > 0n ? root(variance) : 0n, numbers.deviationFloor, ONE);
  });
  let parameters = Array<bigint>(inputs + 1).fill(0n);
  let velocity = Array<bigint>(inputs + 1).fill(0n);
  let moment = Array<bigint>(inputs + 1).fill(0n);
  const states = sums.slice(1).map((sum, t) => {
    const rounds = BigInt(updates.length - 1);
    const rate = rounds === 1n ? first : first + floored((last - first) * BigInt(t), rounds - 1n);
    const after = parameters.map((parameter, i) => {
      const coordinate = {
        learningRate: rate,
        clippingNorm: numbers.clippingNorm,
        quantizedNorm: scale,
        recordCount: algorithm === 'fedSgd' ? count : updates[t + 1]!,
        momentum: numbers.momentum,
        parameter,
        velocity: velocity[i]!,
        sum: sum[i]!,
      };
      return adaptive ? adapted({ ...coordinate, ...adaptive, moment: moment[i]!, steps: t + 1 }) : stepped(coordinate);
    });
    parameters = after.map(([, parameter]) => parameter);
    velocity = after.map(([, , v]) => v);
    if (!adaptive) return { parameters, velocity };
    moment = after.map((all) => all[3]!);
    return { parameters, velocity, moment };
  });
  return { ...numbers, d: lengthOf(inputs), inputs, quantizedNorm: scale, sums, count, means, deviations, states };
}

/** All runs; integers as decimal strings. */
export const strategyVectors = (): unknown =>
  JSON.parse(
    JSON.stringify({ runs: RUNS.map(runVector) }, (_, value) => (typeof value === 'bigint' ? value.toString() : value)),
  );

const FILE = fileURLToPath(new URL('../vectors/strategies.json', import.meta.url));
if (import.meta.main) writeFileSync(FILE, `${JSON.stringify(strategyVectors(), null, 1)}\n`);
