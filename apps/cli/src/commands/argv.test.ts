import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argvOf } from './argv.ts';

test('a command line is words and quoted words, and no shell sees it unless it is asked for', () => {
  assert.deepEqual(argvOf('python3 train.py --rate 0.1', false), ['python3', 'train.py', '--rate', '0.1']);
  assert.deepEqual(argvOf(`'/opt/my tools/run' --name="a b" ''`, false), ['/opt/my tools/run', '--name=a b', '']);
  assert.deepEqual(argvOf('echo $HOME; rm -rf `x` > y', false), ['echo', '$HOME;', 'rm', '-rf', '`x`', '>', 'y']);
  assert.deepEqual(argvOf('cd there && ./train', true), ['/bin/sh', '-c', 'cd there && ./train']);
});

test('a line without a program, or with an open quote, says what is needed', () => {
  for (const line of ['', '   ', 'train "half', "it's"]) assert.throws(() => argvOf(line, false), /need a program/);
});
