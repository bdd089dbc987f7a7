/**
 * One coordinate of one optimizer step (spec/learning.md LR4) in BigInt, written from the rule alone, and the vector
 * that judges both twins. `node spec/reference/update.ts > spec/vectors/update.json` writes it.
 */
import { join, keccak, u256, u32 } from './bytes.ts';

export const STEPS = 10_000;

/** ⌊a / b⌋ for b > 0, from the definition. */
export function floored(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return quotient * b > a ? quotient - 1n : quotient;
}

const clamped = (x: bigint, low: bigint, high: bigint): bigint => (x < low ? low : x > high ? high : x);

export interface Drawn {
  readonly learningRate: bigint;
  readonly clippingNorm: bigint;
  readonly quantizedNorm: bigint;
  readonly recordCount: bigint;
  readonly momentum: bigint;
  readonly parameter: bigint;
  readonly velocity: bigint;
  readonly sum: bigint;
}

/** Step i of the vector, cut out of one word; signed numbers get smaller as i mod 32 grows, so that few saturate. */
export function drawnStep(seed: Uint8Array, i: number): Drawn {
  const word = BigInt(`0x${keccak(seed, u32(i)).toString('hex')}`);
  const bits = (from: number, count: number): bigint => (word >> BigInt(from)) % (1n << BigInt(count));
  const shift = i % 32;
  const signed = (from: number, count: number, by: number): bigint =>
    floored(BigInt.asIntN(count, bits(from, count)), 1n << BigInt(by));
  return {
    learningRate: bits(0, 31),
    clippingNorm: bits(32, 20) + 1n,
    quantizedNorm: bits(64, 16) + 1n,
    recordCount: bits(80, 16) + 1n,
    momentum: bits(16, 16),
    parameter: signed(96, 32, shift >> 1),
    velocity: signed(128, 64, shift),
    sum: signed(192, 64, shift),
  };
}

/** LR4: [rate, parameter′, velocity′]. */
export function stepped(drawn: Drawn): readonly [rate: bigint, parameter: bigint, velocity: bigint] {
  const { learningRate, clippingNorm, quantizedNorm, recordCount, momentum } = drawn;
  const rate = floored(learningRate * clippingNorm * 2n ** 32n, quantizedNorm * recordCount);
  const moved = floored(drawn.velocity * momentum, 2n ** 16n) + floored(drawn.sum * rate, 2n ** 32n);
  const velocity = clamped(moved, -(2n ** 63n), 2n ** 63n - 1n);
  const parameter = clamped(drawn.parameter - floored(velocity, 2n ** 16n), -(2n ** 31n), 2n ** 31n - 1n);
  return [rate, parameter, velocity];
}

/** chain ← keccak256(chain ‖ u256 rate ‖ int32 parameter′ ‖ int64 velocity′) over all steps. */
export function updateVector() {
  const seed = keccak(Buffer.from('concord update vectors', 'ascii'));
  let chain: Buffer = Buffer.alloc(32);
  for (let i = 0; i < STEPS; i++) {
    const [rate, parameter, velocity] = stepped(drawnStep(seed, i));
    const last = Buffer.alloc(12);
    last.writeInt32BE(Number(parameter));
    last.writeBigInt64BE(velocity, 4);
    chain = keccak(join(chain, u256(rate), last));
  }
  return { seed: `0x${seed.toString('hex')}`, steps: STEPS, chain: `0x${chain.toString('hex')}` };
}

if (import.meta.main) console.log(JSON.stringify(updateVector(), null, 1));
