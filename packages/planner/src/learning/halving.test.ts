import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@concord/trainer';
import { halve, ranked, runsOf, stagesOf } from './halving.ts';
import { drawNumbers, type TrainingNumbers } from './numbers.ts';

const drafted: TrainingNumbers = {
  ...{ clippingNorm: 65_536, statisticsNorm: 131_072, deviationFloor: 4_096, featureLimit: 3 },
  ...{ learningRate: [65_536, 65_536] as const, momentum: 0 },
};
const random = seededRandom(5);
const others = Array.from({ length: 46 }, () => drawNumbers(drafted, 1, random));
/** Best at a clipping norm of twice the draft's, however noised a run is: 0 there, less elsewhere. */
const truth = ({ clippingNorm }: TrainingNumbers): number => -Math.abs(Math.log(clippingNorm / 131_072));
const chance = (run: number): number => 0.3 * seededRandom(run).normal();

test('[PL7] halving finds numbers near the best, spends the runs that it says, and keeps known ones to the end', async () => {
  const stages = stagesOf(48, 2);
  let told = 0;
  const { left, short } = await halve([drafted], others, stages, {
    play: (numbers, run) => truth(numbers) + chance(run),
    tell: async (runs) => {
      told += runs;
    },
    late: () => false,
  });
  assert.ok(!short && told === runsOf(stages) - stages[0]!.runs, `${told}`);
  assert.ok(truth(left[0]!.numbers) > -0.05);
  assert.equal(left.length, stages.at(-1)!.trials);
  assert.ok(left.some(({ numbers }) => numbers === drafted));
  assert.ok(left.every(({ scores }) => scores.length === stages.at(-1)!.runs));
});

test('[PL7] without time every number has one run, and of equals the steadier is better', async () => {
  const { left, short } = await halve([drafted], others, stagesOf(48, 2), {
    play: truth,
    tell: async () => undefined,
    late: () => true,
  });
  assert.ok(short && left.every(({ scores }) => scores.length === 1));
  const [steady, wild] = [
    { numbers: drafted, scores: [0.5, 0.5, 0.5] },
    { numbers: drafted, scores: [0.1, 0.5, 0.9] },
  ];
  assert.equal(ranked([wild, steady])[0], steady);
});
