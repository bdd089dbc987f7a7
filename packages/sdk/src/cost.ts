/**
 * What a charter will cost, before it is voted on: privacy exactly, gas and bytes as estimates. The gas figures are
 * straight lines through the contracts' own snapshots (packages/contracts/snapshots), which the test holds them to.
 */
import { deriveSizes, epsilonWad, rhoPerRound } from '@concord/protocol';
import { paramsOf } from './attempt.ts';
import type { Charter } from './facts.ts';
import { gasRoom } from './runEnd.ts';
import { isCommittee } from './seats.ts';

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

export interface GasCost {
  readonly propose: number;
  readonly votes: number;
  readonly firstRound: number;
  readonly laterRound: number;
  /** From the proposal to the last settled round, if no attempt is void. */
  readonly total: number;
}

/** Gas of a run, about: per share and signature, independent of the model's size. */
export function gasCost(charter: Charter): GasCost {
  const { members, limits, aggregation } = charter;
  const k = aggregation.shares;
  const propose = 423_000 + 8_300 * members.length;
  // A quorum votes, everybody joins.
  const votes = 53_000 * (Math.floor(members.length / 2) + 1) + 53_000 * members.length;
  const laterRound = isCommittee(charter) ? 290_000 + 86_500 * k : 384_000 + 42_800 * k;
  const firstRound = laterRound + (isCommittee(charter) ? 470_000 : 365_000);
  const total = propose + votes + firstRound + laterRound * (limits.rounds - 1);
  return { propose, votes, firstRound, laterRound, total };
}

export interface ByteCost {
  /** The larger report of the two types. */
  readonly report: number;
  /** What a member sends in one round, at least: in a consortium its own reports, and those of its group to every other holder. */
  readonly memberPerRound: number;
}

/** Bytes of reports and of what is passed on; headers, seals and requests come on top. */
export function byteCost(charter: Charter): ByteCost {
  const { aggregation, members } = charter;
  const { field, vectorLength, ringDegree, update, noise } = deriveSizes(paramsOf(aggregation));
  const elements = (type: typeof update): number => vectorLength + ringDegree + type.bits + type.proofLength;
  const sizes = [update, noise].map((type) => elements(type) * field.bytes);
  const both = sizes.reduce((a, b) => a + b, 0);
  const report = Math.max(...sizes);
  if (isCommittee(charter)) return { report, memberPerRound: 2 * both };
  const others = members.length - 1;
  const files = members.length * (update.verifierLength + noise.verifierLength) * field.bytes;
  return { report, memberPerRound: both + others * (both + files + vectorLength * field.bytes) };
}

/** Rounds that the gas which is left still pays for, each as dear as an ordinary one; undefined: no cap. */
export function gasRoundsLeft(charter: Charter, round: number, gasLeft: bigint | undefined): number | undefined {
  if (gasLeft === undefined) return undefined;
  const { firstRound, laterRound } = gasCost(charter);
  let left = gasLeft;
  let rounds = 0;
  for (let next = round; left >= gasRoom(charter, next) && next < charter.limits.rounds; next++) {
    left -= BigInt(next === 0 ? firstRound : laterRound);
    rounds += 1;
  }
  return rounds;
}
