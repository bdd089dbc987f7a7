/** What binds: the same question asked again, each time with one thing that was asked relaxed by a tenth. [PL9] */
import { type Asked, type Limit, LIMITS, type Recommendation, spent } from './recommend.ts';

/** One thing that was asked, relaxed. */
export interface Relaxed {
  readonly what: Limit | 'goal';
  readonly asked: number;
  readonly instead: number;
  /** What would be recommended then. */
  readonly then: Recommendation;
  /** Whether that is better, and cannot be had without: so this is what binds. */
  readonly binds: boolean;
}

const TENTH = 1.1;
/** Differences below these are not worth a sentence: of a metric, and the part of a price. */
const LEAST_METRIC = 0.0005;
const LEAST_MONEY = 0.001;
/** Of an ε, which noise does not reach to the last digit. */
const ROUNDING = 1e-6;

/** A goal is relaxed in what it leaves out: .95 may miss a tenth more of the .05. */
const easier = (least: number): number => 1 - (1 - least) * TENTH;

/** Whether the answer to the relaxed question is a better one: it is met at last, or cheaper (goal), or the best finds more. */
function better(now: Recommendation, then: Recommendation, hasGoal: boolean): boolean {
  if (now.misses.length > 0) return then.misses.length < now.misses.length;
  return hasGoal
    ? then.point.cost.usd.total < now.point.cost.usd.total * (1 - LEAST_MONEY)
    : then.best.worth.mean - now.best.worth.mean >= LEAST_METRIC;
}

/**
 * Asks again for every limit of the budget, for ε (whoever set it) and for the goal. `ask` answers a question; an ε above
 * the first question's is a what-if, never a recommendation.
 */
export function relaxations(
  asked: Asked,
  epsilon: number,
  ask: (asked: Asked, epsilon: number) => Recommendation | undefined,
): Relaxed[] {
  const now = ask(asked, epsilon);
  if (!now) return [];
  const relaxed = (what: Relaxed['what'], was: number, instead: number, then: Recommendation | undefined): Relaxed[] =>
    then
      ? [
          {
            what,
            asked: was,
            instead,
            then,
            binds: breaks(then, was, what) && better(now, then, asked.goal !== undefined),
          },
        ]
      : [];
  // An answer that keeps what was asked first needed no relaxing.
  const breaks = ({ best }: Recommendation, was: number, what: Relaxed['what']): boolean =>
    what === 'goal' ? best.worth.mean < was : spent(best, what) > was * (1 + ROUNDING);
  const limits = LIMITS.flatMap((what): Relaxed[] => {
    const limit = asked.budget[what];
    if (what === 'epsilon') return relaxed(what, epsilon, epsilon * TENTH, ask(withEpsilon(asked), epsilon * TENTH));
    if (limit === undefined) return [];
    const budget = { ...asked.budget, [what]: limit * TENTH };
    return relaxed(what, limit, limit * TENTH, ask({ ...asked, budget }, epsilon));
  });
  if (!asked.goal) return limits;
  const goal = { ...asked.goal, least: easier(asked.goal.least) };
  return [...limits, ...relaxed('goal', asked.goal.least, goal.least, ask({ ...asked, goal }, epsilon))];
}

/** The same question with its own limit of ε a tenth larger, if it has one. */
function withEpsilon({ budget, ...asked }: Asked): Asked {
  return { ...asked, budget: budget.epsilon === undefined ? budget : { ...budget, epsilon: budget.epsilon * TENTH } };
}
