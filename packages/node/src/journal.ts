/**
 * The write-ahead journal: what this node has said, is about to say or has promised to keep. An entry is durable before
 * anybody hears of it and can never be replaced, so a node that is killed and started again says the same bytes and
 * never a second version of anything [RD10][AG13].
 */
import { hash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { type Slot, slotName } from './core/slot.ts';

export interface Journal {
  /**
   * Records `bytes` under a key unless it already has some; returns the ones that count from now on. They are on disk
   * when this returns, and so is everything that was noted or put before.
   */
  record(slot: Slot, key: string, bytes: Uint8Array): Uint8Array;
  /** The same, but a power cut (not a killed process) may lose it until the next `record`: for what can be made again. */
  note(slot: Slot, key: string, bytes: Uint8Array): Uint8Array;
  read(slot: Slot, key: string): Uint8Array | undefined;
  /** All keys of a slot. */
  keys(slot: Slot): ReadonlySet<string>;
  /** Overwrites an entry with nothing; the key stays taken. For secrets of an attempt that is over. */
  erase(slot: Slot, key: string): void;
  /** Stores content, as durably as `note`, and returns its SHA-256 (lower-case hex, no prefix). */
  putBlob(bytes: Uint8Array): string;
  blob(digest: string): Uint8Array | undefined;
  close(): void;
}

/** Opens the journal file, or creates it. Throws when another process has it open. */
export function openJournal(path: string): Journal {
  const database = new DatabaseSync(path);
  // EXCLUSIVE: two nodes on one folder could each say something. WAL is one file in order: syncing it syncs all before.
  database.exec(`
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA secure_delete = ON;
    CREATE TABLE IF NOT EXISTS entries (
      run TEXT NOT NULL, round INTEGER NOT NULL, attempt INTEGER NOT NULL, key TEXT NOT NULL, bytes BLOB NOT NULL,
      PRIMARY KEY (run, round, attempt, key)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS blobs (digest TEXT PRIMARY KEY, bytes BLOB NOT NULL);
  `);
  const where = 'run = ? AND round = ? AND attempt = ?';
  const insert = database.prepare('INSERT INTO entries VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING');
  const select = database.prepare(`SELECT bytes FROM entries WHERE ${where} AND key = ?`);
  const list = database.prepare(`SELECT key FROM entries WHERE ${where}`);
  const wipe = database.prepare(`UPDATE entries SET bytes = x'' WHERE ${where} AND key = ?`);
  const put = database.prepare('INSERT INTO blobs VALUES (?, ?) ON CONFLICT DO NOTHING');
  const get = database.prepare('SELECT bytes FROM blobs WHERE digest = ?');
  const at = ({ runId, round, attempt }: Slot) => [runId, round, attempt] as const;
  const bytesOf = (row: Record<string, unknown> | undefined): Uint8Array | undefined =>
    row?.['bytes'] instanceof Uint8Array ? row['bytes'] : undefined;
  const read = (slot: Slot, key: string): Uint8Array | undefined => bytesOf(select.get(...at(slot), key));
  // FULL syncs after every write, NORMAL leaves it to the next write that is FULL. Told only when it changes.
  let synchronous: 'FULL' | 'NORMAL' = 'FULL';
  const write = <T>(mode: typeof synchronous, how: () => T): T => {
    if (mode !== synchronous) database.exec(`PRAGMA synchronous = ${mode}`);
    synchronous = mode;
    return how();
  };
  // The loop asks for the keys of the current slot many times a second, and nobody else writes them.
  let current: { readonly name: string; readonly keys: Set<string> } | undefined;
  const keysOf = (slot: Slot): Set<string> => {
    const name = slotName(slot);
    if (current?.name !== name)
      current = { name, keys: new Set(list.all(...at(slot)).map((row) => String(row['key']))) };
    return current.keys;
  };
  const keep = (slot: Slot, key: string, bytes: Uint8Array): Uint8Array => {
    const { changes } = insert.run(...at(slot), key, bytes);
    if (current?.name === slotName(slot)) current.keys.add(key);
    return changes > 0 ? bytes : (read(slot, key) ?? bytes);
  };

  return {
    record: (slot, key, bytes) => write('FULL', () => keep(slot, key, bytes)),
    note: (slot, key, bytes) => write('NORMAL', () => keep(slot, key, bytes)),
    read,
    keys: keysOf,
    erase(slot, key) {
      write('FULL', () => wipe.run(...at(slot), key));
    },
    putBlob(bytes) {
      const digest = hash('sha256', bytes);
      write('NORMAL', () => put.run(digest, bytes));
      return digest;
    },
    blob: (digest) => bytesOf(get.get(digest)),
    close() {
      database.close();
    },
  };
}
