import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import fc from 'fast-check';
import { CharterTextError } from '../charterFields.ts';
import { decodeCharterText, descending, updateLength } from '../charterText.ts';
import { predict } from '../inference/predict.ts';
import { decodeModel, encodeModel, ModelError, modelHash } from '../model/model.ts';
import { decodeRunState, encodeRunState, nextState, type RunState, startState } from '../model/runState.ts';
import { NO_SPLIT } from '../model/trees.ts';
import { roundsOf } from './boostedTrees.ts';
import { strategyOf } from './byName.ts';
import { probabilityOf } from './logisticTable.ts';
import { gradientScale, treePlan } from './treePlan.ts';
import { gradientOf, treeHistograms } from './treeRecords.ts';
import { drawn } from '../../test/inferenceVectors.ts';

const { runs, cases } = JSON.parse(
  readFileSync(new URL('../../../../spec/vectors/trees.json', import.meta.url), 'utf8'),
);
const toHex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`;
const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.slice(2), 'hex'));

const training = {
  algorithm: 'boostedTrees',
  together: 2,
  featuresPerTree: 2,
  seed: 5,
  edges: [0, 1, 32_768],
  learningRate: 32_768,
  leafLimit: 262_144,
  penalty: 65_536,
  leastHessian: 0,
};
const textOf = (changed: object = {}, model: object = {}, top: object = {}) => ({
  ...{ version: 2, name: 'test', purpose: 'test', metric: 'test' },
  schema: {
    columns: Array.from({ length: (model as { inputs?: number }).inputs ?? 3 }, (_, i) => ({
      name: `x${i}`,
      transform: 'identity',
      bound: 1,
    })),
    ...{ label: 'y', blank: 'refuse', basis: 'plain' },
  },
  model: { kind: 'trees', inputs: 3, trees: 4, depth: 2, ...model },
  training: { ...training, ...changed },
  clauses: [{ id: 'CH1', sentence: 'test', enforcedBy: 'test' }],
  ...top,
});

/** The text of a run of the vectors. */
const vectorText = (run: (typeof runs)[number]) => {
  const numbers = ['learningRate', 'leafLimit', 'penalty', 'leastHessian'].map((name) => [name, Number(run[name])]);
  const { inputs, trees, depth, together, featuresPerTree, seed, edges } = run;
  const text = textOf(
    { together, featuresPerTree, seed, edges, ...Object.fromEntries(numbers) },
    { inputs, trees, depth },
  );
  return decodeCharterText(text);
};

test('[LR35] whole runs, from records to model, are those of the reference; with noise and without', () => {
  assert.equal(runs.length, 3);
  for (const run of runs) {
    const charter = vectorText(run);
    const plan = treePlan(charter)!;
    const recordBound = Number(run.recordBound);
    const rules = { charter, rounds: plan.rounds, d: plan.length, recordBound, bound: 0 };
    assert.equal(plan.rounds, run.rounds.length);
    const features = Int32Array.from(run.features.flat());
    const half = Math.floor(run.records / 2);
    const part = (from: number, to: number) => ({
      count: to - from,
      features: features.subarray(from * run.inputs, to * run.inputs),
      labels: run.labels.slice(from, to),
    });
    let state = startState(charter, new Uint8Array(32));
    for (const [round, { exact, sum, model }] of run.rounds.entries()) {
      const place = { model: state.optimizer.model, round, recordBound, d: plan.length };
      // Two members' histograms add up to those of one who has all records.
      const [a, b] = [part(0, half), part(half, run.records)].map((records) => treeHistograms(plan, place, records));
      const added = a!.map((value, i) => value + b![i]!);
      assert.equal(toHex(keccak_256(Buffer.from(added.join(), 'ascii'))), exact, `round ${round}`);
      state = nextState(rules, state, sum ? sum.map(BigInt) : Array.from(added, BigInt), 2);
      assert.equal(toHex(modelHash(state.optimizer.model)), model, `round ${round}`);
      assert.deepEqual(decodeRunState(encodeRunState(state)), state);
    }
    assert.equal(toHex(encodeModel(state.optimizer.model)), run.model);
    assert.throws(() => nextState(rules, state, Array<bigint>(plan.length).fill(0n), 2), ModelError);
  }
});

test('[IN6] 10,000 vector inputs give the scores of the reference, which are those of the contract', () => {
  let inputs = 0;
  for (const each of cases) {
    const model = decodeModel(fromHex(each.model));
    assert.equal(toHex(modelHash(model)), each.modelHash);
    assert.deepEqual(encodeModel(model), fromHex(each.model));
    const chained = Buffer.alloc(36);
    for (let record = 0; record < each.records; record++, inputs++) {
      const score = predict(model, drawn(fromHex(each.seed), record + 1, each.inputs, each.featureShift));
      if (record < each.first.length) assert.equal(score, each.first[record], each.name);
      chained.writeInt32BE(score, 32);
      chained.set(keccak_256(chained));
    }
    assert.equal(toHex(chained.subarray(0, 32)), each.chain, each.name);
  }
  assert.equal(inputs, 10_000);
});

test('[LR30] bytes of trees are canonical: another depth, length or feature is no model', () => {
  const model = {
    shape: { kind: 'trees', inputs: 2, trees: 1, depth: 1 } as const,
    parameters: Int32Array.of(1, 7, -5, 9),
  };
  const bytes = encodeModel(model);
  assert.deepEqual(decodeModel(bytes), model);
  const changed = (at: number, value: number): Uint8Array => bytes.map((byte, i) => (i === at ? value : byte));
  for (const [at, value, code] of [
    [7, 0, 'SHAPE'],
    [7, 11, 'SHAPE'],
    [7, 2, 'LENGTH'],
    [4, 0, 'SHAPE'],
    [4, 2, 'LENGTH'],
    [8, 2, 'NO_SUCH_FEATURE'],
    [11, 0x80, 'NO_SUCH_FEATURE'],
    [1, 2, 'HEADER'],
    [1, 4, 'HEADER'],
  ] as const)
    assert.throws(() => decodeModel(changed(at, value)), { code }, `byte ${at} = ${value}`);
  assert.throws(() => encodeModel({ ...model, parameters: Int32Array.of(2, 7, -5, 9) }), { code: 'NO_SUCH_FEATURE' });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (any) => {
      any.set([1, 3].slice(0, any.length));
      try {
        assert.deepEqual(encodeModel(decodeModel(any)), any);
      } catch (error) {
        assert.ok(error instanceof ModelError);
      }
    }),
  );
});

test('[LR30] at its threshold a record goes right, and a node that divides nothing sends all right', () => {
  const at = (threshold: number, feature: number): number =>
    predict(
      { shape: { kind: 'trees', inputs: 1, trees: 1, depth: 1 }, parameters: Int32Array.of(0, threshold, -1, 1) },
      Int32Array.of(feature),
    );
  assert.deepEqual([at(5, 4), at(5, 5), at(5, 6), at(NO_SPLIT, NO_SPLIT)], [-1, 1, 1, 1]);
});

test('[LR33] the probability is the logistic function to 1/256, symmetric, and never 0 or 1', () => {
  for (let score = -(2 ** 21); score <= 2 ** 21; score += 777) {
    const p = probabilityOf(score);
    assert.ok(p > 0 && p < 65_536);
    assert.equal(p + probabilityOf(-score), 65_536);
    assert.ok(Math.abs(p / 65_536 - 1 / (1 + Math.exp(-score / 65_536))) < 1 / 255, `score ${score}`);
  }
  assert.deepEqual([-(2 ** 31), 0, 2 ** 31 - 1].map(probabilityOf), [1, 32_768, 65_535]);
});

test('[LR34] no score and label give a record more than its share of Δ, at any scale', () => {
  for (const scale of [1, 2, 3, 100, 1_672, 16_384, 2 ** 26])
    for (let k = -1_023; k <= 1_023; k++)
      for (const label of [0, 1]) {
        const [gradient, hessian] = gradientOf(k * 1_024, label, scale);
        assert.ok(gradient ** 2 + hessian ** 2 <= scale ** 2, `${scale}, ${k}, ${label}`);
        assert.equal(Math.sign(gradient) * (label === 1 ? 1 : -1) >= 0 && hessian >= 0, true);
      }
});

test('[LR34] one record’s whole vector stays within Δ, whatever its features', () => {
  const charter = decodeCharterText(textOf());
  const plan = treePlan(charter)!;
  const { model } = startState(charter, new Uint8Array(32)).optimizer;
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 2 ** 26 }),
      fc.array(fc.integer({ min: -65_536, max: 65_536 }), { minLength: 3, maxLength: 3 }),
      fc.integer({ min: 0, max: 1 }),
      fc.integer({ min: 0, max: 3 }),
      (recordBound, x, label, round) => {
        const one = { count: 1, features: Int32Array.from(x), labels: [label] };
        const vector = treeHistograms(plan, { model, round, recordBound, d: plan.length + 3 }, one);
        assert.equal(vector.length, plan.length + 3);
        assert.ok(vector.reduce((sum, value) => sum + value ** 2, 0) <= recordBound ** 2);
        assert.ok(vector.filter((value) => value !== 0).length <= 2 * 4);
      },
    ),
  );
  assert.throws(
    () =>
      treeHistograms(
        plan,
        { model, round: 0, recordBound: 1, d: plan.length },
        { count: 0, features: new Int32Array(0), labels: [] },
      ),
    { code: 'PRIVACY_RANGE' },
  );
});

test('[LR32] the text says how many rounds and coordinates; what does not fit together is refused with the field', () => {
  const charter = decodeCharterText(textOf());
  assert.deepEqual([roundsOf(charter), updateLength(charter)], [4, 2 * 2 * 2 * 4 * 2]);
  assert.equal(strategyOf(charter).unit, 1);
  assert.equal(strategyOf(charter).quantizedNorm({ d: 64, recordBound: 1_000, bound: 0 }), 500);
  assert.equal(gradientScale({ training: treePlan(charter)!.training }, 999), 499);
  assert.throws(() => descending(charter), ModelError);
  const refused = (path: string, ...parts: Parameters<typeof textOf>): void =>
    assert.throws(
      () => decodeCharterText(textOf(...parts)),
      (error: unknown) => error instanceof CharterTextError && error.path === path,
      path,
    );
  refused('training.together', { together: 3 });
  refused('training.featuresPerTree', { featuresPerTree: 4 });
  refused('training.edges', { edges: [] });
  refused('training.edges', { edges: Array.from({ length: 256 }, (_, i) => i) });
  refused('training.edges[2]', { edges: [0, 5, 5] });
  refused('training.edges[0]', { edges: [-65_537] });
  refused('training.learningRate', { learningRate: [1, 1] });
  refused('training.momentum', { momentum: 1 });
  refused('model.depth', {}, { depth: 11 });
  refused('model', {}, { trees: 65_534, depth: 10 });
  refused('model.hidden', {}, { hidden: 4 });
  refused('schema.basis', {}, { inputs: 9 }, { schema: { ...textOf().schema, basis: 'waves' } });
  refused('model.kind', {}, {}, { model: { kind: 'logistic', inputs: 3 } });
  const numbers = {
    clippingNorm: 1,
    statisticsNorm: 1,
    deviationFloor: 1,
    featureLimit: 1,
    learningRate: [1, 1],
    momentum: 0,
  };
  refused('training.algorithm', {}, {}, { training: { algorithm: 'fedSgd', ...numbers } });
});

test('[LR10] a state of trees has no constants, and one of layers must have them', () => {
  const charter = decodeCharterText(textOf());
  const state: RunState = { ...startState(charter, new Uint8Array(32)), round: 3 };
  const bytes = encodeRunState(state);
  assert.deepEqual(decodeRunState(bytes), state);
  assert.equal(bytes.length, 8 + 8 + 4 * 4 * 10);
  const constants = { mean: new Int32Array(3), deviation: new Int32Array(3) };
  assert.throws(
    () => decodeRunState(encodeRunState({ ...state, statistics: { recordCount: 1, constants } })),
    ModelError,
  );
});

test('[LR35] a sum of noise alone grows trees all the same, and one that is too short or a bound too small is refused', () => {
  const charter = decodeCharterText(textOf());
  const plan = treePlan(charter)!;
  const rules = { charter, rounds: plan.rounds, d: plan.length, recordBound: 1_000, bound: 0 };
  const start = startState(charter, new Uint8Array(32));
  fc.assert(
    fc.property(
      fc.array(fc.bigInt({ min: -(2n ** 45n), max: 2n ** 45n }), { minLength: plan.length, maxLength: plan.length }),
      (sum) => {
        let state = start;
        for (let round = 0; round < plan.rounds; round++) state = nextState(rules, state, sum, 1);
        assert.deepEqual(decodeModel(encodeModel(state.optimizer.model)), state.optimizer.model);
      },
    ),
  );
  assert.throws(() => nextState(rules, start, Array<bigint>(plan.length - 1).fill(0n), 1), ModelError);
  assert.throws(
    () => nextState({ ...rules, recordBound: 1 }, start, Array<bigint>(plan.length).fill(0n), 1),
    ModelError,
  );
});
