/** What every effect of an attempt is given. */
import { type Clock, delay } from '../clock.ts';
import type { Place } from '../core/attempt.ts';
import type { Address, AttemptView, RunView } from '@concord/sdk';
import type { Where } from '../peers.ts';

export interface Work {
  readonly run: RunView;
  readonly view: AttemptView;
  readonly place: Place;
  /** Aborted when the attempt is over, or the node stops. */
  readonly signal: AbortSignal;
  /** Where a member or holder answers, as far as the chain says now. */
  readonly where: (who: Address) => Where;
  /** Seconds: the time of the last confirmed block. */
  readonly now: () => number;
}

/** How long the second of two answers is waited for once the first is there, milliseconds. */
export const GRACE = 1_000;

/** The first to come; where none does, rejects with the first reason. */
export const anyOf = <T>(asked: readonly Promise<T>[]): Promise<T> =>
  Promise.any(asked).catch((error: unknown) => {
    throw error instanceof AggregateError ? error.errors[0] : error;
  });

/**
 * What those who answer bring: the first, and whatever else comes within `grace` milliseconds; undefined for the rest,
 * which goes on being asked. Rejects when nobody answers.
 */
export async function someOf<T>(
  clock: Clock,
  asked: readonly Promise<T>[],
  grace = GRACE,
): Promise<readonly (T | undefined)[]> {
  const found: (T | undefined)[] = asked.map(() => undefined);
  const arrived = asked.map(async (each, i) => {
    found[i] = await each;
  });
  const all = Promise.allSettled(arrived);
  await anyOf(arrived);
  const waited = new AbortController();
  await Promise.race([all, delay(clock, grace, waited.signal).catch(() => undefined)]);
  waited.abort();
  return [...found];
}

/** An attempt that cannot go on as far as this node can see; it will be void at its deadline. */
export class AttemptError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.name = 'AttemptError';
    this.code = code;
  }
}
