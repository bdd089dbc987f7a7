/** Tasks in flight: each name at most once at a time, and after a failure not again before a pause. */
import type { Clock } from './clock.ts';
import type { Log } from './ports.ts';

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5_000;

export class Agenda {
  readonly #flying = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #pauses = new Set<() => void>();
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #changed: () => void;

  /** `changed` is called whenever a name is free again. */
  constructor(clock: Clock, log: Log, changed: () => void) {
    this.#clock = clock;
    this.#log = log;
    this.#changed = changed;
  }

  /** Begins the task unless one of its name is under way or has just failed. */
  begin(name: string, signal: AbortSignal, task: () => Promise<void>): void {
    if (this.#flying.has(name) || signal.aborted) return;
    this.#flying.add(name);
    // Never within the caller's turn: a task may change what the caller is still looking at.
    void Promise.resolve()
      .then(task)
      .then(
        () => this.#free(name),
        (error: unknown) => this.#failed(name, signal, error),
      );
  }

  /** Forgets pauses, so that no timer keeps the process alive. */
  stop(): void {
    for (const cancel of this.#pauses) cancel();
  }

  #free(name: string): void {
    this.#failures.delete(name);
    this.#flying.delete(name);
    this.#changed();
  }

  #failed(name: string, signal: AbortSignal, error: unknown): void {
    if (signal.aborted) {
      this.#free(name);
      return;
    }
    const failures = (this.#failures.get(name) ?? 0) + 1;
    this.#failures.set(name, failures);
    this.#log('failed', { duty: name, failures, reason: error instanceof Error ? error.message : String(error) });
    const cancel = this.#clock.after(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures), () => {
      this.#pauses.delete(cancel);
      this.#flying.delete(name);
      this.#changed();
    });
    this.#pauses.add(cancel);
  }
}
