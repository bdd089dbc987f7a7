import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { programOf } from './example.ts';

const SCRIPT = fileURLToPath(new URL('./example.ts', import.meta.url));

test('an example is played by its own program, or by the demo; what is none is refused with those that are', () => {
  assert.deepEqual(programOf('wallets')?.slice(1), ['demo', '--example', 'wallets']);
  assert.deepEqual(programOf('hospitals')?.slice(1), ['demo', '--example', 'hospitals']);
  assert.match(programOf('two-machines')?.[0] ?? '', /examples\/two-machines\/run\.ts$/);
  for (const name of ['', 'walletz', '../scripts', 'train-command', '.']) assert.equal(programOf(name), undefined);
  const { status, stderr } = spawnSync(process.execPath, ['--no-warnings', SCRIPT, 'walletz'], { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /^npm run example: have “walletz”, need one of .*hospitals.*wallets/);
});

test('options reach the demo', () => {
  const { status, stderr } = spawnSync(process.execPath, ['--no-warnings', SCRIPT, 'wallets', '--rounds', 'none'], {
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.match(stderr, /--rounds: have “none”, need a number of at least 1/);
});
