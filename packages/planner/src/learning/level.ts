/** One run of a draft at a number of rounds and an ε, in one process, on any records. [PL6] */
import {
  type DescentText,
  descending,
  inputRules,
  ModelError,
  type RoundRules,
  type RunState,
  strategyOf,
} from '@concord/protocol';
import { CharterTermsError, compileCharter, privacyCost, rulesOf } from '@concord/sdk';
import { type DifferentiableModel, logistic, mlp, type Records } from '@concord/trainer';
import { anyMembers } from '../compileAt.ts';
import { draftAt } from '../draftAt.ts';
import type { Draft } from '../types.ts';
import { numbersOf, type TrainingNumbers, trainingWith } from './numbers.ts';
import { type Scores, scoresOf } from './score.ts';
import { simulateRun } from './simulateRun.ts';

export class PilotError extends Error {
  readonly code: 'RECORDS' | 'ALGORITHM' | 'OPTIONS';
  constructor(code: PilotError['code'], message: string) {
    super(message);
    this.name = 'PilotError';
    this.code = code;
  }
}

/** What a run at one number of rounds and ε is made with. */
export interface Level {
  readonly trainingRounds: number;
  readonly epsilon: number;
  readonly multiplier: number;
  /** Whose absence ε is about: 1 a record, 2 a member. */
  readonly unit: 1 | 2;
  readonly rules: RoundRules;
  readonly text: DescentText;
  /** Of the run itself: standard deviation in an opened sum. */
  readonly noise: number;
}

/** A draft at a choice, compiled as members' nodes would. Throws as compileCharter does, and PilotError for trees. */
export function levelOf(draft: Draft, members: number, trainingRounds: number, epsilon: number): Level {
  const { text, terms } = draftAt(draft, { trainingRounds, chain: '', hour: 0 });
  const { charter, text: read } = compileCharter(
    { text, terms: { ...terms, epsilon } },
    anyMembers(members),
    `0x${'00'.repeat(32)}`,
  );
  if (read.training.algorithm === 'boostedTrees')
    throw new PilotError(
      'ALGORITHM',
      'a pilot follows algorithms that descend (fedSgd, fedAvg); a text of trees has none',
    );
  return {
    ...{ trainingRounds, epsilon, multiplier: privacyCost(charter).multiplier, unit: strategyOf(read).unit },
    ...{
      rules: rulesOf(charter, read),
      text: descending(read),
      noise: Number(charter.aggregation.sigma) * Math.sqrt(members),
    },
  };
}

/** The same, or undefined where no charter can say this ε or leave these rounds anything of it. */
export function levelIf(...choice: Parameters<typeof levelOf>): Level | undefined {
  try {
    return levelOf(...choice);
  } catch (error) {
    if (error instanceof CharterTermsError) return undefined;
    throw error;
  }
}

const modelFor = ({ model }: DescentText): DifferentiableModel =>
  model.kind === 'mlp' ? mlp(model.inputs, model.hidden) : logistic(model.inputs);

/** A run of a level over members' records, scored on others. `share`: of the run's records (fedAvg: members) that these are; noise is as much less. */
export function playOn(
  level: Level,
  training: TrainingNumbers,
  members: readonly Records[],
  test: Records,
  share: number,
  seed: number,
): Scores {
  const charter = { ...level.text, training: trainingWith(level.text.training, training) };
  const noise = level.noise * share;
  let state: RunState | undefined;
  try {
    state = simulateRun(members, {
      rules: { ...level.rules, charter },
      model: modelFor(charter),
      noise,
      seed,
      rounding: 'sums',
    });
  } catch (error) {
    // Noise left no record count (LR7): such a run ends without a model.
    if (!(error instanceof ModelError)) throw error;
  }
  return scoresOf(state, test, inputRules(charter));
}

/** Scores of a run of a draft at any choice, on any records: what a prediction is held against. Throws as `pilot` does. */
export function playDraft(
  draft: Draft,
  at: { readonly trainingRounds: number; readonly epsilon?: number; readonly training?: TrainingNumbers },
  { members, test, seed }: { readonly members: readonly Records[]; readonly test: Records; readonly seed: number },
): Scores & { readonly multiplier: number } {
  const level = levelOf(draft, members.length, at.trainingRounds, at.epsilon ?? draft.terms.epsilon);
  return {
    ...playOn(level, at.training ?? numbersOf(level.text.training), members, test, 1, seed),
    multiplier: level.multiplier,
  };
}
