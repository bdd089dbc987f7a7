/**
 * The state of every run, folded from facts. Pure: `fold(view, fact)` never asks the chain, so a node, an auditor and a
 * test that replay one log hold one view. [RD1][RD3] Long, because the type and every fact's effect on it are read together.
 */
import { sha256, zeroHash } from 'viem';
import { drawBeaconOf } from './beacon.ts';
import type {
  Address,
  Charter,
  CourtFact,
  Fact,
  Hex,
  InferenceFact,
  Origin,
  Reading,
  RegistryFact,
  Seat,
} from './facts.ts';
import { type EndReason, lackingFor } from './runEnd.ts';
import { committeeOf, foldRoster, type Roster, rosterHashOf } from './roster.ts';

export const PHASES = ['SEAT', 'NOISE', 'OPEN', 'UPLOAD', 'QUERY', 'VERIFY', 'UNMASK', 'SETTLE', 'FINISHED'] as const;
export type Phase = (typeof PHASES)[number];

/** A seat of either mode. */
export interface SeatView extends Seat {
  /** Committees only (CM3). */
  readonly drawCommit?: Hex;
  /** Drawn, and not there: it has no keys, and nothing that it says counts in this attempt (CM5). */
  readonly missing?: true;
}

/** The facts of one attempt; what has not happened yet is undefined. */
export interface AttemptView {
  readonly round: number;
  readonly attempt: number;
  /** Seconds: when this attempt's SEAT phase began. */
  readonly began: number;
  /** RD8; a committee's is that of its draw, and has no meaning before (CM3). */
  readonly drawBeacon: Hex;
  /** Round 0, attempt 0 of a committee's run: its SEAT phase begins here and not with the charter (CM2). */
  readonly begun?: Origin;
  /** Committees only: whom the beacon draws from the snapshot, 2k in seat order, or nobody (CM4, `committeeOf`). */
  readonly draw?: {
    readonly beacon: Hex;
    readonly rosterHash: Hex;
    readonly committee: readonly Address[];
    readonly origin: Origin;
  };
  readonly seated?: { readonly committeeHash: Hex; readonly seats: readonly SeatView[]; readonly origin: Origin };
  readonly noise?: { readonly root: Hex; readonly blob: Hex; readonly origin: Origin };
  readonly open?: { readonly beacon: Hex; readonly origin: Origin };
  readonly uploads?: { readonly root: Hex; readonly blob: Hex; readonly origin: Origin };
  readonly query?: { readonly beacon: Hex; readonly origin: Origin };
  readonly verified?: {
    readonly uploadRoot: Hex;
    readonly verifierRoot: Hex;
    readonly acceptRoot: Hex;
    readonly updates: number;
    readonly noises: number;
    readonly blob: Hex;
    /** The run's total after this charge, wad of zCDP rho. */
    readonly rho: bigint;
    readonly origin: Origin;
  };
  readonly unmasked?: { readonly shareDigests: readonly Hex[]; readonly origin: Origin };
  /** Committees only: XOR of the draw preimages (CM3). */
  readonly drawMix?: Hex;
  readonly settled?: {
    readonly aggregateRoot: Hex;
    readonly modelHash: Hex;
    readonly blob: Hex;
    readonly origin: Origin;
  };
  readonly voided?: { readonly phase: number; readonly origin: Origin };
}

export interface RunView {
  readonly charterId: Hex;
  readonly charter: Charter;
  readonly proposed: Origin;
  readonly votes: ReadonlyMap<Address, boolean>;
  readonly endpoints: ReadonlyMap<Address, string>;
  /** Set once more than half of the members voted for it [CH11]. */
  readonly passed?: Origin;
  /** Every attempt so far, oldest first; the last one is current unless the run is finished: then it may never begin. */
  readonly attempts: readonly AttemptView[];
  /** Hash of the model that the current round starts from. */
  readonly model: Hex;
  /** Privacy spent, wad of zCDP rho. */
  readonly rho: bigint;
  /**
   * No attempt begins any more: every round is FINAL, what is left pays for none, or the members stopped it. A run that its
   * sunset cut short is known only with a clock: `runPhaseAt`.
   */
  readonly finished: boolean;
  /** Why it is finished [RD16][RD17]. */
  readonly ended?: EndReason;
  /** Gas that is left of the charter's cap between attempts, as the contract last told it; undefined: no cap. */
  readonly gasLeft?: bigint;
  /** Who stopped it, and what each of them said it had spent [RD17]. */
  readonly stopped?: {
    readonly round: number;
    readonly attempt: number;
    readonly readings: readonly Reading[];
    readonly signatures: readonly Hex[];
    readonly origin: Origin;
  };
  /** Committees only: the roster as it stood when the run last took a snapshot, and for which attempt (CM2). */
  readonly snapshot?: Snapshot;
  /** By demand id: bytes that holders of this run were asked for [CM10]. */
  readonly demands: ReadonlyMap<Hex, DemandView>;
}

/** One piece that one holder was asked for. */
export interface DemandView {
  readonly round: number;
  readonly attempt: number;
  readonly holder: Address;
  /** SHA-256 of the bytes. */
  readonly piece: Hex;
  /** Seconds: from then on it can be forfeited. */
  readonly due: number;
  /** `answered`: the bytes are in the chain's records, whichever demand they were an answer to. */
  readonly state: 'open' | 'forfeited' | 'answered';
  /** Set where it ended its attempt. */
  readonly voided?: true;
  /** Where it was asked, or where what came of it stands. */
  readonly origin: Origin;
}

export interface Snapshot {
  readonly round: number;
  readonly attempt: number;
  readonly rosterHash: Hex;
  readonly roster: Roster;
  readonly origin: Origin;
}

export interface ChainView {
  readonly runs: ReadonlyMap<Hex, RunView>;
  /** The staked aggregators, in the contract's order (CM1). */
  readonly roster: Roster;
  /** Where aggregators are reached; of those too that have left the roster, who may still hold a share. */
  readonly endpoints: ReadonlyMap<Address, string>;
}

export type ViewErrorCode =
  | 'UNKNOWN_RUN'
  | 'OUT_OF_ORDER'
  /** A snapshot or draw is not of the roster that the registry's facts make (CM2). */
  | 'ROSTER';

/** A fact that cannot follow the ones before it: facts were skipped, repeated, or are of another chain. */
export class ViewError extends Error {
  readonly code: ViewErrorCode;
  readonly fact: Fact;
  constructor(code: ViewErrorCode, fact: Fact, have: string) {
    super(
      `${code}: ${fact.kind} in block ${fact.origin.block} (log ${fact.origin.logIndex}) cannot follow ${have}; ` +
        'replay the facts from the block in which the contracts were deployed, in order',
    );
    this.name = 'ViewError';
    this.code = code;
    this.fact = fact;
  }
}

export const emptyView: ChainView = { runs: new Map(), roster: [], endpoints: new Map() };

/** The view after one more fact. Throws ViewError when the fact cannot follow. */
export function fold(view: ChainView, fact: Fact): ChainView {
  if (isOfInference(fact)) return view;
  if ('aggregator' in fact) return register(view, fact);
  const id = 'runId' in fact ? fact.runId : fact.charterId;
  const run = view.runs.get(id);
  const next = fact.kind === 'proposed' ? propose(run, fact) : step(run, fact, view.roster);
  return { ...view, runs: new Map(view.runs).set(id, next) };
}

/** What becomes of a finished run's model changes nothing about the run. */
const isOfInference = (fact: Fact): fact is Fact & InferenceFact =>
  fact.kind === 'registered' || fact.kind === 'offered' || fact.kind === 'used' || fact.kind === 'paidOut';

function register(view: ChainView, fact: Fact & RegistryFact): ChainView {
  const roster = foldRoster(view.roster, fact);
  if (!roster) throw new ViewError('OUT_OF_ORDER', fact, `a roster of ${view.roster.length} entries`);
  const endpoints =
    fact.kind === 'registeredAggregator' ? new Map(view.endpoints).set(fact.aggregator, fact.endpoint) : view.endpoints;
  return { ...view, roster, endpoints };
}

type Of<K extends Fact['kind']> = Extract<Fact, { kind: K }>;

function propose(run: RunView | undefined, fact: Of<'proposed'>): RunView {
  if (run) throw new ViewError('OUT_OF_ORDER', fact, 'an earlier proposal of the same charter');
  return {
    charterId: fact.charterId,
    charter: fact.charter,
    proposed: fact.origin,
    votes: new Map(),
    endpoints: new Map(),
    attempts: [],
    model: fact.charter.initialModel,
    rho: 0n,
    finished: false,
    ...(fact.charter.limits.gasCap > 0n && { gasLeft: fact.charter.limits.gasCap }),
    demands: new Map(),
  };
}

type Step = Exclude<Fact, { kind: 'proposed' | (InferenceFact | RegistryFact)['kind'] }>;

function step(run: RunView | undefined, fact: Step, roster: Roster): RunView {
  if (!run) throw new ViewError('UNKNOWN_RUN', fact, 'no proposal of its charter');
  const { origin } = fact;
  switch (fact.kind) {
    case 'voted':
      return vote(run, fact);
    case 'joined':
      return { ...run, endpoints: new Map(run.endpoints).set(fact.member, fact.endpoint) };
    case 'seated':
      return record(run, fact, 'SEAT', { seated: { committeeHash: fact.committeeHash, seats: fact.seats, origin } });
    case 'begun': {
      const first = { ...fact, round: 0, attempt: 0 };
      return snapshot(record(run, first, 'SEAT', { began: origin.time, begun: origin }), first, roster);
    }
    case 'snapshot':
      return snapshot(run, fact, roster);
    case 'drawn':
      return draw(run, fact);
    case 'committeeSeated': {
      const seats = fact.seats.map((seat): SeatView => (seat.sealKey === zeroHash ? { ...seat, missing: true } : seat));
      if (!currentAttempt(run)?.draw) throw new ViewError('OUT_OF_ORDER', fact, 'an attempt without a draw');
      return record(run, fact, 'SEAT', { seated: { committeeHash: fact.committeeHash, seats, origin } });
    }
    case 'noiseClosed':
      return record(run, fact, 'NOISE', { noise: { root: fact.root, blob: fact.blob, origin } });
    case 'opened':
      return record(run, fact, 'OPEN', { open: { beacon: fact.beacon, origin } });
    case 'uploadsClosed':
      return record(run, fact, 'UPLOAD', { uploads: { root: fact.root, blob: fact.blob, origin } });
    case 'queried':
      return record(run, fact, 'QUERY', { query: { beacon: fact.beacon, origin } });
    case 'verified': {
      const { kind: _kind, runId: _runId, round: _round, attempt: _attempt, ...verified } = fact;
      return { ...record(run, fact, 'VERIFY', { verified }), rho: fact.rho };
    }
    case 'unmasked':
      return record(run, fact, 'UNMASK', { unmasked: { shareDigests: fact.shareDigests, origin } });
    case 'drawRevealed': {
      // The same transaction unmasks: this may be told before or after it.
      const attempt = currentAttempt(run)?.attempt ?? 0;
      return record(run, { ...fact, attempt }, undefined, { drawMix: fact.mix });
    }
    case 'demanded':
    case 'answered':
    case 'forfeited':
    case 'returned':
      return { ...run, demands: judge(run.demands, fact) };
    case 'settled': {
      const { aggregateRoot, modelHash, blob } = fact;
      const settled = record(run, fact, 'SETTLE', { settled: { aggregateRoot, modelHash, blob, origin } });
      const final = { ...settled, model: modelHash };
      return fact.round + 1 === run.charter.limits.rounds
        ? finish(final, 'rounds')
        : begin(final, fact.round + 1, 0, origin.time);
    }
    case 'voided':
      return begin(
        record(run, fact, undefined, { voided: { phase: fact.phase, origin } }),
        fact.round,
        fact.attempt + 1,
        origin.time,
      );
    case 'gasLeft':
      return restrict(run, fact);
    case 'stopped':
      return stop(run, fact);
    default:
      return fact satisfies never;
  }
}

/** [RD16] A run ends with the model that it has. Its last attempt may be one that never begins. */
const finish = (run: RunView, ended: EndReason): RunView => ({ ...run, finished: true, ended });

/** [RD16] What is left is told between attempts, after the fact that ended one, in the same transaction. */
function restrict(before: RunView, fact: Of<'gasLeft'>): RunView {
  const left = before.gasLeft;
  if (left === undefined || fact.gas > left)
    throw new ViewError('OUT_OF_ORDER', fact, left === undefined ? 'a charter without a gas cap' : `${left} gas left`);
  const run = { ...before, gasLeft: fact.gas };
  const current = currentAttempt(run);
  if (!current) return run;
  if (current.round !== fact.round || current.attempt !== fact.attempt || phaseAt(current) !== 'SEAT')
    throw new ViewError(
      'OUT_OF_ORDER',
      fact,
      `round ${current.round}, attempt ${current.attempt}, ${phaseAt(current)}`,
    );
  const lacking = lackingFor(run.charter, current.round, run);
  return lacking ? finish(run, lacking) : run;
}

/** [RD17] The attempt under way, if there is one, is void; one that was charged cannot be stopped. */
function stop(run: RunView, fact: Of<'stopped'>): RunView {
  const { round, attempt, phase, readings, signatures, origin } = fact;
  const current = currentAttempt(run);
  const actual = current && phaseAt(current);
  const may = actual !== undefined && actual === PHASES[phase] && phase <= PHASES.indexOf('VERIFY');
  if (!may) throw new ViewError('OUT_OF_ORDER', fact, `phase ${actual ?? 'FINISHED'}`);
  const ended = record(run, fact, undefined, current?.seated ? { voided: { phase, origin } } : {});
  return { ...finish(ended, 'stopped'), stopped: { round, attempt, readings, signatures, origin } };
}

/** [CM10] An answer ends every demand for the same bytes. What is asked of whoever never had a seat is kept all the same. */
function judge(demands: RunView['demands'], fact: Fact & CourtFact): RunView['demands'] {
  const { origin, demandId } = fact;
  if (fact.kind === 'demanded') {
    const { round, attempt, holder, piece } = fact;
    return new Map(demands).set(demandId, {
      round,
      attempt,
      holder,
      piece,
      due: Number(fact.due),
      state: 'open',
      origin,
    });
  }
  const asked = demands.get(demandId);
  if (!asked) throw new ViewError('OUT_OF_ORDER', fact, 'no such demand');
  if (fact.kind === 'forfeited') {
    const { voided } = fact;
    return new Map(demands).set(demandId, { ...asked, state: 'forfeited', ...(voided && { voided }), origin });
  }
  if (fact.kind === 'answered' && sha256(fact.data) !== asked.piece)
    throw new ViewError('OUT_OF_ORDER', fact, `a demand for ${asked.piece}`);
  const settle = (each: DemandView): DemandView =>
    each.piece === asked.piece && each.state !== 'answered' ? { ...each, state: 'answered', origin } : each;
  return new Map([...demands].map(([id, each]) => [id, settle(each)]));
}

function vote(run: RunView, fact: Of<'voted'>): RunView {
  const votes = new Map(run.votes).set(fact.voter, fact.support);
  const inFavor = [...votes.values()].filter((support) => support).length;
  const voted = { ...run, votes };
  if (run.passed || inFavor * 2 <= run.charter.members.length) return voted;
  return begin({ ...voted, passed: fact.origin }, 0, 0, fact.origin.time);
}

/** [CM2] The roster as it stands now must be the one that the contract hashed. */
function snapshot(run: RunView, fact: Of<'begun' | 'snapshot'> & AttemptName, roster: Roster): RunView {
  const have = rosterHashOf(roster);
  if (have !== fact.rosterHash) throw new ViewError('ROSTER', fact, `a roster that hashes to ${have}`);
  const { round, attempt, rosterHash, origin } = fact;
  return { ...run, snapshot: { round, attempt, rosterHash, roster, origin } };
}

/** [CM3][CM4] The beacon draws from the snapshot for this attempt and from no other. */
function draw(run: RunView, fact: Of<'drawn'>): RunView {
  const { beacon, rosterHash, origin } = fact;
  const taken = run.snapshot;
  if (taken?.round !== fact.round || taken.attempt !== fact.attempt || taken.rosterHash !== rosterHash)
    throw new ViewError('ROSTER', fact, `the snapshot ${taken?.rosterHash ?? 'that was not taken'}`);
  const { shares } = run.charter.aggregation;
  const committee = committeeOf(taken.roster, beacon, shares);
  return record(run, fact, 'SEAT', { drawBeacon: beacon, draw: { beacon, rosterHash, committee, origin } });
}

interface AttemptName {
  readonly round: number;
  readonly attempt: number;
}

/** Writes part of the current attempt; `phase` is the one that the fact ends (undefined: whichever it is). */
function record(run: RunView, fact: Fact & AttemptName, phase: Phase | undefined, part: Partial<AttemptView>): RunView {
  const current = movable(run);
  if (!current) throw new ViewError('OUT_OF_ORDER', fact, run.finished ? 'the end of the run' : 'an unpassed charter');
  if (current.round !== fact.round || current.attempt !== fact.attempt)
    throw new ViewError('OUT_OF_ORDER', fact, `round ${current.round}, attempt ${current.attempt}`);
  const actual = phaseAt(current);
  if (phase !== undefined && actual !== phase) throw new ViewError('OUT_OF_ORDER', fact, `phase ${actual}`);
  const { ended: _, ...open } = run;
  return { ...open, finished: false, attempts: [...run.attempts.slice(0, -1), { ...current, ...part }] };
}

/**
 * The attempt that a fact may be about. That gas or budget pay for no other one is worked out here; where the chain's facts
 * go on all the same they count, and what they overspend is found by whoever verifies them [CH4][CH8].
 */
const movable = (run: RunView): AttemptView | undefined =>
  run.ended === 'rounds' || run.ended === 'stopped' || !run.passed ? undefined : run.attempts.at(-1);

function begin(run: RunView, round: number, attempt: number, began: number): RunView {
  const previous = run.attempts.findLast((each) => each.open)?.open?.beacon;
  const drawBeacon = drawBeaconOf(run.charterId, round, attempt, previous);
  const next = { ...run, attempts: [...run.attempts, { round, attempt, began, drawBeacon }] };
  const lacking = lackingFor(run.charter, round, run);
  return lacking ? finish(next, lacking) : next;
}

/** The attempt that can still move; undefined before the charter passed and after the run's end [RD7][RD16]. */
export const currentAttempt = (run: RunView): AttemptView | undefined =>
  run.finished || !run.passed ? undefined : run.attempts.at(-1);

/** The phase that an attempt's facts put it in [RD1]; FINISHED once it is settled or void. */
export function phaseAt(attempt: AttemptView): Phase {
  if (attempt.settled || attempt.voided) return 'FINISHED';
  if (attempt.unmasked) return 'SETTLE';
  if (attempt.verified) return 'UNMASK';
  if (attempt.query) return 'VERIFY';
  if (attempt.uploads) return 'QUERY';
  if (attempt.open) return 'UPLOAD';
  if (attempt.noise) return 'OPEN';
  return attempt.seated ? 'NOISE' : 'SEAT';
}

/** When the attempt's phase began, and the charter's allowance for it, in seconds. */
const clocks = {
  SEAT: (a: AttemptView, c: Charter) => [a.began, c.deadlines.seat],
  NOISE: (a, c) => [a.seated?.origin.time, c.deadlines.noise],
  OPEN: (a, c) => [a.noise?.origin.time, c.deadlines.open],
  UPLOAD: (a, c) => [a.open?.origin.time, c.deadlines.upload],
  QUERY: (a, c) => [a.uploads?.origin.time, c.deadlines.query],
  VERIFY: (a, c) => [a.query?.origin.time, c.deadlines.verify],
  UNMASK: (a, c) => [a.verified?.origin.time, c.deadlines.unmask],
  SETTLE: (a, c) => [a.unmasked?.origin.time, c.deadlines.settle],
} as const satisfies Record<
  Exclude<Phase, 'FINISHED'>,
  (attempt: AttemptView, charter: Charter) => readonly [number | undefined, number]
>;

/** Seconds: the last block time at which the current phase may be moved on [RD4]; Infinity when FINISHED. */
export function deadlineOf(attempt: AttemptView, charter: Charter): number {
  const phase = phaseAt(attempt);
  if (phase === 'FINISHED') return Number.POSITIVE_INFINITY;
  const [began, allowed] = clocks[phase](attempt, charter);
  return (began ?? attempt.began) + allowed;
}

/**
 * Seconds: the last block time at which nobody may void the attempt [RD4]. In SEAT a consortium is never void: past its
 * deadline a smaller committee may sit instead [RD6]. A drawn one is, past twice its deadline (CM5).
 */
export function voidableAfter(attempt: AttemptView, charter: Charter): number {
  const deadline = deadlineOf(attempt, charter);
  if (phaseAt(attempt) !== 'SEAT') return deadline;
  const started = attempt.begun || attempt.round > 0 || attempt.attempt > 0;
  return charter.aggregation.holders === 2 && started ? deadline + charter.deadlines.seat : Number.POSITIVE_INFINITY;
}

/** Whether anybody may void the attempt at this block time (seconds) [RD4]. */
export const isOverdue = (attempt: AttemptView, charter: Charter, time: number): boolean =>
  time > voidableAfter(attempt, charter);

/** The phase of a run at a block time (seconds): of its current attempt, or FINISHED [RD1][CH8]; undefined: not passed. */
export function runPhaseAt(run: RunView, time: number): Phase | undefined {
  if (!run.passed) return undefined;
  const attempt = currentAttempt(run);
  if (!attempt) return 'FINISHED';
  const phase = phaseAt(attempt);
  return phase === 'SEAT' && time > Number(run.charter.limits.sunset) ? 'FINISHED' : phase;
}
