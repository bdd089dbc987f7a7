import type { DescentTraining } from '../trainingText.ts';
import { boostedTrees } from './boostedTrees.ts';
import { fedAvg } from './fedAvg.ts';
import { fedSgd } from './fedSgd.ts';
import type { Descent, Strategy } from './strategy.ts';
import { type Planned, treePlan } from './treePlan.ts';

/** The strategy of an algorithm that descends (LR20). */
export const descentOf = ({ algorithm }: DescentTraining): Descent => (algorithm === 'fedAvg' ? fedAvg : fedSgd);

/** The strategy that a charter's text names (LR20). */
export function strategyOf(text: Planned): Strategy {
  const plan = treePlan(text);
  // A text that was decoded and has no such plan descends (LR32).
  return plan ? boostedTrees(plan) : descentOf(text.training as DescentTraining);
}
