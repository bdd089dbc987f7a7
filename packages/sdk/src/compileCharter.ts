/**
 * From a readable charter file (parsed YAML or JSON) to the two halves that are voted on: the struct on chain and the
 * text whose digest it carries. Everything that follows from something else is derived here, so that an author states a
 * promise (ε, δ, rounds, records per member) and never a noise level. [CH1][CH4]
 */
import { type CharterText, CharterTextError, decodeCharterText, updateLength } from '@concord/protocol';
import { ceilSqrt, checkParams, fixedParams, leastNoiseBound, type Params } from '@concord/protocol';
import { epsilonWad, rhoPerRound, rhoWithin, runStateHash, startState } from '@concord/protocol';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, type Hex, hexToBytes, toBytes } from 'viem';
import type { Address, Aggregation, Charter, Deadlines } from './facts.ts';
import { LONGEST_FILE, longestFile } from './pieces.ts';

/** The part of a charter file that becomes the struct; the rest is the text (`decodeCharterText`). */
export interface CharterTerms {
  /** ε as a decimal, at most 18 digits after the point. */
  readonly epsilon: number;
  readonly deltaExponent: number;
  /** Training rounds; the statistics round comes on top. */
  readonly trainingRounds: number;
  readonly minCohort: number;
  /** Most records that a member may hold. */
  readonly maxRecords: number;
  /** Δ, the integer norm bound of one record. */
  readonly recordBound: number;
  /** Honest noise contributors counted on. */
  readonly honest: number;
  readonly votingSeconds: number;
  /** Unix seconds; 0: none. */
  readonly sunset: number;
  readonly gasCap: number;
  readonly deadlines: Deadlines;
  /** k pairs of drawn aggregators hold the shares, k = 2 … 64 (CM4). Without it the members do, one share each. */
  readonly committee?: { readonly shares: number };
}

export class CharterTermsError extends Error {
  readonly code = 'CHARTER_TERMS';
  readonly term: string;
  constructor(term: string, message: string) {
    super(`charter terms, ${term}: ${message}`);
    this.name = 'CharterTermsError';
    this.term = term;
  }
}

export interface CompiledCharter {
  readonly charter: Charter;
  readonly text: CharterText;
  /** The bytes whose SHA-256 is `charter.textDigest`. */
  readonly textBytes: Uint8Array;
}

const digest = (bytes: Uint8Array): Hex => bytesToHex(sha256(bytes));

const integerTerm = (terms: CharterTerms, term: keyof CharterTerms, least: number): number => {
  const value = terms[term];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least)
    throw new CharterTermsError(term, `have ${String(value)}, need an integer of at least ${least}`);
  return value;
};

const MOST_SHARES = 64;
/** Seconds: from a snapshot to the end of its attempt a resigned stake must stay within reach (CM2). */
export const LONGEST_ATTEMPT = 3 * 24 * 60 * 60;

/** Seconds that all phases of an attempt may take. */
export const attemptSeconds = (deadlines: Deadlines): number =>
  Object.values(deadlines).reduce((total, seconds) => total + seconds, 0);

function checkCommittee(shares: number, deadlines: Deadlines): void {
  if (!Number.isInteger(shares) || shares < 2 || shares > MOST_SHARES)
    throw new CharterTermsError('committee', `have ${shares} shares, need an integer from 2 to ${MOST_SHARES}`);
  const sum = attemptSeconds(deadlines);
  if (sum > LONGEST_ATTEMPT)
    throw new CharterTermsError('deadlines', `add up to ${sum} s, need at most ${LONGEST_ATTEMPT} beside a committee`);
}

/** Least integer σ with which `rounds` openings stay within ε at δ (every rounding against the spender). */
function leastSigma(terms: CharterTerms, rounds: number): bigint {
  const epsilon = BigInt(Math.floor(terms.epsilon * 1e9)) * 10n ** 9n;
  const deltaExponent = BigInt(terms.deltaExponent);
  const budget = rhoWithin({ epsilon, deltaExponent });
  const price = budget / BigInt(rounds) - 1n;
  if (price < 1n)
    throw new CharterTermsError(
      'epsilon',
      `${terms.epsilon} at δ = 1e-${terms.deltaExponent} leaves nothing for ${rounds} rounds; raise ε or ask for fewer rounds`,
    );
  const sensitivity = BigInt(terms.recordBound);
  const honestContributors = BigInt(terms.honest);
  let sigma = ceilSqrt((sensitivity ** 2n * 10n ** 18n) / (2n * honestContributors * price));
  for (;;) {
    const rho = rhoPerRound({ sensitivity, sigmaPerContributor: sigma, honestContributors });
    if (epsilonWad(rho * BigInt(rounds), deltaExponent) <= epsilon) return sigma;
    sigma += 1n;
  }
}

/**
 * Compiles a charter for these members (any order, no duplicates). `matrixSeed` is 32 public random bytes.
 * Throws CharterTextError or CharterTermsError naming what to correct.
 */
export function compileCharter(
  file: { readonly text: unknown; readonly terms: CharterTerms },
  members: readonly Address[],
  matrixSeed: Hex,
): CompiledCharter {
  const text = decodeCharterText(file.text);
  const { terms } = file;
  const sorted = [...members].map((each) => each.toLowerCase() as Address).sort();
  if (new Set(sorted).size !== sorted.length) throw new CharterTermsError('members', 'an address is listed twice');
  if (sorted.length < 3) throw new CharterTermsError('members', `have ${sorted.length}, need at least 3`);
  const rounds = integerTerm(terms, 'trainingRounds', 1) + 1;
  const maxRecords = integerTerm(terms, 'maxRecords', 1);
  const recordBound = integerTerm(terms, 'recordBound', 1);
  const honest = integerTerm(terms, 'honest', 1);
  const minCohort = integerTerm(terms, 'minCohort', 3);
  integerTerm(terms, 'deltaExponent', 1);
  if (terms.committee) checkCommittee(terms.committee.shares, terms.deadlines);
  if (!(terms.epsilon > 0)) throw new CharterTermsError('epsilon', 'need a number > 0');

  const d = updateLength(text);
  const sigma = leastSigma(terms, rounds);
  const params: Params = {
    field: 64,
    d,
    bound: BigInt(maxRecords) * BigInt(recordBound) + 1024n,
    noiseBound: leastNoiseBound(64, d, sigma),
    recordBound: BigInt(recordBound),
    maxRecords,
    sigma,
    honest,
    minNoise: minCohort,
    shares: terms.committee?.shares ?? sorted.length,
    holders: terms.committee ? 2 : 1,
    ...fixedParams(64, d, 128),
    unit: 1,
    matrixSeed: hexToBytes(matrixSeed),
  };
  const broken = checkParams(params, sorted.length);
  if (broken) throw new CharterTermsError(broken.parameter, `have ${broken.have}, need ${broken.need}`);

  const longest = longestFile(params, sorted.length);
  if (longest > LONGEST_FILE)
    throw new CharterTermsError('text.model', `a holder's file could take ${longest} bytes, at most ${LONGEST_FILE} can be published`);

  const textBytes = toBytes(`${JSON.stringify(text, undefined, 1)}\n`);
  const textDigest = digest(textBytes);
  const aggregation: Aggregation = { ...params, matrixSeed };
  return {
    text,
    textBytes,
    charter: {
      version: 2,
      succeeds: `0x${'00'.repeat(32)}`,
      textDigest,
      initialModel: bytesToHex(runStateHash(startState(text, hexToBytes(textDigest)))),
      members: sorted,
      votingSeconds: BigInt(terms.votingSeconds),
      limits: {
        rounds,
        minCohort,
        epsilonCap: BigInt(Math.floor(terms.epsilon * 1e9)) * 10n ** 9n,
        deltaExponent: terms.deltaExponent,
        // 0 in the file: no sunset.
        sunset: terms.sunset === 0 ? (1n << 63n) - 1n : BigInt(terms.sunset),
        gasCap: BigInt(terms.gasCap),
      },
      deadlines: terms.deadlines,
      aggregation,
    },
  };
}

/** Reads a text's bytes as members do: the digest first, then the meaning. Throws when either does not fit. [CH1] */
export function readCharterText(bytes: Uint8Array, textDigest: Hex): CharterText {
  if (digest(bytes) !== textDigest)
    throw new CharterTextError('digest', `bytes whose SHA-256 is ${textDigest}, have ${digest(bytes)}`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new CharterTextError('bytes', 'UTF-8 JSON');
  }
  return decodeCharterText(json);
}
