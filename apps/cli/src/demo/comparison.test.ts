import assert from 'node:assert/strict';
import { test } from 'node:test';
import { syntheticHospitals } from '@concord/datasets';
import { decodeCharterText } from '@concord/protocol';
import { readRecords } from '@concord/trainer';
import { modelOf, scoreRun, spreadOf } from './comparison.ts';
import { EXAMPLE_NAMES, EXAMPLES, readCharterFile, testsByMember } from './examples.ts';
import { score } from './judge.ts';

const federation = syntheticHospitals(1);
const members = federation.members.map(({ table }) => readRecords(table, federation.schema));
const exam = {
  test: readRecords(federation.test, federation.schema),
  homes: testsByMember(federation)!.map((table) => readRecords(table, federation.schema)),
};
const rules = {
  charter: decodeCharterText(readCharterFile('hospitals').text),
  rounds: 7,
  recordBound: 16384,
  bound: 2 ** 23,
  d: 27,
};

test('[LR12] a model is scored at home on the part of its member, else as the plain mean of all parts', () => {
  const always = score((records) => new Float64Array(records.count).fill(1), exam);
  const shares = exam.homes.map(({ labels, count }) => labels.reduce((a, b) => a + b, 0) / count);
  assert.equal(always.atHome, shares.reduce((a, b) => a + b) / 4);
  assert.equal(score((records) => new Float64Array(records.count).fill(1), exam, 2).atHome, shares[2]);
  assert.equal(score((records) => new Float64Array(records.count).fill(1), { test: exam.test }).atHome, undefined);
});

test('[LR7] a simulated run learns; one whose noise leaves no record count guesses the more frequent label', () => {
  const simulation = { rules, model: modelOf(rules), seed: 1 };
  const learned = scoreRun(members, { ...simulation, noise: 0 }, exam);
  assert.equal(learned.noModel, 0);
  assert.ok(learned.accuracy > learned.majorityGuess + 0.1 && learned.auc > 0.8);
  const drowned = [1, 2, 3, 4, 5, 6].map((seed) => scoreRun(members, { ...simulation, noise: 1e9, seed }, exam));
  const without = drowned.filter(({ noModel }) => noModel === 1);
  assert.ok(without.length > 0);
  for (const scores of without) assert.deepEqual([scores.accuracy, scores.auc], [scores.majorityGuess, 0.5]);
  assert.equal(spreadOf(drowned).mean.noModel, without.length / drowned.length);
});

test('[LR12] a member with patients of one label only still has a row, and it knows only that label', () => {
  const swiss = members[2]!;
  assert.ok(swiss.labels.every((label) => label === 1));
  const scores = scoreRun([swiss], { rules, model: modelOf(rules), noise: 0, seed: 1 }, exam, 2);
  assert.ok(scores.atHome! > 0.9 && Math.abs(scores.accuracy - 0.5) < 0.1);
});

test('[CH2] every example’s charter describes the records that its loader gives, and names the ε of its terms', () => {
  for (const name of EXAMPLE_NAMES) {
    const file = readCharterFile(name);
    const { schema, clauses, model } = decodeCharterText(file.text);
    const { columns, label, blank } = EXAMPLES[name].standIn().schema;
    assert.deepEqual({ columns: schema.columns, label: schema.label, blank: schema.blank }, { columns, label, blank });
    assert.equal(model.inputs % columns.length, 0);
    const promise = clauses.find(({ id }) => id === 'CH4')!.sentence;
    assert.ok(promise.includes(`ε = ${file.terms.epsilon} at δ = 0.${'0'.repeat(file.terms.deltaExponent - 1)}1 `));
  }
});
