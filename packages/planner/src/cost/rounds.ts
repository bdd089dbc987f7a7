/**
 * How long a round takes on a chain: each phase is over when its transaction is in a block, and the next begins when
 * nodes have seen that block lie deep enough. Blocks come every b seconds, so what a phase waits and works is rounded up
 * to whole blocks; when a node looks at the chain is a matter of chance, and the expectation over it is taken. [PL4]
 */
import { byteCost, type CompiledCharter, isCommittee, TRANSACTIONS, type Transaction } from '@concord/sdk';
import type { Calibration, Chain, Network } from '../types.ts';
import { POLL_SECONDS, REPORTS_AT_ONCE } from './overheads.ts';
import { workOf } from './work.ts';

export interface Step {
  readonly phase: Transaction;
  /** From the block that began it to the block that ends it. */
  readonly seconds: number;
}

/** Messages and questions, one after the other, between seeing a block and having sent the next transaction. */
const HOPS: Readonly<Record<Transaction, number>> = {
  draw: 5,
  seat: 6,
  noise: 12,
  open: 6,
  upload: 12,
  query: 6,
  verify: 14,
  unmask: 6,
  settle: 12,
};

/** Blocks that must follow before the transaction can land: beacons take the hash of the block after (RD8). */
const LATER: Partial<Record<Transaction, number>> = { open: 1, query: 1 };

/**
 * E⌈(a + M)/b⌉·b, where M is the latest of `parts` looks that are each due at any time within `poll` seconds: the
 * seconds from one block to the one that a transaction lands in.
 */
export function blocksFor(a: number, b: number, poll: number, parts: number): number {
  // Whoever is ready at the very block misses it.
  const least = Math.floor(a / b + 1e-9) + 1;
  let blocks = least;
  for (let j = least; j * b - a < poll; j++) blocks += 1 - ((j * b - a) / poll) ** parts;
  return b * blocks;
}

/** The steps of a later round on a chain, in their order, if nobody is absent. */
export function stepsOf(
  compiled: CompiledCharter,
  chain: Chain,
  { latencySeconds, bytesPerSecond }: Network,
  calibration: Calibration,
  records: number,
): readonly Step[] {
  const { charter } = compiled;
  const committee = isCommittee(charter);
  const { work } = workOf(compiled, records, calibration);
  const { blockSeconds: b, confirmations, pollSeconds = POLL_SECONDS } = chain;
  const { memberPerRound, holderPerRound } = byteCost(charter);
  const parts = charter.aggregation.shares * charter.aggregation.holders + 1;
  /** Holders ask for the reports of other groups: a committee's before they sign a list, others afterwards. */
  const others = Math.round(charter.members.length * (1 - 1 / charter.aggregation.shares));
  const asked = 2 * Math.ceil(others / REPORTS_AT_ONCE);
  const seconds = (phase: Transaction, busy: number): number => {
    const seen = (confirmations + (LATER[phase] ?? 0)) * b;
    const hops = HOPS[phase] + (committee && (phase === 'noise' || phase === 'upload') ? asked : 0);
    return blocksFor(seen + busy + hops * latencySeconds, b, pollSeconds, parts);
  };
  const sending = (bytes: number): number => bytes / bytesPerSecond;
  const brought = committee ? sending(memberPerRound / 2) : 0;
  const passed = sending(holderPerRound) / 3;
  const before = committee ? work.read / 2 + passed : 0;
  const after = committee ? 0 : work.read / 2 + passed + asked * latencySeconds;
  const noise = seconds('noise', work.noise + work.make / 2 + brought + before);
  const open = seconds('open', 0);
  // Training begins when the noise list is signed, and has the time that the chain takes to UPLOAD.
  const trained = Math.max(0, work.train + after - (noise - work.noise - work.make / 2) - open);
  const upload = seconds('upload', trained + work.make / 2 + brought + before);
  const query = seconds('query', 0);
  const read = Math.max(0, after - query);
  const steps: Readonly<Record<Transaction, number>> = {
    draw: committee ? seconds('draw', 0) : 0,
    seat: seconds('seat', 0),
    ...{ noise, open, upload, query },
    verify: seconds('verify', read + work.verify + passed),
    unmask: seconds('unmask', work.sum),
    settle: seconds('settle', work.settle),
  };
  return TRANSACTIONS.filter((phase) => committee || phase !== 'draw').map((phase) => ({
    phase,
    seconds: steps[phase],
  }));
}

/**
 * Seconds and gas that absence is expected to add to one round, where an attempt misses somebody with probability p. A
 * consortium's attempt is then void at the deadline of a phase (any, equally likely), and the next one sits without whom
 * it waited for until its own; beside a committee reports are waited for until a quarter before their deadlines.
 */
export function absenceOf(
  { charter }: Pick<CompiledCharter, 'charter'>,
  steps: readonly Step[],
  gas: Readonly<Record<Transaction, number>> & { readonly voidAttempt: number },
  p: number,
): { readonly seconds: number; readonly gas: number; readonly attempts: number } {
  const { deadlines } = charter;
  const again = p / (1 - p);
  if (isCommittee(charter)) {
    const waited = steps
      .filter(({ phase }) => phase === 'noise' || phase === 'upload')
      .reduce(
        (sum, { phase, seconds }) => sum + Math.max(0, 0.75 * deadlines[phase as 'noise' | 'upload'] - seconds),
        0,
      );
    return { seconds: p * waited, gas: 0, attempts: 0 };
  }
  let [spent, burnt, lostSeconds, lostGas] = [0, 0, 0, 0];
  for (const { phase, seconds } of steps) {
    if (phase === 'draw') continue;
    // A seat that stays empty costs no attempt: past the deadline the others sit.
    lostSeconds += phase === 'seat' ? deadlines.seat : spent + deadlines[phase] + deadlines.seat;
    lostGas += phase === 'seat' ? 0 : burnt + gas.voidAttempt;
    spent += seconds;
    burnt += gas[phase];
  }
  return { seconds: (again * lostSeconds) / 8, gas: (again * lostGas) / 8, attempts: (again * 7) / 8 };
}
