/** docs/two-machines.md over real network namespaces; where there are none, the test says so and is skipped. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../packages/testing/src/program.ts';

const SKIPPED = 77;

test('[WI7] members on two machines, reached by public addresses and one behind a proxy, run to the end and verify', async (t) => {
  const { code, stdout, stderr } = await runProgram(fileURLToPath(new URL('./run.ts', import.meta.url)), []);
  if (code === SKIPPED) {
    console.error(`NOT TESTED: two machines. ${stdout.trim()}`);
    return t.skip(stdout.trim());
  }
  assert.equal(code, 0, stdout.slice(-4000) + stderr.slice(-4000));
  assert.match(stdout, /rounds +3 of 3 settled/);
  assert.match(stdout, /^ {2}PASS$/m);
});
