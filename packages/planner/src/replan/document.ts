/** A re-plan as a document: where the run stands, what its rest takes, and what to do about it. [PL12] */
import type { Budget, Calibration, Prices } from '../types.ts';
import type { Chance } from './chance.ts';
import type { End } from './ends.ts';
import type { Moved } from './moved.ts';

/** What the rest costs, and how long it takes. */
export interface Left {
  readonly usd: { readonly gas: number; readonly bytes: number; readonly compute: number; readonly total: number };
  readonly gas: number;
  readonly seconds: number;
  /** Sent by one member, and by all. */
  readonly bytes: { readonly member: number; readonly all: number };
  /** Void attempts that are expected. */
  readonly voids: number;
}

export interface Advice {
  /** Wei; undefined: no limit is needed. */
  readonly maxGasPrice?: number;
  readonly left: Left;
  /** Whether the budget is kept, in expectation. */
  readonly keeps: boolean;
}

export interface Replan {
  readonly version: 1;
  readonly run: {
    readonly id: string;
    readonly phase: string;
    readonly time: number;
    readonly rounds: number;
    readonly settled: number;
    readonly voids: number;
    readonly chargedVoids: number;
    readonly gas: number;
    readonly epsilon: number;
    readonly epsilonCap: number;
    /** Seconds of a later round, and whether the run itself has shown it. */
    readonly roundSeconds: number;
    readonly measured: number;
    readonly held: boolean;
  };
  readonly prices: Prices;
  readonly calibration: Calibration;
  /** Records that each member was taken to hold. */
  readonly records: readonly number[];
  readonly absence: Chance;
  readonly left: { readonly expected: Left; readonly low: Left; readonly high: Left };
  readonly ends: readonly End[];
  /** When to go on: seconds to wait before the next seats, and what the rest then costs. */
  readonly best: { readonly wait: number; readonly left: Left };
  readonly budget: Budget;
  readonly relayer: Advice;
  readonly moved: readonly Moved[];
  readonly sentences: readonly string[];
}
