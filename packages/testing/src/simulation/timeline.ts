/**
 * Time without a clock: what is due next happens next, and nothing passes in between. Between two events everything that
 * can go on without waiting has gone on, so the order of events is all that there is to a run.
 */
import type { Clock } from '../../../node/src/clock.ts';
import type { Dice } from './dice.ts';

interface Due {
  readonly time: number;
  /** Decides among events of one time. */
  readonly lot: number;
  readonly order: number;
  readonly call: () => void;
}

const before = (a: Due, b: Due): boolean =>
  a.time !== b.time ? a.time < b.time : a.lot !== b.lot ? a.lot < b.lot : a.order < b.order;

/** Longest that a node is busy with one piece of work, milliseconds. */
const LONGEST_TURN = 4;

export class Timeline implements Clock {
  readonly #dice: Dice;
  /** A binary heap, the next event first. */
  readonly #heap: Due[] = [];
  readonly #cancelled = new Set<Due>();
  #order = 0;
  #now = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.#now;
  }

  after(milliseconds: number, call: () => void): () => void {
    const due = { time: this.#now + milliseconds, lot: this.#dice.real(), order: this.#order++, call };
    this.#push(due);
    return () => this.#cancelled.add(due);
  }

  soon(call: () => void): void {
    this.after(this.#dice.below(LONGEST_TURN), call);
  }

  /** Lets things happen until `done`, or nothing is left to happen. */
  async run(done: () => boolean): Promise<void> {
    await settled();
    while (!done()) {
      const due = this.#pop();
      if (!due) return;
      if (this.#cancelled.delete(due)) continue;
      this.#now = Math.max(this.#now, due.time);
      due.call();
      await settled();
    }
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(heap[at]!, heap[parent]!)) break;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  #pop(): Due | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || first === last) return first;
    heap[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < heap.length && before(heap[left]!, heap[least]!)) least = left;
      if (right < heap.length && before(heap[right]!, heap[least]!)) least = right;
      if (least === at) return first;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }
}

/** Everything that is waiting for no event has gone as far as it can: no promise of this process is due any more. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
