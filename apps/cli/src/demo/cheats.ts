/** The lies that a demo can be told, by name. */
import type { CharterTerms } from '@concord/sdk';
import { type LiarName, liars } from '@concord/testing';

/** Somebody's process lies, or the proposer of the charter does. Withheld bytes are played by a test: somebody must demand them. */
export type Cheat = Exclude<LiarName, 'withheld-leaf'> | 'overspend';

const told = (Object.keys(liars) as LiarName[]).filter((name) => name !== 'withheld-leaf');
export const CHEATS: readonly Cheat[] = [...told, 'overspend'];

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
