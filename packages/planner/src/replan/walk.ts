/** The rest of a run, transaction by transaction, along a curve of gas prices. Pure. [PL12] */
import type { Deadlines, Transaction } from '@concord/sdk';
import { gasPriceAt } from '../cost/gasPrice.ts';
import type { Lost, Step } from './observe.ts';

export interface Rest {
  /** Unix seconds from which on the rest is told. */
  readonly time: number;
  /** Rounds that are not FINAL. */
  readonly rounds: number;
  /** What is left of the attempt under way, or the whole of the one to come. */
  readonly first: readonly Step[];
  /** Of every later round. */
  readonly steps: readonly Step[];
  /** What an attempt that comes to nothing takes, on the mean. */
  readonly lost: Lost;
  readonly deadlines: Deadlines;
  readonly blockSeconds: number;
}

export interface Way {
  /** Wei for one gas: one number, or 24 by the hour. */
  readonly gasPrice: number | readonly number[];
  /** Chance that an attempt is void. */
  readonly absence: number;
  /** Wei: what relayers were told to wait for (RD19). */
  readonly maxGasPrice?: number;
  /** Seconds that nobody sits down for, before the next attempt that has no seat. */
  readonly wait?: number;
}

export interface Walk {
  readonly gas: number;
  readonly wei: number;
  readonly seconds: number;
  readonly voids: number;
  /** Unix seconds at which the last round is seated. */
  readonly lastSeat: number;
}

const HOUR = 3_600;
/** A transition is held back until three quarters of its phase have passed (RD19). */
const PATIENCE = 0.75;
/** Nor is what takes a block's hash, for longer than so many blocks; a committee's next draw takes one of SETTLE's. */
const BEACON_BLOCKS = 128;
const HASHED: readonly Transaction[] = ['draw', 'open', 'query'];

const isSeat = ({ phase }: Step): boolean => phase === 'draw' || phase === 'seat';

/** What the rest takes, in expectation over attempts that are void. Throws RangeError where every attempt is. */
export function walk(rest: Rest, { gasPrice, absence, maxGasPrice, wait = 0 }: Way): Walk {
  if (!(absence >= 0 && absence < 1)) throw new RangeError(`absence: have ${absence}, need at least 0 and below 1`);
  const { time, rounds, first, steps, lost, deadlines, blockSeconds } = rest;
  const priceAt = (at: number): number => gasPriceAt(gasPrice, at / HOUR);
  const again = absence / (1 - absence);
  const committee = steps.some(({ phase }) => phase === 'draw');
  let [at, gas, wei, lastSeat, waited] = [time, 0, 0, time, false];
  for (let i = 0; i < rounds; i++) {
    for (const step of i === 0 ? first : steps) {
      if (!waited && isSeat(step)) {
        at += wait;
        waited = true;
      }
      const { phase } = step;
      const patience = PATIENCE * deadlines[phase === 'draw' ? 'seat' : phase];
      const hashed = HASHED.includes(phase) || (committee && phase === 'settle');
      const most = at + (hashed ? Math.min(patience, BEACON_BLOCKS * blockSeconds) : patience);
      at += step.seconds;
      while (maxGasPrice !== undefined && at < most && priceAt(at) > maxGasPrice)
        at = Math.min(most, (Math.floor(at / HOUR) + 1) * HOUR);
      gas += step.gas;
      wei += step.gas * priceAt(at);
      if (i === rounds - 1 && phase === 'seat') lastSeat = at;
    }
    at += again * lost.seconds;
    gas += again * lost.gas;
    wei += again * lost.gas * priceAt(at);
  }
  return { gas, wei, seconds: at - time, voids: again * rounds, lastSeat };
}
