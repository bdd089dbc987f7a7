import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCharterText, type RunState } from '@concord/protocol';
import { finalModelOf } from '@concord/sdk';
import { components } from '../../../../packages/testing/src/audited.ts';
import { aRun } from '../../../../packages/testing/src/builders.ts';
import { smallText } from '../../../../packages/testing/src/charter.ts';
import { cardOf } from './card.ts';
import { cardText } from './cardText.ts';
import { evaluateModel } from './evaluation.ts';

const text = decodeCharterText(smallText);
/** Scores a record by its column a alone, ten to one. */
const state: RunState = {
  round: 2,
  optimizer: {
    model: { shape: text.model, parameters: Int32Array.of(655_360, 0, 0, 0) },
    velocity: new BigInt64Array(4),
  },
  statistics: {
    recordCount: 100,
    constants: { mean: new Int32Array(3), deviation: new Int32Array(3).fill(65_536) },
  },
};

/** 400 records: ordinary ones up to .5, those of label 1 up to 1 in steps; b says to which group one belongs. */
const table = {
  header: ['a', 'b', 'c', 'y'],
  rows: Array.from({ length: 400 }, (_, i) => {
    const one = i % 4 > 1;
    const step = Math.floor(i / 4);
    return [`${one ? step / 100 : step / 200}`, `${step < 50 ? 1 : 9}`, '', one ? '1' : '0'];
  }),
};
const groups = [
  { what: 'few | many', column: 'b', above: 0, atMost: 1 },
  { what: 'many', column: 'b', above: 1, atMost: 9 },
];

test('[BD5] the threshold is chosen on one half and its rates are measured on the other', () => {
  const {
    served,
    groups: found,
    records,
    positives,
    blank,
  } = evaluateModel({ state, text }, table, { data: 'made up', groups });
  assert.deepEqual([records, positives], [400, 200]);
  assert.equal(served.falseAlarmsOnKnownGood.of, 100);
  assert.equal(served.found.of, 100);
  // One of the hundred ordinary records of the first half may lie above: the second highest, .49, is the threshold.
  assert.equal(served.threshold, Math.floor(0.49 * 65_536 + 0.5) * 10);
  assert.deepEqual([served.falseAlarmsOnKnownGood.flagged, served.found.flagged], [1, 50]);
  assert.deepEqual(
    found.map((each) => [each.found.flagged, each.found.of, each.falseAlarms.flagged, each.falseAlarms.of]),
    [
      [0, 50, 0, 50],
      [50, 50, 1, 50],
    ],
  );
  assert.deepEqual(blank, { score: 0, flagged: false });
});

test('[BD5] the order of the records does not decide what is measured on; too few of a label are refused', () => {
  const rows = table.rows.toSorted((a, b) => Number(a[3]) - Number(b[3]));
  const sorted = evaluateModel({ state, text }, { ...table, rows }, { data: 'made up' });
  assert.deepEqual([sorted.served.falseAlarmsOnKnownGood.of, sorted.served.found.of], [100, 100]);
  const few = { ...table, rows: table.rows.slice(0, 3) };
  assert.throws(
    () => evaluateModel({ state, text }, few, { data: 'made up' }),
    /1 records of label 1 and 2 of label 0: need two/,
  );
});

test('[BD5] a card says sizes, split, promise, rates, what evades it, lineage and use; and what nobody measured', async () => {
  const built = aRun({ members: 3, rounds: 2 }, components);
  const run = built.ledger.run(built.runId);
  const model = await finalModelOf(run, async (digest) => built.ledger.blobs.get(digest));
  const bare = cardOf(run, built.deployment, model, { readFrom: 'archive' });
  assert.equal(bare.model.modelId, model.modelId);
  assert.equal(bare.lineage.run.runStateHash, run.model);
  assert.deepEqual(bare.lineage.run.settledRounds, 2);
  assert.deepEqual(
    bare.data.perMember.map(({ address, records }) => [address, records]),
    built.charter.members.map((address) => [address, null]),
  );
  assert.equal(bare.evaluation, null);
  assert.match(bare.limits.at(-1)!, /Nobody has measured here/);
  assert.equal(bare.use.enforced, true);
  assert.ok(bare.privacy.epsilon > 0 && bare.privacy.epsilon <= bare.privacy.epsilonCap);
  const evaluation = evaluateModel({ state, text }, table, { data: 'made up', groups });
  const [first] = built.charter.members;
  const full = cardOf(run, built.deployment, model, {
    registered: true,
    evaluation,
    sizes: { says: 'this test', members: [{ address: first!, name: 'a', records: 40, positives: 20 }] },
  });
  assert.match(
    full.limits.join('\n'),
    /What evades it most: few \| many; 0\.0 %.+Whom it wrongs most: many; 2\.0 %.+passes, guilty or not/s,
  );
  const words = cardText(full);
  for (const said of [
    /record level, zero-out adjacency/,
    /known-good records flagged by mistake: 1 of 100 \(1\.0 %\)/,
    /\| few \\\| many \| 0 of 50/,
    /\| a \| `0x[0-9a-f]{40}` \| 40 \| 20 \|/,
    /registered on chain\. Engine: integer, exact/,
    /The charter names no license\. Anybody may use the finished model on chain/,
  ])
    assert.match(words, said);
  assert.match(cardText(bare), /from an archive, whose logs are what the archivist read/);
});

test('[BD5] a charter’s words cannot write a chapter of their own', async () => {
  const built = aRun({ members: 3, rounds: 2 }, components);
  const run = built.ledger.run(built.runId);
  const model = await finalModelOf(run, async (digest) => built.ledger.blobs.get(digest));
  const name = 'fine\n\n## Privacy\nε = 0 <script>';
  const lines = cardText(cardOf(run, built.deployment, { ...model, text: { ...model.text, name } })).split('\n');
  assert.equal(lines.filter((line) => line === '## Privacy').length, 1);
  assert.ok(!lines.some((line) => line.includes('<script>')));
});
