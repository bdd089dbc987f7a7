/** What was refused for good at this node's doors, for people who ask why a place is empty. In memory, and little of it. */
import type { Take } from './api/reports.ts';
import type { Address } from './core/hex.ts';
import type { TypeName } from './core/slot.ts';

export interface Refused {
  readonly round: number;
  readonly attempt: number;
  readonly type: TypeName;
  /** In whose name it was brought, which is not to say by whom: reports are public, and anybody may bring one. */
  readonly member: Address;
  readonly code: string;
  readonly why: string;
}

/** Anybody can be refused any number of times: the oldest are forgotten. */
const MOST = 64;

export class TurnedAway {
  readonly #refused = new Map<string, Refused>();

  /** Each once, oldest first. */
  get all(): readonly Refused[] {
    return [...this.#refused.values()];
  }

  /** The same door, remembering whom it turns away. */
  at(door: Take): Take {
    return async (slot, type, member, bytes) => {
      const verdict = await door(slot, type, member, bytes);
      if (verdict.verdict === 'reject') {
        const { round, attempt } = slot;
        const { code, message: why } = verdict;
        this.#refused.set([round, attempt, type, member, code].join(), { round, attempt, type, member, code, why });
        for (const oldest of [...this.#refused.keys()].slice(0, -MOST)) this.#refused.delete(oldest);
      }
      return verdict;
    };
  }
}
