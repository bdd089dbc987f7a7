/** Where a run starts: parameters drawn from a public seed in integers, so that everyone has the same (LR3). */
import { sha256 } from '@noble/hashes/sha2.js';
import { integerSqrt } from './integers.ts';
import { FRACTION_BITS, type Model, type ModelShape, parameterCount } from './model.ts';

/** Largest start weight of a layer with this many inputs, in Q16: 2^16·√(6/inputs), He's uniform bound, floored. */
export const initialBound = (inputs: number): bigint => integerSqrt((6n << BigInt(2 * FRACTION_BITS)) / BigInt(inputs));

/** u32 words of SHA-256(seed ‖ u32be 0), SHA-256(seed ‖ u32be 1), …, each read big-endian. */
function* words(seed: Uint8Array): Generator<number, never> {
  const block = new Uint8Array(seed.length + 4);
  block.set(seed);
  const counter = new DataView(block.buffer, seed.length);
  for (let i = 0; ; i++) {
    counter.setUint32(0, i);
    const digest = new DataView(sha256(block).buffer);
    for (let offset = 0; offset < 32; offset += 4) yield digest.getUint32(offset);
  }
}

/**
 * The model of round 0 (LR3). Linear models and trees start at zero. An MLP takes one word u of the stream for each weight of W1
 * and then of w2, in parameter order: weight = ⌊u·(2a+1)/2^32⌋ − a with a = initialBound(inputs of that layer); biases
 * are zero. `seed` is public (the run id): it hides nothing.
 */
export function initialModel(shape: ModelShape, seed: Uint8Array): Model {
  const parameters = new Int32Array(parameterCount(shape));
  if (shape.kind === 'mlp') {
    const stream = words(seed);
    const fill = (start: number, count: number, inputs: number): void => {
      const bound = initialBound(inputs);
      for (let i = 0; i < count; i++) {
        const u = BigInt(stream.next().value);
        parameters[start + i] = Number(((u * (2n * bound + 1n)) >> 32n) - bound);
      }
    };
    fill(0, shape.hidden * shape.inputs, shape.inputs);
    fill(shape.hidden * (shape.inputs + 1), shape.hidden, shape.hidden);
  }
  return { shape, parameters };
}
