import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import fc from 'fast-check';
import { adaptCoordinate, biasCorrection } from './adaptive.ts';
import { applyUpdate, initialState, type Step, stepRate } from './update.ts';

const ONE = 65_536n;
/** The step with which a sum of Δ′·n is a mean gradient of C = 1. */
const STEP: Step = {
  learningRate: 5_702n,
  momentum: 19_661n,
  clippingNorm: ONE,
  quantizedNorm: 16_000n,
  recordCount: 500n,
};
const logistic = (inputs: number) =>
  initialState({ shape: { kind: 'logistic', inputs }, parameters: new Int32Array(inputs + 1) }, true);

/** Where Adam's server stands after each step, in real numbers: momentum by sums, the second moment corrected. */
function floatAdam(
  gradients: readonly number[],
  rate: number,
  momentum: number,
  decay: number,
  epsilon: number,
): number[] {
  let [p, v, s] = [0, 0, 0];
  return gradients.map((g, i) => {
    v = momentum * v + g;
    s = decay * s + (1 - decay) * g * g;
    p -= (rate * v) / (Math.sqrt(s / (1 - decay ** (i + 1))) + epsilon);
    return p;
  });
}

test('[LR13] steps follow Adam in real numbers, from gradients of 10 down to a ten-thousandth', () => {
  const unit = Number(STEP.quantizedNorm * STEP.recordCount);
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 }),
      fc.constantFrom(10, 1, 0.05, 1e-3, 1e-4),
      fc.integer({ min: 0, max: 65_500 }),
      fc.integer({ min: 33, max: 1_000 }),
      (shares, size, decay, epsilon) => {
        // What is really in the sums, after rounding to integers.
        const sums = shares.map((share) => BigInt(Math.round(share * size * unit)));
        let state = logistic(1);
        sums.forEach((sum, i) => {
          const adaptive = { decay: BigInt(decay), epsilon: BigInt(epsilon), steps: i + 1 };
          state = applyUpdate(state, [sum, 0n], { ...STEP, adaptive });
        });
        const real = sums.map((sum) => Number(sum) / unit);
        const [rate, momentum] = [Number(STEP.learningRate) / 65_536, Number(STEP.momentum) / 65_536];
        const way = floatAdam(real, rate, momentum, decay / 65_536, epsilon / 65_536);
        const have = state.model.parameters[0]! / 65_536;
        // One floor of 2^-16 a step, and a thousandth of the farthest that it went.
        const bound = sums.length / 65_536 + Math.max(...way.map(Math.abs)) / 1_000;
        assert.ok(Math.abs(have - way.at(-1)!) <= bound, `have ${have}, expected ${way.at(-1)}`);
        assert.deepEqual([state.model.parameters[1], state.velocity[1], state.moment![1]], [0, 0n, 0n]);
      },
    ),
  );
});

test('[LR13] a first step is the learning rate long, whatever the gradient is', () => {
  for (const sum of [8_000_000n, 80_000n, -800_000_000n]) {
    const adaptive = { decay: 64_225n, epsilon: 1n, steps: 1 };
    const moved = applyUpdate(logistic(1), [sum, 0n], { ...STEP, adaptive }).model.parameters[0]!;
    assert.ok(Math.abs(Math.abs(moved) - 5_702) <= 9 && Math.sign(moved) === -Math.sign(Number(sum)), `${moved}`);
  }
});

test('[LR13] the correction is 1 − β^t in Q32, never below 2^16, and numbers out of range are refused', () => {
  const of = (decay: bigint, steps: number) => biasCorrection({ decay, epsilon: 1n, steps });
  assert.equal(of(0n, 1), 2n ** 32n);
  assert.deepEqual(
    [1, 2, 3].map((t) => of(32_768n, t)),
    [2n ** 31n, 3n * 2n ** 30n, 7n * 2n ** 29n],
  );
  assert.equal(of(65_535n, 1), ONE);
  for (const t of [1, 2, 24, 1_000, 100_000]) {
    const exact = (1 - (65_535 / 65_536) ** t) * 2 ** 32;
    assert.ok(Math.abs(Number(of(65_535n, t)) - exact) <= t, `${t}`);
  }
  for (const wrong of [{ decay: -1n }, { decay: ONE }, { epsilon: 0n }, { steps: 0 }, { steps: 1.5 }])
    assert.throws(() => biasCorrection({ decay: 1n, epsilon: 1n, steps: 1, ...wrong }), { code: 'SHAPE' });
});

test('[LR13] whatever is opened, velocities, moments and parameters stay in range', () => {
  const int = (bits: bigint) => fc.bigInt({ min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n });
  fc.assert(
    fc.property(
      int(32n),
      int(64n),
      int(64n),
      int(64n),
      fc.bigInt({ min: 0n, max: 2n ** 96n }),
      (p, v, m, sum, rate) => {
        const numbers = {
          rate,
          learningRate: 2n ** 31n - 1n,
          momentum: 65_535n,
          decay: 65_535n,
          epsilon: 1n,
          correction: ONE,
        };
        const [parameter, velocity, moment] = adaptCoordinate(p, v, m < 0n ? -(m + 1n) : m, sum, numbers);
        assert.equal(BigInt.asIntN(32, parameter), parameter);
        assert.equal(BigInt.asIntN(64, velocity), velocity);
        assert.equal(BigInt.asUintN(63, moment), moment);
      },
    ),
  );
});

test('[LR13] 10,000 vector steps give the coordinates of the reference, which are those of the contract', () => {
  const file = new URL('../../../../spec/vectors/adaptive.json', import.meta.url);
  const vector = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly seed: string;
    readonly steps: number;
    readonly chain: string;
  };
  const preimage = Buffer.from(`${vector.seed.slice(2)}00000000`, 'hex');
  const wordOf = (place: number): bigint => {
    preimage.writeUInt32BE(place, 32);
    return BigInt(`0x${Buffer.from(keccak_256(preimage)).toString('hex')}`);
  };
  const chained = Buffer.alloc(84);
  for (let i = 0; i < vector.steps; i++) {
    const [first, second] = [wordOf(2 * i), wordOf(2 * i + 1)];
    const bits = (word: bigint, from: number, count: number): bigint => BigInt.asUintN(count, word >> BigInt(from));
    const signed = (from: number, count: number, shift: number): bigint =>
      BigInt.asIntN(count, first >> BigInt(from)) >> BigInt(shift);
    const momentum = bits(first, 16, 16);
    const rate = stepRate({
      learningRate: ONE,
      clippingNorm: bits(first, 32, 20) + 1n,
      quantizedNorm: bits(first, 64, 16) + 1n,
      recordCount: bits(first, 80, 16) + 1n,
      momentum,
    });
    const decay = i % 16 === 0 ? 65_535n : i % 16 === 1 ? 0n : bits(second, 0, 16);
    const epsilon = bits(second, 16, 16) + 1n;
    const correction = biasCorrection({ decay, epsilon, steps: Number(bits(second, 32, 6)) + 1 });
    const shift = i % 32;
    const [parameter, velocity, moment] = adaptCoordinate(
      signed(96, 32, shift >> 1),
      signed(128, 64, shift),
      bits(second, 64, 63) >> BigInt(shift),
      signed(192, 64, shift),
      { rate, learningRate: bits(first, 0, 31), momentum, decay, epsilon, correction },
    );
    chained.write(rate.toString(16).padStart(64, '0'), 32, 'hex');
    chained.writeInt32BE(Number(parameter), 64);
    chained.writeBigInt64BE(velocity, 68);
    chained.writeBigInt64BE(moment, 76);
    chained.set(keccak_256(chained));
  }
  assert.equal(`0x${chained.toString('hex', 0, 32)}`, vector.chain);
});
