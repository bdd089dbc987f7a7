/**
 * Integer inference (spec/inference.md) in BigInt, written from the rules alone, and the vectors that judge both twins.
 * `node spec/reference/inference.ts > spec/vectors/inference.json` writes them.
 */
import { join, keccak, sha256, u32 } from './bytes.ts';

const INT32 = 2n ** 31n;

export interface VectorCase {
  readonly name: string;
  readonly kind: 'logistic' | 'mlp';
  readonly inputs: number;
  /** 0 for a linear model. */
  readonly hidden: number;
  /** Bits by which the drawn int32 are shifted down: 0 gives the whole range. */
  readonly parameterShift: number;
  readonly featureShift: number;
  readonly records: number;
}

export const CASES: readonly VectorCase[] = [
  {
    name: 'linear, usual size',
    kind: 'logistic',
    inputs: 20,
    hidden: 0,
    parameterShift: 15,
    featureShift: 13,
    records: 3000,
  },
  {
    name: 'linear, extremes',
    kind: 'logistic',
    inputs: 1,
    hidden: 0,
    parameterShift: 0,
    featureShift: 0,
    records: 2000,
  },
  {
    name: 'network, usual size',
    kind: 'mlp',
    inputs: 38,
    hidden: 32,
    parameterShift: 16,
    featureShift: 13,
    records: 2000,
  },
  { name: 'network, extremes', kind: 'mlp', inputs: 7, hidden: 5, parameterShift: 0, featureShift: 0, records: 2000 },
  {
    name: 'network, full words',
    kind: 'mlp',
    inputs: 8,
    hidden: 7,
    parameterShift: 11,
    featureShift: 9,
    records: 1000,
  },
];

const seedOf = (index: number): Buffer => keccak(Buffer.from(`concord inference vectors ${index}`, 'ascii'));

/** Item i of a stream: big-endian int32 number i mod 8 of keccak256(seed ‖ u32 stream ‖ u32 ⌊i/8⌋), shifted down. */
export function drawn(seed: Uint8Array, stream: number, count: number, shift: number): bigint[] {
  const out: bigint[] = [];
  for (let block = 0; out.length < count; block++) {
    const hash = keccak(seed, u32(stream), u32(block));
    for (let k = 0; k < 8 && out.length < count; k++) out.push(BigInt(hash.readInt32BE(4 * k) >> shift));
  }
  return out;
}

/** LR2. */
export function encoded({ kind, inputs, hidden }: VectorCase, parameters: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(8 + 4 * parameters.length);
  bytes.set([1, kind === 'logistic' ? 1 : 2, inputs & 255, inputs >> 8, hidden & 255, hidden >> 8, 16, 0]);
  parameters.forEach((parameter, i) => {
    bytes.writeInt32LE(Number(parameter), 8 + 4 * i);
  });
  return bytes;
}

/** ⌊x / 2^16⌋ without relying on what a language's shift does. */
const floored = (x: bigint): bigint => (x >= 0n ? x / 65536n : -((-x + 65535n) / 65536n));

const weighted = (weights: readonly bigint[], x: readonly bigint[], bias: bigint): bigint =>
  floored(weights.reduce((sum, weight, i) => sum + weight * x[i]!, bias * 65536n));

/** IN2, IN3. */
export function score(
  { kind, inputs, hidden }: VectorCase,
  parameters: readonly bigint[],
  features: readonly bigint[],
): bigint {
  let x = features;
  let rest = parameters;
  if (kind === 'mlp') {
    const biases = parameters.slice(inputs * hidden);
    x = Array.from({ length: hidden }, (_, j) => {
      const sum = weighted(parameters.slice(j * inputs, (j + 1) * inputs), features, biases[j]!);
      return sum < 0n ? 0n : sum;
    });
    rest = biases.slice(hidden);
  }
  const logit = weighted(rest.slice(0, x.length), x, rest[x.length]!);
  return logit > INT32 - 1n ? INT32 - 1n : logit < -INT32 ? -INT32 : logit;
}

/** What spec/vectors/inference.json holds: hashes of a case chain over all scores, h ← keccak256(h ‖ int32 score). */
export function inferenceVectors() {
  return CASES.map((each, index) => {
    const seed = seedOf(index);
    const count = each.kind === 'mlp' ? each.hidden * (each.inputs + 2) + 1 : each.inputs + 1;
    const parameters = drawn(seed, 0, count, each.parameterShift);
    const model = encoded(each, parameters);
    let chain: Buffer = Buffer.alloc(32);
    const first: number[] = [];
    for (let record = 0; record < each.records; record++) {
      const result = score(each, parameters, drawn(seed, record + 1, each.inputs, each.featureShift));
      if (record < 3) first.push(Number(result));
      chain = keccak(join(chain, u32(Number(BigInt.asUintN(32, result)))));
    }
    const hex = (bytes: Buffer): string => `0x${bytes.toString('hex')}`;
    return { ...each, seed: hex(seed), model: hex(model), modelHash: hex(sha256(model)), first, chain: hex(chain) };
  });
}

if (import.meta.main) console.log(JSON.stringify({ cases: inferenceVectors() }, null, 1));
