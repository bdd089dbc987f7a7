/** The program as a person starts it: real chain, real processes. Uses the real data where it is there. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

const byName = (a: { name?: unknown }, b: { name?: unknown }): number => String(a.name).localeCompare(String(b.name));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function concord(
  args: readonly string[],
  onText: (all: string, interrupt: () => void) => void = () => undefined,
): Promise<Ended> {
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

test('[GU8] a demo that is kept running verifies from another process, and its document says what was shown', async () => {
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
  const { guard } = document;
  assert.match(guard.modelId, /^0x[0-9a-f]{64}$/);
  assert.equal(guard.equal, true);
  const accounts: { label: string | null; level: string; score: number | null; reasons: string[] }[] = guard.accounts;
  assert.deepEqual(
    accounts.map(({ label }) => label),
    ['illicit', 'illicit', 'illicit', 'ordinary', 'ordinary', 'ordinary', null],
  );
  for (const { level, score, reasons } of accounts) {
    assert.ok(reasons.length > 0);
    assert.equal(level, score === null ? 'unknown' : score > guard.warnAbove ? 'warn' : 'allow');
  }
  assert.deepEqual([accounts.at(-1)?.level, accounts.at(-1)?.score], ['unknown', null]);
  assert.match(accounts.at(-1)?.reasons[0] ?? '', /no history yet/);
  for (const { of, warned, notChecked } of [guard.heldOut.illicit, guard.heldOut.ordinary])
    assert.ok(of > 100 && warned + notChecked <= of);
  assert.match(run.stderr, /not checked {2}a new account/);
});

test('[LR12][BD5] the hospitals learn together, the one with a single class is told so, and the model has its card', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'concord-demo-'));
  const out = join(folder, 'facts.json');
  const run = await concord([
    'demo',
    '--example',
    'hospitals',
    '--rounds',
    '2',
    '--seeds',
    '1',
    '--json',
    '--out',
    out,
  ]);
  assert.equal(run.code, 0, run.stderr.slice(-2000));
  const document = JSON.parse(run.stdout);
  assert.deepEqual(JSON.parse(readFileSync(out, 'utf8')), document);
  const card = JSON.parse(readFileSync(join(folder, 'facts.card.json'), 'utf8'));
  const words = readFileSync(join(folder, 'facts.card.md'), 'utf8');
  rmSync(folder, { recursive: true });
  assert.equal(card.privacy.epsilon, document.private.epsilon);
  assert.equal(card.lineage.registered, true);
  assert.deepEqual(
    card.data.perMember
      .map(({ name, records, positives }: Record<string, unknown>) => ({ name, rows: records, positives }))
      .sort(byName),
    document.members
      .map(({ name, rows, positives }: Record<string, unknown>) => ({ name, rows, positives }))
      .sort(byName),
  );
  assert.equal(card.evaluation.metrics.accuracy, document.private.accuracy);
  assert.ok(card.evaluation.served.falseAlarmsOnKnownGood.of > 0 && card.evaluation.served.found.of > 0);
  assert.ok(words.includes(card.model.modelId) && words.includes(`${card.evaluation.records} records`));
  assert.equal(document.verify.verdict, 'PASS');
  assert.deepEqual(
    document.members.map(({ rows }: { rows: number }) => rows),
    [199, 172, 30, 85],
  );
  assert.equal(document.rounds.length, 3);
  assert.deepEqual([document.private.unit, document.private.adjacency], ['record', 'zero-out']);
  assert.ok(document.private.epsilon > 0.9 && document.private.epsilon <= 1);
  assert.equal(document.predict.equal, true);
  assert.match(run.stderr, /switzerland alone \(diseased only\)/);
  // Beside every accuracy stands the majority guess, over all patients and as the mean of four.
  assert.ok(document.majority.accuracy > 0.5 && document.majority.atHome > document.majority.accuracy);
  assert.doesNotMatch(run.stderr, /account|illicit|scam|false alarm|guard/i);
  assert.ok(!('guard' in document));
});

interface Broken {
  readonly clause: string;
  readonly who: string;
  readonly evidence: readonly string[];
}

/** Plays the demo with one liar; returns the document and what was found broken. */
async function playWith(cheat: string, ...args: readonly string[]) {
  const run = await concord(['demo', '--seeds', '1', '--cheat', cheat, '--json', ...args]);
  assert.equal(run.code, 1, run.stderr.slice(-2000));
  const document = JSON.parse(run.stdout);
  const broken: readonly Broken[] = document.verify.broken;
  for (const { clause, who } of broken) assert.ok(run.stderr.includes(`  BROKEN  ${clause}  by ${who}: `));
  assert.match(run.stderr.trimEnd(), /; FAIL for whoever lied$/);
  return { document, broken, evidence: broken.flatMap((each) => each.evidence).join('\n') };
}

// Two at a time: most of their time is spent waiting for a deadline.
describe('one liar among honest parties: the demo ends red and says which clause, who, and by what evidence', {
  concurrency: 2,
}, () => {
  test('[AG14] over-norm: a member lies about the size of its update', async () => {
    const { document, broken } = await playWith('over-norm', '--rounds', '1');
    assert.equal(document.verify.verdict, 'PASS');
    assert.ok(document.rounds.every((round: { updates: number }) => round.updates === 5));
    const refused: { clause: string }[] = document.verify.refused;
    assert.deepEqual(
      refused.map(({ clause }) => clause),
      ['AG14', 'AG14'],
    );
    assert.deepEqual(
      broken.map(({ clause, who }) => `${clause} ${who}`),
      ['AG14 wallet-2'],
    );
  });

  test('[AG4] replay: a member sends its report of an earlier round again', async () => {
    const { document, broken, evidence } = await playWith('replay');
    assert.equal(document.verify.verdict, 'PASS');
    assert.deepEqual(
      document.rounds.map((round: { updates: number }) => round.updates),
      [6, 5],
    );
    assert.deepEqual(
      broken.map(({ clause, who }) => `${clause} ${who}`),
      ['AG4 wallet-2'],
    );
    assert.match(evidence, /^round 1: \d of 6 holders turned away .* another attempt, model or noise/);
  });

  test('[AG18] lying-sum: a holder speaks a wrong aggregate share, and nobody can say who', async () => {
    const { document, broken, evidence } = await playWith('lying-sum');
    assert.equal(document.verify.verdict, 'INCOMPLETE');
    assert.deepEqual(document.rounds, []);
    assert.deepEqual(
      broken.map(({ clause, who }) => `${clause} ${who}`),
      ['AG18 one of the 6 holders'],
    );
    assert.match(evidence, /SUM_COMMITMENT.*the attempt is void, and its ε is spent: 0\.\d+ of 4\.00/s);
  });

  test('[LR10] wrong-model: a holder signs a step of its own', async () => {
    const { document, broken, evidence } = await playWith('wrong-model');
    assert.equal(document.verify.verdict, 'INCOMPLETE');
    assert.deepEqual(
      broken.map(({ clause, who }) => `${clause} ${who}`),
      ['LR10 wallet-2'],
    );
    assert.match(evidence, /signed that the model becomes 0x[0-9a-f]{64}; .* which 5 holders signed/);
  });

  test('[CH4] overspend: a proposer writes too little noise into the charter', async () => {
    const { broken, evidence } = await playWith('overspend');
    assert.equal(broken.length, 1);
    assert.equal(broken[0]?.clause, 'CH4');
    assert.match(broken[0].who, /who proposed the charter$/);
    assert.match(
      evidence,
      /^\d of 6 members refuse to vote: CH4: its 16 rounds.*charge 4 rounds, .* 0 votes were cast/s,
    );
  });

  test('[LG2] overspend in a run so short that the contract itself refuses the charter', async () => {
    const run = await concord(['demo', '--seeds', '1', '--cheat', 'overspend', '--rounds', '1', '--json']);
    assert.equal(run.code, 1);
    assert.match(run.stderr, /BROKEN {2}LG2 {2}by whoever proposed the charter.*\n.*costs ρ = 0\.\d+, and the ε/s);
    assert.doesNotMatch(run.stderr, /0x[0-9a-f]{200}|at async/);
    const { refused } = JSON.parse(run.stdout);
    assert.equal(refused.rule, 'LG2 price');
    assert.ok(BigInt(refused.have) > BigInt(refused.need));
  });

  test('[CM9] two-sets: a staked holder signs two accept sets and loses its stake', async () => {
    const { document, broken, evidence } = await playWith('two-sets');
    assert.equal(document.rounds.length, 1);
    assert.deepEqual(
      broken.map(({ clause, who }) => `${clause} ${who}`),
      ['CM9 aggregator-1'],
    );
    assert.match(
      evidence,
      /updates = ([56]), and under another updates = (?!\1)[56]\n.*burned its stake of 1\.00 ether/,
    );
  });
});

test('wrong options say what is needed and start nothing', async () => {
  for (const args of [
    ['demo', '--rounds', 'many'],
    ['demo', '--cheat', 'nicely'],
    ['demo', '--example', 'kitchens'],
    ['demo', '--epsilon', '0'],
    ['demo', '--cheat', 'lying-sum', '--committee', '3x2'],
  ]) {
    const run = await concord(args);
    assert.notEqual(run.code, 0);
    assert.match(run.stdout + run.stderr, /--(rounds|cheat|epsilon|example)( lying-sum)?: have .+ need/);
  }
});
