/** The numbers of a charter's text that a pilot chooses: how they are drawn, and what they are between two pilot points. [PL7] */
import type { DescentTraining } from '@concord/protocol';
import type { Random } from '@concord/trainer';

/** In the units of `training` in a charter's text: 2^-16, but for the feature limit. Laid over the text's own. */
export interface TrainingNumbers {
  readonly clippingNorm: number;
  readonly statisticsNorm: number;
  readonly deviationFloor: number;
  readonly featureLimit: number;
  readonly learningRate: readonly [first: number, last: number];
  readonly momentum: number;
  /** Of fedAvg: the member's own rate. Passes and batches stay as drafted. */
  readonly local?: { readonly learningRate: number };
}

/** How numbers are drawn, for people: a pilot says it beside its result. */
export const GRID =
  'clipping norm within a third and five times the draft’s, rate over 1 − momentum and local rate within a third and three times, the rate times (drafted rounds / rounds)^0 … 1; statistics norm .7 – 1.2, deviation floor .35 – 2.8, feature limit .7 – 1.4 times the draft’s; momentum of 0, .3, .5, .7, .8, .9; last rate 2, 1, .5 or .2 times the first';

const Q16 = 2 ** 16;
const MOST = 2 ** 31 - 1;
const MOMENTA = [0, 0.3, 0.5, 0.7, 0.8, 0.9] as const;
const ENDS = [2, 1, 0.5, 0.2] as const;

const whole = (value: number, least: number, most: number): number =>
  Math.max(least, Math.min(most, Math.round(value)));
/** What a text can say of it: three digits are more than anybody tunes. */
const limitOf = (value: number): number => Number(value.toPrecision(3));

export const numbersOf = ({
  clippingNorm,
  statisticsNorm,
  deviationFloor,
  featureLimit,
  learningRate,
  momentum,
  ...more
}: DescentTraining): TrainingNumbers => ({
  ...{ clippingNorm, statisticsNorm, deviationFloor, featureLimit, learningRate, momentum },
  ...('local' in more && { local: { learningRate: more.local.learningRate } }),
});

/** The training of a text with these numbers laid over it. */
export const trainingWith = (training: DescentTraining, { local, ...numbers }: TrainingNumbers): DescentTraining =>
  training.algorithm === 'fedAvg'
    ? { ...training, ...numbers, local: { ...training.local, ...local } }
    : { ...training, ...numbers };

/** With the learning rates multiplied: what fewer rounds ask for. */
export const faster = (numbers: TrainingNumbers, factor: number): TrainingNumbers => ({
  ...numbers,
  learningRate: [whole(numbers.learningRate[0] * factor, 1, MOST), whole(numbers.learningRate[1] * factor, 1, MOST)],
});

/** Numbers drawn around the draft's, for a run of `shorter` times fewer rounds (GRID). */
export function drawNumbers(draft: TrainingNumbers, shorter: number, random: Random): TrainingNumbers {
  const within = (low: number, high: number): number => low * (high / low) ** random.uniform();
  const momentum = MOMENTA[random.integer(MOMENTA.length)]!;
  const end = ENDS[random.integer(ENDS.length)]!;
  const travel = (draft.learningRate[0] / (1 - draft.momentum / Q16)) * within(1 / 3, 3) * shorter ** random.uniform();
  const first = travel * (1 - momentum);
  return {
    clippingNorm: whole(draft.clippingNorm * within(1 / 3, 5), 1, MOST),
    statisticsNorm: whole(draft.statisticsNorm * within(0.7, 1.2), 1, MOST),
    deviationFloor: whole(draft.deviationFloor * within(0.35, 2.8), 1, Q16),
    featureLimit: limitOf(draft.featureLimit * within(0.7, 1.4)),
    learningRate: [whole(first, 1, MOST), whole(first * end, 1, MOST)],
    momentum: whole(momentum * Q16, 0, Q16 - 1),
    ...(draft.local && { local: { learningRate: whole(draft.local.learningRate * within(1 / 3, 3), 1, MOST) } }),
  };
}

/**
 * Numbers a part `share` (0 … 1) of the way from one to another: all of them in log space, the rates over 1 − momentum, for
 * that is how far they carry; momentum itself as log(1 − momentum).
 */
export function between(a: TrainingNumbers, b: TrainingNumbers, share: number): TrainingNumbers {
  const mix = (x: number, y: number): number => x ** (1 - share) * y ** share;
  const rest = ({ momentum }: TrainingNumbers): number => 1 - momentum / Q16;
  const held = mix(rest(a), rest(b));
  const rate = (i: 0 | 1): number =>
    whole(held * mix(Math.max(1, a.learningRate[i]) / rest(a), Math.max(1, b.learningRate[i]) / rest(b)), 1, MOST);
  return {
    clippingNorm: whole(mix(a.clippingNorm, b.clippingNorm), 1, MOST),
    statisticsNorm: whole(mix(a.statisticsNorm, b.statisticsNorm), 1, MOST),
    deviationFloor: whole(mix(a.deviationFloor, b.deviationFloor), 1, Q16),
    featureLimit: limitOf(mix(a.featureLimit, b.featureLimit)),
    learningRate: [rate(0), rate(1)],
    momentum: whole((1 - held) * Q16, 0, Q16 - 1),
    ...(a.local &&
      b.local && { local: { learningRate: whole(mix(a.local.learningRate, b.local.learningRate), 1, MOST) } }),
  };
}
