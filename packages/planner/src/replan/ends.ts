/** What ends a run before its last round, and how many further void attempts each cap still stands. Pure. [PL12] */
import { epsilonWad } from '@concord/protocol';
import { gasRoom, priceOf, type RunView } from '@concord/sdk';
import { type Chance, moreThan } from './chance.ts';
import type { Rest } from './walk.ts';
import { walk } from './walk.ts';

export type Cap = 'gas' | 'privacy' | 'sunset' | 'memberBytes' | 'memberSeconds';

export interface End {
  readonly cap: Cap;
  /** Gas, sums, seconds, bytes or processor-seconds that are left: for bytes and processors, as this plan counts them. */
  readonly left: number;
  /** What one more round takes of it. */
  readonly each: number;
  /** Rounds of those that are left which it pays for, if no further attempt is void. */
  readonly rounds: number;
  /** Void attempts (of ε: charged ones) that it stands beside all rounds; below 0: the run ends before its last round. */
  readonly spare: number;
  /** The chance that it ends the run before its last round. */
  readonly early: Chance;
}

export interface Caps {
  /** Of one member, in the whole run. */
  readonly memberBytes?: number;
  readonly memberSeconds?: number;
}

/** What a member takes, predicted: in one attempt of a round, and once. */
export interface MemberTakes {
  readonly bytes: number;
  readonly bytesOnce: number;
  readonly seconds: number;
}

/** As a charter has it whose draft names none. */
const NO_SUNSET = (1n << 63n) - 1n;
/** More sums than any charter has rounds. */
const SUMS = 1 << 16;

/** Sums that what is left of ε pays for, each exactly as the ledger counts it (LG2). */
function sumsLeft({ charter, rho }: RunView): number {
  const { epsilonCap, deltaExponent } = charter.limits;
  const each = priceOf(charter.aggregation);
  const fits = (sums: number): boolean => epsilonWad(rho + each * BigInt(sums), BigInt(deltaExponent)) <= epsilonCap;
  let [least, most] = [0, SUMS];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (fits(middle)) least = middle;
    else most = middle - 1;
  }
  return least;
}

const over = (chance: Chance, of: (p: number) => number): Chance => ({
  expected: of(chance.expected),
  low: of(chance.low),
  high: of(chance.high),
});

interface Standing {
  readonly run: RunView;
  readonly rest: Rest;
  readonly absence: Chance;
  readonly caps: Caps;
  readonly takes: MemberTakes;
  /** Attempts that ended, settled or void. */
  readonly ended: number;
  /** The attempt under way was charged already. */
  readonly charged: boolean;
}

/** Every cap of the charter and of its text that can end the run, with the one that stands least first. */
export function endsOf({ run, rest, absence, caps, takes, ended, charged }: Standing): readonly End[] {
  const { limits } = run.charter;
  const { rounds: n, lost, steps } = rest;
  const fit = (rounds: number): number => Math.max(0, Math.min(n, rounds));
  /** `n` tries must succeed; each fails with the chance that an attempt is void. */
  const late = (spare: number): Chance => over(absence, (p) => moreThan(spare, n, p));
  const all: End[] = [];

  if (run.gasLeft !== undefined) {
    const left = Number(run.gasLeft);
    const each = steps.reduce((sum, { gas }) => sum + gas, 0);
    const begun = run.attempts.some(({ settled }) => settled);
    const firstMore = begun ? 0 : rest.first.reduce((sum, { gas }) => sum + gas, 0) - each;
    // Before the last attempt begins there must be room for the most that one may take (RD16).
    const room = Number(gasRoom(run.charter, begun || n > 1 ? 1 : 0));
    const spare = Math.floor((left - Math.max(0, firstMore) - (n - 1) * each - room) / lost.gas);
    const rounds = Math.floor((left - Math.max(0, firstMore) - room) / each) + 1;
    all.push({ cap: 'gas', left, each, rounds: fit(rounds), spare, early: late(spare) });
  }

  // Of the attempt under way the sum is paid for once it is verified.
  const needed = n - (charged ? 1 : 0);
  const left = sumsLeft(run);
  const spare = left - needed;
  const chargedOnly = (p: number): number => (p * lost.charged) / (1 - p + p * lost.charged);
  all.push({
    ...{ cap: 'privacy', left, each: 1, rounds: fit(left + (charged ? 1 : 0)), spare },
    early: over(absence, (p) => moreThan(spare, needed, p >= 1 ? 1 : chargedOnly(p))),
  });

  // A draft without one gets the end of all time.
  if (limits.sunset < NO_SUNSET) {
    const { lastSeat } = walk(rest, { gasPrice: 0, absence: 0 });
    const each = steps.reduce((sum, { seconds }) => sum + seconds, 0);
    const slack = Number(limits.sunset) - lastSeat;
    const tooLate = slack < 0 ? Math.ceil(-slack / Math.max(each, 1)) : 0;
    const spare = Math.floor(slack / Math.max(lost.seconds, 1));
    const left = Number(limits.sunset) - rest.time;
    all.push({ cap: 'sunset', left, each, rounds: fit(n - tooLate), spare, early: late(spare) });
  }

  const member = (cap: 'memberBytes' | 'memberSeconds', each: number, once: number): void => {
    const most = caps[cap];
    if (most === undefined) return;
    const pays = Math.floor((most - once) / each) - ended;
    all.push({
      cap,
      left: Math.max(0, most - once - ended * each),
      each,
      rounds: fit(pays),
      spare: pays - n,
      early: late(pays - n),
    });
  };
  member('memberBytes', takes.bytes, takes.bytesOnce);
  member('memberSeconds', takes.seconds, 0);
  return all.sort((a, b) => b.early.expected - a.early.expected || a.spare - b.spare);
}
