/**
 * What no kernel shows: a process that starts, looks at the chain, and says and hears things. Counted in signatures of
 * the machine that is calibrated, so that a faster one is faster at this too; the counts were fitted to real processes on
 * the runs that `npm run bench -- plan-cost` names as fitted, none of which it then judges.
 */

/** Processor time, in signatures (`Calibration.sign`). */
export const OVERHEADS = {
  /** A process that starts, reads its files and the chain's past. */
  start: 1_500,
  /** One look at the chain. */
  look: 1.5,
  /** One message sent or answered. */
  message: 1.5,
  /** A phase that a node writes into its journal. */
  phase: 10,
} as const;

/** Between parts on the internet; a person's own figures replace it. */
export const NETWORK = { latencySeconds: 0.05, bytesPerSecond: 12_500_000 } as const;

/** Seconds between two looks at the chain, as nodes do it unless told (`--poll`). */
export const POLL_SECONDS = 1;
