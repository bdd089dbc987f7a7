import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeCharterText,
  encodeRunState,
  fedAvg,
  type FedAvgTraining,
  fedSgd,
  nextState,
  noiseSampler,
  startState,
  toFixed,
  treeHistograms,
  treePlan,
} from '@concord/protocol';
import { logistic, parseCsv, readRecords, realParameters, trainLocally } from '@concord/trainer';
import { averagingText, smallText, treesText } from '../../../testing/src/charter.ts';
import { loadKernels } from '../adapters/kernels.ts';
import { nodeRandom } from '../adapters/platform.ts';
import { localOptions, noiseVector, standardized, updateVector } from './vectors.ts';

const text = decodeCharterText(smallText);
const D = 7;
const aggregation = { d: D, recordBound: 1n << 14n, bound: 1n << 17n, field: 64 } as const;
const bounds = { d: D, recordBound: 1 << 14, bound: 1 << 17 };
const rows = Array.from({ length: 30 }, (_, i) => `${Math.sin(i)},${i},${Math.cos(i)},${i % 2}`);
const records = readRecords(parseCsv(['a,b,c,y', ...rows, ''].join('\n')), text.schema);
const start = startState(text, new Uint8Array(32));
const breathe = async (): Promise<void> => undefined;
const vectorAt = (state: typeof start) =>
  updateVector({ records, text, aggregation, random: nodeRandom, breathe }, state);

/** Real values of an integer sum: one unit is C / Δ′. */
const real = (sum: ArrayLike<number | bigint>, clip: number): number[] =>
  Array.from(sum, (value) => (Number(value) * clip) / fedSgd.quantizedNorm(bounds));

test('[RD12] round 0 sums each record’s count, moments and squares, clipped to the text’s norm', async () => {
  const sum = real(await vectorAt(start), 1);
  const exact = new Float64Array(D);
  for (let row = 0; row < records.count; row++) {
    const x = records.features.subarray(3 * row, 3 * row + 3);
    const vector = [1, ...x, ...x.map((each) => each * each)];
    const norm = Math.max(1, Math.hypot(...vector));
    for (const [i, value] of vector.entries()) exact[i]! += value / norm;
  }
  // Stochastic rounding moves each of 30 records by less than one unit, 2^-14, in each coordinate.
  for (const [i, value] of sum.entries()) assert.ok(Math.abs(value - exact[i]!) < 30 / 16_000, `coordinate ${i}`);
});

test('[DP12] later rounds sum clipped gradients: all records together stay within Δ each', async () => {
  const statistics = await vectorAt(start);
  const rules = { charter: text, rounds: 2, ...bounds };
  const state = nextState(rules, start, Array.from(statistics, BigInt), 1);
  const sum = await vectorAt(state);
  assert.equal(sum.length, D);
  assert.deepEqual([...sum.slice(4)], [0n, 0n, 0n]);
  assert.ok(sum.some((value) => value !== 0n));
  assert.ok(Math.hypot(...Array.from(sum, Number)) <= records.count * (1 << 14));
});

test('[CH3] gradients without the constants of the statistics round are refused', async () => {
  await assert.rejects(vectorAt({ ...start, round: 1 }), RangeError);
});

test('[DP3] noise has the charter’s sigma and fresh values in every coordinate', () => {
  const sigma = 1_000n;
  const d = 20_000;
  const noise = Array.from(noiseVector(noiseSampler(sigma), { d, field: 64 }, nodeRandom, loadKernels()), Number);
  const mean = noise.reduce((sum, value) => sum + value, 0) / d;
  const variance = noise.reduce((sum, value) => sum + (value - mean) ** 2, 0) / d;
  // Six standard deviations of the mean (σ/√d) and of the variance (σ²·√(2/d)).
  assert.ok(Math.abs(mean) < 6 * (1_000 / Math.sqrt(d)), `mean ${mean}`);
  assert.ok(Math.abs(variance / 1e6 - 1) < 6 * Math.sqrt(2 / d), `variance ${variance}`);
});

const averaging = decodeCharterText(averagingText);
/** What a member puts into a round of fedAvg; as float64, in units of its clipping norm. */
const averagingAt = async (state: typeof start, trained?: Float64Array): Promise<number[]> => {
  const contributor = {
    records,
    text: averaging,
    aggregation,
    random: nodeRandom,
    breathe,
    ...(trained && { trained }),
  };
  const vector = Array.from(await updateVector(contributor, state), Number);
  assert.ok(Math.hypot(...vector) <= Number(aggregation.bound) - 1024);
  return vector.map((value) => value / fedAvg.quantizedNorm(bounds));
};
const averaged = async () => {
  const begin = startState(averaging, new Uint8Array(32));
  const { constants } = nextState(
    { charter: averaging, rounds: 2, ...bounds },
    begin,
    Array<bigint>(7).fill(60_000n),
    3,
  ).statistics!;
  const optimizer = {
    ...begin.optimizer,
    model: { ...begin.optimizer.model, parameters: Int32Array.of(0, 65_536, -32_768, 7) },
  };
  return { round: 1, optimizer, statistics: { recordCount: 3, constants } };
};

test('[LR21] round 0 of fedAvg is one mean vector of the member, whatever the number of its records', async () => {
  const vector = await averagingAt(startState(averaging, new Uint8Array(32)));
  const mean = [0, 1, 2].map((j) => records.features.filter((_, i) => i % 3 === j).reduce((sum, x) => sum + x / 30, 0));
  const squares = [0, 1, 2].map((j) =>
    records.features.filter((_, i) => i % 3 === j).reduce((sum, x) => sum + x ** 2 / 30, 0),
  );
  const exact = [0, ...mean, ...squares];
  const shrunk = Math.max(1, Math.hypot(...exact));
  for (const [i, value] of vector.entries()) assert.ok(Math.abs(value - exact[i]! / shrunk) < 1e-4, `coordinate ${i}`);
});

test('[LR21] later rounds send how far local training went, turned around, clipped to the text’s norm', async () => {
  const state = await averaged();
  const begin = realParameters(state.optimizer.model.parameters);
  const standard = standardized(records, state, averaging);
  const trained = await trainLocally(
    logistic(3),
    begin,
    standard,
    localOptions(averaging.training as FedAvgTraining, state),
    breathe,
  );
  const way = Array.from(begin, (value, i) => value - trained[i]!);
  assert.ok(Math.hypot(...way) < 1, 'this test is about an update that is not clipped');
  const vector = await averagingAt(state);
  for (const [i, value] of vector.entries()) assert.ok(Math.abs(value - (way[i] ?? 0)) < 1e-4, `coordinate ${i}`);
  assert.deepEqual(vector.slice(4), [0, 0, 0]);
});

test('[LR22] whatever a program trained, the bound holds: by direction if it is finite, not at all if it is not', async () => {
  const state = await averaged();
  const begin = realParameters(state.optimizer.model.parameters);
  for (const size of [1e-300, 1e-3, 1e30, 1e150]) {
    const vector = await averagingAt(
      state,
      begin.map((value, i) => value - (i === 1 ? size : 0)),
    );
    const sent = Math.min(1, Math.abs(begin[1]! - (begin[1]! - size)));
    assert.ok(Math.abs(vector[1]! - sent) < 1e-4, `${size}: ${vector[1]}`);
  }
  for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, 1e308])
    await assert.rejects(averagingAt(state, new Float64Array(4).fill(odd)), { code: 'PRIVACY_RANGE' });
});

test('[LR22] rows that a program computed are clipped one by one, as our own are', async () => {
  const { optimizer, statistics } = await averaged();
  const state = { round: 1, optimizer, statistics };
  const contributor = { records, text, aggregation, random: nodeRandom, breathe };
  const rows = new Float64Array(records.count * 4);
  rows.fill(1e12, 0, 4);
  rows.fill(Number.NaN, 4, 8);
  const sum = Array.from(await updateVector({ ...contributor, trained: rows }, state), Number);
  assert.ok(Math.hypot(...sum) <= 1 << 14);
  assert.ok(sum[0]! > 0.49 * (1 << 14));
});

const growing = decodeCharterText(treesText);
const plan = treePlan(growing)!;
const ground = { d: plan.length, recordBound: 1n << 14n, bound: 1n << 17n };

test('[LR31] trees see a column’s bounded value in Q16, not standardised, and its histograms draw nothing', async () => {
  const state = startState(growing, new Uint8Array(32));
  const place = { model: state.optimizer.model, round: 0, recordBound: 1 << 14, d: plan.length };
  const exact = treeHistograms(plan, place, { ...records, features: toFixed(records.features) });
  const random = (): never => assert.fail('nothing is rounded, so nothing is drawn');
  for (const field of [32, 64] as const) {
    const vector = await updateVector(
      { records, text: growing, aggregation: { ...ground, field }, random, breathe },
      state,
    );
    assert.equal(vector instanceof Int32Array, field === 32);
    assert.deepEqual(Array.from(vector, Number), [...exact]);
  }
  assert.ok(exact.some((value) => value !== 0));
});

test('[LR35] members that add up histograms grow, to the bit, what one owner of all their records grows', async () => {
  const parts = [rows.slice(0, 7), rows.slice(7, 20), rows.slice(20)].map((some) =>
    readRecords(parseCsv(['a,b,c,y', ...some, ''].join('\n')), growing.schema),
  );
  const grown = async (owners: readonly (typeof records)[]): Promise<Uint8Array> => {
    let state = startState(growing, new Uint8Array(32));
    while (state.round < plan.rounds) {
      const sum = Array<bigint>(plan.length).fill(0n);
      for (const owned of owners) {
        const vector = await updateVector(
          { records: owned, text: growing, aggregation: { ...ground, field: 64 }, random: nodeRandom, breathe },
          state,
        );
        for (const [i, value] of vector.entries()) sum[i]! += BigInt(value);
      }
      state = nextState(
        { charter: growing, rounds: plan.rounds, d: plan.length, recordBound: 1 << 14, bound: 0 },
        state,
        sum,
        owners.length,
      );
    }
    assert.ok(state.optimizer.model.parameters.filter((value) => value !== 0).length > 8);
    return encodeRunState(state);
  };
  assert.deepEqual(await grown(parts), await grown([records]));
});
