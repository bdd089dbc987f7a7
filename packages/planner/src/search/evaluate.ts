/** A choice as a point: compiled as a member's node would, then costed, then asked of the learning model. [PL1][PL2][PL7] */
import { CharterTextError } from '@concord/protocol';
import { type Address, CharterTermsError, type CompiledCharter, compileCharter, gasCost, privacyCost } from '@concord/sdk';
import { draftAt } from '../draftAt.ts';
import type { Calibration, Choice, Cost, Draft, LearningModel, Prices, Worth } from '../types.ts';
import type { Point } from './front.ts';

/** Undefined: this is no choice, since it does not compile or the contract would stop its run at the gas cap. */
export type Evaluate = (choice: Choice) => Point | undefined;

export interface Known {
  readonly prices: Prices;
  readonly calibration: Calibration;
  readonly learning: LearningModel;
}

export interface Subject {
  readonly draft: Draft;
  /** Stand-ins where they are not known yet: only their number counts. */
  readonly members: readonly Address[];
  /** Records that each member holds. */
  readonly records: readonly number[];
}

export type CostOf = (
  compiled: CompiledCharter,
  choice: Choice,
  prices: Prices,
  calibration: Calibration,
  records: readonly number[],
) => Cost;

/** Size and cost do not depend on the matrix. */
const SEED = `0x${'00'.repeat(32)}` as const;

/** Compiles a choice of a draft; undefined where it does not compile. */
export function compiledAt({ draft, members }: Subject, choice: Choice): CompiledCharter | undefined {
  try {
    return compileCharter(draftAt(draft, choice), members, SEED);
  } catch (error) {
    if (error instanceof CharterTextError || error instanceof CharterTermsError) return undefined;
    throw error;
  }
}

/** Gas that the rounds contract meters against the cap (CH8), about. */
export function meteredGas({ charter }: CompiledCharter): number {
  const { firstRound, laterRound } = gasCost(charter);
  return firstRound + laterRound * (charter.limits.rounds - 1);
}

interface Prepared {
  readonly compiled: CompiledCharter;
  readonly worth: Worth;
}

/** Points of a draft's choices. What depends neither on chain nor on hour is computed once. */
export function evaluator(subject: Subject, { prices, calibration, learning }: Known, costOf: CostOf): Evaluate {
  const prepared = new Map<string, Prepared | undefined>();
  const prepare = (choice: Choice): Prepared | undefined => {
    const compiled = compiledAt(subject, choice);
    if (!compiled) return undefined;
    const { gasCap } = compiled.charter.limits;
    if (gasCap > 0n && meteredGas(compiled) > Number(gasCap)) return undefined;
    const { multiplier } = privacyCost(compiled.charter);
    return { compiled, worth: learning.at({ trainingRounds: choice.trainingRounds, multiplier }) };
  };
  return (choice) => {
    const { chain: _chain, hour: _hour, ...run } = choice;
    const key = JSON.stringify(run);
    if (!prepared.has(key)) prepared.set(key, prepare(choice));
    const known = prepared.get(key);
    if (!known) return undefined;
    const { compiled, worth } = known;
    const training = { ...choice.training, ...worth.training };
    const tuned = Object.keys(training).length > 0 ? { ...choice, training } : choice;
    return { choice: tuned, cost: costOf(compiled, tuned, prices, calibration, subject.records), worth };
  };
}
