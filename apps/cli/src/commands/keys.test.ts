/** `concord keys` as people start it. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProgram } from '@concord/testing';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'concord-keys-'));
after(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]): string => join(folder, ...names);
const concord = (args: readonly string[], input?: string) =>
  runProgram(MAIN, args, { cwd: folder, ...(input !== undefined && { input }) });

/** Anvil’s first account, known to everybody. */
const KNOWN = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const KNOWN_ADDRESS = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266';

test('a key is made once, for its owner alone, and never printed', async () => {
  const made = await concord(['keys', 'new', '--folder', 'a', '--json']);
  assert.equal(made.code, 0, made.stderr);
  const key = readFileSync(at('a', 'key'), 'utf8').trim();
  assert.match(key, /^0x[0-9a-f]{64}$/);
  assert.equal(statSync(at('a', 'key')).mode & 0o777, 0o600);
  const shown = await concord(['keys', 'show', '--folder', 'a', '--json']);
  assert.equal(JSON.parse(shown.stdout).address, JSON.parse(made.stdout).address);
  for (const { stdout, stderr } of [made, shown]) assert.ok(!(stdout + stderr).includes(key.slice(2)));

  const again = await concord(['keys', 'new', '--folder', 'a']);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /never overwritten: move it away, or pass --key FILE/);
  assert.equal(readFileSync(at('a', 'key'), 'utf8').trim(), key);
});

test('a key is taken from standard input, and what is none is refused without an echo', async () => {
  const taken = await concord(['keys', 'new', '--import', '--key', 'known'], `${KNOWN}\n`);
  assert.match(taken.stdout, new RegExp(`address ${KNOWN_ADDRESS}`));
  const mistyped = `${KNOWN.slice(0, -1)}`;
  const refused = await concord(['keys', 'new', '--import', '--key', 'other'], mistyped);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /need a private key, 0x and 64 hex digits/);
  assert.ok(!refused.stderr.includes(mistyped.slice(2, 20)));
  assert.ok(!existsSync(at('other')));
});

test('a backup opens with its passphrase only, and restores the same key', async () => {
  writeFileSync(at('good'), 'correct horse battery staple\n');
  writeFileSync(at('bad'), 'correct horse battery stable\n');
  writeFileSync(at('short'), 'horse\n');
  const known = ['--key', 'known'];
  const short = await concord(['keys', 'backup', ...known, '--out', 'backup', '--passphrase-file', 'short']);
  assert.match(short.stderr, /need at least 12 characters/);
  assert.ok(!existsSync(at('backup')));
  const nobody = await concord(['keys', 'backup', ...known, '--out', 'backup']);
  assert.match(nobody.stderr, /need a file with the passphrase where nobody can be asked/);
  const sealed = await concord(['keys', 'backup', ...known, '--out', 'backup', '--passphrase-file', 'good']);
  assert.equal(sealed.code, 0, sealed.stderr);
  assert.ok(!readFileSync(at('backup'), 'utf8').includes(KNOWN.slice(2)));
  assert.equal(statSync(at('backup')).mode & 0o777, 0o600);

  const wrong = await concord(['keys', 'restore', '--from', 'backup', '--key', 'restored', '--passphrase-file', 'bad']);
  assert.match(wrong.stderr, /does not open this backup/);
  assert.ok(!existsSync(at('restored')));
  const changed = JSON.parse(readFileSync(at('backup'), 'utf8'));
  writeFileSync(at('changed'), JSON.stringify({ ...changed, address: `0x${'11'.repeat(20)}` }));
  const other = await concord([
    'keys',
    'restore',
    '--from',
    'changed',
    '--key',
    'restored',
    '--passphrase-file',
    'good',
  ]);
  assert.match(other.stderr, /does not open this backup/);
  const restored = await concord([
    'keys',
    'restore',
    '--from',
    'backup',
    '--key',
    'restored',
    '--passphrase-file',
    'good',
  ]);
  assert.equal(restored.code, 0, restored.stderr);
  assert.equal(readFileSync(at('restored'), 'utf8').trim(), KNOWN);
});

test('a key that others can read is not used', { skip: process.platform === 'win32' }, async () => {
  writeFileSync(at('open'), `${KNOWN}\n`);
  chmodSync(at('open'), 0o644);
  const shown = await concord(['keys', 'show', '--key', 'open']);
  assert.equal(shown.code, 1);
  assert.match(shown.stderr, /mode 0644 lets others read it: chmod 600/);
});
