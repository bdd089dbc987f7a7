/** The program as a person starts it: real chain, real processes. Uses the real data where it is there. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function concord(args: readonly string[], onText: (all: string, interrupt: () => void) => void = () => undefined): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--no-warnings', MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk;
      onText(stdout + stderr, () => child.kill('SIGINT'));
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk;
      onText(stdout + stderr, () => child.kill('SIGINT'));
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve({ code, stdout, stderr }));
  });
}

test('a demo that is kept running verifies from another process, and its document says what was shown', async () => {
  let verifying: Promise<Ended> | undefined;
  const run = await concord(['demo', '--rounds', '1', '--seeds', '1', '--json', '--keep'], (text, interrupt) => {
    const command = /npm run concord -- (verify .+)\n/.exec(text)?.[1];
    if (command === undefined || verifying !== undefined) return;
    verifying = concord([...command.split(' '), '--json']).finally(interrupt);
  });
  assert.equal(run.code, 0, run.stderr.slice(-2000));
  const verified = await verifying;
  assert.equal(verified?.code, 0, verified?.stderr.slice(-2000));
  assert.equal(JSON.parse(verified?.stdout ?? '').verdict, 'PASS');
  const document = JSON.parse(run.stdout);
  assert.equal(document.verify.verdict, 'PASS');
  assert.equal(document.members.length, 6);
  assert.equal(document.rounds.length, 2);
  assert.equal(document.private.adjacency, 'zero-out');
  assert.ok(document.private.epsilon > 0 && document.private.epsilon <= 4);
  assert.equal(document.predict.equal, true);
  assert.ok(document.predict.asked > 0);
  assert.ok(document.gas.total > 0 && document.bytesPerMember > 0);
});

test('a member that lies about the size of its update is kept out, named with evidence, and the exit code is 1', async () => {
  const run = await concord(['demo', '--rounds', '1', '--seeds', '1', '--cheat', 'over-norm', '--json']);
  assert.equal(run.code, 1, run.stderr.slice(-2000));
  const document = JSON.parse(run.stdout);
  assert.equal(document.verify.verdict, 'PASS');
  assert.ok(document.rounds.every((round: { updates: number }) => round.updates === 5));
  const refused: { member: string; clause: string }[] = document.verify.refused;
  assert.equal(refused.length, 2);
  assert.equal(new Set(refused.map(({ member }) => member)).size, 1);
  assert.ok(refused.every(({ clause }) => clause === 'AG14'));
  assert.match(run.stderr, /BROKEN {2}AG14 {2}by wallet-2: .*norm bound/);
});

test('wrong options say what is needed and start nothing', async () => {
  for (const args of [['demo', '--rounds', 'many'], ['demo', '--cheat', 'nicely'], ['demo', '--epsilon', '0']]) {
    const run = await concord(args);
    assert.notEqual(run.code, 0);
    assert.match(run.stdout + run.stderr, /--(rounds|cheat|epsilon): have .+ need/);
  }
});
