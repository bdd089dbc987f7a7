/** The numbers that follow from a charter, for machines: what its words are made of. JSON, no bigints. [BD2] */
import { algorithmOf, type CharterText, parameterCount, UNITS, updateLength } from '@concord/protocol';
import { attemptSeconds } from '../compileCharter.ts';
import { byteCost } from '../byteCost.ts';
import type { Charter } from '../facts.ts';
import { gasCost } from '../gasCost.ts';
import { charterIdOf } from '../identity.ts';
import { privacyCost } from '../privacyCost.ts';
import { stopsNeeded } from '../runEnd.ts';
import { isCommittee } from '../seats.ts';

/** Sunsets from here on are none (compileCharter). */
const NO_SUNSET = 1n << 62n;

const wad = (value: bigint): number => Number(value) / 1e18;

/** Field names are stable; new ones may be added. */
export function charterFacts(charter: Charter, text: CharterText) {
  const privacy = privacyCost(charter);
  const { members, limits, aggregation, deadlines } = charter;
  const committee = isCommittee(charter);
  return {
    charterId: charterIdOf(charter),
    name: text.name,
    textDigest: charter.textDigest,
    members,
    votesNeeded: Math.floor(members.length / 2) + 1,
    votingSeconds: Number(charter.votingSeconds),
    algorithm: algorithmOf(text.training),
    /** Sums that are opened: one of statistics, the others to train. */
    rounds: limits.rounds,
    minCohort: limits.minCohort,
    shares: aggregation.shares,
    committee,
    /** How many holders must work together to open one member's update. */
    colludersThatOpenAnUpdate: aggregation.shares,
    /** Unix seconds; null: none. */
    sunset: limits.sunset >= NO_SUNSET ? null : Number(limits.sunset),
    /** Null: not capped. */
    gasCap: limits.gasCap === 0n ? null : Number(limits.gasCap),
    /** How many members end a run early (RD17). */
    stopsNeeded: stopsNeeded(charter),
    /** CH8: what the run may cost each member, by its own node's count; null: not capped. */
    caps: text.caps ?? null,
    deadlines: { ...deadlines, all: attemptSeconds(deadlines) },
    /** 0 at member level: there it is not bounded. */
    maxRecords: aggregation.maxRecords,
    parameters: parameterCount(text.model),
    coordinates: updateLength(text),
    privacy: {
      unit: UNITS[aggregation.unit],
      /** DP1: one unit's vector replaced by zero. */
      adjacency: 'zero-out' as const,
      epsilonCap: wad(limits.epsilonCap),
      epsilonAfterAllRounds: wad(privacy.epsilon),
      deltaExponent: limits.deltaExponent,
      delta: Number(`1e-${limits.deltaExponent}`),
      noiseMultiplier: privacy.multiplier,
      noiseMultiplierIfAllBring: privacy.multiplierIfAllBring,
      honestContributors: aggregation.honest,
      /** The promise holds if so many members or fewer work together against the others. */
      colludersWithstood: Math.max(0, members.length - aggregation.honest),
    },
    /** CH10: who may use the model, and whether anything holds them to it. */
    use: {
      /** Null: a text of before there were any, whose model cannot be put on chain. */
      terms: text.use ?? null,
      /** By the Inference contract: of its own calls, never of copied parameters. */
      enforced: text.use !== undefined,
      /** The bar on held-out records before it is registered (CH12); null: none. */
      acceptance: text.acceptance ?? null,
      asWritten: text.clauses.find(({ id }) => id === 'CH10')?.sentence ?? null,
    },
    estimates: { gas: gasCost(charter), bytes: byteCost(charter) },
  };
}

export type CharterFacts = ReturnType<typeof charterFacts>;
