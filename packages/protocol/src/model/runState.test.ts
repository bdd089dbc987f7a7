import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { CharterText } from '../charterText.ts';
import { fedSgd } from '../strategies/fedSgd.ts';
import { encodeModel, ModelError, modelHash } from './model.ts';
import {
  decodeRunState,
  encodeRunState,
  nextState,
  type RoundRules,
  type RunState,
  runStateHash,
  startState,
  stateParts,
  taskOf,
} from './runState.ts';

const charter: CharterText = {
  version: 1,
  name: 'test',
  purpose: 'test',
  metric: 'test',
  schema: { columns: [{ name: 'a', transform: 'identity', bound: 1 }], label: 'y', blank: 'refuse', basis: 'plain' },
  model: { kind: 'logistic', inputs: 1 },
  training: {
    clippingNorm: 65536,
    statisticsNorm: 131072,
    deviationFloor: 64,
    featureLimit: 4,
    learningRate: [131072, 65536],
    momentum: 0,
  },
  clauses: [{ id: 'CH1', sentence: 'test', enforcedBy: 'test' }],
} as CharterText;
const rules: RoundRules = { charter, rounds: 3, recordBound: 1002, bound: 101_224, d: 3 };
const start = startState(charter, new Uint8Array(32));

/** 100 records of x = ½, unclipped: 1 becomes Δ′ / 2 = 500 units. */
const statistics = [50_000n, 25_000n, 12_500n];
const settled: RunState = nextState(rules, start, statistics, 2);

test('[LR10] round 0 turns sums into a record count and constants, and leaves the model alone', () => {
  assert.equal(fedSgd.quantizedNorm(rules), 1000);
  assert.deepEqual([taskOf(0), taskOf(1)], ['statistics', 'training']);
  assert.equal(settled.round, 1);
  assert.equal(settled.statistics?.recordCount, 100);
  assert.deepEqual([...settled.statistics!.constants.mean], [32768]);
  assert.deepEqual([...settled.statistics!.constants.deviation], [64]);
  assert.deepEqual(settled.optimizer, start.optimizer);
});

test('[LR10] later rounds step by the learning rate of their round, and noise beyond the parameters moves nothing', () => {
  // A mean gradient of ½ in the weight: 100 records · 1000 units · ½.
  const first = nextState(rules, settled, [50_000n, 0n, 7n], 2);
  assert.ok(Math.abs(first.optimizer.model.parameters[0]! + 65536) <= 1);
  const second = nextState(rules, first, [50_000n, 0n, -7n], 2);
  const moved = second.optimizer.model.parameters[0]! - first.optimizer.model.parameters[0]!;
  assert.ok(Math.abs(moved + 32768) <= 1);
  assert.deepEqual([second.round, second.optimizer.model.parameters[1]], [3, 0]);
  assert.throws(() => nextState(rules, settled, [0n, 0n], 2), { code: 'PARAMETER_COUNT' });
  assert.throws(() => nextState(rules, start, [0n, 0n, 0n], 2), { code: 'SHAPE' });
});

test('[LR10] a state has one encoding, and everything else is refused', () => {
  for (const state of [start, settled, nextState(rules, settled, [50_000n, -3n, 0n], 2)]) {
    const bytes = encodeRunState(state);
    assert.deepEqual(decodeRunState(bytes), state);
    for (let cut = 0; cut < bytes.length; cut++)
      assert.throws(() => decodeRunState(bytes.slice(0, cut)), ModelError, `cut at ${cut}`);
    assert.throws(() => decodeRunState(Uint8Array.of(...bytes, 0)), ModelError);
  }
  const unsettled = encodeRunState(start);
  unsettled[0] = 1;
  assert.throws(() => decodeRunState(unsettled), { code: 'HEADER' });
  const { mean, deviation } = settled.statistics!.constants;
  const constants = { mean, deviation: deviation.map((each, i) => (i === 0 ? 0 : each)) };
  const flat = { ...settled, statistics: { ...settled.statistics!, constants } };
  assert.throws(() => decodeRunState(encodeRunState(flat)), { code: 'SHAPE' });
});

test('[LR10] the hash on chain follows from the model and two other hashes', () => {
  const { modelHash: model, velocityHash, constantsHash } = stateParts(settled);
  assert.deepEqual(model, modelHash(settled.optimizer.model));
  assert.deepEqual(model, new Uint8Array(createHash('sha256').update(encodeModel(settled.optimizer.model)).digest()));
  const tag = 'concord/v1/run-state';
  const bytes = Buffer.concat([
    Buffer.of(tag.length),
    Buffer.from(tag),
    Buffer.of(0, 0, 0, 1),
    model,
    velocityHash,
    constantsHash,
  ]);
  assert.deepEqual(runStateHash(settled), new Uint8Array(createHash('sha256').update(bytes).digest()));
  assert.notDeepEqual(runStateHash(settled), runStateHash({ ...settled, round: 2 }));
});
