import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { JournalError, openJournal } from './journal.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-journal-'));
after(() => rmSync(folder, { recursive: true }));

const slot = { runId: `0x${'ab'.repeat(32)}`, round: 2, attempt: 1 } as const;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined): string | undefined => value && new TextDecoder().decode(value);

test('[RD10] a key is written once: the first bytes stand, for every slot alone', () => {
  const journal = openJournal(join(folder, 'once.sqlite'));
  assert.equal(text(journal.record(slot, 'post/Verified', bytes('first'))), 'first');
  assert.equal(text(journal.record(slot, 'post/Verified', bytes('second'))), 'first');
  assert.equal(text(journal.record({ ...slot, attempt: 2 }, 'post/Verified', bytes('second'))), 'second');
  assert.equal(text(journal.read({ ...slot, round: 3 }, 'post/Verified')), undefined);
  assert.deepEqual([...journal.keys(slot)], ['post/Verified']);
  journal.close();
});

test('an erased secret is gone, and its key stays taken', () => {
  const journal = openJournal(join(folder, 'erase.sqlite'));
  journal.record(slot, 'secrets', bytes('secret'));
  journal.erase(slot, 'secrets');
  assert.equal(journal.read(slot, 'secrets')?.length, 0);
  assert.equal(journal.record(slot, 'secrets', bytes('another')).length, 0);
  journal.close();
});

test('blobs are found by their SHA-256 only', () => {
  const journal = openJournal(join(folder, 'blobs.sqlite'));
  const digest = journal.putBlob(bytes('abc'));
  assert.equal(digest, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assert.equal(journal.putBlob(bytes('abc')), digest);
  assert.equal(text(journal.blob(digest)), 'abc');
  assert.equal(journal.blob(digest.replace('b', 'c')), undefined);
  journal.close();
});

/** Says line after line, each only after the journal has it. Random bytes stand for seeds: saying them twice differs. */
const SPEAKER = `
  import { openJournal } from ${JSON.stringify(fileURLToPath(new URL('./journal.ts', import.meta.url)))};
  import { randomBytes } from 'node:crypto';
  import { writeSync } from 'node:fs';
  const journal = openJournal(process.argv[1]);
  const slot = ${JSON.stringify(slot)};
  for (let i = 0; i < 400; i++)
    writeSync(1, i + ':' + Buffer.from(journal.record(slot, 'post/' + i, randomBytes(32))).toString('hex') + '\\n');
`;

/** What a speaker said before it ended or was killed; a cut last line was not said. */
async function listen(child: ChildProcess, killAfter: number): Promise<Map<string, string>> {
  let output = '';
  child.stdout!.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (killAfter > 0 && output.split('\n').length > killAfter) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.once('close', resolve));
  const lines = output.split('\n').slice(0, -1);
  return new Map(lines.map((line) => line.split(':') as [string, string]));
}

const speaker = (path: string): ChildProcess =>
  spawn(process.execPath, ['--input-type=module-typescript', '--eval', SPEAKER, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });

test('[RD10] a node that is killed between writing and speaking says the same bytes afterwards', async (t) => {
  const path = join(folder, 'killed.sqlite');
  const said = new Map<string, string>();
  for (let life = 0; life < 3; life++) {
    const killAfter = randomInt(1, 100) + said.size;
    t.diagnostic(`life ${life}: killed after ${killAfter} lines`);
    for (const [key, value] of await listen(speaker(path), killAfter)) {
      assert.equal(said.get(key) ?? value, value, `key ${key} was said twice, differently`);
      said.set(key, value);
    }
  }
  const last = await listen(speaker(path), 0);
  assert.equal(last.size, 400);
  for (const [key, value] of said)
    assert.equal(last.get(key), value, `key ${key} was said differently in the last life`);
});

describe('a journal that cannot be used says so, and what to do', () => {
  const code = (expected: string, words: RegExp) => (error: unknown) => {
    assert.ok(error instanceof JournalError, String(error));
    assert.equal(error.code, expected);
    assert.match(error.message, words);
    return true;
  };
  /** A journal of many pages. */
  const filled = (path: string): void => {
    const journal = openJournal(path);
    for (let i = 0; i < 200; i++) journal.record({ ...slot, round: i }, 'post/Verified', randomBytes(700));
    journal.close();
  };

  test('[RD10] two nodes cannot stand on one journal', () => {
    const path = join(folder, 'exclusive.sqlite');
    const journal = openJournal(path);
    assert.throws(() => openJournal(path), code('IN_USE', /two nodes with one key must never run/));
    journal.close();
  });

  test('[RD10] a full disk records nothing, keeps what was there, and goes on once there is room', () => {
    const path = join(folder, 'full.sqlite');
    filled(path);
    const journal = openJournal(path, { mostPages: 60 });
    const before = journal.read(slot, 'post/Verified');
    assert.throws(
      () => journal.record({ ...slot, attempt: 9 }, 'post/Settled', randomBytes(100_000)),
      code('FULL', /Make room/),
    );
    assert.throws(() => journal.putBlob(randomBytes(100_000)), code('FULL', /Make room/));
    assert.equal(journal.read({ ...slot, attempt: 9 }, 'post/Settled'), undefined);
    assert.ok(!journal.keys({ ...slot, attempt: 9 }).has('post/Settled'));
    journal.close();
    const again = openJournal(path);
    assert.deepEqual(again.read(slot, 'post/Verified'), before);
    assert.equal(text(again.record({ ...slot, attempt: 9 }, 'post/Settled', bytes('now'))), 'now');
    again.close();
  });

  test('[RD10] a damaged journal is refused as a whole, wherever the damage is', () => {
    const path = join(folder, 'damaged.sqlite');
    filled(path);
    const whole = readFileSync(path);
    const damages: readonly ((bytes: Buffer) => Buffer)[] = [
      (all) => Buffer.concat([randomBytes(100), all.subarray(100)]),
      (all) => Buffer.concat([all.subarray(0, 8_192), randomBytes(4_096), all.subarray(12_288)]),
      (all) => all.subarray(0, all.length - 20_000),
    ];
    for (const damage of damages) {
      writeFileSync(path, damage(whole));
      assert.throws(() => openJournal(path), code('CORRUPT', /keep this one, and sit out/));
    }
    writeFileSync(path, whole);
    openJournal(path).close();
  });

  test('a folder that is none, or that may not be written, is named', () => {
    const file = join(folder, 'a file');
    writeFileSync(file, '');
    assert.throws(() => openJournal(join(file, 'journal.sqlite')), code('UNWRITABLE', /the right to write/));
    const path = join(folder, 'readonly.sqlite');
    filled(path);
    chmodSync(path, 0o444);
    // Root may write anywhere.
    if (process.getuid?.() !== 0) assert.throws(() => openJournal(path), code('UNWRITABLE', /the right to write/));
  });
});

test('[RD10] a process whose disk takes no more says nothing more, and says the same once there is room', async (t) => {
  const path = join(folder, 'limited.sqlite');
  // Files of at most 128 KiB (ulimit counts 512 bytes), the log of the journal among them.
  const limited = spawn(
    'sh',
    [
      '-c',
      'ulimit -f 256; exec "$@"',
      'limited',
      process.execPath,
      '--input-type=module-typescript',
      '--eval',
      SPEAKER,
      path,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let complaint = '';
  limited.stderr!.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const said = await listen(limited, 0);
  t.diagnostic(`${said.size} lines were said before the disk was full`);
  assert.ok(said.size > 0 && said.size < 400);
  assert.match(complaint, /JournalError: the journal .*limited\.sqlite cannot be used: /);
  const again = await listen(speaker(path), 0);
  assert.equal(again.size, 400);
  for (const [key, value] of said) assert.equal(again.get(key), value, `key ${key} was said differently`);
});
