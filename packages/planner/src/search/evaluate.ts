/** A choice as a point: compiled as a member's node would, then costed, then asked of the learning model. [PL1][PL2][PL7] */
import { type Address, type CompiledCharter, privacyCost } from '@concord/sdk';
import { compileAt } from '../compileAt.ts';
import { costOf } from '../cost/costOf.ts';
import { laidOver } from '../draftAt.ts';
import type { Calibration, Choice, Draft, LearningModel, Prices, Worth } from '../types.ts';
import { breachesOf } from './breach.ts';
import type { Point } from './front.ts';
import { deadlinesAt } from './slack.ts';

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
    // Deadlines follow from slack and chain, and enter nothing but the struct: they are put in after compiling.
    const { chain: name, hour: _hour, slack, deadlines: _deadlines, ...run } = choice;
    const key = JSON.stringify(run);
    if (!prepared.has(key)) prepared.set(key, prepare({ ...run, chain: name, hour: 0 }));
    const known = prepared.get(key);
    if (!known) return undefined;
    const { worth } = known;
    const chain = prices.chains.find((each) => each.name === name);
    const deadlines =
      slack === undefined || !chain
        ? undefined
        : deadlinesAt(known.compiled, slack, chain, prices, calibration, records);
    // What shortens nothing is another choice already.
    if (slack !== undefined && !deadlines) return undefined;
    const compiled = deadlines
      ? { ...known.compiled, charter: { ...known.compiled.charter, deadlines } }
      : known.compiled;
    const training = laidOver(choice.training ?? {}, worth.training ?? {});
    const tuned: Choice = {
      ...run,
      ...(Object.keys(training).length > 0 && { training }),
      ...(deadlines && { slack: slack!, deadlines }),
      ...{ chain: name, hour: choice.hour },
    };
    const cost = costOf(compiled, tuned, prices, calibration, records);
    return breachesOf(draft, compiled, cost).length > 0 ? undefined : { choice: tuned, cost, worth };
  };
}
