/**
 * One step of the Poisson-subsampled Gaussian mechanism, add/remove neighbours, sensitivity 1, in f64: its privacy loss
 * and the moments of its likelihood ratio, which both accountants are made of. One quadrature serves every real order,
 * so that no series has to alternate and no order is special.
 */
import { requireRange } from './range.ts';

/** A mechanism that is run several times on independent Poisson samples of the data. */
export interface SampledGaussian {
  /** q: probability with which each unit is in a step's sample, in (0, 1]. */
  readonly samplingRate: number;
  /** σ per unit of sensitivity. */
  readonly noiseMultiplier: number;
  readonly steps: number;
}

/** @throws PrivacyRangeError outside 0 < q ≤ 1, 0.05 ≤ σ ≤ 1e6, integer steps in [1, 1e12]. */
export function checkMechanism({ samplingRate, noiseMultiplier, steps }: SampledGaussian): void {
  requireRange(samplingRate > 0 && samplingRate <= 1, 'samplingRate', samplingRate, 'in (0, 1]');
  const sigma = noiseMultiplier;
  requireRange(sigma >= 0.05 && sigma <= 1e6, 'noiseMultiplier', sigma, 'in [0.05, 1e6]');
  requireRange(Number.isInteger(steps) && steps >= 1 && steps <= 1e12, 'steps', steps, 'an integer in [1, 1e12]');
}

/** @throws PrivacyRangeError outside 1e-60 ≤ δ < 1. */
export const checkDelta = (delta: number): void =>
  requireRange(delta >= 1e-60 && delta < 1, 'delta', delta, 'in [1e-60, 1)');

/** Privacy loss ln(1 − q + q·e^((2z−1)/2σ²)) of one step when the noised sum is z: increasing in z. */
export function privacyLoss(q: number, sigma: number, z: number): number {
  const loss = (z - 0.5) / (sigma * sigma);
  if (q === 1) return loss;
  return loss < 36
    ? Math.log1p(q * Math.expm1(loss))
    : loss + Math.log(q) + Math.log1p(((1 - q) / q) * Math.exp(-loss));
}

/** The natural logarithm of |(1+u)^α − 1 − αu|, where w = ln(1+u) is also given. */
function logBernoulliGap(alpha: number, u: number, w: number): number {
  const t = alpha * w;
  // Where f64 would overflow, only the larger of the power and the line remains.
  if (alpha > 1 && t > 600) return t + Math.log1p(-Math.exp(Math.log(alpha) + w - t));
  if (t > 600) return t;
  if (w > 600) return Math.log(Math.abs(alpha)) + w;
  if (Math.abs(alpha * u) > 0.03 || Math.abs(u) > 0.03) return Math.log(Math.abs(Math.exp(t) - 1 - alpha * u));
  // Small u: the sum of α(α−1)…(α−k+1)/k!·uᵏ from k = 2, in which nothing cancels.
  let term = (alpha * (alpha - 1) * u * u) / 2;
  let sum = 0;
  for (let k = 2; Math.abs(term) > 1e-17 * Math.abs(sum); k++) {
    sum += term;
    term *= ((alpha - k) * u) / (k + 1);
  }
  return Math.log(Math.abs(sum));
}

/**
 * ln E[r(z)^α] for z ~ N(0, σ²), where r is the likelihood ratio of a step with and without the unit: relative error
 * below 1e-9 also when it is tiny, because r − 1 has mean 0 and so E[r^α] − 1 = E[r^α − 1 − α(r−1)], whose integrand has
 * one sign. The trapezoid rule converges exponentially: r^α is analytic for |Im z| < πσ².
 */
export function logMoment(q: number, sigma: number, alpha: number): number {
  if (q === 1) return (alpha * (alpha - 1)) / (2 * sigma * sigma);
  if (alpha === 0 || alpha === 1) return 0;
  const h = Math.min(sigma / 3, (sigma * sigma) / 2.5);
  const [from, to] = [Math.min(0, alpha) - 12 * sigma, Math.max(0, alpha) + 12 * sigma];
  const logTerm = (i: number): number => {
    const z = from + i * h;
    const w = privacyLoss(q, sigma, z);
    return logBernoulliGap(alpha, Math.expm1(w), w) - (z * z) / (2 * sigma * sigma);
  };
  // No peak is narrower than σ: a scan at half of that finds the stretches that matter before they are summed finely.
  const stride = Math.max(1, Math.floor(sigma / (2 * h)));
  const scan = Float64Array.from({ length: Math.ceil((to - from) / h / stride) + 1 }, (_, i) => logTerm(i * stride));
  const top = scan.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  for (let i = 0; i + 1 < scan.length; i++) {
    if (Math.max(scan[i]!, scan[i + 1]!) < top - 50) continue;
    for (let j = i * stride; j < (i + 1) * stride; j++) sum += Math.exp(logTerm(j) - top);
  }
  const gap = top + Math.log((sum * h) / (sigma * Math.sqrt(2 * Math.PI)));
  // E[r^α] is at least 1 outside (0, 1) and at most 1 inside.
  if (alpha > 0 && alpha < 1) return Math.log1p(-Math.exp(gap));
  return gap < 40 ? Math.log1p(Math.exp(gap)) : gap;
}
