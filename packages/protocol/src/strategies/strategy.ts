/**
 * What a training algorithm decides about an opened sum, so that LR4 and LR7 can be the same for all that descend; trees
 * grow by a rule of their own (LR35). This is the half that everybody computes; what a member puts into the sum is in
 * packages/node/src/core/vectors.ts.
 */

/** The struct's integers that scale a vector. */
export interface Bounds {
  readonly d: number;
  /** Δ; 0 at member level. */
  readonly recordBound: number;
  /** B. */
  readonly bound: number;
}

export interface Strategy {
  /** Whose absence the promise of privacy is about, and so what the struct's `unit` must be: 1 a record, 2 a member. */
  readonly unit: 1 | 2;
  /** Δ′: the integer norm that a clipping norm becomes before rounding; 0 where d coordinates cannot be rounded. */
  quantizedNorm(bounds: Bounds): number;
}

/** An algorithm whose sums move parameters by LR4, after a round of statistics. */
export interface Descent extends Strategy {
  /**
   * Round 0: the weight S₀ by which LR7 divides, in units of the sum, and how many were counted. `first` is the sum's
   * first coordinate, `updates` how many updates were accepted, `one` what 1 becomes: Δ′ / C as a fraction.
   */
  census(first: bigint, updates: number, one: Fraction): { readonly weight: bigint; readonly counted: number };
  /** n of LR4: by how many a training round's sum is divided. */
  divisor(counted: number, updates: number): number;
}

export interface Fraction {
  readonly above: bigint;
  readonly below: bigint;
}
