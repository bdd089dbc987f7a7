/**
 * A node's folder, as far as it is journal: it outlives the node. What was noted but not yet synced by a later record can
 * be lost when the power fails, the last of it first; a killed process loses nothing of it.
 */
import { hash } from 'node:crypto';
import { type Slot, slotName } from '../../../node/src/core/slot.ts';
import type { Journal } from '../../../node/src/journal.ts';

/** One write that changes something. */
export interface Write {
  readonly how: 'record' | 'note' | 'erase' | 'blob';
  readonly slot?: Slot;
  /** Journal key, or the digest of a blob. */
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** Around every write: what it returns is called once the write is done. */
export type Watcher = (write: Write) => () => void;

/** Thrown at whoever writes after its node has died. */
export class DeadError extends Error {
  constructor() {
    super('this node was killed: nothing that it does counts any more');
    this.name = 'DeadError';
  }
}

export class Disk {
  readonly #entries = new Map<string, Map<string, Uint8Array>>();
  readonly #blobs = new Map<string, Uint8Array>();
  /** How to take back what is not synced, oldest first. */
  #unsynced: (() => void)[] = [];

  /** A folder with the same content, all of it synced. */
  fork(): Disk {
    const copy = new Disk();
    for (const [name, entries] of this.#entries) copy.#entries.set(name, new Map(entries));
    for (const [digest, bytes] of this.#blobs) copy.#blobs.set(digest, bytes);
    return copy;
  }

  /** The journal in this folder for as long as its node is `alive`. */
  open(alive: () => boolean, watch: Watcher): Journal {
    const living = (): void => {
      if (!alive()) throw new DeadError();
    };
    const put = (write: Write, change: () => void, undo: () => void): void => {
      living();
      const done = watch(write);
      living();
      change();
      if (write.how === 'record' || write.how === 'erase') this.#unsynced = [];
      else this.#unsynced.push(undo);
      done();
      living();
    };
    const keep = (how: 'record' | 'note', slot: Slot, key: string, bytes: Uint8Array): Uint8Array => {
      living();
      const entries = this.#of(slot);
      // As SQLite: where nothing changes, nothing is synced.
      const before = entries.get(key);
      if (before) return before.slice();
      put(
        { how, slot, key, bytes },
        () => entries.set(key, bytes.slice()),
        () => entries.delete(key),
      );
      return bytes;
    };
    return {
      record: (slot, key, bytes) => keep('record', slot, key, bytes),
      note: (slot, key, bytes) => keep('note', slot, key, bytes),
      read: (slot, key) => this.#of(slot).get(key)?.slice(),
      keys: (slot) => new Set(this.#of(slot).keys()),
      erase: (slot, key) => {
        const nothing = new Uint8Array(0);
        const entries = this.#of(slot);
        if (entries.has(key))
          put(
            { how: 'erase', slot, key, bytes: nothing },
            () => entries.set(key, nothing),
            () => undefined,
          );
      },
      putBlob: (bytes) => {
        const digest = hash('sha256', bytes);
        if (!this.#blobs.has(digest))
          put(
            { how: 'blob', key: digest, bytes },
            () => this.#blobs.set(digest, bytes.slice()),
            () => this.#blobs.delete(digest),
          );
        return digest;
      },
      blob: (digest) => this.#blobs.get(digest),
      close: () => undefined,
    };
  }

  /** The power fails: of what is not synced only the first `kept` writes are still there. */
  fail(kept: (unsynced: number) => number): void {
    const lost = this.#unsynced.slice(kept(this.#unsynced.length));
    for (const undo of lost.reverse()) undo();
    this.#unsynced = [];
  }

  /** For whoever looks at the folder from outside. */
  blob(digest: string): Uint8Array | undefined {
    return this.#blobs.get(digest);
  }

  entry(slot: Slot, key: string): Uint8Array | undefined {
    return this.#of(slot).get(key);
  }

  #of(slot: Slot): Map<string, Uint8Array> {
    const name = slotName(slot);
    const entries = this.#entries.get(name) ?? new Map<string, Uint8Array>();
    this.#entries.set(name, entries);
    return entries;
  }
}
