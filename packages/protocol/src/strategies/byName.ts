import { type Algorithm, algorithmOf, type Training } from '../trainingText.ts';
import { fedAvg } from './fedAvg.ts';
import { fedSgd } from './fedSgd.ts';
import type { Strategy } from './strategy.ts';

const STRATEGIES: Readonly<Record<Algorithm, Strategy>> = { fedSgd, fedAvg };

/** The strategy that a charter's text names (LR20). */
export const strategyOf = ({ training }: { readonly training: Training }): Strategy => STRATEGIES[algorithmOf(training)];
