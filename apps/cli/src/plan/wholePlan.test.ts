import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Calibration, Pilot, PilotPoint } from '@concord/planner';
import { isCalibration, isPilot } from './wholePlan.ts';

const plane = { fixed: 0, perCoordinate: 1e-9, perShare: 0, perBoth: 0, spread: 0.1 };
const calibration: Calibration = {
  ...{ version: 1, processor: 'of no machine', seconds: 2, sign: 1e-4, recover: 1e-3, hashByte: 1e-9 },
  kernels: {
    ...{ gradient: plane, quantize: plane, make: plane, noise: plane, decode: plane, check: plane },
    ...{ checkPublic: plane, decide: plane, query: plane, aggregate: plane, open: plane },
  },
};
const point: PilotPoint = {
  ...{ trainingRounds: 4, epsilon: 4, multiplier: 2.5 },
  training: {
    ...{ clippingNorm: 1, statisticsNorm: 1, deviationFloor: 1, featureLimit: 4, momentum: 0 },
    learningRate: [1, 0],
  },
  runs: [{ fold: 0, seed: 1, scores: { accuracy: 0.5, auc: 0.6, recallAt1PercentFalseAlarms: 0 } }],
};
const pilot: Pilot = {
  ...{ version: 1, origin: 'own', records: { used: 20, declared: 60 }, metric: 'auc', seed: 1, folds: 5 },
  ...{ grid: 'a grid', points: [point], drafted: point, leftOut: ['a thing'], warning: 'a warning' },
};

/** The same as a file has it, with something else in one place. */
const changed = (value: object, from: RegExp, to: string): unknown => {
  const text = JSON.stringify(value);
  assert.match(text, from);
  return JSON.parse(text.replace(from, to));
};

test('[PL10] of an earlier plan only what is whole is used again: each number is one, and of a size to plan with', () => {
  assert.ok(isCalibration(JSON.parse(JSON.stringify(calibration))));
  assert.ok(isPilot(JSON.parse(JSON.stringify(pilot))));
  for (const [from, to] of [
    [/"fixed":0/, '"fixed":1e999'],
    [/"sign":[^,]+/, '"sign":-1'],
    [/"open":\{/, '"opened":{'],
    [/"processor":"[^"]+"/, '"processor":{}'],
  ] as const)
    assert.equal(isCalibration(changed(calibration, from, to)), false, to);
  for (const [from, to] of [
    [/"trainingRounds":4/, '"trainingRounds":1e9'],
    [/"multiplier":2.5/, '"multiplier":null'],
    [/"auc":0.6/, '"auc":"<b>1</b>"'],
    [/"learningRate":\[1,0\]/, '"learningRate":[]'],
    [/"fold":0/, '"fold":5'],
    [/"folds":5/, '"folds":1e12'],
    [/"points":\[.*?\]\}\]/, '"points":[null]'],
    [/"points":\[.*?\]\}\]/, '"points":[]'],
    [/"leftOut":\["a thing"\]/, '"leftOut":[{}]'],
    [/"metric":"auc"/, '"metric":"f1"'],
  ] as const)
    assert.equal(isPilot(changed(pilot, from, to)), false, to);
  for (const nothing of [undefined, null, 7, 'plan', []]) assert.ok(!isCalibration(nothing) && !isPilot(nothing));
});
