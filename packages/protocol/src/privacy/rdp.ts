/**
 * Rényi accounting of the Poisson-subsampled Gaussian (Mironov, Talwar, Zhang 2019), add/remove neighbours, in f64.
 */
import { requireRange } from './range.ts';
import { checkDelta, checkMechanism, logMoment, type SampledGaussian } from './sampledGaussian.ts';

/**
 * [DP9] Rényi divergence of one order α > 1 of one step.
 * @throws PrivacyRangeError outside the ranges of `checkMechanism` or 1 < α ≤ 1e6.
 */
export function rdpOfOrder(samplingRate: number, noiseMultiplier: number, order: number): number {
  checkMechanism({ samplingRate, noiseMultiplier, steps: 1 });
  requireRange(order > 1 && order <= 1e6, 'order', order, 'in (1, 1e6]');
  return logMoment(samplingRate, noiseMultiplier, order) / (order - 1);
}

/** The orders that are in common use: tenths to 10.9, integers to 63, then 128, 256, 512, 1024. */
export const RDP_GRID: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => (11 + i) / 10),
  ...Array.from({ length: 53 }, (_, i) => 11 + i),
  ...[128, 256, 512, 1024],
];

/**
 * [DP6] ε ≥ 0 at δ from Rényi divergences: min over orders of ε_α + ln(1 − 1/α) − ln(δα)/(α − 1) (Canonne, Kamath,
 * Steinke 2020, Proposition 12), and the order that attains it.
 * @throws PrivacyRangeError if δ is out of range or no order has a finite divergence.
 */
export function rdpToEpsilon(
  orders: readonly number[],
  rdp: readonly number[],
  delta: number,
): { readonly epsilon: number; readonly order: number } {
  checkDelta(delta);
  let best = { epsilon: Number.POSITIVE_INFINITY, order: Number.NaN };
  for (const [i, order] of orders.entries()) {
    const divergence = rdp[i] ?? Number.NaN;
    const epsilon = divergence + Math.log1p(-1 / order) - Math.log(delta * order) / (order - 1);
    if (epsilon < best.epsilon) best = { epsilon, order };
  }
  requireRange(Number.isFinite(best.epsilon), 'epsilon', best.epsilon, 'finite: more noise, or fewer steps');
  return { epsilon: Math.max(0, best.epsilon), order: best.order };
}

/**
 * [DP9] ε at δ of the composed mechanism by Rényi accounting over `orders`: an upper bound, within about 10 % of
 * `pldEpsilon`.
 * @throws PrivacyRangeError outside the ranges of `checkMechanism` and `checkDelta`.
 */
export function rdpEpsilon(run: SampledGaussian & { readonly delta: number }, orders = RDP_GRID): number {
  checkMechanism(run);
  const { samplingRate, noiseMultiplier, steps, delta } = run;
  const rdp = orders.map((order) => steps * rdpOfOrder(samplingRate, noiseMultiplier, order));
  return rdpToEpsilon(orders, rdp, delta).epsilon;
}
