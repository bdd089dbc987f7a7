import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CharterTextError } from '../charterFields.ts';
import { decodeCharterText, inputRules, updateLength } from '../charterText.ts';
import { ModelError } from '../model/model.ts';
import { decodeRunState, encodeRunState, nextState, startState } from '../model/runState.ts';
import { strategyOf } from './byName.ts';
import { fedAvg, memberBound } from './fedAvg.ts';
import { fedSgd } from './fedSgd.ts';

const numbers = {
  clippingNorm: 65_536,
  statisticsNorm: 131_072,
  deviationFloor: 64,
  featureLimit: 4,
  learningRate: [65_536, 65_536],
  momentum: 0,
};
const local = { passes: 1, batchSize: 32, learningRate: 6_554, momentum: 0, proximal: 0 };
const textOf = (version: number, training: object, inputs = 1, basis = 'plain') => ({
  version,
  name: 'test',
  purpose: 'test',
  metric: 'test',
  schema: {
    columns: Array.from({ length: basis === 'plain' ? inputs : inputs / 3 }, (_, i) => ({
      name: `x${i}`,
      transform: 'identity',
      bound: 1,
    })),
    label: 'y',
    blank: 'refuse',
    basis,
  },
  model: { kind: 'logistic', inputs },
  training,
  clauses: [{ id: 'CH1', sentence: 'test', enforcedBy: 'test' }],
});

test('[LR20] a text of version 1 trains by fedSgd and keeps its bytes; version 2 says what it trains by', () => {
  const old = textOf(1, numbers);
  assert.equal(JSON.stringify(decodeCharterText(old)), JSON.stringify(old));
  assert.equal(strategyOf(decodeCharterText(old)), fedSgd);
  assert.equal(strategyOf(decodeCharterText(textOf(2, { algorithm: 'fedSgd', ...numbers }))), fedSgd);
  const averaging = textOf(2, { algorithm: 'fedAvg', ...numbers, local });
  assert.equal(strategyOf(decodeCharterText(averaging)), fedAvg);
  assert.deepEqual(decodeCharterText(averaging), averaging);
  assert.deepEqual([fedSgd.unit, fedAvg.unit], [1, 2]);
});

test('[LR21] local steps that would overshoot ever more are refused before anybody votes', () => {
  const withLocal = (learningRate: number, proximal: number) =>
    decodeCharterText(textOf(2, { algorithm: 'fedAvg', ...numbers, local: { ...local, learningRate, proximal } }));
  withLocal(65_536, 131_072);
  withLocal(2 ** 31 - 1, 4);
  for (const [rate, pull] of [
    [65_536, 131_073],
    [2 ** 31 - 1, 2 ** 31 - 1],
  ] as const)
    assert.throws(() => withLocal(rate, pull), { name: 'CharterTextError', path: 'training.local.proximal' });
});

test('[LR1] a text whose model would not fit in memory is refused before anybody makes it', () => {
  const text = textOf(1, numbers, 300);
  const withHidden = (hidden: number) => decodeCharterText({ ...text, model: { kind: 'mlp', inputs: 300, hidden } });
  assert.equal(updateLength(withHidden(55_553)), 16_777_007);
  assert.throws(() => withHidden(55_554), { name: 'CharterTextError', path: 'model' });
});

test('[LR13] a text of version 2 that descends may be adaptive, with a decay below 1 and an epsilon above 0, and no other', () => {
  const adaptive = { decay: 64_225, epsilon: 52 };
  for (const training of [
    { algorithm: 'fedSgd', ...numbers, adaptive },
    { algorithm: 'fedAvg', ...numbers, adaptive, local },
  ])
    assert.equal(JSON.stringify(decodeCharterText(textOf(2, training)).training), JSON.stringify(training));
  const refused = (version: number, training: object, path: string): void =>
    assert.throws(() => decodeCharterText(textOf(version, training)), { name: 'CharterTextError', path });
  refused(1, { ...numbers, adaptive }, 'training.adaptive');
  refused(2, { algorithm: 'boostedTrees', adaptive }, 'training.adaptive');
  for (const [field, wrong] of [
    ['decay', -1],
    ['decay', 65_536],
    ['decay', undefined],
    ['epsilon', 0],
    ['epsilon', 2 ** 31],
    ['epsilon', 0.5],
    ['beta', 1],
  ] as const)
    refused(
      2,
      { algorithm: 'fedSgd', ...numbers, adaptive: { ...adaptive, [field]: wrong } },
      `training.adaptive.${field}`,
    );
  refused(2, { algorithm: 'fedSgd', ...numbers, adaptive: null }, 'training.adaptive');
});

test('[LR6] gated waves are three inputs a column, in texts of version 2 only', () => {
  const training = { algorithm: 'fedSgd', ...numbers };
  const text = decodeCharterText(textOf(2, training, 6, 'gatedWaves'));
  assert.deepEqual([text.schema.basis, text.schema.columns.length, text.model.inputs], ['gatedWaves', 2, 6]);
  assert.deepEqual(inputRules(text), { basis: 'gatedWaves', featureLimit: 4 });
  assert.throws(() => decodeCharterText(textOf(1, numbers, 6, 'gatedWaves')), { path: 'schema.basis' });
  const narrow = { ...textOf(2, training, 6, 'gatedWaves'), model: { kind: 'logistic', inputs: 2 } };
  assert.throws(() => decodeCharterText(narrow), { path: 'model.inputs' });
});

test('[LR13] a state without moments is not moved adaptively, nor one with moments otherwise', () => {
  const texts = [numbers, { ...numbers, adaptive: { decay: 1, epsilon: 1 } }].map((training) =>
    decodeCharterText(textOf(2, { algorithm: 'fedSgd', ...training })),
  );
  const rules = texts.map((charter) => ({ charter, rounds: 3, d: 3, recordBound: 1_002, bound: 101_224 }));
  const settled = rules.map((each) =>
    nextState(each, startState(each.charter, new Uint8Array(32)), [50_000n, 1n, 1n], 3),
  );
  for (const [i, other] of [settled[1]!, settled[0]!].entries()) {
    assert.equal(nextState(rules[i]!, settled[i]!, [1n, 1n, 1n], 3).round, 2);
    assert.throws(() => nextState(rules[i]!, other, [1n, 1n, 1n], 3), { code: 'PARAMETER_COUNT' });
  }
});

test('[LR20] an algorithm that is not named, not known, or not that version’s is refused with the field', () => {
  const refused = (version: number, training: object, path: string): void =>
    assert.throws(
      () => decodeCharterText(textOf(version, training)),
      (error: unknown) => error instanceof CharterTextError && error.path === path,
      path,
    );
  refused(3, numbers, 'version');
  refused(1, { algorithm: 'fedSgd', ...numbers }, 'training.algorithm');
  refused(1, { ...numbers, local }, 'training.local');
  refused(2, numbers, 'training.algorithm');
  refused(2, { algorithm: 'fedMagic', ...numbers }, 'training.algorithm');
  refused(2, { algorithm: 'fedSgd', ...numbers, local }, 'training.local');
  refused(2, { algorithm: 'fedAvg', ...numbers }, 'training.local');
  for (const [field, wrong] of [
    ['passes', 0],
    ['batchSize', 0],
    ['learningRate', 0],
    ['momentum', 65_536],
    ['proximal', -1],
    ['passes', 1.5],
    ['surprise', 1],
  ] as const)
    refused(2, { algorithm: 'fedAvg', ...numbers, local: { ...local, [field]: wrong } }, `training.local.${field}`);
});

test('[LR20][LR7][LR13] runs of both algorithms, on gated waves and adaptive too, give the counts, constants and parameters of the reference', () => {
  const file = new URL('../../../../spec/vectors/strategies.json', import.meta.url);
  const { runs } = JSON.parse(readFileSync(file, 'utf8'));
  assert.equal(runs.length, 6);
  for (const run of runs) {
    const fields = ['clippingNorm', 'statisticsNorm', 'deviationFloor', 'momentum'] as const;
    const training = {
      ...(run.algorithm === 'fedAvg' && { local }),
      algorithm: run.algorithm,
      featureLimit: 4,
      learningRate: run.learningRate.map(Number),
      ...Object.fromEntries(fields.map((field) => [field, Number(run[field])])),
      ...(run.adaptive && { adaptive: { decay: Number(run.adaptive.decay), epsilon: Number(run.adaptive.epsilon) } }),
    };
    const charter = decodeCharterText(textOf(2, training, run.inputs, run.basis));
    const bounds = { d: run.d, recordBound: Number(run.recordBound), bound: Number(run.bound) };
    const rules = { charter, rounds: run.sums.length, ...bounds };
    assert.equal(String(strategyOf(charter).quantizedNorm(rules)), run.quantizedNorm);
    let state = startState(charter, new Uint8Array(32));
    for (const [round, sum] of run.sums.entries()) {
      state = nextState(rules, state, sum.map(BigInt), Number(run.updates[round]));
      const { recordCount, constants } = state.statistics!;
      assert.equal(String(recordCount), run.count);
      assert.deepEqual(Array.from(constants.mean, String), run.means);
      assert.deepEqual(Array.from(constants.deviation, String), run.deviations);
      if (round === 0) continue;
      const { parameters, velocity, moment } = run.states[round - 1];
      assert.deepEqual(Array.from(state.optimizer.model.parameters, String), parameters);
      assert.deepEqual(Array.from(state.optimizer.velocity, String), velocity);
      assert.deepEqual(state.optimizer.moment && Array.from(state.optimizer.moment, String), moment);
      assert.deepEqual(decodeRunState(encodeRunState(state)), state);
    }
  }
});

test('[LR21] members whose updates all say the same move the model by exactly that, however many they are', () => {
  const charter = decodeCharterText(textOf(2, { algorithm: 'fedAvg', ...numbers, local }));
  const rules = { charter, rounds: 2, d: 3, recordBound: 0, bound: 131_072 };
  const one = fedAvg.quantizedNorm(rules);
  for (const updates of [3, 6, 100]) {
    // The members' features have mean ½ and square ½; their updates are 1 in the weight and −½ in the bias.
    const start = startState(charter, new Uint8Array(32));
    const half = BigInt(Math.floor((updates * one) / 4));
    const settled = nextState(rules, start, [12_345n, half, half], updates);
    assert.equal(settled.statistics!.recordCount, updates);
    assert.ok(Math.abs(settled.statistics!.constants.mean[0]! - 32_768) <= 2);
    const sum = [BigInt(-updates * one), BigInt(Math.floor((updates * one) / 2)), 99n];
    const [weight, bias] = nextState(rules, settled, sum, updates).optimizer.model.parameters;
    assert.ok(Math.abs(weight! - 65_536) <= 2 && Math.abs(bias! + 32_768) <= 2, `${weight}, ${bias}`);
  }
});

test('[LR21] however noised, the statistics round of fedAvg cannot come out as nobody at all', () => {
  const charter = decodeCharterText(textOf(2, { algorithm: 'fedAvg', ...numbers, local }));
  const rules = { charter, rounds: 2, d: 3, recordBound: 0, bound: 131_072 };
  const start = startState(charter, new Uint8Array(32));
  assert.equal(nextState(rules, start, [-(10n ** 12n), 1n, 1n], 3).round, 1);
});

test('[DP13] bounds without room to round d coordinates give no step, for either algorithm', () => {
  assert.equal(memberBound({ bound: 1_024 + 500, d: 10_000 }), 500);
  assert.equal(memberBound({ bound: 1_024 + 499, d: 10_000 }), 0);
  assert.equal(fedSgd.quantizedNorm({ recordBound: 100, bound: 0, d: 10_000 }), 0);
  for (const training of [numbers, { algorithm: 'fedAvg', ...numbers, local }]) {
    const charter = decodeCharterText(textOf('local' in training ? 2 : 1, training));
    const rules = { charter, rounds: 2, d: 3, recordBound: 2, bound: 1_030 };
    const state = startState(charter, new Uint8Array(32));
    assert.throws(() => nextState(rules, state, [1n, 1n, 1n], 3), ModelError);
  }
});
