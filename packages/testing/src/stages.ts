/** A run that stands in any phase one asks for: facts with arbitrary words, for tests of decisions that only look at the view. */
import {
  type Address,
  committeeHashOf,
  compileCharter,
  charterIdOf,
  currentAttempt,
  type FactBody,
  type Hex,
  type Phase,
  PHASES,
  type RunView,
} from '@concord/sdk';
import { Secret } from '@concord/protocol';
import { hexToBytes, keccak256, numberToHex } from 'viem';
import { smallTerms, smallText } from './charter.ts';
import { Ledger } from './ledger.ts';
import { type CommitteeOptions, registerAll, seatDrawn } from './seating.ts';

const word = (name: string): Hex => keccak256(new TextEncoder().encode(name));

export const stageMembers = (count: number): readonly Address[] =>
  Array.from({ length: count }, (_, i): Address => numberToHex(i + 1, { size: 20 }));

export interface Stage {
  readonly ledger: Ledger;
  readonly runId: Hex;
  readonly members: readonly Address[];
  /** The run as it stands now. */
  run(): RunView;
  /** Seconds: the chain's clock. */
  now(): number;
}

/** A proposed charter of `count` members (addresses 1, 2, …) for so many rounds; nobody has voted or joined. */
export function proposedRun(count: number, rounds = 2, committee?: CommitteeOptions): Stage {
  const members = stageMembers(count);
  const terms = { ...smallTerms(rounds - 1, 3), ...(committee && { committee: { shares: committee.shares } }) };
  const { charter } = compileCharter({ text: smallText, terms }, members, word('matrix'));
  const ledger = new Ledger();
  if (committee) registerAll(ledger, committee, 'stage');
  const runId = charterIdOf(charter);
  ledger.post({ kind: 'proposed', charterId: runId, proposer: members[0]!, charter });
  return { ledger, runId, members, run: () => ledger.run(runId), now: () => ledger.now };
}

const pass = ({ ledger, runId, members }: Stage): void => {
  for (const voter of members) ledger.post({ kind: 'voted', charterId: runId, voter, support: true });
  for (const member of members) ledger.post({ kind: 'joined', charterId: runId, member, endpoint: `http://${member}` });
};

/** The same, voted, joined at http://<member>, and moved on to a phase of round 0, attempt 0, or through both rounds. */
export function runInPhase(phase: Phase, count = 3): Stage {
  const stage = proposedRun(count);
  const { ledger } = stage;
  pass(stage);
  const stop = PHASES.indexOf(phase);
  const last = phase === 'FINISHED' ? stage.run().charter.limits.rounds : 1;
  for (let round = 0; round < last; round++) {
    const moves = movesOf(stage);
    for (const move of phase === 'FINISHED' ? moves : moves.slice(0, stop)) ledger.post(move);
  }
  return stage;
}

/** Three members and a committee in a phase of round 0; in SEAT nothing of it has begun. */
export function committeeInPhase(phase: Exclude<Phase, 'FINISHED'>, committee: CommitteeOptions): Stage {
  const stage = proposedRun(3, 2, committee);
  const { ledger, runId } = stage;
  pass(stage);
  if (phase === 'SEAT') return stage;
  const keys = Array.from({ length: 2 * committee.shares }, (_, i) => {
    const publicKey = hexToBytes(word(`key ${i}`));
    return { publicKey, secretKey: new Secret(publicKey) };
  });
  seatDrawn(ledger, { runId, round: 0, attempt: 0 }, committee, keys, 'stage');
  for (const move of movesOf(stage).slice(1, PHASES.indexOf(phase))) ledger.post(move);
  return stage;
}

/** The facts that walk the current attempt from SEAT to its end. */
function movesOf({ runId, members, run }: Stage): readonly FactBody[] {
  const { round, attempt } = currentAttempt(run())!;
  const at = { runId, round, attempt };
  const seats = members.map((holder) => ({
    holder,
    sealKey: word(`${holder} key`),
    openCommit: word(`${holder} open`),
    queryCommit: word(`${holder} query`),
  }));
  const count = members.length;
  return [
    { kind: 'seated', ...at, committeeHash: committeeHashOf(seats), seats },
    { kind: 'noiseClosed', ...at, root: word('noise'), blob: word('noise blob') },
    { kind: 'opened', ...at, beacon: word('open') },
    { kind: 'uploadsClosed', ...at, root: word('uploads'), blob: word('uploads blob') },
    { kind: 'queried', ...at, beacon: word('query') },
    {
      kind: 'verified',
      ...at,
      uploadRoot: word('uploads'),
      verifierRoot: word('verifier'),
      acceptRoot: word('accept'),
      updates: count,
      noises: count,
      blob: word('files'),
      rho: run().rho + 1n,
    },
    { kind: 'unmasked', ...at, shareDigests: members.map((member) => word(`${member} share`)) },
    {
      kind: 'settled',
      ...at,
      aggregateRoot: word('aggregate'),
      modelHash: word(`model ${round}`),
      blob: word('state'),
    },
  ];
}
