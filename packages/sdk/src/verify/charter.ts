/** What was voted on, by whom, and whether it may be run at all. */
import {
  algorithmOf,
  type CharterText,
  CharterTextError,
  checkParams,
  roundsOf,
  runStateHash,
  startState,
  strategyOf,
  UNITS,
  updateLength,
} from '@concord/protocol';
import { bytesToHex, hexToBytes } from 'viem';
import { paramsOf } from '../attempt.ts';
import { attemptSeconds, LONGEST_ATTEMPT, readCharterText } from '../compileCharter.ts';
import type { Fact, Hex } from '../facts.ts';
import { charterIdOf } from '../identity.ts';
import { isCommittee } from '../seats.ts';
import type { RunView } from '../view.ts';
import { Broken, type Findings } from './clauses.ts';

/** [CH1][AG1] The struct is the one that its id names, and within the floors. */
export function checkStruct(run: RunView, findings: Findings): void {
  const { charter, charterId } = run;
  const id = charterIdOf(charter);
  findings.check('CH1', id === charterId, () => `the charter hashes to ${id}, the run is ${charterId}`);
  const ascending = charter.members.every((member, i) => i === 0 || charter.members[i - 1]! < member);
  findings.check('AG1', ascending, () => 'members are not strictly ascending');
  const broken = checkParams(paramsOf(charter.aggregation), charter.members.length);
  findings.check('AG1', !broken, () => `${broken?.parameter} is ${broken?.have}, must be ${broken?.need}`);
}

/** (CM2) The struct leaves a stake within reach for as long as the committee that it was drawn into may work. */
export function checkDeadlines({ charter }: RunView, findings: Findings): void {
  const seconds = attemptSeconds(charter.deadlines);
  findings.check(
    'CM2',
    !isCommittee(charter) || seconds <= LONGEST_ATTEMPT,
    () => `the deadlines add up to ${seconds} s, at most ${LONGEST_ATTEMPT} are allowed beside a committee`,
  );
}

/** [CH6][CH11] Votes and endpoints are members', one vote each, in time, and more than half were in favor. */
export function checkVote(run: RunView, facts: readonly Fact[], findings: Findings): void {
  const { charter, proposed } = run;
  const closes = proposed.time + Number(charter.votingSeconds);
  const members = new Set(charter.members);
  const voted = new Set<string>();
  let inFavor = 0;
  for (const fact of facts) {
    if (fact.kind === 'joined')
      findings.check('CH6', members.has(fact.member), () => `${fact.member} joined and is no member`);
    if (fact.kind !== 'voted') continue;
    findings.check('CH6', members.has(fact.voter), () => `${fact.voter} voted and is no member`);
    findings.check('CH6', !voted.has(fact.voter), () => `${fact.voter} voted twice`);
    findings.check('CH11', fact.origin.time <= closes, () => `${fact.voter} voted ${fact.origin.time - closes} s late`);
    voted.add(fact.voter);
    if (fact.support) inFavor += 1;
  }
  const tally = `${inFavor} of ${charter.members.length} members voted for it, ${voted.size - inFavor} against`;
  findings.record('CH11', inFavor * 2 > charter.members.length ? 'PASS' : 'FAIL', tally);
}

/** [CH1][CH3] The text behind the digest, and the start that follows from it. Throws Broken. */
export function checkText(run: RunView, bytes: Uint8Array, findings: Findings): CharterText {
  const { charter } = run;
  let text: CharterText;
  try {
    text = readCharterText(bytes, charter.textDigest);
  } catch (error) {
    if (error instanceof CharterTextError) throw new Broken('CH1', 'FAIL', error.message);
    throw error;
  }
  findings.record('CH1', 'PASS', `“${text.name}”: ${text.purpose}`);
  const start = startHash(text, charter.textDigest);
  findings.check(
    'CH3',
    start === charter.initialModel,
    () => `the text starts from ${start}, the charter from ${charter.initialModel}`,
  );
  const length = updateLength(text);
  const { d } = charter.aggregation;
  findings.check('CH3', length === d, () => `the text's model needs ${length} coordinates, the parameters have ${d}`);
  const levels = roundsOf(text);
  findings.check(
    'CH3',
    levels === undefined || levels === charter.limits.rounds,
    () => `the text's trees take ${levels} rounds, the charter has ${charter.limits.rounds}`,
  );
  const { unit } = strategyOf(text);
  findings.check(
    'CH4',
    unit === charter.aggregation.unit,
    () =>
      `the text trains by ${algorithmOf(text.training)}, which is private at ${UNITS[unit]} level; the parameters price a ${UNITS[charter.aggregation.unit]}`,
  );
  return text;
}

const startHash = (text: CharterText, textDigest: Hex): Hex =>
  bytesToHex(runStateHash(startState(text, hexToBytes(textDigest))));
