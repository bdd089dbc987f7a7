/** The planner's answer to one question. [PL8][PL9][PL10] */
import { decodeCharterText } from '@concord/protocol';
import { draftAt } from '../draftAt.ts';
import type { Choice, Prices } from '../types.ts';
import type { Plan, Question, Step } from './document.ts';
import { type Evaluate, evaluator, type Known } from './evaluate.ts';
import { byCost, frontOf, type Point } from './front.ts';
import { type Grid, holdersOf, hoursOf, outerChoices } from './grid.ts';
import { type Asked, compromises, recommend, type Recommendation } from './recommend.ts';
import { relaxations } from './relax.ts';
import { sentencesOf } from './words.ts';

/** A question that has no answer: not even the draft as it stands is a choice. */
export class PlanError extends Error {
  readonly code = 'PLAN';
}

type Outer = Omit<Choice, 'hour'>;

/** An outer choice at each hour that may matter; undefined ones do not compile. */
const byHour = (evaluate: Evaluate, prices: Prices, outer: Outer): Point[] => {
  const chain = prices.chains.find(({ name }) => name === outer.chain);
  return (chain ? hoursOf(chain) : []).flatMap((hour) => evaluate({ ...outer, hour }) ?? []);
};

/** The hour at which it is cheapest; of equal ones the first. */
const cheapest = (points: readonly Point[]): Point | undefined => [...points].sort(byCost)[0];

/** The hour whose money is nearest to the mean of the day. */
function ordinary(points: readonly Point[]): Point | undefined {
  const mean = points.reduce((sum, { cost }) => sum + cost.usd.total, 0) / points.length;
  const off = ({ cost }: Point): number => Math.abs(cost.usd.total - mean);
  return points.reduce<Point | undefined>((best, point) => (best && off(best) <= off(point) ? best : point), undefined);
}

/** Every choice of the grid at its best hour. */
export const pointsOf = (grid: Grid, own: number, prices: Prices, evaluate: Evaluate): Point[] =>
  outerChoices(grid, own).flatMap((outer) => cheapest(byHour(evaluate, prices, outer)) ?? []);

/** What the recommended choice changes of the draft but chain and hour. */
const runOf = ({ chain: _chain, hour: _hour, ...run }: Choice): Omit<Choice, 'chain' | 'hour'> => run;

/** With the draft's own deadlines: a slower chain may leave nothing to shorten. */
const asLong = ({ slack: _slack, deadlines: _deadlines, ...run }: ReturnType<typeof runOf>) => run;

function stepsOf(evaluate: Evaluate, prices: Prices, asDrafted: Point, recommended: Point): Step[] {
  const { chain, hour } = asDrafted.choice;
  const run = runOf(recommended.choice);
  const there = { ...run, chain: recommended.choice.chain };
  const moved = there.chain === chain ? evaluate({ ...there, hour }) : ordinary(byHour(evaluate, prices, there));
  const step = (what: Step['what'], point: Point | undefined): Step[] =>
    point ? [{ what, usd: point.cost.usd.total, seconds: point.cost.seconds }] : [];
  return [
    ...step('draft', asDrafted),
    ...step('run', evaluate({ ...run, chain, hour }) ?? evaluate({ ...asLong(run), chain, hour })),
    ...step('chain', moved),
    ...step('hour', recommended),
  ];
}

/**
 * Answers a question from what is known. `pilots` and `notes` are kept in the document as they are; `evaluate` is how choices become points.
 * Throws PlanError where not even the draft is a choice, CharterTextError where its text is none.
 */
export function plan(
  question: Question,
  { pilots, notes = [], ...known }: Known & { readonly pilots: Plan['pilots']; readonly notes?: readonly string[] },
  evaluate: Evaluate = evaluator(question, known),
): Plan {
  const { draft, grid, members, records, budget, goal } = question;
  const { prices, calibration, learning } = known;
  const { epsilon: own, trainingRounds } = draft.terms;
  if (goal && goal.metric !== learning.metric)
    throw new PlanError(
      `the goal is about ${goal.metric}, the pilot measured ${learning.metric}: pilot for the goal's measure`,
    );
  const holders = holdersOf(draft);
  const first = prices.chains[0]?.name;
  if (first === undefined) throw new PlanError('no chain has a price: name at least one under prices.chains');
  const asIs: Outer = {
    trainingRounds,
    chain: first,
    ...(holders !== 'members' && { committee: { shares: holders } }),
  };
  const atOwnRounds = ordinary(byHour(evaluate, prices, asIs));
  if (!atOwnRounds)
    throw new PlanError(
      'the draft as it stands cannot be run: “concord charter check” says what does not compile; if it does, a cap would stop its run: “concord charter lint” says which',
    );
  const asDrafted: Point = known.drafted
    ? { ...atOwnRounds, choice: { ...asIs, hour: atOwnRounds.choice.hour }, worth: known.drafted }
    : atOwnRounds;
  const points = pointsOf(grid, own, prices, evaluate);
  const asked: Asked = { budget, ...(goal && { goal }) };
  const ask = (what: Asked, epsilon: number): Recommendation | undefined => {
    if (epsilon === grid.epsilons[0]) return recommend(points, what);
    const there = pointsOf({ ...grid, epsilons: [epsilon] }, own, prices, evaluate);
    // What the pilot did not try at such an ε nobody can tell.
    return there.every(({ worth }) => worth.extrapolated) ? undefined : recommend([...points, ...there], what);
  };
  const answer = recommend(points, asked);
  if (!answer) throw new PlanError('no choice of the grid compiles: “concord charter check” says why');
  const parts: Omit<Plan, 'sentences'> = {
    version: 1,
    question: {
      name: decodeCharterText(draft.text).name,
      members: members.length,
      records,
      metric: learning.metric,
      budget,
      ...(goal && { goal }),
      ...(question.invented && { invented: true }),
      grid,
      draft,
    },
    prices,
    calibration,
    pilots,
    looked: points.length,
    front: frontOf(points),
    asDrafted,
    recommended: answer.point,
    best: answer.best,
    misses: answer.misses,
    compromises: answer.misses.length > 0 ? compromises(points, asked) : {},
    steps: stepsOf(evaluate, prices, asDrafted, answer.point),
    relaxed: relaxations(asked, grid.epsilons[0] ?? own, ask),
    notes,
    draft: draftAt(draft, answer.point.choice),
  };
  return { ...parts, sentences: sentencesOf(parts) };
}
