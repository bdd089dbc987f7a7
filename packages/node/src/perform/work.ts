/** What every effect of an attempt is given. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Place } from '../core/attempt.ts';
import type { Address, AttemptView, RunView } from '@concord/sdk';
import type { Where } from '../peers.ts';

export interface Work {
  readonly run: RunView;
  readonly view: AttemptView;
  readonly place: Place;
  /** Aborted when the attempt is over, or the node stops. */
  readonly signal: AbortSignal;
  /** Where a member answers, as far as the chain says now. */
  readonly where: (member: Address) => Where;
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

/** Lets waiting requests be answered between two pieces of long arithmetic. */
export const breathe = (): Promise<void> => turn();
