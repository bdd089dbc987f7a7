/** Why a member would rather not take part: everything that it recomputes before it votes, sits or uploads. Pure. */
import {
  algorithmOf,
  type CharterText,
  checkParams,
  epsilonWad,
  roundsOf,
  runStateHash,
  startState,
  strategyOf,
  UNITS,
  updateLength,
} from '@concord/protocol';
import { paramsOf, rulesOf } from '../../../sdk/src/attempt.ts';
import { priceOf } from '../../../sdk/src/price.ts';
import type { RunView } from '../../../sdk/src/view.ts';
import { bytesToHex, hexToBytes } from './hex.ts';

/** Wad as people read it. */
const decimal = (wad: bigint): string => (Number(wad) / 1e18).toFixed(2);

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
  const levels = roundsOf(text);
  if (levels !== undefined && limits.rounds !== levels)
    return `CH3: the text's trees take ${levels} rounds, the struct has ${limits.rounds}`;
  const strategy = strategyOf(text);
  const promised = UNITS[aggregation.unit];
  if (strategy.unit !== aggregation.unit)
    return `CH4: the text trains by ${algorithmOf(text.training)}, which is private at ${UNITS[strategy.unit]} level; the struct prices a ${promised}`;
  if (strategy.quantizedNorm(rulesOf(charter, text)) < 1)
    return `AG1: the bound of a ${promised} leaves no room to round ${aggregation.d} coordinates`;
  if (strategy.unit === 1 && records > aggregation.maxRecords)
    return `CH2: this member holds ${records} records, the charter allows ${aggregation.maxRecords}`;
  const start = bytesToHex(runStateHash(startState(text, hexToBytes(charter.textDigest))));
  if (start !== charter.initialModel)
    return `CH3: the text starts at model ${start}, the charter says ${charter.initialModel}`;
  if (run.finished) return undefined;
  // A charter must pay for all of its rounds; once some is spent, void attempts may have left less than that.
  const ahead = run.rho === 0n ? limits.rounds : 1;
  const epsilon = epsilonWad(run.rho + BigInt(ahead) * priceOf(aggregation), BigInt(limits.deltaExponent));
  if (epsilon > limits.epsilonCap)
    return `CH4: ${ahead === 1 ? 'one more round' : `its ${ahead} rounds`} would spend ε ${decimal(epsilon)}, the cap is ${decimal(limits.epsilonCap)}`;
  return undefined;
}
