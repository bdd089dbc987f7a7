/** The lies that a demo can be told, by name. */
import type { CharterTerms } from '@concord/sdk';
import type { LiarName } from '@concord/testing';

/** Liars whose lie a demo shows within a round or two. */
const SHOWN = ['over-norm', 'replay', 'lying-sum', 'wrong-model', 'two-sets'] as const satisfies readonly LiarName[];

/** Somebody's process lies, or the proposer of the charter does. */
export type Cheat = (typeof SHOWN)[number] | 'overspend';

export const CHEATS: readonly Cheat[] = [...SHOWN, 'overspend'];

/** The terms, with little time (seconds) for the phase that runs out of it when somebody lies like this. */
export function shortened(terms: CharterTerms, cheat: Cheat): CharterTerms {
  switch (cheat) {
    case 'replay':
      // The others wait for the missing report in every round: two are enough to see it.
      return { ...terms, trainingRounds: 1, deadlines: { ...terms.deadlines, upload: 24 } };
    case 'lying-sum':
    case 'wrong-model':
      return { ...terms, deadlines: { ...terms.deadlines, settle: 10 } };
    default:
      return terms;
  }
}
