/**
 * What no kernel shows: a process that starts, looks at the chain, and says and hears things. Counted in signatures made
 * and checked by the machine that is calibrated, so that a faster one is faster at this too. The counts were fitted by
 * least squares to six runs of real processes (3, 5 and 6 members; 3 and 9 rounds; blocks of 1 and 2 s; two pairs), none
 * of which `npm run bench -- plan-cost` judges.
 */
import type { Calibration } from '../types.ts';

/** Processor time, in `exchangeOf`. */
export const OVERHEADS = {
  /** A process that starts, reads its files and the chain's past, and does everything for the first time. */
  start: 807,
  /** One look at the chain. */
  look: 0.857,
  /** One message sent or answered. */
  message: 0.658,
  /** A phase that a node writes into its journal, and one that a relayer lands. */
  phase: 1.24,
  landing: 9.68,
} as const;

/** Seconds of one signature made and checked. */
export const exchangeOf = ({ sign, recover }: Pick<Calibration, 'sign' | 'recover'>): number => sign + recover;

/** Between parts on the internet; a person's own figures replace it. */
export const NETWORK = { latencySeconds: 0.05, bytesPerSecond: 12_500_000 } as const;

/** Seconds between two looks at the chain, as nodes do it unless told (`--poll`). */
export const POLL_SECONDS = 1;

/** Reports that a node asks for at once (`AT_ONCE` of the node's `perform/atOnce.ts`). */
export const REPORTS_AT_ONCE = 8;
