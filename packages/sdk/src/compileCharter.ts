/**
 * From a readable charter file (parsed YAML or JSON) to the two halves that are voted on: the struct on chain and the
 * text whose digest it carries. Everything that follows from something else is derived here, so that an author states a
 * promise (ε, δ, rounds, records per member) and never a noise level. [CH1][CH4]
 */
import {
  type CharterText,
  CharterTextError,
  decodeCharterText,
  endingOf,
  OPEN_USE,
  roundsOf,
  strategyOf,
  type TermsOfUse,
  updateLength,
} from '@concord/protocol';
import {
  ceilSqrt,
  checkParams,
  COMMITMENT_ROOM,
  fixedParams,
  LARGEST_BOUND,
  leastNoiseBound,
  type Params,
  shortestWireLength,
} from '@concord/protocol';
import { epsilonWad, rhoPerRound, rhoWithin, runStateHash, startState } from '@concord/protocol';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, type Hex, hexToBytes, toBytes } from 'viem';
import type { Address, Aggregation, Charter, Deadlines } from './facts.ts';
import { leastGasCap } from './runEnd.ts';
import { LONGEST_FILE, longestFile } from './pieces.ts';

/** The part of a charter file that becomes the struct; the rest is the text (`decodeCharterText`). */
export interface CharterTerms {
  /** ε as a decimal, at most 18 digits after the point. */
  readonly epsilon: number;
  readonly deltaExponent: number;
  /** Training rounds; the statistics round comes on top, but for trees, which need none. */
  readonly trainingRounds: number;
  readonly minCohort: number;
  /** Most records that a member may hold; only where the algorithm protects records. */
  readonly maxRecords?: number;
  /** Δ, the integer norm bound of one record; only where the algorithm protects records. */
  readonly recordBound?: number;
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

/** The largest ε that the struct can say: 64 bits of wad, floored to the nine digits that are read of a term. */
const MOST_EPSILON = 18.446744073;

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
function leastSigma(terms: CharterTerms, rounds: number, sensitivity: bigint): bigint {
  const epsilon = BigInt(Math.floor(terms.epsilon * 1e9)) * 10n ** 9n;
  const deltaExponent = BigInt(terms.deltaExponent);
  const budget = rhoWithin({ epsilon, deltaExponent });
  const price = budget / BigInt(rounds) - 1n;
  if (price < 1n)
    throw new CharterTermsError(
      'epsilon',
      `${terms.epsilon} at δ = 1e-${terms.deltaExponent} leaves nothing for ${rounds} rounds; raise ε or ask for fewer rounds`,
    );
  const honestContributors = BigInt(terms.honest);
  let sigma = ceilSqrt((sensitivity ** 2n * 10n ** 18n) / (2n * honestContributors * price));
  for (;;) {
    const rho = rhoPerRound({ sensitivity, sigmaPerContributor: sigma, honestContributors });
    if (epsilonWad(rho * BigInt(rounds), deltaExponent) <= epsilon) return sigma;
    sigma += 1n;
  }
}

type Sized = Pick<Params, 'unit' | 'bound' | 'noiseBound' | 'recordBound' | 'maxRecords' | 'sigma'>;

/** Record level: the author says how fine a record is and how many a member holds. */
function recordLevel(terms: CharterTerms, rounds: number, d: number): Sized {
  const maxRecords = integerTerm(terms, 'maxRecords', 1);
  const recordBound = BigInt(integerTerm(terms, 'recordBound', 1));
  const sigma = leastSigma(terms, rounds, recordBound);
  const bound = BigInt(maxRecords) * recordBound + COMMITMENT_ROOM;
  return { unit: 1, recordBound, maxRecords, bound, sigma, noiseBound: leastNoiseBound(64, d, sigma) };
}

/** B to begin with at member level: fine enough for any model that fits beside it. */
const MEMBER_BOUND = 1n << 17n;
/** Below this a bound is too coarse to be worth proving. */
const LEAST_MEMBER_BOUND = 1n << 12n;

/** Member level: B only says how fine an update is, so it is halved until its noise fits under the largest provable bound. */
function memberLevel(terms: CharterTerms, rounds: number, d: number): Sized {
  for (const term of ['maxRecords', 'recordBound'] as const)
    if (terms[term] !== undefined)
      throw new CharterTermsError(term, `have ${terms[term]}, need none: fedAvg bounds members, not records`);
  for (let bound = MEMBER_BOUND; ; bound /= 2n) {
    const sigma = leastSigma(terms, rounds, bound);
    const noiseBound = leastNoiseBound(64, d, sigma);
    const size: Sized = { unit: 2, recordBound: 0n, maxRecords: 0, bound, sigma, noiseBound };
    if (noiseBound <= LARGEST_BOUND || bound === LEAST_MEMBER_BOUND) return size;
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
  const read = decodeCharterText(file.text);
  const text: CharterText = { ...read, use: read.use ?? OPEN_USE };
  const { terms } = file;
  const sorted = [...members].map((each) => each.toLowerCase() as Address).sort();
  if (new Set(sorted).size !== sorted.length) throw new CharterTermsError('members', 'an address is listed twice');
  if (sorted.length < 3) throw new CharterTermsError('members', `have ${sorted.length}, need at least 3`);
  const trainingRounds = integerTerm(terms, 'trainingRounds', 1);
  const levels = roundsOf(text);
  if (levels !== undefined && levels !== trainingRounds)
    throw new CharterTermsError(
      'trainingRounds',
      `have ${trainingRounds}, need ${levels}: the text's trees grow a level a round`,
    );
  const rounds = levels ?? trainingRounds + 1;
  const honest = integerTerm(terms, 'honest', 1);
  const minCohort = integerTerm(terms, 'minCohort', 3);
  integerTerm(terms, 'deltaExponent', 1);
  if (terms.committee) checkCommittee(terms.committee.shares, terms.deadlines);
  if (!(terms.epsilon > 0 && terms.epsilon <= MOST_EPSILON))
    throw new CharterTermsError('epsilon', `have ${terms.epsilon}, need a number > 0 and at most ${MOST_EPSILON}`);

  const d = updateLength(text);
  const params: Params = {
    field: 64,
    d,
    ...(strategyOf(text).unit === 1 ? recordLevel : memberLevel)(terms, rounds, d),
    honest,
    minNoise: minCohort,
    shares: terms.committee?.shares ?? sorted.length,
    holders: terms.committee ? 2 : 1,
    ...fixedParams(64, d, shortestWireLength(64, d)),
    matrixSeed: hexToBytes(matrixSeed),
  };
  const broken = checkParams(params, sorted.length);
  if (broken) throw new CharterTermsError(broken.parameter, `have ${broken.have}, need ${broken.need}`);

  const longest = longestFile(params, sorted.length);
  if (longest > LONGEST_FILE)
    throw new CharterTermsError(
      'text.model',
      `a holder's file could take ${longest} bytes, at most ${LONGEST_FILE} can be published`,
    );

  const gasCap = BigInt(integerTerm(terms, 'gasCap', 0));
  const aggregation: Aggregation = { ...params, matrixSeed };
  const least = leastGasCap({ members: sorted, aggregation });
  if (gasCap > 0n && gasCap < least)
    throw new CharterTermsError(
      'gasCap',
      `have ${gasCap}, need 0 (no cap) or at least ${least}, which the first round can take`,
    );

  const textBytes = toBytes(`${JSON.stringify(text, undefined, 1)}\n`);
  const textDigest = digest(textBytes);
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
        gasCap,
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
  const text = decodeCharterText(json);
  // What members read must be what the contract will hold callers to.
  if (text.use) textHead(bytes, text.use);
  return text;
}

/** A text up to its terms of use. Throws CharterTextError when it does not end with them, byte for byte. [CH10] */
export function textHead(bytes: Uint8Array, use: TermsOfUse): Uint8Array {
  const ending = toBytes(endingOf(use));
  const at = bytes.length - ending.length;
  if (at < 0 || !ending.every((byte, i) => bytes[at + i] === byte))
    throw new CharterTextError('use', 'to be the last field, written as “concord propose” writes it');
  return bytes.subarray(0, at);
}
