import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadKernels } from '../../../node/src/adapters/kernels.ts';
import { nodePlatform, nodeRandom } from '../../../node/src/adapters/platform.ts';
import { type CalibrationProgress, calibrate } from './calibrate.ts';
import { lineThrough, timed } from './timing.ts';

/** A clock that goes on by so many milliseconds whenever it is looked at. */
const ticking = (step: number): (() => number) => {
  let now = 0;
  return () => (now += step);
};

describe('[PL3] calibration', () => {
  test('a timing is the median of its runs, told per run, with the spread of the middle half', () => {
    let [now, run] = [0, 0];
    // Slow before it is warm, then 10 to 13 ms, once half a second.
    const work = (): void => {
      now += run < 5 ? 60 : run === 20 ? 500 : 10 + (run % 4);
      run += 1;
    };
    const { median, spread } = timed(work, 900, () => now);
    assert.ok(median >= 0.011 && median <= 0.012, `${median}`);
    assert.ok(spread < 0.1, 'one slow run does not count');
  });
  test('a line goes through its two sizes, and no part of it is below zero', () => {
    assert.deepEqual(lineThrough([10, 3], [20, 5]), { fixed: 1, each: 0.2 });
    assert.deepEqual(lineThrough([10, 3], [20, 2]), { fixed: 3, each: 0 });
    assert.deepEqual(lineThrough([10, 1], [20, 5]), { fixed: 0, each: 0.4 });
  });
  test('every kernel that a node uses is run and told about, by the clock that is passed in', async () => {
    const told: CalibrationProgress[] = [];
    const components = { platform: nodePlatform, kernels: loadKernels() };
    const found = await calibrate(
      { now: ticking(40), components, random: nodeRandom, processor: 'a name' },
      (progress) => told.push(progress),
    );
    assert.equal(found.processor, 'a name');
    assert.equal(found.version, 1);
    const names = [
      'gradient',
      'quantize',
      'make',
      'noise',
      'decode',
      'check',
      'checkPublic',
      'decide',
      'query',
      'aggregate',
      'open',
    ];
    assert.deepEqual(Object.keys(found.kernels).toSorted(), names.toSorted());
    // With a clock that goes by looks every run takes one step, whatever it computes: no machine is in it.
    for (const name of names) assert.equal(Object.values(found.kernels[name as 'make']).every(Number.isFinite), true);
    assert.equal(found.sign, 0.04);
    assert.equal(found.recover, 0.04);
    assert.equal(told.length, told.at(-1)!.of + 1);
    assert.deepEqual(
      told.map(({ done }) => done),
      told.map((_, i) => i),
    );
  });
});
