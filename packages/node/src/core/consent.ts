/** Why a member would rather not take part: everything that it recomputes before it votes, sits or uploads. Pure. */
import {
  type CharterText,
  checkParams,
  epsilonWad,
  rhoPerRound,
  runStateHash,
  startState,
  updateLength,
} from '@concord/protocol';
import { paramsOf } from '../../../sdk/src/attempt.ts';
import type { RunView } from '../../../sdk/src/view.ts';
import { bytesToHex, hexToBytes } from './hex.ts';

/** Wad as people read it. */
const decimal = (wad: bigint): string => (Number(wad) / 1e18).toFixed(2);

/** ρ (wad) of one more opened sum under this charter [LG1]. */
export function priceOf({ charter }: Pick<RunView, 'charter'>): bigint {
  const { aggregation } = charter;
  return rhoPerRound({
    sensitivity: aggregation.unit === 1 ? aggregation.recordBound : aggregation.bound,
    sigmaPerContributor: aggregation.sigma,
    honestContributors: BigInt(aggregation.honest),
  });
}

/**
 * The first clause that this member's own arithmetic finds broken, in a sentence; undefined: none. The run's text is the
 * one that hashes to its `textDigest` (CH1); `records` are the member's own.
 */
export function objectionTo(
  run: Pick<RunView, 'charter' | 'rho' | 'finished'>,
  text: CharterText,
  records: number,
): string | undefined {
  const { charter } = run;
  const { aggregation, limits } = charter;
  const broken = checkParams(paramsOf(aggregation), charter.members.length);
  if (broken) return `AG1: ${broken.parameter} is ${broken.have}, need ${broken.need}`;
  const least = updateLength(text);
  if (aggregation.d < least)
    return `CH3: the text's model needs ${least} coordinates, the struct has d = ${aggregation.d}`;
  if (records > aggregation.maxRecords)
    return `CH2: this member holds ${records} records, the charter allows ${aggregation.maxRecords}`;
  const start = bytesToHex(runStateHash(startState(text, hexToBytes(charter.textDigest))));
  if (start !== charter.initialModel)
    return `CH3: the text starts at model ${start}, the charter says ${charter.initialModel}`;
  if (run.finished) return undefined;
  // A charter must pay for all of its rounds; once some is spent, void attempts may have left less than that.
  const ahead = run.rho === 0n ? limits.rounds : 1;
  const epsilon = epsilonWad(run.rho + BigInt(ahead) * priceOf(run), BigInt(limits.deltaExponent));
  if (epsilon > limits.epsilonCap)
    return `CH4: ${ahead === 1 ? 'one more round' : `its ${ahead} rounds`} would spend ε ${decimal(epsilon)}, the cap is ${decimal(limits.epsilonCap)}`;
  return undefined;
}
