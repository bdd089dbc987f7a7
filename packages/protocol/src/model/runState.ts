/**
 * What a run carries from round to round, and how one opened sum moves it (LR10, RD12): round 0 turns the members'
 * statistics into standardisation constants, every later round is one optimizer step; trees grow a level in each round.
 * Integers only: every member, auditor and contract finds the same bits.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { type CharterText, descending } from '../charterText.ts';
import { adaptiveOf } from '../trainingText.ts';
import { initialModel } from './initial.ts';
import { descentOf } from '../strategies/byName.ts';
import { growTrees } from '../strategies/growTrees.ts';
import type { Bounds } from '../strategies/strategy.ts';
import { treePlan } from '../strategies/treePlan.ts';
import { HEADER_BYTES, modelHash, ModelError, parameterCount } from './model.ts';
import { deriveStandardization, type Standardization, statisticsLength } from './standardization.ts';
import {
  applyUpdate,
  decodeState,
  encodeState,
  initialState,
  linearLearningRate,
  type OptimizerState,
} from './update.ts';

export interface RunState {
  /** Rounds settled so far; 0 before the statistics round. */
  readonly round: number;
  readonly optimizer: OptimizerState;
  /** Set by the statistics round. */
  readonly statistics?: {
    /** How many records, or at member level members, its sum was taken over; at record level noised. */
    readonly recordCount: number;
    readonly constants: Standardization;
  };
}

/** The state before round 0; the seed is the text's digest, so it is fixed before anybody votes (LR3). */
export const startState = (charter: CharterText, textDigest: Uint8Array): RunState => ({
  round: 0,
  optimizer: initialState(initialModel(charter.model, textDigest), adaptiveOf(charter.training) !== undefined),
});

/** What a round of an algorithm that descends asks of a member: feature statistics, or to train. Trees need no statistics. */
export const taskOf = (round: number): 'statistics' | 'training' => (round === 0 ? 'statistics' : 'training');

export interface RoundRules extends Bounds {
  readonly charter: CharterText;
  /** limits.rounds of the struct: for algorithms that descend, one statistics round and the training rounds. */
  readonly rounds: number;
}

/**
 * The state after a round, from the d coordinates of its opened sum (noise included) and the number of updates in it.
 * Throws ModelError when the sum is too short, the noised record count of the statistics round is not positive, or trees
 * have no more levels to grow.
 */
export function nextState(rules: RoundRules, state: RunState, sum: ArrayLike<bigint>, updates: number): RunState {
  const { charter, d, rounds } = rules;
  if (sum.length < d) throw new ModelError('PARAMETER_COUNT', sum.length, d);
  const plan = treePlan(charter);
  if (plan) {
    const { round, optimizer } = state;
    const grown = growTrees(plan, { ...rules, model: optimizer.model, round }, sum);
    return { round: round + 1, optimizer: { ...optimizer, model: grown } };
  }
  const { training, model } = descending(charter);
  const strategy = descentOf(training);
  const scale = BigInt(strategy.quantizedNorm(rules));
  if (scale < 1n) throw new ModelError('SHAPE', 'bounds without room to round', `a larger bound for d = ${d}`);
  if (taskOf(state.round) === 'statistics') {
    const moments = Array.prototype.slice.call(sum, 0, statisticsLength(model.inputs)) as bigint[];
    const one = { above: scale << 16n, below: BigInt(training.statisticsNorm) };
    const { weight, counted } = strategy.census(moments[0]!, updates, one);
    const constants = deriveStandardization(
      [weight, ...moments.slice(1)],
      training.deviationFloor,
      charter.schema.basis,
    );
    return { round: 1, optimizer: state.optimizer, statistics: { recordCount: counted, constants } };
  }
  if (state.statistics === undefined) throw new ModelError('SHAPE', 'no statistics', 'a settled statistics round');
  const [first, last] = training.learningRate;
  const adaptive = adaptiveOf(training);
  const descent = Array.prototype.slice.call(sum, 0, parameterCount(model)) as bigint[];
  const optimizer = applyUpdate(state.optimizer, descent, {
    learningRate: linearLearningRate(BigInt(first), BigInt(last), rounds - 1, state.round - 1),
    momentum: BigInt(training.momentum),
    clippingNorm: BigInt(training.clippingNorm),
    quantizedNorm: scale,
    recordCount: BigInt(strategy.divisor(state.statistics.recordCount, updates)),
    ...(adaptive && {
      adaptive: { decay: BigInt(adaptive.decay), epsilon: BigInt(adaptive.epsilon), steps: state.round },
    }),
  });
  return { ...state, round: state.round + 1, optimizer };
}

/** u32 record count ‖ u16 features ‖ means ‖ deviations (int32), little-endian; empty before the statistics round. */
function encodeConstants(state: RunState): Uint8Array {
  if (state.statistics === undefined) return new Uint8Array(0);
  const { recordCount, constants } = state.statistics;
  const width = constants.mean.length;
  const bytes = new Uint8Array(6 + 8 * width);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, recordCount, true);
  view.setUint16(4, width, true);
  for (let i = 0; i < width; i++) {
    view.setInt32(6 + 4 * i, constants.mean[i]!, true);
    view.setInt32(6 + 4 * (width + i), constants.deviation[i]!, true);
  }
  return bytes;
}

/** u32le round ‖ u32le length of the constants ‖ constants ‖ encoded optimizer state (LR10). */
export function encodeRunState(state: RunState): Uint8Array {
  const constants = encodeConstants(state);
  const optimizer = encodeState(state.optimizer);
  const bytes = new Uint8Array(8 + constants.length + optimizer.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, state.round, true);
  view.setUint32(4, constants.length, true);
  bytes.set(constants, 8);
  bytes.set(optimizer, 8 + constants.length);
  return bytes;
}

/** The inverse of `encodeRunState`; every other byte string throws ModelError. */
export function decodeRunState(bytes: Uint8Array): RunState {
  if (bytes.length < 8) throw new ModelError('LENGTH', bytes.length, 'at least 8');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const round = view.getUint32(0, true);
  const length = view.getUint32(4, true);
  if (length > bytes.length - 8) throw new ModelError('LENGTH', bytes.length, 8 + length);
  const optimizer = decodeState(bytes.subarray(8 + length));
  if (length === 0) {
    if (round !== 0 && optimizer.model.shape.kind !== 'trees')
      throw new ModelError('HEADER', `round ${round} without constants`, 'round 0');
    return { round, optimizer };
  }
  const width = length < 6 ? 0 : view.getUint16(12, true);
  if (optimizer.model.shape.kind === 'trees') throw new ModelError('LENGTH', length, 'no constants beside trees');
  if (length !== 6 + 8 * width || width !== optimizer.model.shape.inputs || round === 0)
    throw new ModelError('LENGTH', length, 6 + 8 * optimizer.model.shape.inputs);
  const at = (i: number): number => view.getInt32(14 + 4 * i, true);
  const constants = {
    mean: Int32Array.from({ length: width }, (_, i) => at(i)),
    deviation: Int32Array.from({ length: width }, (_, i) => at(width + i)),
  };
  const least = constants.deviation.find((each) => each < 1);
  if (least !== undefined) throw new ModelError('SHAPE', `a deviation of ${least}`, 'one of at least 1');
  return { round, optimizer, statistics: { recordCount: view.getUint32(8, true), constants } };
}

/** The three hashes under a state's hash; a contract that is shown the model needs only the other two. */
export interface StateParts {
  readonly modelHash: Uint8Array;
  /** Of the velocities, and of the moments where there are any. */
  readonly velocityHash: Uint8Array;
  readonly constantsHash: Uint8Array;
}

export function stateParts(state: RunState): StateParts {
  const { model } = state.optimizer;
  const moving = encodeState(state.optimizer).subarray(HEADER_BYTES + 4 * model.parameters.length);
  return {
    modelHash: modelHash(model),
    velocityHash: sha256(moving),
    constantsHash: sha256(encodeConstants(state)),
  };
}

/**
 * `modelHash` on chain (LR10): SHA-256(u8 20 ‖ "concord/v1/run-state" ‖ u32be round ‖ SHA-256(model) ‖
 * SHA-256(velocities ‖ moments) ‖ SHA-256(constants)).
 */
export function runStateHash(state: RunState): Uint8Array {
  const tag = 'concord/v1/run-state';
  const parts = stateParts(state);
  const bytes = new Uint8Array(1 + tag.length + 4 + 96);
  bytes[0] = tag.length;
  for (let i = 0; i < tag.length; i++) bytes[1 + i] = tag.charCodeAt(i);
  let at = 1 + tag.length;
  new DataView(bytes.buffer).setUint32(at, state.round);
  at += 4;
  for (const part of [parts.modelHash, parts.velocityHash, parts.constantsHash]) {
    bytes.set(part, at);
    at += 32;
  }
  return sha256(bytes);
}
