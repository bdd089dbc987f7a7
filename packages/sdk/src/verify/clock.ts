/** The order and the times of a run's facts, its committees, and the limits of its charter. */
import { zeroHash } from 'viem';
import type { Charter, CourtFact, Fact, Hex, Seat } from '../facts.ts';
import { committeeHashOf, drawnCommitteeHashOf } from '../identity.ts';
import { isCommittee } from '../seats.ts';
import {
  type AttemptView,
  currentAttempt,
  deadlineOf,
  emptyView,
  fold,
  type RunView,
  ViewError,
  voidableAfter,
} from '../view.ts';
import { endWords } from '../waiting.ts';
import type { Findings } from './clauses.ts';

export const placeName = ({ round, attempt }: { readonly round: number; readonly attempt: number }): string =>
  `round ${round}, attempt ${attempt}`;

/** [RD7][RD4] (CM2) Folds the facts of one run and of the aggregators, each into the place and the time that it may have; stops at the first gap. */
export function replay(facts: readonly Fact[], findings: Findings): RunView | undefined {
  let view = emptyView;
  let run: RunView | undefined;
  /** The transaction of the last demand that cost an attempt its life [CM10]. */
  let withheld: Hex | undefined;
  for (const fact of facts) {
    const before = run && currentAttempt(run);
    if (run && fact.kind === 'forfeited') {
      checkDue(fact, run, findings);
      if (fact.voided) withheld = fact.origin.transaction;
    }
    const early = fact.kind === 'voided' && fact.origin.transaction === withheld && before?.verified !== undefined;
    if (run && before && 'attempt' in fact && !isCourts(fact) && !early) checkTime(fact, before, run.charter, findings);
    try {
      view = fold(view, fact);
    } catch (error) {
      if (!(error instanceof ViewError)) throw error;
      findings.record(error.code === 'ROSTER' ? 'CM2' : 'RD7', 'FAIL', error.message);
      return run;
    }
    run = [...view.runs.values()][0];
    if (run && fact.kind === 'drawn') checkBeacon(fact, run, findings);
  }
  return run;
}

const isCourts = ({ kind }: Fact): boolean => kind === 'demanded' || kind === 'forfeited';

/** [CM10] Nobody is said to have withheld anything before it was due. */
function checkDue(fact: Fact & CourtFact & { kind: 'forfeited' }, { demands }: RunView, findings: Findings): void {
  const due = demands.get(fact.demandId)?.due ?? Number.POSITIVE_INFINITY;
  const { time } = fact.origin;
  findings.check(
    'CM10',
    time >= due,
    () => `${placeName(fact)}: a demand was forfeited at ${time}, it was due at ${due}`,
  );
}

/** (CM2, CM3) The beacon is made of a later block than the snapshot's, and told in one later still. */
function checkBeacon({ origin, ...place }: Fact & AttemptName, { snapshot }: RunView, findings: Findings): void {
  const taken = snapshot!.origin.block;
  findings.check(
    'CM2',
    origin.block >= taken + 2n,
    () => `${placeName(place)} was drawn in block ${origin.block} from a snapshot of block ${taken}`,
  );
}

function checkTime(fact: Fact & AttemptName, attempt: AttemptView, charter: Charter, findings: Findings): void {
  const { time } = fact.origin;
  const deadline = deadlineOf(attempt, charter);
  const where = placeName(fact);
  // Snapshots and draws have no deadline of their own: a late one leaves less time for the seats. A stop may come at any time.
  if (fact.kind === 'snapshot' || fact.kind === 'drawn' || fact.kind === 'gasLeft' || fact.kind === 'stopped') return;
  if (fact.kind === 'seated' || fact.kind === 'committeeSeated') {
    const sunset = Number(charter.limits.sunset);
    findings.check('CH8', time <= sunset, () => `${where} was seated ${time - sunset} s after the sunset`);
  }
  if (fact.kind === 'committeeSeated') {
    const last = voidableAfter(attempt, charter);
    findings.check('RD4', time <= last, () => `${where}: ${fact.kind} came ${time - last} s late`);
    checkDrawn(fact, attempt, time > deadline, findings);
  } else if (fact.kind === 'seated') {
    findings.check('CH7', !isCommittee(charter), () => `${where}: members sat where a committee was to be drawn`);
    const need = time > deadline ? Math.max(charter.limits.minCohort, 3) : charter.members.length;
    checkCommittee(fact.seats, need, charter, where, findings);
    const hash = committeeHashOf(fact.seats);
    findings.check(
      'CH7',
      hash === fact.committeeHash,
      () => `${where}: the seats hash to ${hash}, recorded is ${fact.committeeHash}`,
    );
  } else if (fact.kind === 'voided') {
    const last = voidableAfter(attempt, charter);
    findings.check('RD4', time > last, () => `${where} was void ${last - time} s before its deadline`);
  } else findings.check('RD4', time <= deadline, () => `${where}: ${fact.kind} came ${time - deadline} s late`);
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

/** [CH7] (CM4, CM5) Those who were drawn sit in the order of the draw; a seat is empty past the deadline only, and beside one that is not. */
function checkDrawn(
  fact: Extract<Fact, { kind: 'committeeSeated' }>,
  { draw }: AttemptView,
  late: boolean,
  findings: Findings,
): void {
  const where = placeName(fact);
  const { seats } = fact;
  const hash = drawnCommitteeHashOf(seats);
  findings.check(
    'CH7',
    hash === fact.committeeHash,
    () => `${where}: the seats hash to ${hash}, recorded is ${fact.committeeHash}`,
  );
  const drawn = draw?.committee ?? [];
  findings.check(
    'CH7',
    seats.length === drawn.length,
    () => `${where} has ${seats.length} seats, needs ${drawn.length}`,
  );
  const wrong = seats.findIndex(({ holder }, i) => holder !== drawn[i]);
  findings.check(
    'CM4',
    wrong < 0,
    () => `${where}: seat ${wrong + 1} has ${seats[wrong]?.holder}, the draw chose ${drawn[wrong]}`,
  );
  const shares = drawn.length / 2;
  const missing = (i: number): boolean => seats[i]?.sealKey === zeroHash;
  const empty = seats.findIndex((_, i) => missing(i) && (!late || missing((i + shares) % seats.length)));
  findings.check(
    'CH7',
    empty < 0,
    () => `${where}: seat ${empty + 1} is empty ${late ? 'and its partner’s is too' : 'before the deadline'}`,
  );
}

/** Of the transactions of these facts, each once. */
const gasOf = (facts: readonly Fact[]): bigint =>
  [...new Map(facts.map(({ origin }) => [origin.transaction, origin.gas])).values()].reduce(
    (sum, each) => sum + each,
    0n,
  );

/** [CH8][RD7] How far the run came, and what its transactions cost. */
export function checkLimits(run: RunView, facts: readonly Fact[], now: number, findings: Findings): void {
  const { limits } = run.charter;
  const settled = run.attempts.filter((each) => each.settled).length;
  const sunset = Number(limits.sunset);
  const begun = run.attempts.filter((each) => each.seated).length;
  const early = run.ended === 'rounds' ? '' : `; ${endWords(run)}`;
  if (run.finished || (now > sunset && currentAttempt(run)?.seated === undefined))
    findings.record('RD7', 'PASS', `${settled} of ${limits.rounds} rounds in ${begun} attempts${early}`);
  else findings.record('RD7', 'INCOMPLETE', `${settled} of ${limits.rounds} rounds are final so far`);

  // Nothing ever stops what ends an attempt: a VOID, its snapshot and what it tells of the gas left, and a stop.
  const ending: readonly Fact['kind'][] = ['voided', 'snapshot', 'gasLeft', 'stopped'];
  const own = facts.filter((fact) => fact.kind === 'begun' || ('attempt' in fact && !isCourts(fact)));
  const gas = gasOf(own.filter(({ kind }) => !ending.includes(kind)));
  findings.check(
    'CH8',
    // The meter is within 3 % of the receipts.
    limits.gasCap === 0n || gas * 97n <= limits.gasCap * 100n,
    () => `transactions used ${gas} gas, the cap is ${limits.gasCap}`,
  );
  const told = own.findLast(({ kind }) => kind === 'gasLeft') as Extract<Fact, { kind: 'gasLeft' }> | undefined;
  const [spent, all] = [limits.gasCap - (told?.gas ?? limits.gasCap), gasOf(own)];
  findings.check(
    'CH8',
    spent * 97n <= all * 100n,
    () => `${spent} gas is said to be spent, the run’s transactions used ${all}: what is left is more than is told`,
  );
  findings.record('CH8', 'PASS', `${settled} rounds, ${gas} gas${limits.gasCap === 0n ? '' : ` of ${limits.gasCap}`}`);
}
