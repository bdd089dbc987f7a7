/**
 * The state of every run, folded from facts. Pure: `fold(view, fact)` never asks the chain, so a node, an auditor and a
 * test that replay one log hold one view. [RD1][RD3]
 */
import { drawBeaconOf } from './beacon.ts';
import type { Address, Charter, Fact, Hex, Origin, Seat } from './facts.ts';

export const PHASES = ['SEAT', 'NOISE', 'OPEN', 'UPLOAD', 'QUERY', 'VERIFY', 'UNMASK', 'SETTLE', 'FINISHED'] as const;
export type Phase = (typeof PHASES)[number];

/** The facts of one attempt; what has not happened yet is undefined. */
export interface AttemptView {
  readonly round: number;
  readonly attempt: number;
  /** Seconds: when this attempt's SEAT phase began. */
  readonly began: number;
  readonly drawBeacon: Hex;
  readonly seated?: { readonly committeeHash: Hex; readonly seats: readonly Seat[]; readonly origin: Origin };
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
  /** Every attempt so far, oldest first; the last one is current unless the run is finished. */
  readonly attempts: readonly AttemptView[];
  /** Hash of the model that the current round starts from. */
  readonly model: Hex;
  /** Privacy spent, wad of zCDP rho. */
  readonly rho: bigint;
  /** Every round is FINAL. A run that its sunset cut short is known only with a clock: `runPhaseAt`. */
  readonly finished: boolean;
}

export interface ChainView {
  readonly runs: ReadonlyMap<Hex, RunView>;
}

/** A fact that cannot follow the ones before it: facts were skipped, repeated, or are of another chain. */
export class ViewError extends Error {
  readonly code: 'UNKNOWN_RUN' | 'OUT_OF_ORDER';
  readonly fact: Fact;
  constructor(code: 'UNKNOWN_RUN' | 'OUT_OF_ORDER', fact: Fact, have: string) {
    super(
      `${code}: ${fact.kind} in block ${fact.origin.block} (log ${fact.origin.logIndex}) cannot follow ${have}; ` +
        'replay the facts from the block in which the contracts were deployed, in order',
    );
    this.name = 'ViewError';
    this.code = code;
    this.fact = fact;
  }
}

export const emptyView: ChainView = { runs: new Map() };

/** The view after one more fact. Throws ViewError when the fact cannot follow. */
export function fold(view: ChainView, fact: Fact): ChainView {
  if (fact.kind === 'registered') return view;
  const id = 'runId' in fact ? fact.runId : fact.charterId;
  const run = view.runs.get(id);
  const next = fact.kind === 'proposed' ? propose(run, fact) : step(run, fact);
  return { runs: new Map(view.runs).set(id, next) };
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
  };
}

function step(run: RunView | undefined, fact: Exclude<Fact, { kind: 'proposed' | 'registered' }>): RunView {
  if (!run) throw new ViewError('UNKNOWN_RUN', fact, 'no proposal of its charter');
  const { origin } = fact;
  switch (fact.kind) {
    case 'voted':
      return vote(run, fact);
    case 'joined':
      return { ...run, endpoints: new Map(run.endpoints).set(fact.member, fact.endpoint) };
    case 'seated':
      return record(run, fact, 'SEAT', { seated: { committeeHash: fact.committeeHash, seats: fact.seats, origin } });
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
    case 'settled': {
      const { aggregateRoot, modelHash, blob } = fact;
      const settled = record(run, fact, 'SETTLE', { settled: { aggregateRoot, modelHash, blob, origin } });
      const final = { ...settled, model: modelHash };
      return fact.round + 1 === run.charter.limits.rounds
        ? { ...final, finished: true }
        : begin(final, fact.round + 1, 0, origin.time);
    }
    case 'voided':
      return begin(
        record(run, fact, undefined, { voided: { phase: fact.phase, origin } }),
        fact.round,
        fact.attempt + 1,
        origin.time,
      );
    default:
      return fact satisfies never;
  }
}

function vote(run: RunView, fact: Of<'voted'>): RunView {
  const votes = new Map(run.votes).set(fact.voter, fact.support);
  const inFavor = [...votes.values()].filter((support) => support).length;
  const voted = { ...run, votes };
  if (run.passed || inFavor * 2 <= run.charter.members.length) return voted;
  return begin({ ...voted, passed: fact.origin }, 0, 0, fact.origin.time);
}

/** Writes part of the current attempt; `phase` is the one that the fact ends (undefined: whichever it is). */
function record(
  run: RunView,
  fact: Extract<Fact, { attempt: number }>,
  phase: Phase | undefined,
  part: Partial<AttemptView>,
): RunView {
  const current = currentAttempt(run);
  if (!current) throw new ViewError('OUT_OF_ORDER', fact, run.finished ? 'the last round' : 'an unpassed charter');
  if (current.round !== fact.round || current.attempt !== fact.attempt)
    throw new ViewError('OUT_OF_ORDER', fact, `round ${current.round}, attempt ${current.attempt}`);
  const actual = phaseAt(current);
  if (phase !== undefined && actual !== phase) throw new ViewError('OUT_OF_ORDER', fact, `phase ${actual}`);
  return { ...run, attempts: [...run.attempts.slice(0, -1), { ...current, ...part }] };
}

function begin(run: RunView, round: number, attempt: number, began: number): RunView {
  const previous = run.attempts.findLast((each) => each.open)?.open?.beacon;
  const drawBeacon = drawBeaconOf(run.charterId, round, attempt, previous);
  return { ...run, attempts: [...run.attempts, { round, attempt, began, drawBeacon }] };
}

/** The attempt that can still move; undefined before the charter passed and after the last round [RD7]. */
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
 * Whether anybody may void the attempt at this block time (seconds) [RD4]. Never in SEAT: past its deadline a smaller
 * committee may sit instead [RD6].
 */
export const isOverdue = (attempt: AttemptView, charter: Charter, time: number): boolean =>
  phaseAt(attempt) !== 'SEAT' && time > deadlineOf(attempt, charter);

/** The phase of a run at a block time (seconds): of its current attempt, or FINISHED [RD1][CH8]; undefined: not passed. */
export function runPhaseAt(run: RunView, time: number): Phase | undefined {
  if (!run.passed) return undefined;
  const attempt = currentAttempt(run);
  if (!attempt) return 'FINISHED';
  const phase = phaseAt(attempt);
  return phase === 'SEAT' && time > Number(run.charter.limits.sunset) ? 'FINISHED' : phase;
}

/** Share index j = 1 … k of a seated holder; undefined when it has no seat [RD9]. */
export function shareIndexOf(attempt: AttemptView, holder: Address): number | undefined {
  const index = attempt.seated?.seats.findIndex((seat) => seat.holder === holder) ?? -1;
  return index < 0 ? undefined : index + 1;
}
