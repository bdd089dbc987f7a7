/** One line a round, from facts: what happened, what it cost, how much privacy is spent, how long it will still take. */
import { epsilonWad } from '@concord/protocol';
import type { Fact, RunView } from '@concord/sdk';
import { currentAttempt, type Phase, phaseAt } from '@concord/sdk';
import { type Renderer, thousands } from '../render.ts';

const SHOWN: readonly Phase[] = ['SEAT', 'NOISE', 'OPEN', 'UPLOAD', 'QUERY', 'VERIFY', 'UNMASK', 'SETTLE'];

/** What a phase means to somebody who watches. */
const WORDS: Readonly<Record<Phase, string>> = {
  SEAT: 'holders take their seats',
  NOISE: 'members send their noise',
  OPEN: 'a beacon is drawn',
  UPLOAD: 'members train and send one report each',
  QUERY: 'a second beacon is drawn',
  VERIFY: 'holders check every norm proof',
  UNMASK: 'the ledger is charged, the sum is opened',
  SETTLE: 'everyone applies the same step',
  FINISHED: 'finished',
};

export interface RoundRecord {
  readonly round: number;
  readonly seconds: number;
  readonly gas: bigint;
  readonly updates: number;
  readonly noises: number;
  readonly epsilon: number;
  readonly attempts: number;
}

export const epsilonOf = (run: RunView): number =>
  Number(epsilonWad(run.rho, BigInt(run.charter.limits.deltaExponent))) / 1e18;

/** Wad as people read it. */
export const decimal = (wad: bigint): string => (Number(wad) / 1e18).toFixed(2);

export interface Progress {
  /** Told every fact, with the view after it. */
  tell(fact: Fact, run: RunView): void;
  readonly rounds: readonly RoundRecord[];
  readonly gasByPhase: ReadonlyMap<string, bigint>;
}

export function createProgress(render: Renderer, members: number, now: () => number): Progress {
  const rounds: RoundRecord[] = [];
  const gasByPhase = new Map<string, bigint>();
  let began = now();
  let gas = 0n;
  let cohort = { updates: 0, noises: 0 };
  const paid = new Set<string>();
  return {
    rounds,
    gasByPhase,
    tell: (fact, run) => {
      // One transaction may say several things; its gas is spent once.
      const cost = paid.has(fact.origin.transaction) ? 0n : fact.origin.gas;
      paid.add(fact.origin.transaction);
      gas += cost;
      gasByPhase.set(fact.kind, (gasByPhase.get(fact.kind) ?? 0n) + cost);
      const { charter } = run;
      const total = charter.limits.rounds;
      if (fact.kind === 'verified') cohort = { updates: fact.updates, noises: fact.noises };
      if (fact.kind === 'voided') {
        render.line(
          `  round ${fact.round}, attempt ${fact.attempt} is void (in ${SHOWN[fact.phase] ?? fact.phase}); another begins`,
          'warn',
        );
      }
      if (fact.kind === 'settled') {
        const seconds = (now() - began) / 1000;
        const epsilon = epsilonOf(run);
        rounds.push({ round: fact.round, seconds, gas, ...cohort, epsilon, attempts: fact.attempt + 1 });
        const left = ((total - 1 - fact.round) * rounds.reduce((sum, each) => sum + each.seconds, 0)) / rounds.length;
        const cells = [
          `round ${String(fact.round + 1).padStart(2)}/${total}`,
          fact.round === 0 ? 'statistics' : 'training  ',
          `${cohort.updates} of ${members} members`,
          `${cohort.updates + cohort.noises} norm proofs hold`,
          `ε ${epsilon.toFixed(2)} of ${decimal(charter.limits.epsilonCap)}`,
          `${thousands(gas)} gas`,
          `${seconds.toFixed(1)} s`,
          fact.round + 1 < total ? `~${Math.ceil(left)} s left` : '',
        ];
        render.line(`  ${cells.join('  ')}`);
        began = now();
        gas = 0n;
      }
      const attempt = currentAttempt(run);
      if (!attempt) return;
      const phase = phaseAt(attempt);
      const at = SHOWN.indexOf(phase);
      const bar = '█'.repeat(at + 1) + '░'.repeat(Math.max(0, SHOWN.length - 1 - at));
      render.status(`  round ${String(attempt.round + 1).padStart(2)}/${total}  ${bar}  ${phase}: ${WORDS[phase]}`);
    },
  };
}
