/**
 * The privacy ledger (spec/privacy.md §2), integer for integer what the contract computes. Every quantity is an integer
 * in units of 1e-18 (“wad”), rounded against the spender.
 */
import { RDP_ORDERS } from './orders.ts';
import { requireRange } from './range.ts';

export const WAD = 10n ** 18n;

/**
 * [DP15] ε (wad) above which a promise is kept but says nothing useful: whoever watches may become e^10, 22,000 times, as
 * sure (the third tier of Ponomareva et al., How to DP-fy ML, 2023). Every place that prints a larger ε says so.
 */
export const LARGEST_USEFUL_EPSILON = 10n * WAD;

const requireWithin = (parameter: string, actual: bigint, minimum: bigint, limit: bigint): void =>
  requireRange(actual >= minimum && actual < limit, parameter, actual, `in [${minimum}, ${limit})`);

const ceilDiv = (n: bigint, d: bigint): bigint => (n + d - 1n) / d;

/** How one opened sum is noised (DP3): integers, in units of one quantization step. */
export interface RoundNoise {
  /** Δ: bound on the L2 norm of one unit's contribution. */
  readonly sensitivity: bigint;
  /** s: parameter of each contributor's discrete Gaussian. */
  readonly sigmaPerContributor: bigint;
  /** h: contributors whose noise is sure to be there. */
  readonly honestContributors: bigint;
}

/**
 * [DP4] zCDP price ρ of one opened sum, in wad.
 * @throws PrivacyRangeError outside 1 ≤ Δ < 2^64, 3 ≤ s < 2^64, 1 ≤ h < 2^32.
 */
export function rhoPerRound({ sensitivity, sigmaPerContributor, honestContributors }: RoundNoise): bigint {
  requireWithin('sensitivity', sensitivity, 1n, 1n << 64n);
  requireWithin('sigmaPerContributor', sigmaPerContributor, 3n, 1n << 64n);
  requireWithin('honestContributors', honestContributors, 1n, 1n << 32n);
  // The last unit pays for a sum of discrete Gaussians not being one: τd < 2e-21 for d ≤ 2^24.
  return ceilDiv(sensitivity ** 2n * WAD, 2n * honestContributors * sigmaPerContributor ** 2n) + 1n;
}

const DELTA_EXPONENT_LIMIT = 19n;
const RHO_LIMIT = 1n << 128n;

/**
 * [DP6] ε in wad at δ = 10^−deltaExponent, after spending ρ (wad).
 * @throws PrivacyRangeError outside 0 ≤ ρ < 2^128, 1 ≤ deltaExponent ≤ 18.
 */
export function epsilonWad(rho: bigint, deltaExponent: bigint): bigint {
  requireWithin('rho', rho, 0n, RHO_LIMIT);
  requireWithin('deltaExponent', deltaExponent, 1n, DELTA_EXPONENT_LIMIT);
  if (rho === 0n) return 0n;
  let best: bigint | undefined;
  for (const { hundredths, perDecade, discount } of RDP_ORDERS) {
    const epsilon = ceilDiv(hundredths * rho, 100n) + deltaExponent * perDecade - discount;
    if (best === undefined || epsilon < best) best = epsilon;
  }
  return best === undefined || best < 0n ? 0n : best;
}

/** A budget: ε in wad at δ = 10^−deltaExponent. */
export interface Budget {
  readonly epsilon: bigint;
  readonly deltaExponent: bigint;
}

/**
 * [DP7] The largest ρ (wad) with epsilonWad(ρ, k) ≤ ε: the cap that a contract stores; 0 if nothing fits.
 * @throws PrivacyRangeError outside 0 ≤ ε < 2^128, 1 ≤ deltaExponent ≤ 18.
 */
export function rhoWithin({ epsilon, deltaExponent }: Budget): bigint {
  requireWithin('epsilon', epsilon, 0n, RHO_LIMIT);
  requireWithin('deltaExponent', deltaExponent, 1n, DELTA_EXPONENT_LIMIT);
  let best = 0n;
  for (const { hundredths, perDecade, discount } of RDP_ORDERS) {
    // ⌈a·ρ/100⌉ ≤ y exactly when ρ ≤ ⌊100·y/a⌋ (y ≥ 0).
    const y = epsilon + discount - deltaExponent * perDecade;
    const rho = y <= 0n ? 0n : (100n * y) / hundredths;
    if (rho > best) best = rho;
  }
  return best;
}

/**
 * [DP7] How many rounds of one price fit into a budget.
 * @throws PrivacyRangeError as `rhoWithin`; also unless price ≥ 1.
 */
export function roundsWithin(budget: Budget, price: bigint): bigint {
  requireWithin('price', price, 1n, RHO_LIMIT);
  return rhoWithin(budget) / price;
}

/**
 * Planning aid in f64: the noise multiplier z = s·√h/Δ at which `rounds` openings just fit into ε at 10^−deltaExponent.
 * The integers Δ, s, h chosen from it must still be put to `roundsWithin`.
 * @throws PrivacyRangeError if an argument is not positive and finite, or if no amount of noise is enough.
 */
export function noiseMultiplierFor({
  epsilon,
  deltaExponent,
  rounds,
}: {
  readonly epsilon: number;
  readonly deltaExponent: number;
  readonly rounds: number;
}): number {
  requireRange(epsilon > 0 && epsilon < 1e18, 'epsilon', epsilon, 'in (0, 1e18)');
  requireRange(rounds >= 1 && Number.isSafeInteger(rounds), 'rounds', rounds, 'an integer ≥ 1');
  requireRange(Number.isInteger(deltaExponent), 'deltaExponent', deltaExponent, 'an integer');
  const rho = rhoWithin({ epsilon: BigInt(Math.floor(epsilon * 1e18)), deltaExponent: BigInt(deltaExponent) });
  requireRange(rho > 0n, 'epsilon', epsilon, `larger: at delta 1e-${deltaExponent} it leaves room for nothing`);
  return Math.sqrt(rounds / (2 * (Number(rho) / 1e18)));
}
