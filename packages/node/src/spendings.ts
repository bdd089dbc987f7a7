/**
 * What this member's node has spent on its run, kept across restarts: totals in the journal, each under a key of its own
 * in the slot of the attempt that was under way [RD18]. The first of a slot is what was spent when it was first seen.
 */
import type { Caps } from '@concord/protocol';
import type { RunView } from '@concord/sdk';
import { dearestOf, roundsLeft, type Spending, type Spent } from './core/spending.ts';
import { entry, type Slot, slotName } from './core/slot.ts';
import type { Journal } from './journal.ts';
import type { Meter } from './meter.ts';

/** A total is written down when it has grown by one of these. */
const BYTES = 65_536;
const MILLISECONDS = 1_000;

const encode = ({ bytesSent, milliseconds }: Spent): Uint8Array => {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(bytesSent));
  view.setBigUint64(8, BigInt(milliseconds));
  return bytes;
};
const decode = (bytes: Uint8Array): Spent => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytesSent: Number(view.getBigUint64(0)), milliseconds: Number(view.getBigUint64(8)) };
};

const NOTHING: Spent = { bytesSent: 0, milliseconds: 0 };

const minus = (a: Spent, b: Spent): Spent => ({
  bytesSent: a.bytesSent - b.bytesSent,
  milliseconds: a.milliseconds - b.milliseconds,
});

interface Written {
  readonly slot: string;
  /** Of the next entry. */
  readonly next: number;
  readonly total: Spent;
}

export class Spendings {
  readonly #caps: Caps;
  readonly #journal: Journal;
  readonly #meter: Meter;
  #runId: string | undefined;
  /** No run was seen yet: a process that finds one under way was started for it. */
  #fresh = true;
  /** Spent before this process counted; undefined until the run's first attempt is seen. */
  #before: Spent | undefined;
  #written: Written | undefined;
  #last: Spending | undefined;
  /** What was spent when each round was first seen, by round. */
  readonly #began = new Map<number, Spent>();

  constructor(caps: Caps, journal: Journal, meter: Meter) {
    this.#caps = caps;
    this.#journal = journal;
    this.#meter = meter;
  }

  /** Where this member stands now; writes down what was spent since the last time. `slot` is of the run's current attempt. */
  at(run: RunView, slot: Slot): Spending {
    const before = this.#runId === run.charterId && this.#before ? this.#before : this.#resume(run);
    const spent = this.#total(before);
    const name = slotName(slot);
    const { slot: last, next, total } = this.#written ?? { slot: '', next: 0, total: spent };
    const grown = minus(spent, total);
    if (last !== name) this.#write(slot, this.#countIn(slot), spent);
    else if (grown.bytesSent >= BYTES || grown.milliseconds >= MILLISECONDS) this.#write(slot, next, spent);
    if (!this.#began.has(slot.round)) this.#began.set(slot.round, spent);
    const rounds = [...this.#began].sort(([a], [b]) => a - b).map(([, each]) => each);
    this.#last = { caps: this.#caps, spent, dearest: dearestOf(rounds) };
    return this.#last;
  }

  /** For people: what was spent beside the caps, and how many rounds that leaves. */
  describe({ charter }: RunView): object {
    const { memberBytes, memberSeconds } = this.#caps;
    const last = this.#last;
    return {
      caps: {
        ...{ memberBytes, memberSeconds },
        ...(last && {
          bytesSent: last.spent.bytesSent,
          seconds: last.spent.milliseconds / 1_000,
          roundsLeft: roundsLeft(charter, last),
        }),
      },
    };
  }

  #total({ bytesSent, milliseconds }: Spent): Spent {
    const { runBytes, milliseconds: counted } = this.#meter;
    return { bytesSent: bytesSent + runBytes, milliseconds: milliseconds + counted };
  }

  #write(slot: Slot, next: number, total: Spent): void {
    this.#journal.note(slot, entry.spent(next), encode(total));
    this.#written = { slot: slotName(slot), next: next + 1, total };
  }

  #countIn(slot: Slot): number {
    let count = 0;
    while (this.#journal.read(slot, entry.spent(count))) count += 1;
    return count;
  }

  /** Finds what was written before this process began; where nothing was, the run begins here and now. */
  #resume(run: RunView): Spent {
    this.#runId = run.charterId;
    this.#written = undefined;
    this.#began.clear();
    let last: Spent | undefined;
    for (const { round, attempt } of run.attempts) {
      const slot = { runId: run.charterId, round, attempt };
      const count = this.#countIn(slot);
      if (count === 0) continue;
      const read = (i: number): Spent => decode(this.#journal.read(slot, entry.spent(i))!);
      if (!this.#began.has(round)) this.#began.set(round, read(0));
      last = read(count - 1);
    }
    const { runBytes, milliseconds } = this.#meter;
    const counted = { bytesSent: runBytes, milliseconds };
    // What this process counted until now is of no run that it had begun, or was of another one.
    this.#before = this.#fresh ? (last ?? minus(NOTHING, counted)) : minus(last ?? NOTHING, counted);
    this.#fresh = false;
    return this.#before;
  }
}
