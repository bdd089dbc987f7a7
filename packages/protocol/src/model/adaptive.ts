/**
 * The adaptive step (LR13): momentum descent in which every coordinate's way is divided by how large its gradients have
 * been lately, as FedAdam's server does (Reddi et al. 2021). Integers only; its twin is
 * packages/contracts/src/libraries/FixedPointUpdate.sol.
 */
import { floorDivide, integerSqrt, saturate } from './integers.ts';
import { ModelError } from './model.ts';

/** The governed numbers that LR13 adds to LR4. */
export interface AdaptiveNumbers {
  /** β in Q16, 0 ≤ β < 1: how much of a moment stays from round to round. */
  readonly decay: bigint;
  /** ε in Q16, > 0: what is added to a root of a moment before it divides. */
  readonly epsilon: bigint;
  /** t: training rounds with this one, ≥ 1. */
  readonly steps: number;
}

/** What one coordinate's step computes with, beside the coordinate. */
export interface AdaptiveStep {
  /** `stepRate` with η = 1: the sum times it is the mean gradient, in Q64. */
  readonly rate: bigint;
  readonly learningRate: bigint;
  readonly momentum: bigint;
  readonly decay: bigint;
  readonly epsilon: bigint;
  /** What `biasCorrection` returned. */
  readonly correction: bigint;
}

const ONE = 1n << 16n;

/**
 * 1 − β^t in Q32, at least 2^16: b_0 = 2^32, b_k = ⌊b_(k−1)·β / 2^16⌋, 2^32 − b_t (LR13). Throws ModelError SHAPE when a
 * number is outside the range that `AdaptiveNumbers` states.
 */
export function biasCorrection({ decay, epsilon, steps }: AdaptiveNumbers): bigint {
  if (decay < 0n || decay >= ONE || epsilon < 1n || !Number.isInteger(steps) || steps < 1)
    throw new ModelError('SHAPE', `β ${decay}, ε ${epsilon}, t ${steps}`, '0 ≤ β < 2^16, ε ≥ 1, t ≥ 1');
  let kept = 1n << 32n;
  for (let t = 0; t < steps && kept > 0n; t++) kept = (kept * decay) >> 16n;
  return (1n << 32n) - kept;
}

/**
 * One coordinate (LR13); velocity in Q32, moment ≥ 0 in Q48, `>>` floors:
 * G = sat64(⌊sum·rate / 2^32⌋), velocity′ = sat64(⌊velocity·μ / 2^16⌋ + G),
 * moment′ = sat64(⌊(moment·β + (2^16 − β)·⌊G² / 2^16⌋) / 2^16⌋), D = ⌊√⌊moment′·2^32 / correction⌋⌋ + 2^8·ε,
 * parameter′ = sat32(parameter − ⌊η·velocity′ / (2^8·D)⌋).
 */
export function adaptCoordinate(
  parameter: bigint,
  velocity: bigint,
  moment: bigint,
  sum: bigint,
  { rate, learningRate, momentum, decay, epsilon, correction }: AdaptiveStep,
): readonly [parameter: bigint, velocity: bigint, moment: bigint] {
  const gradient = saturate((sum * rate) >> 32n, 64);
  const nextVelocity = saturate(((velocity * momentum) >> 16n) + gradient, 64);
  const nextMoment = saturate((moment * decay + (ONE - decay) * ((gradient * gradient) >> 16n)) >> 16n, 64);
  const size = integerSqrt((nextMoment << 32n) / correction) + (epsilon << 8n);
  const way = floorDivide(learningRate * nextVelocity, size << 8n);
  return [saturate(parameter - way, 32), nextVelocity, nextMoment];
}
