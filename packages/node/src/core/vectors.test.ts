import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCharterText, nextState, noiseSampler, quantizedNorm, startState } from '@concord/protocol';
import { parseCsv, readRecords } from '@concord/trainer';
import { smallText } from '../../../testing/src/charter.ts';
import { loadKernels } from '../adapters/kernels.ts';
import { nodeRandom } from '../adapters/platform.ts';
import { noiseVector, updateVector } from './vectors.ts';

const text = decodeCharterText(smallText);
const D = 7;
const aggregation = { d: D, recordBound: 1n << 14n, field: 64 } as const;
const rows = Array.from({ length: 30 }, (_, i) => `${Math.sin(i)},${i},${Math.cos(i)},${i % 2}`);
const records = readRecords(parseCsv(['a,b,c,y', ...rows, ''].join('\n')), text.schema);
const start = startState(text, new Uint8Array(32));
const breathe = async (): Promise<void> => undefined;
const vectorAt = (state: typeof start) => updateVector(records, state, text, aggregation, nodeRandom, breathe);

/** Real values of an integer sum: one unit is C / Δ′. */
const real = (sum: ArrayLike<number | bigint>, clip: number): number[] =>
  Array.from(sum, (value) => (Number(value) * clip) / quantizedNorm(1 << 14, D));

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
  const rules = { charter: text, rounds: 2, recordBound: 1 << 14, d: D };
  const state = nextState(rules, start, Array.from(statistics, BigInt));
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
