/**
 * One optimizer step in integers: momentum descent on an opened sum of quantized record gradients. Per coordinate and
 * without floats, so that every member, every auditor and the contract find the same bits (LR4; its twin is
 * packages/contracts/src/libraries/FixedPointUpdate.sol).
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { floorDivide, saturate } from './integers.ts';
import {
  decodeModel,
  decodeShape,
  encodeModel,
  FRACTION_BITS,
  HEADER_BYTES,
  type Model,
  ModelError,
  type ModelShape,
  parameterCount,
} from './model.ts';

/** What a run carries from round to round. */
export interface OptimizerState {
  readonly model: Model;
  /** Q32, in units of parameters: one entry for each parameter; none for trees, which do not move. */
  readonly velocity: BigInt64Array;
}

/** The governed numbers of one step. All are integers of the charter or derived from it. */
export interface Step {
  /** η in Q16, ≥ 0. */
  readonly learningRate: bigint;
  /** μ in Q16, 0 ≤ μ < 1. */
  readonly momentum: bigint;
  /** C in Q16: the norm that one record's gradient was clipped to. */
  readonly clippingNorm: bigint;
  /** Δ′: the integer norm to which C was scaled before rounding (see spec/privacy.md on record-level quantization). */
  readonly quantizedNorm: bigint;
  /** n by which the sum is divided: the charter's constant or the noised count, ≥ 1. */
  readonly recordCount: bigint;
}

const VELOCITY_SHIFT = BigInt(FRACTION_BITS);
const RATE_SHIFT = 32n;

/**
 * ⌊η·C·2^32 / (Δ′·n)⌋: how far one unit of the sum moves the velocity, in Q64 (LR4). Throws ModelError SHAPE when a
 * number is outside the range that `Step` states.
 */
export function stepRate(step: Step): bigint {
  const positive = step.clippingNorm > 0n && step.quantizedNorm > 0n && step.recordCount > 0n;
  if (!positive || step.learningRate < 0n || step.momentum < 0n || step.momentum >= 1n << VELOCITY_SHIFT)
    throw new ModelError('SHAPE', Object.values(step).join(', '), 'η ≥ 0, 0 ≤ μ < 2^16, and C, Δ′, n ≥ 1');
  return floorDivide((step.learningRate * step.clippingNorm) << RATE_SHIFT, step.quantizedNorm * step.recordCount);
}

/**
 * One coordinate (LR4); `>>` floors:
 * velocity′ = sat64(⌊velocity·μ / 2^16⌋ + ⌊sum·rate / 2^32⌋), parameter′ = sat32(parameter − ⌊velocity′ / 2^16⌋).
 */
export function updateCoordinate(
  parameter: bigint,
  velocity: bigint,
  sum: bigint,
  rate: bigint,
  momentum: bigint,
): readonly [parameter: bigint, velocity: bigint] {
  const next = saturate(((velocity * momentum) >> VELOCITY_SHIFT) + ((sum * rate) >> RATE_SHIFT), 64);
  return [saturate(parameter - (next >> VELOCITY_SHIFT), 32), next];
}

const velocities = (shape: ModelShape): number => (shape.kind === 'trees' ? 0 : parameterCount(shape));

/** The state before round 0: the given model at rest. */
export const initialState = (model: Model): OptimizerState => ({
  model,
  velocity: new BigInt64Array(velocities(model.shape)),
});

/**
 * The state after one round: `updateCoordinate` on every coordinate of the opened sum (length: parameter count). Pure.
 * Throws ModelError when lengths differ or the step is out of range.
 */
export function applyUpdate(state: OptimizerState, sum: ArrayLike<bigint>, step: Step): OptimizerState {
  const { shape, parameters } = state.model;
  const count = parameterCount(shape);
  for (const array of [parameters, state.velocity, sum])
    if (array.length !== count) throw new ModelError('PARAMETER_COUNT', array.length, count);
  const rate = stepRate(step);
  const nextParameters = new Int32Array(count);
  const nextVelocity = new BigInt64Array(count);
  for (let i = 0; i < count; i++) {
    const [parameter, velocity] = updateCoordinate(
      BigInt(parameters[i]!),
      state.velocity[i]!,
      sum[i]!,
      rate,
      step.momentum,
    );
    nextParameters[i] = Number(parameter);
    nextVelocity[i] = velocity;
  }
  return { model: { shape, parameters: nextParameters }, velocity: nextVelocity };
}

/** η of a round when it falls linearly from `first` to `last` over `rounds` rounds, floored; Q16 in, Q16 out (LR4). */
export function linearLearningRate(first: bigint, last: bigint, rounds: number, round: number): bigint {
  if (rounds < 2) return first;
  return first + floorDivide((last - first) * BigInt(round), BigInt(rounds - 1));
}

/** The canonical bytes of a state (LR5): the model's, then each velocity as little-endian int64. */
export function encodeState(state: OptimizerState): Uint8Array {
  const model = encodeModel(state.model);
  const count = velocities(state.model.shape);
  if (state.velocity.length !== count) throw new ModelError('PARAMETER_COUNT', state.velocity.length, count);
  const bytes = new Uint8Array(model.length + 8 * count);
  bytes.set(model);
  const view = new DataView(bytes.buffer, model.length);
  for (let i = 0; i < count; i++) view.setBigInt64(8 * i, state.velocity[i]!, true);
  return bytes;
}

/** The inverse of `encodeState`; every other byte string throws ModelError. */
export function decodeState(bytes: Uint8Array): OptimizerState {
  const shape = decodeShape(bytes);
  const count = velocities(shape);
  const modelBytes = HEADER_BYTES + 4 * parameterCount(shape);
  if (bytes.length !== modelBytes + 8 * count) throw new ModelError('LENGTH', bytes.length, modelBytes + 8 * count);
  const view = new DataView(bytes.buffer, bytes.byteOffset + modelBytes);
  const velocity = BigInt64Array.from({ length: count }, (_, i) => view.getBigInt64(8 * i, true));
  return { model: decodeModel(bytes.subarray(0, modelBytes)), velocity };
}

/** SHA-256 of a state's canonical bytes (LR5). */
export const stateHash = (state: OptimizerState): Uint8Array => sha256(encodeState(state));
