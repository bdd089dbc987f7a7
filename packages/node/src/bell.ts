/** A place where one part of a node waits for another to have changed something, instead of asking again and again. */
import type { Clock } from './clock.ts';

export class Bell {
  readonly #clock: Clock;
  #waiting = new Set<() => void>();
  readonly #listeners = new Set<() => void>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something changed: everybody who waits looks again. */
  ring(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
    for (const listener of this.#listeners) listener();
  }

  /** Nothing will change any more: whoever waits gets nothing. */
  close(): void {
    this.#closed = true;
    this.#listeners.clear();
    this.ring();
  }

  /** Calls `listener` at every ring until the returned function is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What `look` finds, as soon as it finds something, or undefined after `milliseconds`. */
  async until<T>(look: () => T | undefined, milliseconds: number): Promise<T | undefined> {
    if (this.#closed) return undefined;
    let found = look();
    if (found !== undefined || milliseconds <= 0) return found;
    const { promise: over, resolve: end } = Promise.withResolvers<'over'>();
    const cancel = this.#clock.after(milliseconds, () => end('over'));
    try {
      for (;;) {
        const { promise: rung, resolve: wake } = Promise.withResolvers<void>();
        this.#waiting.add(wake);
        const isOver = (await Promise.race([rung, over])) === 'over';
        this.#waiting.delete(wake);
        if (this.#closed) return undefined;
        found = look();
        if (found !== undefined || isOver) return found;
      }
    } finally {
      cancel();
    }
  }
}
