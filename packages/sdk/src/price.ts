/** What one opened sum costs in privacy, from the charter's own struct. */
import { rhoPerRound, sensitivityOf } from '@concord/protocol';
import type { Aggregation } from './facts.ts';

/** ρ (wad) of one opened sum under this struct [LG1]. */
export const priceOf = (aggregation: Aggregation): bigint =>
  rhoPerRound({
    sensitivity: sensitivityOf(aggregation),
    sigmaPerContributor: aggregation.sigma,
    honestContributors: BigInt(aggregation.honest),
  });
