/** Gradient descent on all records of all members, each clipped by itself: privacy for each record. */
import { floorDivide } from '../model/integers.ts';
import type { Descent } from './strategy.ts';

/** A sum of records: how many they are is itself opened in round 0, noised, and divides every later sum. */
export const fedSgd: Descent = {
  unit: 1,
  quantizedNorm: ({ recordBound, d }) => Math.max(0, recordBound - Math.ceil(Math.sqrt(d))),
  census(first, _updates, { above, below }) {
    const count = floorDivide(first * below, above);
    return { weight: first, counted: Number(count < 1n ? 1n : count) };
  },
  divisor: (counted) => counted,
};
