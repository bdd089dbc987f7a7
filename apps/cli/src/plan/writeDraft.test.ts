import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Choice, type Draft, draftAt } from '@concord/planner';
import { parse } from 'yaml';
import { writtenDraft } from './writeDraft.ts';

const source = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../../examples/${name}/charter.yaml`, import.meta.url)), 'utf8');
const planned = (text: string, choice: Partial<Choice>): Draft =>
  draftAt(parse(text) as Draft, { trainingRounds: 2, chain: '', hour: 0, ...choice });

test('[PL10] only the planned numbers of a draft change, comments stay and each changed line says what it was', () => {
  const before = source('hospitals');
  const training = { clippingNorm: 40_000, learningRate: [131_072, 65_536] };
  const { text, changes } = writtenDraft(before, planned(before, { training }));
  assert.deepEqual(changes, [
    { path: 'text.training.clippingNorm', was: '32768', becomes: '40000' },
    { path: 'text.training.learningRate[0]', was: '65536', becomes: '131072' },
    { path: 'terms.trainingRounds', was: '6', becomes: '2' },
  ]);
  const [old, now] = [before.split('\n'), text.split('\n')];
  assert.equal(old.length, now.length);
  const differ = now.filter((line, i) => line !== old[i]);
  assert.deepEqual(differ, [
    '    clippingNorm: 40000        # planned, was 32768 (0.5, in 2^-16; chosen on held-out fifths of the training patients (spec/learning.md))',
    '    learningRate: [131072, 65536]     # planned, was 65536 (1)',
    '  trainingRounds: 2   # planned, was 6',
  ]);
});

test('[PL13] shorter deadlines are written where the longer ones stood', () => {
  const before = source('hospitals');
  const { deadlines } = (parse(before) as Draft).terms;
  const shorter = { ...deadlines, noise: 150, upload: 151 };
  const { text, changes } = writtenDraft(
    before,
    planned(before, { trainingRounds: 6, slack: 0.25, deadlines: shorter }),
  );
  assert.deepEqual((parse(text) as Draft).terms.deadlines, shorter);
  assert.deepEqual(
    changes.map(({ path, becomes }) => [path, becomes]),
    [
      ['terms.deadlines.noise', '150'],
      ['terms.deadlines.upload', '151'],
    ],
  );
});

test('[PL10] a committee is added, changed and never taken away behind a person’s back', () => {
  const before = source('wallets');
  const { text } = writtenDraft(before, planned(before, { trainingRounds: 23, committee: { shares: 8 } }));
  assert.ok(text.includes('terms:\n  committee: { shares: 8 }   # planned\n  epsilon: 4\n'));
  const changed = writtenDraft(text, planned(text, { trainingRounds: 23, committee: { shares: 4 } }));
  assert.ok(changed.text.includes('  committee: { shares: 4 }   # planned, was 8\n'));
  assert.throws(() => writtenDraft(text, planned(text, {})), /take “committee” out of the draft by hand/);
});

test('[PL10] a draft that is planned again names what stood there last, and keeps what the person wrote', () => {
  const before = source('hospitals');
  const once = writtenDraft(before, planned(before, { training: { clippingNorm: 40_000 } })).text;
  const { text } = writtenDraft(once, planned(once, { trainingRounds: 3, training: { clippingNorm: 50_000 } }));
  assert.match(text, /clippingNorm: 50000 +# planned, was 40000 \(0\.5, in 2\^-16; .*\(spec\/learning\.md\)\)\n/);
  assert.match(text, /trainingRounds: 3 +# planned, was 2\n/);
});

test('[PL10] a draft that cannot be changed number by number is left alone', () => {
  const odd = 'text: {}\nterms: { trainingRounds: "6", x: 1 }\n';
  assert.throws(
    () => writtenDraft(odd, { text: {}, terms: { trainingRounds: 2, x: 1 } }),
    /is not a number in the draft/,
  );
  const flow = 'text: {}\nterms: { trainingRounds: 6 }\n';
  assert.throws(
    () => writtenDraft(flow, { text: {}, terms: { trainingRounds: 6, committee: { shares: 2 } } }),
    /on one line/,
  );
  const anchored = 'text: { a: &n 6, b: *n }\nterms: { trainingRounds: 1 }\n';
  assert.throws(
    () => writtenDraft(anchored, { text: { a: 7, b: 6 }, terms: { trainingRounds: 1 } }),
    /text.b is not a number in the draft/,
  );
});
