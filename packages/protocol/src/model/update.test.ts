import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import fc from 'fast-check';
import { floorDivide, integerSqrt, saturate } from './integers.ts';
import {
  applyUpdate,
  decodeState,
  encodeState,
  initialState,
  linearLearningRate,
  type OptimizerState,
  type Step,
  stateHash,
  stepRate,
  updateCoordinate,
} from './update.ts';

const Q16 = 65536n;
const STEP: Step = {
  learningRate: Q16,
  momentum: Q16 / 2n,
  clippingNorm: Q16,
  quantizedNorm: 16000n,
  recordCount: 100n,
};
const int32 = fc.bigInt({ min: -(2n ** 31n), max: 2n ** 31n - 1n });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

test('[LR4] integer square root, floor division and saturation are exact', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 200n }), (x) => {
      const root = integerSqrt(x);
      assert.ok(root * root <= x && (root + 1n) * (root + 1n) > x);
    }),
  );
  assert.throws(() => integerSqrt(-1n), RangeError);
  fc.assert(
    fc.property(int64, fc.bigInt({ min: 1n, max: 2n ** 40n }), (a, b) => {
      const q = floorDivide(a, b);
      assert.ok(q * b <= a && (q + 1n) * b > a);
    }),
  );
  assert.deepEqual([saturate(2n ** 31n, 32), saturate(-(2n ** 31n) - 1n, 32)], [2n ** 31n - 1n, -(2n ** 31n)]);
  assert.equal(saturate(-(2n ** 63n), 64), -(2n ** 63n));
});

test('[LR4] one unit of mean gradient at learning rate 1 moves a parameter by one', () => {
  // 100 records, each with the whole clipping norm in this coordinate: mean gradient C = 1.
  const [parameter, velocity] = updateCoordinate(0n, 0n, 100n * 16000n, stepRate(STEP), 0n);
  assert.ok(Math.abs(Number(parameter) + 65536) <= 1, String(parameter));
  assert.ok(Math.abs(Number(velocity) - 2 ** 32) <= 2, String(velocity));
});

test('[LR4] steps follow real-valued momentum descent within the error of three floors a round', () => {
  fc.assert(
    fc.property(
      fc.array(fc.bigInt({ min: -(2n ** 30n), max: 2n ** 30n }), { minLength: 1, maxLength: 30 }),
      fc.bigInt({ min: 0n, max: 65535n }),
      (sums, momentum) => {
        const step = { ...STEP, momentum };
        let state = initialState({ shape: { kind: 'logistic', inputs: 1 }, parameters: new Int32Array(2) });
        let [p, v] = [0, 0];
        for (const sum of sums) {
          state = applyUpdate(state, [sum, 0n], step);
          v = (v * Number(momentum)) / 65536 + Number(sum) / (16000 * 100);
          p -= v;
        }
        const bound = (sums.length * (sums.length + 1) * 4) / 65536;
        assert.ok(Math.abs(state.model.parameters[0]! / 65536 - p) <= bound);
        // Even a zero gradient floors to exactly zero: a coordinate nobody touches never drifts.
        assert.equal(state.model.parameters[1], 0);
      },
    ),
  );
});

test('[LR4] negative amounts round down, and both results saturate instead of wrapping', () => {
  assert.deepEqual(updateCoordinate(0n, 0n, -1n, 1n, 0n), [1n, -1n]);
  assert.deepEqual(updateCoordinate(0n, 0n, 1n, 1n, 0n), [0n, 0n]);
  assert.deepEqual(updateCoordinate(5n, -1n, 0n, 1n, 1n), [6n, -1n]);
  assert.deepEqual(updateCoordinate(0n, 0n, 2n ** 80n, 2n ** 32n, 0n), [-(2n ** 31n), 2n ** 63n - 1n]);
  fc.assert(
    fc.property(int32, int64, int64, fc.bigInt({ min: 0n, max: 2n ** 64n }), (p, v, sum, rate) => {
      const [parameter, velocity] = updateCoordinate(p, v, sum, rate, 60000n);
      assert.equal(BigInt.asIntN(32, parameter), parameter);
      assert.equal(BigInt.asIntN(64, velocity), velocity);
    }),
  );
});

test('[LR4] 10,000 vector steps give the coordinates of the reference, which are those of the contract', () => {
  const vector = JSON.parse(readFileSync(new URL('../../../../spec/vectors/update.json', import.meta.url), 'utf8')) as {
    readonly seed: string;
    readonly steps: number;
    readonly chain: string;
  };
  const preimage = Buffer.from(`${vector.seed.slice(2)}00000000`, 'hex');
  const chained = Buffer.alloc(76);
  for (let i = 0; i < vector.steps; i++) {
    preimage.writeUInt32BE(i, 32);
    const word = BigInt(`0x${Buffer.from(keccak_256(preimage)).toString('hex')}`);
    const bits = (from: number, count: number): bigint => BigInt.asUintN(count, word >> BigInt(from));
    const signed = (from: number, count: number, shift: number): bigint =>
      BigInt.asIntN(count, word >> BigInt(from)) >> BigInt(shift);
    const momentum = bits(16, 16);
    const rate = stepRate({
      learningRate: bits(0, 31),
      clippingNorm: bits(32, 20) + 1n,
      quantizedNorm: bits(64, 16) + 1n,
      recordCount: bits(80, 16) + 1n,
      momentum,
    });
    const shift = i % 32;
    const [parameter, velocity] = updateCoordinate(
      signed(96, 32, shift >> 1),
      signed(128, 64, shift),
      signed(192, 64, shift),
      rate,
      momentum,
    );
    chained.write(rate.toString(16).padStart(64, '0'), 32, 'hex');
    chained.writeInt32BE(Number(parameter), 64);
    chained.writeBigInt64BE(velocity, 68);
    chained.set(keccak_256(chained));
  }
  assert.equal(`0x${chained.toString('hex', 0, 32)}`, vector.chain);
});

test('[LR4] a step out of range and sums of another length are refused', () => {
  const state = initialState({ shape: { kind: 'logistic', inputs: 1 }, parameters: new Int32Array(2) });
  for (const wrong of [
    { learningRate: -1n },
    { momentum: -1n },
    { momentum: Q16 },
    { clippingNorm: 0n },
    { quantizedNorm: 0n },
    { recordCount: 0n },
  ])
    assert.throws(() => applyUpdate(state, [0n, 0n], { ...STEP, ...wrong }), { code: 'SHAPE' });
  assert.throws(() => applyUpdate(state, [0n], STEP), { code: 'PARAMETER_COUNT' });
});

test('[LR4] the learning rate falls linearly from first to last', () => {
  const rates = [0, 1, 2, 3, 4].map((round) => linearLearningRate(100n, 0n, 5, round));
  assert.deepEqual(rates, [100n, 75n, 50n, 25n, 0n]);
  assert.equal(linearLearningRate(10n, 0n, 4, 1), 6n);
  assert.equal(linearLearningRate(7n, 0n, 1, 0), 7n);
});

test('[LR5] a state has one encoding, which names it', () => {
  const state: OptimizerState = {
    model: { shape: { kind: 'logistic', inputs: 1 }, parameters: Int32Array.of(-2, 3) },
    velocity: BigInt64Array.of(-1n, 2n ** 40n),
  };
  const bytes = encodeState(state);
  assert.equal(
    Buffer.from(bytes).toString('hex'),
    '0101010000001000' + 'feffffff' + '03000000' + 'ffffffffffffffff' + '0000000000010000',
  );
  assert.deepEqual(decodeState(bytes), state);
  assert.equal(Buffer.from(stateHash(state)).toString('hex'), createHash('sha256').update(bytes).digest('hex'));
  for (const cut of [3, 8, 16, bytes.length - 1])
    assert.throws(() => decodeState(bytes.slice(0, cut)), { code: 'LENGTH' });
  assert.throws(() => decodeState(Uint8Array.of(...bytes, 0)), { code: 'LENGTH' });
  assert.throws(() => encodeState({ ...state, velocity: new BigInt64Array(1) }), { code: 'PARAMETER_COUNT' });
});

test('[LR5] moments follow the velocities, are never negative, and without them nothing changes', () => {
  const model = { shape: { kind: 'logistic', inputs: 1 }, parameters: Int32Array.of(-2, 3) } as const;
  const state: OptimizerState = {
    model,
    velocity: BigInt64Array.of(-1n, 2n ** 40n),
    moment: BigInt64Array.of(5n, 2n ** 63n - 1n),
  };
  const bytes = encodeState(state);
  const without = encodeState({ model, velocity: state.velocity });
  assert.equal(
    Buffer.from(bytes).toString('hex'),
    `${Buffer.from(without).toString('hex')}0500000000000000ffffffffffffff7f`,
  );
  assert.deepEqual(decodeState(bytes), state);
  for (const cut of [without.length + 1, without.length + 8, bytes.length - 1])
    assert.throws(() => decodeState(bytes.slice(0, cut)), { code: 'LENGTH' });
  const negative = bytes.slice();
  negative[bytes.length - 1] = 0x80;
  assert.throws(() => decodeState(negative), { code: 'MOMENT' });
  assert.throws(() => encodeState({ ...state, moment: new BigInt64Array(1) }), { code: 'PARAMETER_COUNT' });
});
