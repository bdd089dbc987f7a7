/** `concord init` and `concord charter check`, as people start them. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProgram } from '@concord/testing';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'concord-init-'));
after(() => rmSync(folder, { recursive: true }));
const concord = (...args: readonly string[]) => runProgram(MAIN, args, { cwd: folder });
const write = (name: string, ...lines: string[]): void => writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

const HEADER = 'patient_id,age,visits,cost,smoker,ward,readmitted';
write('data.csv', HEADER, 'p1,61,3,1200.50,0,N,0', 'p2,47,12,88000.25,1,S,1', 'p3,,0,0.5,0,E,0');

test('a draft compiles, and says what was left out and that bounds are guesses', async () => {
  const { code, stdout, stderr } = await concord('init', 'data.csv', '--label', 'readmitted');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /left out “patient_id”: its name says that it may name somebody/);
  assert.match(stdout, /left out “ward”: row 1 holds text/);
  assert.match(stdout.replace(/\s+/g, ' '), /a bound taken from records tells everybody about the largest of them/);
  const checked = await concord('charter', 'check', 'charter.yaml', '--data', 'data.csv', '--json');
  assert.equal(checked.code, 0, checked.stderr);
  const facts = JSON.parse(checked.stdout);
  assert.equal(facts.records, 3);
  assert.equal(facts.parameters, 13);
  assert.deepEqual(facts.refused, []);
  assert.ok(facts.unreplaced.length > 5);
  assert.ok(facts.privacy.epsilonAfterAllRounds <= 4 && facts.privacy.epsilonAfterAllRounds > 3.9);
  for (const words of [
    'enforced by: the rounds contract',
    'noise of standard deviation',
    'Members pay nothing',
    'still say REPLACE',
  ])
    assert.ok(checked.stderr.replace(/\s+/g, ' ').includes(words), words);
});

test('how large the values are does not show in the draft', async () => {
  write('large.csv', HEADER, 'p1,99,9000,9912000.50,0,N,0', 'p2,1,120000,88000.25,1,S,1', 'p3,,0,0.5,0,E,0');
  const { code, stderr } = await concord('init', 'large.csv', '--label', 'readmitted', '--out', 'large.yaml');
  assert.equal(code, 0, stderr);
  assert.equal(read('large.yaml'), read('charter.yaml'));
});

test('a table that cannot be learned from is refused by row and column, and nothing is written', async () => {
  write('label.csv', 'age,y', '30,0', '40,maybe');
  write('ragged.csv', 'age,y', '30,0', '40');
  write('words.csv', 'ward,y', 'N,0', 'S,1');
  const refusals: readonly (readonly [file: string, label: string, message: RegExp])[] = [
    ['label.csv', 'y', /row 2: column “y”: have “maybe”, need 0 or 1/],
    ['label.csv', 'z', /column “z”: missing; the table has age, y/],
    ['ragged.csv', 'y', /line 3: 1 fields where the header has 2/],
    ['words.csv', 'y', /no column can be learned from: “ward”: row 1 holds text/],
    ['absent.csv', 'y', /absent.csv: is not there/],
  ];
  for (const [file, label, message] of refusals) {
    const { code, stderr } = await concord('init', file, '--label', label, '--out', 'never.yaml');
    assert.equal(code, 1);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n +at /, 'no stack');
  }
  assert.ok(!existsSync(join(folder, 'never.yaml')));
  const guess = await concord('init', 'data.csv', '--out', 'never.yaml');
  assert.match(guess.stderr, /name the column that holds 0 or 1 with --label/);
  const taken = await concord('init', 'data.csv', '--label', 'readmitted');
  assert.match(taken.stderr, /charter.yaml is there already/);
});

test('[CH2] what a member’s node would refuse is said before anybody votes', async () => {
  write('other.csv', 'age,visits,cost,readmitted', '30,1,2,0');
  const missing = await concord('charter', 'check', 'charter.yaml', '--data', 'other.csv');
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /other.csv: column “smoker”: missing/);
  write('few.yaml', read('charter.yaml').replace('maxRecords: 4096', 'maxRecords: 2'));
  const many = await concord('charter', 'check', 'few.yaml', '--data', 'data.csv');
  assert.equal(many.code, 1);
  assert.match(many.stdout, /CH2: this member holds 3 records, the charter allows 2/);
});

test('a draft that is not one names the key', async () => {
  const good = read('charter.yaml');
  const broken: readonly (readonly [from: string | RegExp, to: string, message: RegExp])[] = [
    ['epsilon: 4', 'epsilon: much', /terms.epsilon: have "much", need a number > 0/],
    ['votingSeconds: 86400', 'votingDays: 1', /votingDays: unknown here/],
    ['seat: 600', 'seat: soon', /terms.deadlines.seat: have "soon", need an integer/],
    ['gasCap: 0', 'gasCap: -1', /terms.gasCap: have -1, need an integer of at least 0/],
    ['blank: zero', 'blank: none', /schema.blank: need one of zero, refuse/],
    ['epsilon: 4 ', 'epsilon: 0.000001 ', /epsilon: 0.000001 at δ = 1e-5 leaves nothing for 13 rounds/],
  ];
  for (const [from, to, message] of broken) {
    write('broken.yaml', good.replace(from, to));
    const { code, stderr } = await concord('charter', 'check', 'broken.yaml');
    assert.equal(code, 1, to);
    assert.match(stderr, message);
  }
});
