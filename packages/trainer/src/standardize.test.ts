import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Records } from './schema.ts';
import { standardize, writeStatistics } from './standardize.ts';

const PLAIN = { basis: 'plain', featureLimit: 5 } as const;

const records: Records = {
  count: 2,
  width: 2,
  features: Float64Array.of(0.5, -1, 0.25, 0),
  labels: Uint8Array.of(0, 1),
};

test('[LR7] a record adds a one, its features and their squares', () => {
  const out = new Float64Array(5);
  const norm = writeStatistics(records, 0, 10, out);
  assert.deepEqual([...out], [1, 0.5, -1, 0.25, 1]);
  assert.ok(Math.abs(norm - Math.sqrt(1 + 0.25 + 1 + 0.0625 + 1)) < 1e-15);
});

test('[LR7] no record adds more than the clipping norm, and clipping keeps its ratios', () => {
  const out = new Float64Array(5);
  writeStatistics(records, 0, 0.5, out);
  assert.ok(Math.abs(Math.hypot(...out) - 0.5) < 1e-15);
  assert.ok(Math.abs(out[1]! / out[0]! - 0.5) < 1e-15);
});

test('[LR7] standardised features are centred, scaled and cut at the limit', () => {
  const constants = { mean: Int32Array.of(16384, 0), deviation: Int32Array.of(8192, 1024) };
  const { features } = standardize(records, constants, PLAIN);
  assert.deepEqual([...features], [2, -5, 0, 0]);
  assert.throws(() => standardize(records, { mean: Int32Array.of(0), deviation: Int32Array.of(1) }, PLAIN), {
    code: 'WIDTH',
  });
});

test('[LR7] on gated waves an absent column is exactly 0 in its waves, and only there', () => {
  const constants = { mean: Int32Array.of(32768, 16384, -16384), deviation: Int32Array.of(32768, 8192, 8192) };
  const two: Records = {
    count: 2,
    width: 3,
    features: Float64Array.of(1, 0, -1, 0, 0, 0),
    labels: Uint8Array.of(0, 1),
  };
  const { features } = standardize(two, constants, { basis: 'gatedWaves', featureLimit: 5 });
  assert.deepEqual([...features], [1, -2, -5, -1, 0, 0]);
  const ungated = standardize(two, constants, { basis: 'waves', featureLimit: 5 }).features;
  assert.deepEqual([...ungated], [1, -2, -5, -1, -2, 2]);
});
