/** What a charter will cost in privacy, before it is voted on: exactly. */
import { epsilonWad, rhoPerRound } from '@concord/protocol';
import type { Charter } from './facts.ts';

export interface PrivacyCost {
  /** zCDP ρ of one opened sum, wad [LG1]. */
  readonly rhoPerRound: bigint;
  /** ε after all rounds, wad, at δ = 10^-deltaExponent. */
  readonly epsilon: bigint;
  /** z = s·√h / Δ: noise that is counted on, in units of the most that one record (or member) can add. */
  readonly multiplier: number;
  /** The same of the noise that is there when all members bring theirs. */
  readonly multiplierIfAllBring: number;
}

/** What the charter's noise promises, by the integer ledger that the contract keeps (DP4, DP6). */
export function privacyCost({ aggregation, limits, members }: Charter): PrivacyCost {
  const { unit, recordBound, bound, sigma, honest } = aggregation;
  const sensitivity = unit === 1 ? recordBound : bound;
  const rho = rhoPerRound({ sensitivity, sigmaPerContributor: sigma, honestContributors: BigInt(honest) });
  const ratio = Number(sigma) / Number(sensitivity);
  return {
    rhoPerRound: rho,
    epsilon: epsilonWad(rho * BigInt(limits.rounds), BigInt(limits.deltaExponent)),
    multiplier: ratio * Math.sqrt(honest),
    multiplierIfAllBring: ratio * Math.sqrt(members.length),
  };
}
