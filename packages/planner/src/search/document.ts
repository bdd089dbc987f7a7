/** A plan as a document: its question, all that the answer rests on, and the answer. [PL10] */
import type { Budget, Calibration, Draft, Goal, Metric, Prices } from '../types.ts';
import type { Subject } from './evaluate.ts';
import type { Point } from './front.ts';
import type { Grid } from './grid.ts';
import type { Asked, Miss } from './recommend.ts';
import type { Relaxed } from './relax.ts';

export interface Question extends Subject, Asked {
  readonly grid: Grid;
  /** The pilot's records were made up: its metric compares choices, and is of no real records. */
  readonly invented?: boolean;
}

/** Money and time on the way from the draft to the recommended choice, one thing changed after the other. */
export interface Step {
  readonly what: 'draft' | 'run' | 'chain' | 'hour';
  readonly usd: number;
  readonly seconds: number;
}

export interface Plan {
  readonly version: 1;
  readonly question: {
    /** Name of the charter. */
    readonly name: string;
    readonly members: number;
    readonly records: readonly number[];
    readonly metric: Metric;
    readonly budget: Budget;
    readonly goal?: Goal;
    readonly invented?: boolean;
    readonly grid: Grid;
    readonly draft: Draft;
  };
  readonly prices: Prices;
  readonly calibration: Calibration;
  /** The pilots that the learning models were fitted to, as they tell themselves; the first is of the text's own training. */
  readonly pilots: readonly { readonly training: Readonly<Record<string, unknown>>; readonly pilot: unknown }[];
  /** Choices that were looked at: those that compile, each at its best hour. */
  readonly looked: number;
  readonly front: readonly Point[];
  /** The draft's own numbers, on the first chain, at an hour when gas costs about what it does on average. */
  readonly asDrafted: Point;
  readonly recommended: Point;
  /** Without a goal the best metric that the budget allows, as `Recommendation` says it. */
  readonly best: Point;
  /** What the recommended choice does not keep of what was asked. */
  readonly misses: readonly Miss[];
  readonly compromises: { readonly withinBudget?: Point; readonly reachingGoal?: Point };
  readonly steps: readonly Step[];
  readonly relaxed: readonly Relaxed[];
  readonly sentences: readonly string[];
  /** What the pilot says about itself, and what was assumed. */
  readonly notes: readonly string[];
  /** The draft with the recommended numbers. */
  readonly draft: Draft;
}
