/**
 * The privacy loss distribution of one step of the Poisson-subsampled Gaussian on a grid, never optimistic: the mass of
 * every cell moves to the cell's two ends so that its probability under both neighbours is kept. The resulting δ(ε) is exact
 * at the grid points and a chord of the true, convex curve (in e^ε) between them (“connect the dots”, Doroshenko et al. 2022).
 */
import { erfc } from './gaussian.ts';
import { privacyLoss } from './sampledGaussian.ts';

/** Which neighbour the outcome is drawn from: the one with the unit (`remove`) or the one without (`add`). */
export type Direction = 'remove' | 'add';

export interface LossDistribution {
  /** Loss of mass[i] is (first + i)·step. */
  readonly mass: Float64Array;
  readonly first: number;
  readonly step: number;
  /** Probability whose loss counts as infinite. */
  readonly infinite: number;
}

/** z at which the loss of the subsampled Gaussian is `loss`; −∞ where no z has so small a loss. */
function outcomeOfLoss(q: number, sigma: number, loss: number): number {
  const unbiased =
    loss > 36 ? loss + Math.log1p((q - 1) * Math.exp(-loss)) - Math.log(q) : Math.log1p(Math.expm1(loss) / q);
  return Number.isNaN(unbiased) ? Number.NEGATIVE_INFINITY : 0.5 + sigma * sigma * unbiased;
}

/** P[N(0,1) lies beyond x, on the side of x that is away from 0]. */
const tail = (x: number): number => 0.5 * erfc(Math.abs(x) * Math.SQRT1_2);

/** P[a < N(0,1) ≤ b] from the two tails, so that nothing small is a difference of two large numbers. */
function between(a: number, tailA: number, b: number, tailB: number): number {
  if (a > 0) return tailA - tailB;
  return b > 0 ? 1 - tailA - tailB : tailB - tailA;
}

/**
 * The distribution of the loss of one step. Outcomes more than `spread` standard deviations out count as infinite loss on
 * the high side and as the lowest loss on the low side.
 * @param step distance of grid points in units of loss, > 0.
 */
export function discretizeLoss(
  q: number,
  sigma: number,
  direction: Direction,
  step: number,
  spread: number,
): LossDistribution {
  const [zLow, zHigh] = [-spread * sigma, 1 + spread * sigma];
  const low = Math.floor(privacyLoss(q, sigma, zLow) / step);
  const high = Math.ceil(privacyLoss(q, sigma, zHigh) / step);
  const mass = new Float64Array(high - low + 1);
  const sign = direction === 'remove' ? 1 : -1;
  const shrink = -Math.expm1(-step);
  // The left end of a cell, in standard deviations without and with the unit, and the tails there.
  let [left, tailLeft] = [zLow / sigma, tail(zLow / sigma)];
  let [leftWith, tailLeftWith] = [(zLow - 1) / sigma, tail((zLow - 1) / sigma)];
  for (let k = low; k < high; k++) {
    // The cell between the losses k·step and (k+1)·step; for `add` it is mirrored.
    const z = k + 1 === high ? zHigh : Math.min(zHigh, Math.max(zLow, outcomeOfLoss(q, sigma, (k + 1) * step)));
    const [right, rightWith] = [z / sigma, (z - 1) / sigma];
    const [tailRight, tailRightWith] = [tail(right), tail(rightWith)];
    const base = between(left, tailLeft, right, tailRight);
    const mixture = (1 - q) * base + q * between(leftWith, tailLeftWith, rightWith, tailRightWith);
    [left, tailLeft, leftWith, tailLeftWith] = [right, tailRight, rightWith, tailRightWith];
    const [p, other] = sign === 1 ? [mixture, base] : [base, mixture];
    if (p <= 0) continue;
    const lower = sign === 1 ? k : -(k + 1);
    const up = Math.min(p, Math.max(0, (p - other * Math.exp(lower * step)) / shrink));
    const [at, above] = sign === 1 ? [k - low, k - low + 1] : [high - k - 1, high - k];
    mass[at]! += p - up;
    mass[above]! += up;
  }
  const beyond = tail(spread);
  const far = tail(spread + 1 / sigma);
  // Both neighbours leave [zLow, zHigh] at either end with at most `beyond`; the farther component with `far`.
  const [below, above] =
    direction === 'remove' ? [(1 - q) * beyond + q * far, (1 - q) * far + q * beyond] : [far, beyond];
  // Not at the very lowest grid point, which lies below the loss at the truncation.
  mass[Math.min(1, mass.length - 1)]! += below;
  return { mass, first: sign === 1 ? low : -high, step, infinite: above };
}
