/**
 * The complementary error function and the analytic Gaussian mechanism (Balle and Wang 2018, Theorem 8) in f64. The
 * mechanism has sensitivity 1 and noise N(0, σ²); d-dimensional vectors reduce to it along their difference.
 */
import { requireRange } from './range.ts';

/** Step of the trapezoid rule in `erfcx`; its error is about exp(−(π/STEP)²) < 1e-17. */
const STEP = 0.5;
const NODES = Array.from({ length: 13 }, (_, i) => ((i + 1) * STEP) ** 2);
const WEIGHTS = NODES.map((square) => 2 * Math.exp(-square));

/** exp(−x²) to a few units in the last place also for large x: x² is split so that its rounding does not matter; 0 past underflow. */
function expNegSquare(x: number): number {
  if (Math.abs(x) > 28) return 0;
  const head = Math.round(x * 16) / 16;
  return Math.exp(-head * head) * Math.exp(-(x - head) * (x + head));
}

/** erf on |x| < 1 by its Maclaurin series with positive terms, exp(−x²)·Σ 2ⁿx²ⁿ⁺¹/(2n+1)!!. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/**
 * Scaled complementary error function exp(x²)·erfc(x) for x ≥ 0, relative error below 1e-14: the trapezoid rule on
 * erfc(x) = (2x/π)·∫₀^∞ exp(−x²−t²)/(x²+t²) dt, plus the residue of the pole t = ix that the rule skips.
 */
export function erfcx(x: number): number {
  if (x < 0.5) return Math.exp(x * x) * (1 - erfSeries(x));
  const square = x * x;
  let sum = 1 / square;
  for (let i = 0; i < NODES.length; i++) sum += WEIGHTS[i]! / (square + NODES[i]!);
  const trapezoid = (STEP / Math.PI) * x * sum;
  const pole = (2 * Math.PI * x) / STEP;
  return x < Math.PI / STEP ? trapezoid - 2 / (Math.exp(pole - square) - Math.exp(-square)) : trapezoid;
}

/** erfc(x), relative error below 1e-14 until it underflows near x = 27. */
export function erfc(x: number): number {
  if (x < -0.5) return 2 - erfc(-x);
  return x < 0.5 ? 1 - erfSeries(x) : expNegSquare(x) * erfcx(x);
}

/** P[N(0,1) ≤ x]. */
export const normalCdf = (x: number): number => 0.5 * erfc(-x * Math.SQRT1_2);

const checkSigma = (sigma: number): void =>
  requireRange(sigma > 0 && sigma < 1e12, 'sigma', sigma, 'in (0, 1e12), in units of the sensitivity');
const checkDelta = (delta: number): void => requireRange(delta > 0 && delta < 1, 'delta', delta, 'in (0, 1)');
const checkEpsilon = (epsilon: number): void =>
  requireRange(epsilon >= 0 && epsilon < 1e12, 'epsilon', epsilon, 'in [0, 1e12)');

/**
 * [DP9] The smallest δ for which noise σ (per unit of sensitivity) is (ε, δ)-private; 0 where it underflows.
 * δ = Φ(1/2σ − εσ) − e^ε·Φ(−1/2σ − εσ), written so that the two terms share the factor exp(−a²).
 * @throws PrivacyRangeError outside 0 < σ < 1e12, 0 ≤ ε < 1e12.
 */
export function gaussianDelta(epsilon: number, sigma: number): number {
  checkEpsilon(epsilon);
  checkSigma(sigma);
  const a = (epsilon * sigma - 0.5 / sigma) * Math.SQRT1_2;
  const b = (epsilon * sigma + 0.5 / sigma) * Math.SQRT1_2;
  if (a >= 0) return 0.5 * expNegSquare(a) * (erfcx(a) - erfcx(b));
  return 0.5 * (erfc(a) - expNegSquare(a) * erfcx(b));
}

/** The end of [low, high] at which the decreasing `f` has fallen to `target` or below, to the last f64 digits. */
function fallsTo(f: (x: number) => number, target: number, low: number, high: number): number {
  let [lo, hi] = [low, high];
  for (;;) {
    const middle = lo > 0 && hi > 4 * lo ? Math.sqrt(lo) * Math.sqrt(hi) : lo + (hi - lo) / 2;
    if (middle <= lo || middle >= hi) return hi;
    if (f(middle) <= target) hi = middle;
    else lo = middle;
  }
}

/**
 * [DP9] The smallest ε ≥ 0 for which noise σ is (ε, δ)-private.
 * @throws PrivacyRangeError outside 1e-5 < σ < 1e12, 0 < δ < 1.
 */
export function gaussianEpsilon(delta: number, sigma: number): number {
  checkDelta(delta);
  requireRange(sigma > 1e-5 && sigma < 1e12, 'sigma', sigma, 'in (1e-5, 1e12), in units of the sensitivity');
  if (gaussianDelta(0, sigma) <= delta) return 0;
  // Chernoff: P[loss > 1/2σ² + t/σ] ≤ exp(−t²/2) bounds δ.
  const high = (0.5 / sigma + Math.sqrt(-2 * Math.log(delta))) / sigma;
  return fallsTo((epsilon) => gaussianDelta(epsilon, sigma), delta, 0, high);
}

/**
 * [DP9] The smallest σ (per unit of sensitivity) that is (ε, δ)-private.
 * @throws PrivacyRangeError outside 0 ≤ ε < 1e8, 1e-10 < δ < 1 where ε = 0, or 0 < δ < 1.
 */
export function gaussianSigma(epsilon: number, delta: number): number {
  checkDelta(delta);
  requireRange(epsilon >= 0 && epsilon < 1e8, 'epsilon', epsilon, 'in [0, 1e8)');
  requireRange(gaussianDelta(epsilon, 1e11) <= delta, 'epsilon', epsilon, `larger: no σ below 1e11 reaches δ ${delta}`);
  return fallsTo((sigma) => gaussianDelta(epsilon, sigma), delta, 1e-6, 1e11);
}
