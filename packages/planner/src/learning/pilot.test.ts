import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCharterText } from '@concord/protocol';
import { seededRandom } from '@concord/trainer';
import { draftAt } from '../draftAt.ts';
import { foldsOf, sampled, syntheticRecords } from './folds.ts';
import { playDraft } from './level.ts';
import { between, drawNumbers, numbersOf, trainingWith } from './numbers.ts';
import { pilot, type PilotOptions } from './pilot.ts';
import { RECORDS, smallDraft } from './workbench.ts';

const [, ...members] = RECORDS;
const declared = members.map(({ count }) => ({ rows: count }));
const task = { draft: smallDraft, declared, records: members };
const small: PilotOptions = { rounds: [1, 3], candidates: 12, repeats: 1, folds: 3, budgets: [0.5] };
const drafted = numbersOf(decodeCharterText(smallDraft.text).training as Parameters<typeof numbersOf>[0]);
const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

test('[PL6] a pilot tries every number of rounds and ε, scores on held-out records, and is decided by its seed', async () => {
  const told: number[] = [];
  const made = await pilot(task, small, ({ done, of }) => told.push(done / of));
  assert.deepEqual(
    made.points.map(({ trainingRounds, epsilon }) => [trainingRounds, epsilon]),
    [
      [3, 2],
      [3, 1],
      [1, 2],
      [1, 1],
    ],
  );
  assert.ok(made.points[1]!.multiplier > 1.8 * made.points[0]!.multiplier);
  for (const { runs, training } of [...made.points, made.drafted]) {
    assert.deepEqual(runs.map(({ fold }) => fold).sort(), [0, 1, 2]);
    // Numbers that a charter can say.
    decodeCharterText(draftAt(smallDraft, { trainingRounds: 1, training: { ...training }, chain: '', hour: 0 }).text);
  }
  assert.deepEqual([made.origin, made.metric, made.leftOut], ['own', 'auc', []]);
  assert.match(made.warning, /spends privacy/);
  assert.equal(told.at(-1), 1);
  assert.ok(told.every((part, i) => i === 0 || part > told[i - 1]!));
  assert.deepEqual(JSON.parse(JSON.stringify(await pilot(task, small))), JSON.parse(JSON.stringify(made)));
});

test('[PL6] a pilot on made-up records of declared sizes says that it is about nobody', async () => {
  const made = await pilot(
    { draft: smallDraft, declared: [{ rows: 300, share: 0.2 }, { rows: 400 }, { rows: 500 }] },
    small,
  );
  assert.deepEqual([made.origin, made.records.declared, made.records.used], ['synthetic', 1_200, 1_200]);
  assert.match(made.warning, /made-up/);
  const { schema } = decodeCharterText(smallDraft.text);
  const [first] = syntheticRecords(schema, [{ rows: 300, share: 0.2 }], 1);
  assert.equal(
    first!.labels.reduce((a, b) => a + b, 0),
    60,
  );
  assert.ok(first!.features.every((x) => Math.abs(x) <= 1));
});

test('[PL6] noise beside fewer records is scaled, so that a record weighs what it will weigh in the run', async () => {
  const declaredTenfold = declared.map(({ rows }) => ({ rows: 10 * rows }));
  const score = async (of: typeof declared) =>
    average((await pilot({ ...task, declared: of }, small)).drafted.runs.map(({ scores }) => scores.auc));
  // Ten times as many records at the same ε: a tenth of the noise.
  const noiseless = { ...smallDraft, terms: { ...smallDraft.terms, epsilon: 18 } };
  const quiet = average(
    (await pilot({ ...task, draft: noiseless }, small)).drafted.runs.map(({ scores }) => scores.auc),
  );
  assert.ok(Math.abs((await score(declaredTenfold)) - quiet) < 0.01);
});

test('[PL6] a pilot that has no time left says what it left out, and one that cannot be made says why', async () => {
  let clock = 0;
  const cut = await pilot(task, { ...small, seconds: 0.001, now: () => clock++ });
  assert.equal(cut.points.length, 2);
  assert.deepEqual(cut.leftOut.slice(0, 2), [
    '3 training rounds at ε = 2: numbers chosen by fewer runs than asked for',
    '3 training rounds at ε = 1',
  ]);
  await assert.rejects(pilot({ ...task, records: [{ ...members[0]!, labels: new Uint8Array(300) }] }, small), {
    code: 'RECORDS',
  });
  const few = await pilot(task, { ...small, candidates: 4 });
  assert.deepEqual([few.points.length, few.leftOut], [4, []]);
  await assert.rejects(pilot(task, { ...small, candidates: 3 }), { code: 'OPTIONS' });
  await assert.rejects(pilot(task, { ...small, rounds: [] }), { code: 'OPTIONS' });
  await assert.rejects(pilot(task, { ...small, seconds: 3 }), { code: 'OPTIONS' });
});

test('[PL7] chosen numbers do no worse than the draft’s where the draft’s are bad', async () => {
  const text = smallDraft.text as { readonly training: object };
  const bad = {
    ...smallDraft,
    text: { ...text, training: { ...text.training, learningRate: [4_096, 4_096], momentum: 0 } },
  };
  const made = await pilot({ ...task, draft: bad, metric: 'accuracy' }, { ...small, rounds: [3], candidates: 24 });
  const of = ({ runs }: typeof made.drafted): number => average(runs.map(({ scores }) => scores.accuracy));
  assert.ok(of(made.points[0]!) > of(made.drafted) - 0.01);
  const held = { members, test: RECORDS[0]!, seed: 1 };
  const play = (training?: typeof drafted): number =>
    average(
      [1, 2, 3, 4, 5].map(
        (seed) => playDraft(bad, { trainingRounds: 3, ...(training && { training }) }, { ...held, seed }).accuracy,
      ),
    );
  assert.ok(play(made.points[0]!.training) > play() - 0.01);
});

test('[PL6] members that train by themselves have a pilot too, trees have none, and an ε that no charter can say is left out', async () => {
  const text = smallDraft.text as { readonly training: object; readonly schema: object };
  const local = { passes: 1, batchSize: 32, learningRate: 13_107, momentum: 0, proximal: 0 };
  const { maxRecords: _, recordBound: __, ...terms } = smallDraft.terms;
  const averaging = {
    text: { ...text, version: 2, training: { algorithm: 'fedAvg', ...text.training, local } },
    terms: { ...terms, epsilon: 18 },
  };
  const made = await pilot({ ...task, draft: averaging }, { ...small, rounds: [2], budgets: [0.5, 2] });
  assert.ok(made.points.every(({ training }) => training.local !== undefined && training.local.learningRate > 0));
  assert.deepEqual(made.leftOut, ['2 training rounds at ε = 36: no charter can say it']);
  const trees = {
    ...text,
    version: 2,
    model: { kind: 'trees', inputs: 4, trees: 2, depth: 2 },
    training: {
      algorithm: 'boostedTrees',
      together: 1,
      featuresPerTree: 2,
      seed: 1,
      edges: [-1_000, 1_000],
      learningRate: 9_000,
      leafLimit: 65_536,
      penalty: 65_536,
      leastHessian: 0,
    },
  };
  const grown = { text: trees, terms: { ...smallDraft.terms, trainingRounds: 4 } };
  await assert.rejects(pilot({ ...task, draft: grown }, { ...small, rounds: [4] }), { code: 'ALGORITHM' });
});

test('[PL6] held-out parts hold every record once, both labels in proportion; a sample keeps every member’s share', () => {
  const folds = foldsOf(members, 4, 9);
  assert.equal(
    folds.reduce((sum, { held }) => sum + held.count, 0),
    750,
  );
  for (const { members: rest, held } of folds) {
    assert.equal(held.count + rest.reduce((sum, { count }) => sum + count, 0), 750);
    assert.ok(Math.abs(held.labels.reduce((a, b) => a + b, 0) / held.count - 0.5) < 0.08);
  }
  assert.deepEqual(
    sampled(members, 375, 1).map(({ count }) => Math.abs(count - 125) < 60),
    [true, true, true],
  );
  assert.equal(sampled(members, 750, 1), members);
});

test('[PL7] numbers between two points lie between them in log space, at either end they are the point’s', () => {
  const random = seededRandom(4);
  for (let i = 0; i < 50; i++) {
    const [a, b] = [drawNumbers(drafted, 4, random), drawNumbers(drafted, 1, random)];
    const near = (x: number, y: number): boolean => Math.abs(x - y) <= Math.max(2, 0.005 * y);
    const ends = [between(a, b, 0), between(a, b, 1)] as const;
    for (const [end, point] of [
      [ends[0], a],
      [ends[1], b],
    ] as const) {
      assert.ok(
        near(end.clippingNorm, point.clippingNorm) &&
          near(end.learningRate[0], point.learningRate[0]) &&
          near(end.momentum, point.momentum),
      );
    }
    const middle = between(a, b, 0.5);
    assert.ok(near(middle.clippingNorm, Math.sqrt(a.clippingNorm * b.clippingNorm)));
    const carry = ({ learningRate: [first], momentum }: typeof a): number => first / (1 - momentum / 65_536);
    assert.ok(Math.abs(carry(middle) / Math.sqrt(carry(a) * carry(b)) - 1) < 0.01);
    decodeCharterText({ ...(smallDraft.text as object), training: trainingWith(drafted, middle) });
  }
});
