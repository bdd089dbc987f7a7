/** The order and the times of a run's facts, its committees, and the limits of its charter. */
import type { Charter, Fact, Seat } from '../facts.ts';
import { committeeHashOf } from '../identity.ts';
import { type AttemptView, currentAttempt, deadlineOf, emptyView, fold, type RunView, ViewError } from '../view.ts';
import type { Findings } from './clauses.ts';

export const placeName = ({ round, attempt }: { readonly round: number; readonly attempt: number }): string =>
  `round ${round}, attempt ${attempt}`;

/** [RD7][RD4] Folds the facts of one run, each into the place and the time that it may have; stops at the first gap. */
export function replay(facts: readonly Fact[], findings: Findings): RunView | undefined {
  let view = emptyView;
  let run: RunView | undefined;
  for (const fact of facts) {
    const before = run && currentAttempt(run);
    if (run && before && 'attempt' in fact) checkTime(fact, before, run.charter, findings);
    try {
      view = fold(view, fact);
    } catch (error) {
      if (!(error instanceof ViewError)) throw error;
      findings.record('RD7', 'FAIL', error.message);
      return run;
    }
    run = [...view.runs.values()][0];
  }
  return run;
}

function checkTime(fact: Fact & AttemptName, attempt: AttemptView, charter: Charter, findings: Findings): void {
  const { time } = fact.origin;
  const deadline = deadlineOf(attempt, charter);
  const where = placeName(fact);
  if (fact.kind === 'seated') {
    const sunset = Number(charter.limits.sunset);
    findings.check('CH8', time <= sunset, () => `${where} was seated ${time - sunset} s after the sunset`);
    const need = time > deadline ? Math.max(charter.limits.minCohort, 3) : charter.members.length;
    checkCommittee(fact.seats, need, charter, where, findings);
    const hash = committeeHashOf(fact.seats);
    findings.check(
      'CH7',
      hash === fact.committeeHash,
      () => `${where}: the seats hash to ${hash}, recorded is ${fact.committeeHash}`,
    );
  } else if (fact.kind === 'voided')
    findings.check('RD4', time > deadline, () => `${where} was void ${deadline - time} s before its deadline`);
  else findings.check('RD4', time <= deadline, () => `${where}: ${fact.kind} came ${time - deadline} s late`);
}

interface AttemptName {
  readonly round: number;
  readonly attempt: number;
}

/** [RD6][RD9][CH6][CH7] */
function checkCommittee(
  seats: readonly Seat[],
  need: number,
  charter: Charter,
  where: string,
  findings: Findings,
): void {
  findings.check('CH7', seats.length >= need, () => `${where} has ${seats.length} holders, needs ${need}`);
  const ascending = seats.every((seat, i) => i === 0 || seats[i - 1]!.holder < seat.holder);
  findings.check('CH7', ascending, () => `${where}: a holder sits twice, or seats are out of order`);
  for (const { holder } of seats)
    findings.check('CH6', charter.members.includes(holder), () => `${where}: ${holder} sat and is no member`);
}

/** [CH8][RD7] How far the run came, and what its transactions cost. */
export function checkLimits(run: RunView, facts: readonly Fact[], now: number, findings: Findings): void {
  const { limits } = run.charter;
  const settled = run.attempts.filter((each) => each.settled).length;
  const sunset = Number(limits.sunset);
  if (run.finished || (now > sunset && currentAttempt(run)?.seated === undefined))
    findings.record(
      'RD7',
      'PASS',
      `${settled} of ${limits.rounds} rounds in ${run.attempts.length} attempts${run.finished ? '' : '; the sunset ended the run'}`,
    );
  else findings.record('RD7', 'INCOMPLETE', `${settled} of ${limits.rounds} rounds are final so far`);

  const transitions = facts.filter((fact) => 'attempt' in fact && fact.kind !== 'voided');
  const gasOf = new Map(transitions.map(({ origin }) => [origin.transaction, origin.gas]));
  const gas = [...gasOf.values()].reduce((sum, each) => sum + each, 0n);
  findings.check(
    'CH8',
    limits.gasCap === 0n || gas <= limits.gasCap,
    () => `transactions used ${gas} gas, the cap is ${limits.gasCap}`,
  );
  findings.record('CH8', 'PASS', `${settled} rounds, ${gas} gas${limits.gasCap === 0n ? '' : ` of ${limits.gasCap}`}`);
}
