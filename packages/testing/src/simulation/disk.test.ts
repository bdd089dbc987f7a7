import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Journal, openJournal } from '../../../node/src/journal.ts';
import { Dice } from './dice.ts';
import { DeadError, Disk, type Write } from './disk.ts';

const always = (): boolean => true;
const unwatched = () => () => undefined;
const slot = (round: number) => ({ runId: '0xab', round, attempt: 0 }) as const;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** One of the things that a node does with its journal; what it is answered. */
function act(journal: Journal, dice: Dice): unknown {
  const at = slot(dice.below(2));
  const key = `key ${dice.below(6)}`;
  const value = bytes(`value ${dice.below(50)}`);
  switch (dice.below(7)) {
    case 0:
      return Buffer.from(journal.record(at, key, value)).toString();
    case 1:
      return Buffer.from(journal.note(at, key, value)).toString();
    case 2:
      return journal.erase(at, key);
    case 3:
      return journal.putBlob(value);
    case 4:
      return [...journal.keys(at)].sort();
    case 5:
      return Buffer.from(journal.blob('00'.repeat(32)) ?? []).toString();
    default:
      return Buffer.from(journal.read(at, key) ?? bytes('nothing')).toString();
  }
}

test('[RD10] a simulated folder answers as the journal on disk does, over restarts too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'concord-disk-'));
  const disk = new Disk();
  const [real, simulated] = [new Dice('the same'), new Dice('the same')];
  for (let life = 0; life < 3; life++) {
    const journals = [openJournal(join(folder, 'journal.sqlite')), disk.open(always, unwatched)] as const;
    for (let i = 0; i < 60; i++)
      assert.deepEqual(act(journals[1], simulated), act(journals[0], real), `life ${life}, ${i}`);
    for (const journal of journals) journal.close();
  }
  rmSync(folder, { recursive: true });
});

test('[RD10] a power cut takes what was only noted, the last of it first, and nothing from before a record', () => {
  const disk = new Disk();
  const journal = disk.open(always, unwatched);
  journal.note(slot(0), 'early', bytes('1'));
  const blob = journal.putBlob(bytes('2'));
  journal.record(slot(0), 'said', bytes('3'));
  journal.note(slot(0), 'first', bytes('4'));
  journal.note(slot(0), 'second', bytes('5'));
  // As SQLite: a record that changes nothing syncs nothing.
  journal.record(slot(0), 'said', bytes('6'));
  disk.fail((unsynced) => {
    assert.equal(unsynced, 2);
    return 1;
  });
  assert.deepEqual([...journal.keys(slot(0))].sort(), ['early', 'first', 'said']);
  assert.deepEqual(journal.blob(blob), bytes('2'));
});

test('who dies before a write has not written, and who dies after it has; the dead write nothing', () => {
  for (const when of ['before', 'after'] as const) {
    let alive = true;
    const disk = new Disk();
    const die = (): void => {
      alive = false;
    };
    const watch = (_: Write) => {
      if (when === 'before') die();
      return die;
    };
    const journal = disk.open(() => alive, watch);
    assert.throws(() => journal.record(slot(0), 'said', bytes('1')), DeadError);
    assert.equal(disk.entry(slot(0), 'said') !== undefined, when === 'after');
    assert.throws(() => journal.note(slot(0), 'later', bytes('2')), DeadError);
  }
});
