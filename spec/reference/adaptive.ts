/**
 * One coordinate of one adaptive step (spec/learning.md LR13) in BigInt, written from the rule alone, and the vector that
 * judges both twins. `node spec/reference/adaptive.ts > spec/vectors/adaptive.json` writes it.
 */
import { join, keccak, u32, u256 } from './bytes.ts';
import { floored } from './update.ts';

export const STEPS = 10_000;

export interface AdaptiveDrawn {
  readonly learningRate: bigint;
  readonly clippingNorm: bigint;
  readonly quantizedNorm: bigint;
  readonly recordCount: bigint;
  readonly momentum: bigint;
  readonly decay: bigint;
  readonly epsilon: bigint;
  /** t, from 1. */
  readonly steps: number;
  readonly parameter: bigint;
  readonly velocity: bigint;
  readonly moment: bigint;
  readonly sum: bigint;
}

/**
 * Step i of the vector, cut out of two words; signed numbers and the moment get smaller as i mod 32 grows, so that few
 * saturate. Every 16th decay is the largest, every 16th plus 1 is 0.
 */
function drawn(seed: Uint8Array, i: number): AdaptiveDrawn {
  const [first, second] = [0, 1].map((half) => BigInt(`0x${keccak(seed, u32(2 * i + half)).toString('hex')}`)) as [
    bigint,
    bigint,
  ];
  const bits = (word: bigint, from: number, count: number): bigint => (word >> BigInt(from)) % (1n << BigInt(count));
  const shift = i % 32;
  const signed = (word: bigint, from: number, count: number, by: number): bigint =>
    floored(BigInt.asIntN(count, bits(word, from, count)), 1n << BigInt(by));
  return {
    learningRate: bits(first, 0, 31),
    clippingNorm: bits(first, 32, 20) + 1n,
    quantizedNorm: bits(first, 64, 16) + 1n,
    recordCount: bits(first, 80, 16) + 1n,
    momentum: bits(first, 16, 16),
    parameter: signed(first, 96, 32, shift >> 1),
    velocity: signed(first, 128, 64, shift),
    sum: signed(first, 192, 64, shift),
    decay: i % 16 === 0 ? 65_535n : i % 16 === 1 ? 0n : bits(second, 0, 16),
    epsilon: bits(second, 16, 16) + 1n,
    steps: Number(bits(second, 32, 6)) + 1,
    moment: bits(second, 64, 63) >> BigInt(shift),
  };
}

const cut = (x: bigint, bits: number): bigint => {
  const most = 2n ** BigInt(bits - 1) - 1n;
  return x > most ? most : x < -most - 1n ? -most - 1n : x;
};

/** ⌊√x⌋ bit by bit. */
function root(x: bigint): bigint {
  let r = 0n;
  for (let bit = 1n << 64n; bit > 0n; bit >>= 1n) if ((r + bit) ** 2n <= x) r += bit;
  return r;
}

/** LR13: [rate, parameter′, velocity′, moment′]. */
export function adapted(
  of: AdaptiveDrawn,
): readonly [rate: bigint, parameter: bigint, velocity: bigint, moment: bigint] {
  const rate = floored(2n ** 16n * of.clippingNorm * 2n ** 32n, of.quantizedNorm * of.recordCount);
  const g = cut(floored(of.sum * rate, 2n ** 32n), 64);
  const velocity = cut(floored(of.velocity * of.momentum, 2n ** 16n) + g, 64);
  const moment = cut(floored(of.moment * of.decay + (2n ** 16n - of.decay) * floored(g * g, 2n ** 16n), 2n ** 16n), 64);
  let b = 2n ** 32n;
  for (let k = 0; k < of.steps; k++) b = floored(b * of.decay, 2n ** 16n);
  const size = root(floored(moment * 2n ** 32n, 2n ** 32n - b)) + 2n ** 8n * of.epsilon;
  const parameter = cut(of.parameter - floored(of.learningRate * velocity, 2n ** 8n * size), 32);
  return [rate, parameter, velocity, moment];
}

/** chain ← keccak256(chain ‖ u256 rate ‖ int32 parameter′ ‖ int64 velocity′ ‖ int64 moment′) over all steps. */
export function adaptiveVector() {
  const seed = keccak(Buffer.from('concord adaptive vectors', 'ascii'));
  let chain: Buffer = Buffer.alloc(32);
  for (let i = 0; i < STEPS; i++) {
    const [rate, parameter, velocity, moment] = adapted(drawn(seed, i));
    const last = Buffer.alloc(20);
    last.writeInt32BE(Number(parameter));
    last.writeBigInt64BE(velocity, 4);
    last.writeBigInt64BE(moment, 12);
    chain = keccak(join(chain, u256(rate), last));
  }
  return { seed: `0x${seed.toString('hex')}`, steps: STEPS, chain: `0x${chain.toString('hex')}` };
}

if (import.meta.main) console.log(JSON.stringify(adaptiveVector(), null, 1));
