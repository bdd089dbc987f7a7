/**
 * Privacy loss accounting of the Poisson-subsampled Gaussian: δ(ε) of many steps from the n-fold convolution of one step's
 * loss distribution, for both directions of add/remove neighbours, as an upper bound.
 *
 * The convolution is a Fourier transform of the exponentially tilted distribution: tilting moves the mean of the sum to
 * the ε in question, so that rounding errors are relative to δ there, not to 1, and a short window holds all that matters.
 */
import { forward, inverse, twiddles } from './fft.ts';
import { type Direction, discretizeLoss, type LossDistribution } from './lossDistribution.ts';
import { requireRange } from './range.ts';
import { rdpEpsilon } from './rdp.ts';
import { checkDelta, checkMechanism, logMoment, privacyLoss, type SampledGaussian } from './sampledGaussian.ts';

/** Points of the window: the pessimism of the grid is then below 3e-4 of ε on every reference row, mostly below 1e-6. */
const POINTS = 1 << 19;
/** −ln of the tilted probability that is left outside of the window at either end. */
const TAIL = 40;
/** Steps above which the rounding of one step's total mass, to the power of steps, would show. */
const MAX_STEPS = 1e7;

type Cumulant = (tilt: number) => number;

/** ln E[e^(tilt·loss)] of one step. */
const cumulant =
  ({ samplingRate: q, noiseMultiplier: sigma }: SampledGaussian, direction: Direction): Cumulant =>
  (tilt) =>
    logMoment(q, sigma, direction === 'remove' ? tilt + 1 : -tilt);

/** Largest tilt that is tried: moments of higher order take ever longer to compute and gain next to nothing. */
const maxTilt = (sigma: number): number => 4096 * sigma * Math.min(1, sigma);

/** The tilt ≥ 0 (a power of √2, or 0) that minimizes Chernoff's bound on P[loss of n steps > epsilon]. */
function bestTilt(k: Cumulant, n: number, epsilon: number, limit: number): number {
  let [best, bound] = [0, 0];
  for (let tilt = 2 ** -10; tilt <= Math.min(1024, limit); tilt *= Math.SQRT2) {
    const value = n * k(tilt) - tilt * epsilon;
    if (value < bound) [best, bound] = [tilt, value];
    else if (value > bound + 1) break;
  }
  return best;
}

/** Chernoff's bound on how far the tilted n-fold sum reaches up (sign 1) or down (−1), and the extra tilt that gives it. */
function reach(k: Cumulant, n: number, tilt: number, limit: number, sign: 1 | -1) {
  const base = k(tilt);
  let best = { end: Number.POSITIVE_INFINITY, extra: 0 };
  for (let extra = 2 ** -24; extra <= limit; extra *= 2) {
    const end = (n * (k(tilt + sign * extra) - base) + TAIL) / extra;
    if (end > best.end - 0.002 * Math.abs(best.end)) break;
    best = { end, extra };
  }
  return { end: sign * best.end, extra: best.extra };
}

/** ln Σ mass·e^(tilt·loss) of a discretized step. */
function discreteCumulant({ mass, first, step }: LossDistribution, tilt: number): number {
  const anchor = tilt * step * (first + mass.length - 1);
  let sum = 0;
  for (let i = 0; i < mass.length; i++) sum += mass[i]! * Math.exp(tilt * step * (first + i) - anchor);
  return anchor + Math.log(sum);
}

/** The n-fold sum in a window: tilted[i] = P[sum = (first + i)·step]·e^(tilt·loss − logScale). */
interface Composed {
  readonly tilted: Float64Array;
  readonly first: number;
  readonly step: number;
  readonly tilt: number;
  readonly logScale: number;
  /** Probability that lies above the window or is infinite. */
  readonly above: number;
}

function compose(run: SampledGaussian, direction: Direction, epsilon: number, rest: number): Composed {
  const { samplingRate: q, noiseMultiplier: sigma, steps: n } = run;
  const k = cumulant(run, direction);
  const tilt = bestTilt(k, n, epsilon, maxTilt(sigma));
  const [down, up] = [reach(k, n, tilt, maxTilt(sigma), -1), reach(k, n, tilt, maxTilt(sigma), 1)];
  // Outcomes so rare that n of them together weigh less than a billionth of `rest` are infinite losses.
  const spread = Math.sqrt(2 * Math.log((1e9 * n) / rest));
  // The margin absorbs what the grid adds to the variance.
  const window = 1.01 * (up.end - down.end);
  const range = privacyLoss(q, sigma, 1 + spread * sigma) - privacyLoss(q, sigma, -spread * sigma);
  const step = Math.max(window / (POINTS - 4), range / (2 * POINTS));
  const one = discretizeLoss(q, sigma, direction, step, spread);
  const first = Math.floor((down.end - 0.005 * (up.end - down.end)) / step);

  const base = discreteCumulant(one, tilt);
  const re = new Float64Array(POINTS);
  const im = new Float64Array(POINTS);
  for (let i = 0; i < one.mass.length; i++) {
    const slot = (one.first + i) & (POINTS - 1);
    re[slot]! += one.mass[i]! * Math.exp(tilt * step * (one.first + i) - base);
  }
  const table = twiddles(POINTS);
  forward(re, im, table);
  for (let i = 0; i < POINTS; i++) {
    const size = Math.hypot(re[i]!, im[i]!) ** n;
    const angle = n * Math.atan2(im[i]!, re[i]!);
    re[i] = size * Math.cos(angle);
    im[i] = size * Math.sin(angle);
  }
  inverse(re, im, table);
  const tilted = new Float64Array(POINTS);
  // A negative probability is a rounding error.
  for (let i = 0; i < POINTS; i++) tilted[i] = Math.max(0, re[(first + i) & (POINTS - 1)]!);

  // Mass beyond the top has wrapped to the bottom, where it no longer counts in full: charge it again, as infinite.
  const tail = n * discreteCumulant(one, tilt + up.extra) - (tilt + up.extra) * (first + POINTS) * step;
  return { tilted, first, step, tilt, logScale: n * base, above: n * one.infinite + Math.exp(tail) };
}

/**
 * Goes down from the top of the window to the first grid point that is at or below `floor` or where δ exceeds `target`.
 * δ(ε) = mass − e^(ε−at)·discounted for ε in [at, at + step].
 */
function descend({ tilted, first, step, tilt, logScale, above }: Composed, floor: number, target: number) {
  const decay = Math.exp(-step);
  let mass = above;
  let discounted = 0;
  for (let i = POINTS - 1; i >= 0; i--) {
    const loss = (first + i) * step;
    // Here mass and discounted count everything above `loss`.
    if (mass - discounted > target || loss <= floor) return { at: loss, mass, discounted, found: true };
    const p = tilted[i]! * Math.exp(logScale - tilt * loss);
    mass += p;
    discounted = (discounted + p) * decay;
  }
  return { at: (first - 1) * step, mass, discounted, found: false };
}

function checkRun(run: SampledGaussian): void {
  checkMechanism(run);
  requireRange(run.steps <= MAX_STEPS, 'steps', run.steps, `at most ${MAX_STEPS} for privacy loss accounting`);
}

function finite(parameter: string, value: number): number {
  requireRange(Number.isFinite(value), parameter, value, 'finite: more noise, or fewer steps');
  return value;
}

/**
 * [DP9] δ at ε of the composed mechanism in one direction: an upper bound, at most 1.
 * @throws PrivacyRangeError outside the ranges of `checkMechanism`, steps ≤ 1e7, 0 ≤ ε ≤ 1e6.
 */
export function directedDelta(run: SampledGaussian & { readonly epsilon: number }, direction: Direction): number {
  checkRun(run);
  const { epsilon } = run;
  requireRange(epsilon >= 0 && epsilon <= 1e6, 'epsilon', epsilon, 'in [0, 1e6]');
  const { at, mass, discounted } = descend(compose(run, direction, epsilon, 1e-12), epsilon, Number.POSITIVE_INFINITY);
  return Math.min(1, Math.max(0, finite('delta', mass - Math.exp(epsilon - at) * discounted)));
}

/** [DP9] δ at ε under add/remove neighbours: the larger of the two directions. Ranges as `directedDelta`. */
export const pldDelta = (run: SampledGaussian & { readonly epsilon: number }): number =>
  Math.max(directedDelta(run, 'remove'), directedDelta(run, 'add'));

function directedEpsilon(
  run: SampledGaussian & { readonly delta: number },
  direction: Direction,
  guess: number,
): number {
  // A guess far above the answer puts the window above it; tilting to 0 then keeps all of the distribution.
  for (const aim of [guess, 0]) {
    const { at, mass, discounted, found } = descend(compose(run, direction, aim, run.delta), 0, run.delta);
    if (!found && at > 0) continue;
    if (mass - discounted * Math.exp(Math.max(0, -at)) <= run.delta) return 0;
    return Math.max(0, finite('epsilon', at + Math.log((mass - run.delta) / discounted)));
  }
  return finite('epsilon', Number.NaN);
}

/**
 * [DP9] ε ≥ 0 at δ of the composed mechanism under add/remove neighbours, by its privacy loss distribution.
 * @throws PrivacyRangeError outside the ranges of `checkMechanism` and `checkDelta`, steps ≤ 1e7.
 */
export function pldEpsilon(run: SampledGaussian & { readonly delta: number }): number {
  checkRun(run);
  checkDelta(run.delta);
  const guess = rdpEpsilon(run);
  return Math.max(directedEpsilon(run, 'remove', guess), directedEpsilon(run, 'add', guess));
}
