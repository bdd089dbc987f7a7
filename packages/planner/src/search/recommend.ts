/** Which choice is recommended under a budget and a goal. [PL9] */
import type { Budget, Goal } from '../types.ts';
import { byCost, type Point } from './front.ts';

export interface Asked {
  readonly budget: Budget;
  readonly goal?: Goal;
}

export type Limit = keyof Budget;
export const LIMITS: readonly Limit[] = ['usd', 'gas', 'bytes', 'memberBytes', 'seconds', 'epsilon'];

/** What a point spends of a budget's kind. */
export function spent({ cost }: Point, limit: Limit): number {
  switch (limit) {
    case 'usd':
      return cost.usd.total;
    case 'gas':
      return cost.gas;
    case 'bytes':
      return cost.bytes.all;
    case 'memberBytes':
      return cost.bytes.member;
    case 'seconds':
      return cost.seconds;
    case 'epsilon':
      return cost.epsilon;
  }
}

/** Something asked that a point does not keep. */
export interface Miss {
  readonly what: Limit | 'goal';
  readonly have: number;
  readonly need: number;
}

export function missesOf(point: Point, { budget, goal }: Asked): Miss[] {
  const over = LIMITS.flatMap((what): Miss[] => {
    const need = budget[what];
    const have = spent(point, what);
    return need === undefined || have <= need ? [] : [{ what, have, need }];
  });
  if (!goal || point.worth.mean >= goal.least) return over;
  return [...over, { what: 'goal', have: point.worth.mean, need: goal.least }];
}

/** How far from what was asked: the parts by which limits are exceeded and the goal is missed, added up. */
export const distance = (misses: readonly Miss[]): number =>
  misses.reduce((sum, { have, need }) => sum + Math.abs(have - need) / need, 0);

/** Half of a 90 % interval in standard deviations of a normal distribution. */
const NINETY = 1.6449;
export const standardError = ({ worth }: Pick<Point, 'worth'>): number => (worth.high - worth.low) / (2 * NINETY);

/** The least by `of`; of equals the cheapest. Undefined: no points. */
function least(points: readonly Point[], of: (point: Point) => number): Point | undefined {
  let best: Point | undefined;
  for (const point of points)
    if (!best || of(point) < of(best) || (of(point) === of(best) && byCost(point, best) < 0)) best = point;
  return best;
}

export interface Recommendation {
  readonly point: Point;
  /** The best metric of what keeps the budget; with a goal that is met, or where nothing keeps it, the point itself. */
  readonly best: Point;
  /** Empty: the choice meets all that was asked. */
  readonly misses: readonly Miss[];
}

/** An answer from what lies within the pilot's range, if it has one there; else from all. */
function knownFirst(
  points: readonly Point[],
  answer: (points: readonly Point[]) => Point | undefined,
): Point | undefined {
  return answer(points.filter(({ worth }) => !worth.extrapolated)) ?? answer(points);
}

/**
 * With a goal the cheapest choice that reaches it within the budget; without one, or where none reaches it, the cheapest of
 * those within one standard error of the best metric that the budget allows; where no choice keeps the budget, the one
 * that comes nearest to all that was asked. Extrapolations only where nothing else answers. Undefined: no points.
 */
export function recommend(points: readonly Point[], asked: Asked): Recommendation | undefined {
  const { budget, goal } = asked;
  const money = ({ cost }: Point): number => cost.usd.total;
  const within = points.filter((point) => missesOf(point, { budget }).length === 0);
  const reaching = within.filter(({ worth }) => goal !== undefined && worth.mean >= goal.least);
  const met = knownFirst(reaching, (each) => least(each, money));
  if (met) return { point: met, best: met, misses: [] };
  const best = knownFirst(within, (each) => least(each, ({ worth }) => -worth.mean));
  const good = (point: Point): boolean =>
    best !== undefined &&
    point.worth.extrapolated === best.worth.extrapolated &&
    point.worth.mean >= best.worth.mean - standardError(best);
  const point = best ? least(within.filter(good), money) : least(points, (each) => distance(missesOf(each, asked)));
  return point && { point, best: best ?? point, misses: missesOf(point, asked) };
}

/** Where not all can be met: the best metric within the budget, and the cheapest choice that reaches the goal. */
export function compromises(
  points: readonly Point[],
  { budget, goal }: Asked,
): { readonly withinBudget?: Point; readonly reachingGoal?: Point } {
  const withinBudget = least(
    points.filter((point) => missesOf(point, { budget }).length === 0),
    ({ worth }) => -worth.mean,
  );
  const reachingGoal =
    goal &&
    least(
      points.filter(({ worth }) => worth.mean >= goal.least),
      ({ cost }) => cost.usd.total,
    );
  return { ...(withinBudget && { withinBudget }), ...(reachingGoal && { reachingGoal }) };
}
