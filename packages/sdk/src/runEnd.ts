/** When a run is over before its last round: what `RunEnd.sol` computes, from facts alone. Pure. [RD16] */
import { epsilonWad, PrivacyRangeError } from '@concord/protocol';
import type { Charter } from './facts.ts';
import { priceOf } from './price.ts';

/** Why no attempt begins any more; a sunset needs a clock and is none of them. */
export type EndReason = 'rounds' | 'gas' | 'privacy' | 'stopped';

/** Whether a committee holds the shares; the view, which seats.ts looks at, stands on this file. */
const isDrawn = ({ holders }: Charter['aggregation']): boolean => holders === 2;

/** Gas that must be left of the charter's cap before an attempt of this round begins: the most that one takes. */
export function gasRoom({ members, aggregation }: Pick<Charter, 'members' | 'aggregation'>, round: number): bigint {
  const most = isDrawn(aggregation) ? 650_000 + 66_000 * aggregation.shares : 420_000 + 44_000 * members.length;
  return BigInt(round === 0 ? most + 400_000 : most);
}

/** How many members end a run: more than half, or so many that the others are no cohort [RD17][CH5]. */
export const stopsNeeded = ({ members, limits }: Pick<Charter, 'members' | 'limits'>): number =>
  Math.min(Math.floor(members.length / 2), members.length - limits.minCohort) + 1;

/** What the first snapshot of a committee's run takes, before its first attempt. */
const BEGIN = 300_000n;

/** The least gas cap under which a run can begin. */
export const leastGasCap = (charter: Pick<Charter, 'members' | 'aggregation'>): bigint =>
  gasRoom(charter, 0) + (isDrawn(charter.aggregation) ? BEGIN : 0n);

/** What does not pay for an attempt of this round; undefined: everything does. `gasLeft`: of a cap, where there is one. */
export function lackingFor(
  charter: Charter,
  round: number,
  { gasLeft, rho }: { readonly gasLeft?: bigint; readonly rho: bigint },
): 'gas' | 'privacy' | undefined {
  if (gasLeft !== undefined && gasLeft < gasRoom(charter, round)) return 'gas';
  const { epsilonCap, deltaExponent } = charter.limits;
  try {
    // The cap in ρ is the largest ρ whose ε is within the cap (DP7).
    const epsilon = epsilonWad(rho + priceOf(charter.aggregation), BigInt(deltaExponent));
    return epsilon > epsilonCap ? 'privacy' : undefined;
  } catch (error) {
    // Below the floors there is no price: no contract of ours proposes such a charter, and the verifier says so [AG1].
    if (error instanceof PrivacyRangeError) return undefined;
    throw error;
  }
}
