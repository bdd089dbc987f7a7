/** Federated averaging (McMahan et al. 2017): each member trains by itself and adds one clipped update: privacy for each member. */
import { floorDivide } from '../model/integers.ts';
import { COMMITMENT_ROOM } from '../params.ts';
import type { Descent } from './strategy.ts';

/**
 * The norm of a member's update itself, under the bound that it proves together with its commitment's randomness; 0
 * where that cannot hold d rounded coordinates (DP13).
 */
export function memberBound({ bound, d }: { readonly bound: number; readonly d: number }): number {
  const room = bound - Number(COMMITMENT_ROOM);
  return room >= 5 * Math.sqrt(d) ? room : 0;
}

/** A sum of members: how many they are is public, so nothing is spent, and no noise let in, to count them (LR21). */
export const fedAvg: Descent = {
  unit: 2,
  quantizedNorm: (bounds) => Math.floor((97 * memberBound(bounds)) / 100),
  census: (_first, updates, { above, below }) => ({
    weight: floorDivide(BigInt(updates) * above, below),
    counted: updates,
  }),
  divisor: (_counted, updates) => updates,
};
