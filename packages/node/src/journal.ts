/**
 * The write-ahead journal: what this node has said, is about to say or has promised to keep. An entry is durable before
 * anybody hears of it and can never be replaced, so a node that is killed and started again says the same bytes and
 * never a second version of anything [RD10][AG13].
 */
import { hash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
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

/**
 * The journal cannot be opened, read or written. Whatever was to be recorded is not, so it is not said either. `code`:
 * IN_USE, CORRUPT, FULL, UNWRITABLE or JOURNAL.
 */
export class JournalError extends Error {
  readonly code: keyof typeof ADVICE;
  constructor(path: string, code: keyof typeof ADVICE, what: string, options?: ErrorOptions) {
    super(`the journal ${path} cannot be used: ${what}. ${ADVICE[code]}`, options);
    this.name = 'JournalError';
    this.code = code;
  }
}

const ADVICE = {
  IN_USE: 'Another process works in this folder: stop it first; two nodes with one key must never run',
  CORRUPT:
    'Do not start again on an empty or older journal while a run is under way, for this node could then say something else than before: keep this one, and sit out until the attempts in it are over',
  FULL: 'Make room on the disk; nothing is said meanwhile, and nothing is lost',
  UNWRITABLE: 'Give this process the right to write in the folder, and to the journal in it',
  JOURNAL: 'Check the disk that it lies on',
} as const;

/** What SQLite's primary result codes (sqlite.org/rescode.html) mean here. */
const CODES: Readonly<Record<number, keyof typeof ADVICE>> = {
  5: 'IN_USE',
  8: 'UNWRITABLE',
  11: 'CORRUPT',
  13: 'FULL',
  14: 'UNWRITABLE',
  26: 'CORRUPT',
};

function toJournalError(path: string, error: unknown): unknown {
  const { errcode, errstr } = error as { readonly errcode?: number; readonly errstr?: string };
  if (errcode === undefined) return error;
  const code = CODES[errcode & 0xff] ?? 'JOURNAL';
  return new JournalError(path, code, errstr ?? String(error), { cause: error });
}

/** Opens the journal file, or creates it and its folder, and checks every page of it. Throws JournalError; so does whatever writes. */
export function openJournal(path: string, { mostPages }: { readonly mostPages?: number } = {}): Journal {
  const guarded = <T>(how: () => T): T => {
    try {
      return how();
    } catch (error) {
      throw toJournalError(path, error);
    }
  };
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw new JournalError(path, 'UNWRITABLE', error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
  const database = guarded(() => new DatabaseSync(path));
  try {
    guarded(() => prepare(database, path));
    // What a disk that is too small does, without one.
    if (mostPages !== undefined) guarded(() => database.exec(`PRAGMA max_page_count = ${mostPages}`));
  } catch (error) {
    database.close();
    throw error;
  }
  return journalIn(database, guarded);
}

function prepare(database: DatabaseSync, path: string): void {
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
  const [found] = Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {});
  if (found !== 'ok') throw new JournalError(path, 'CORRUPT', String(found));
}

function journalIn(database: DatabaseSync, guarded: <T>(how: () => T) => T): Journal {
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
  const read = (slot: Slot, key: string): Uint8Array | undefined =>
    guarded(() => bytesOf(select.get(...at(slot), key)));
  // FULL syncs after every write, NORMAL leaves it to the next write that is FULL. Told only when it changes.
  let synchronous: 'FULL' | 'NORMAL' = 'FULL';
  const write = <T>(mode: typeof synchronous, how: () => T): T =>
    guarded(() => {
      if (mode !== synchronous) database.exec(`PRAGMA synchronous = ${mode}`);
      synchronous = mode;
      return how();
    });
  // The loop asks for the keys of the current slot many times a second, and nobody else writes them.
  let current: { readonly name: string; readonly keys: Set<string> } | undefined;
  const keysOf = (slot: Slot): Set<string> => {
    const name = slotName(slot);
    if (current?.name !== name)
      current = { name, keys: new Set(guarded(() => list.all(...at(slot))).map((row) => String(row['key']))) };
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
    blob: (digest) => guarded(() => bytesOf(get.get(digest))),
    close() {
      database.close();
    },
  };
}
