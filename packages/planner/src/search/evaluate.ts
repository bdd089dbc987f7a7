/** A choice as a point: compiled as a member's node would, then costed, then asked of the learning model. [PL1][PL2][PL7] */
import { type Address, type CompiledCharter, privacyCost } from '@concord/sdk';
import { compileAt } from '../compileAt.ts';
import { costOf } from '../cost/costOf.ts';
import { laidOver } from '../draftAt.ts';
import type { Calibration, Choice, Draft, LearningModel, Prices, Worth } from '../types.ts';
import { breachesOf } from './breach.ts';
import type { Point } from './front.ts';

/** Undefined: this is no choice, since it does not compile or a cap would stop its run halfway. */
export type Evaluate = (choice: Choice) => Point | undefined;

/** What is learned about training that differs from the text's own, as the grid says it. */
export interface Taught {
  readonly training: Readonly<Record<string, unknown>>;
  readonly learning: LearningModel;
}

export interface Known {
  readonly prices: Prices;
  readonly calibration: Calibration;
  /** Of the text's own training. */
  readonly learning: LearningModel;
  /** Of other `Choice.training` that the grid looks at, each from a pilot of its own. */
  readonly others?: readonly Taught[];
  /** What the draft's own training numbers are worth, where the pilot measured them. */
  readonly drafted?: Worth;
}

export interface Subject {
  readonly draft: Draft;
  /** Stand-ins where they are not known yet: only their number counts. */
  readonly members: readonly Address[];
  /** Records that each member holds. */
  readonly records: readonly number[];
}

interface Prepared {
  readonly compiled: CompiledCharter;
  readonly worth: Worth;
}

/** Points of a draft's choices. What depends neither on chain nor on hour is computed once. */
export function evaluator(subject: Subject, { prices, calibration, learning, others = [] }: Known): Evaluate {
  const models = new Map(others.map((each) => [JSON.stringify(each.training), each.learning]));
  const { draft, members, records } = subject;
  const prepared = new Map<string, Prepared | undefined>();
  const prepare = (choice: Choice): Prepared | undefined => {
    const outcome = compileAt(draft, choice, members, records);
    if ('refused' in outcome) return undefined;
    const { compiled } = outcome;
    const { multiplier } = privacyCost(compiled.charter);
    const model = models.get(JSON.stringify(choice.training)) ?? learning;
    return { compiled, worth: model.at({ trainingRounds: choice.trainingRounds, multiplier }) };
  };
  return (choice) => {
    const { chain: _chain, hour: _hour, ...run } = choice;
    const key = JSON.stringify(run);
    if (!prepared.has(key)) prepared.set(key, prepare(choice));
    const known = prepared.get(key);
    if (!known) return undefined;
    const { compiled, worth } = known;
    const training = laidOver(choice.training ?? {}, worth.training ?? {});
    const tuned = Object.keys(training).length > 0 ? { ...choice, training } : choice;
    const cost = costOf(compiled, tuned, prices, calibration, records);
    return breachesOf(draft, compiled, cost).length > 0 ? undefined : { choice: tuned, cost, worth };
  };
}
