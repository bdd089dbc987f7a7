/**
 * One optimizer step in integers: momentum descent on an opened sum of quantized record gradients. Per coordinate and
 * without floats, so that every member, every auditor and the contract find the same bits (LR4; its twin is
 * packages/contracts/src/libraries/FixedPointUpdate.sol).
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { adaptCoordinate, type AdaptiveNumbers, biasCorrection } from './adaptive.ts';
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
  /** Q48, ≥ 0, one entry for each parameter: where the text is adaptive, and only there (LR13). */
  readonly moment?: BigInt64Array;
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
  /** For an adaptive text (LR13). */
  readonly adaptive?: AdaptiveNumbers;
}

const stated = ({ learningRate, momentum, clippingNorm, quantizedNorm, recordCount }: Step): string =>
  [learningRate, momentum, clippingNorm, quantizedNorm, recordCount].join(', ');

const VELOCITY_SHIFT = BigInt(FRACTION_BITS);
const RATE_SHIFT = 32n;

/**
 * ⌊η·C·2^32 / (Δ′·n)⌋: how far one unit of the sum moves the velocity, in Q64 (LR4). Throws ModelError SHAPE when a
 * number is outside the range that `Step` states.
 */
export function stepRate(step: Step): bigint {
  const positive = step.clippingNorm > 0n && step.quantizedNorm > 0n && step.recordCount > 0n;
  if (!positive || step.learningRate < 0n || step.momentum < 0n || step.momentum >= 1n << VELOCITY_SHIFT)
    throw new ModelError('SHAPE', stated(step), 'η ≥ 0, 0 ≤ μ < 2^16, and C, Δ′, n ≥ 1');
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

/** The state before round 0: the given model at rest, with moments where it is to be moved adaptively (LR13). */
export const initialState = (model: Model, adaptive = false): OptimizerState => ({
  model,
  velocity: new BigInt64Array(velocities(model.shape)),
  ...(adaptive && { moment: new BigInt64Array(velocities(model.shape)) }),
});

/**
 * The state after one round: every coordinate of the opened sum (length: parameter count) moves its parameter by LR4, or
 * where the step is adaptive by LR13. Pure. Throws ModelError when lengths differ, the step is out of range, or a state
 * has moments and the step is not adaptive, or the reverse.
 */
export function applyUpdate(state: OptimizerState, sum: ArrayLike<bigint>, step: Step): OptimizerState {
  const { shape, parameters } = state.model;
  const count = parameterCount(shape);
  for (const array of [parameters, state.velocity, sum])
    if (array.length !== count) throw new ModelError('PARAMETER_COUNT', array.length, count);
  const moments = step.adaptive ? count : 0;
  if ((state.moment?.length ?? 0) !== moments)
    throw new ModelError('PARAMETER_COUNT', state.moment?.length ?? 0, moments);
  if (step.adaptive) return adaptedState(state, sum, step, step.adaptive);
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

/** Every coordinate by `adaptCoordinate`; lengths are checked. */
function adaptedState(
  { model, velocity, moment }: OptimizerState,
  sum: ArrayLike<bigint>,
  step: Step,
  adaptive: AdaptiveNumbers,
): OptimizerState {
  const numbers = {
    rate: stepRate({ ...step, learningRate: 1n << VELOCITY_SHIFT }),
    ...{ learningRate: step.learningRate, momentum: step.momentum },
    ...{ decay: adaptive.decay, epsilon: adaptive.epsilon, correction: biasCorrection(adaptive) },
  };
  const next = { parameters: model.parameters.slice(), velocity: velocity.slice(), moment: moment!.slice() };
  for (const [i, parameter] of model.parameters.entries()) {
    const [moved, faster, larger] = adaptCoordinate(BigInt(parameter), velocity[i]!, moment![i]!, sum[i]!, numbers);
    next.parameters[i] = Number(moved);
    next.velocity[i] = faster;
    next.moment[i] = larger;
  }
  return { model: { shape: model.shape, parameters: next.parameters }, velocity: next.velocity, moment: next.moment };
}

/** η of a round when it falls linearly from `first` to `last` over `rounds` rounds, floored; Q16 in, Q16 out (LR4). */
export function linearLearningRate(first: bigint, last: bigint, rounds: number, round: number): bigint {
  if (rounds < 2) return first;
  return first + floorDivide((last - first) * BigInt(round), BigInt(rounds - 1));
}

/** The canonical bytes of a state (LR5): the model's, then each velocity, then each moment, as little-endian int64. */
export function encodeState({ model, velocity, moment }: OptimizerState): Uint8Array {
  const head = encodeModel(model);
  const count = velocities(model.shape);
  for (const each of [velocity, ...(moment ? [moment] : [])])
    if (each.length !== count) throw new ModelError('PARAMETER_COUNT', each.length, count);
  const words = moment ? [...velocity, ...moment] : velocity;
  const bytes = new Uint8Array(head.length + 8 * words.length);
  bytes.set(head);
  const view = new DataView(bytes.buffer, head.length);
  for (const [i, word] of words.entries()) view.setBigInt64(8 * i, word, true);
  return bytes;
}

/** The inverse of `encodeState`; every other byte string throws ModelError. */
export function decodeState(bytes: Uint8Array): OptimizerState {
  const shape = decodeShape(bytes);
  const count = velocities(shape);
  const modelBytes = HEADER_BYTES + 4 * parameterCount(shape);
  // Only the length tells whether there are moments; which text has them is for whoever applies its step to check.
  const adaptive = count > 0 && bytes.length === modelBytes + 16 * count;
  if (!adaptive && bytes.length !== modelBytes + 8 * count)
    throw new ModelError('LENGTH', bytes.length, modelBytes + 8 * count);
  const view = new DataView(bytes.buffer, bytes.byteOffset + modelBytes);
  const wordsFrom = (at: number): BigInt64Array =>
    BigInt64Array.from({ length: count }, (_, i) => view.getBigInt64(8 * (at + i), true));
  const model = decodeModel(bytes.subarray(0, modelBytes));
  if (!adaptive) return { model, velocity: wordsFrom(0) };
  const moment = wordsFrom(count);
  const negative = moment.find((each) => each < 0n);
  if (negative !== undefined) throw new ModelError('MOMENT', String(negative), 'a moment ≥ 0');
  return { model, velocity: wordsFrom(0), moment };
}

/** SHA-256 of a state's canonical bytes (LR5). */
export const stateHash = (state: OptimizerState): Uint8Array => sha256(encodeState(state));
