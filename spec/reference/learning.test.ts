import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { adaptiveVector } from './adaptive.ts';
import { inferenceVectors } from './inference.ts';
import { strategyVectors } from './strategies.ts';
import { treesVectors } from './trees.ts';
import { updateVector } from './update.ts';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));

test('[IN4] inference.json is what the reference makes', () => {
  assert.deepEqual(read('inference'), { cases: inferenceVectors() });
});

test('[LR4] update.json is what the reference makes', () => {
  assert.deepEqual(read('update'), updateVector());
});

test('[LR13] adaptive.json is what the reference makes', () => {
  assert.deepEqual(read('adaptive'), adaptiveVector());
});

test('[LR20] strategies.json is what the reference makes', () => {
  assert.deepEqual(read('strategies'), strategyVectors());
});

test('[LR35] trees.json is what the reference makes', () => {
  assert.deepEqual(read('trees'), treesVectors());
});
