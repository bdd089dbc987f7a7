/**
 * The plan against the numbers that nobody planned: on wallets, hospitals and MNIST the first charter of each (what `concord
 * init` drafts for MNIST), and the cheapest choice that a pilot on training records expects to be worth as much at the same ε.
 * What is chosen that way is then measured on the test part beside the first charter. Prices are the shipped examples.
 *
 * The chain and the hour would make any ratio, so the one that counts leaves both as they are: one chain, gas at its mean.
 */
import { readPrices } from '../apps/cli/src/plan/prices.ts';
import { readCharterFile } from '../apps/cli/src/demo/examples.ts';
import { decodeCharterText } from '../packages/protocol/src/index.ts';
import { readRecords } from '../packages/trainer/src/index.ts';
import {
  anyMembers,
  type Calibration,
  type Choice,
  type Draft,
  draftedWorth,
  evaluator,
  fitLearning,
  gasPriceAt,
  type Goal,
  gridOf,
  hoursOf,
  type Known,
  type Metric,
  outerChoices,
  pilot,
  type PilotOptions,
  plan,
  playDraft,
  type Point,
  type Prices,
  type TrainingNumbers,
} from '../packages/planner/src/index.ts';
import { groundOf, LEARNING_TASKS, type LearningTask } from './planLearning.ts';
import { mean, type Spread, spread } from './spread.ts';

const SEEDS = 20;
const GOAL = { cheaper: 3, faster: 2, ofExhaustive: 1.02 };
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** Drafts that the planner may begin from beside the first charter: the wallets have learned a second step since. */
const OTHERS: Readonly<Partial<Record<LearningTask, { readonly draft: () => Draft; readonly pilot: PilotOptions }>>> = {
  wallets: { draft: () => readCharterFile('wallets'), pilot: { rounds: [8, 11, 15] } },
};

/** The first chain at its mean gas price; the same by the hour; all that have prices. */
function scopesOf(prices: Prices): Readonly<Record<Scope, Prices>> {
  const [first] = prices.chains;
  if (!first) throw new Error('have no chain with prices, need one in examples/prices.yaml');
  const level = { ...first, gasPrice: mean(HOURS.map((hour) => gasPriceAt(first.gasPrice, hour))) };
  return { run: { ...prices, chains: [level] }, hour: { ...prices, chains: [first] }, chain: prices };
}

type Scope = 'run' | 'hour' | 'chain';

interface Prepared {
  readonly draft: Draft;
  readonly learning: Known['learning'];
  readonly drafted: NonNullable<Known['drafted']>;
  readonly made: Awaited<ReturnType<typeof pilot>>;
}

export interface Compared {
  readonly task: LearningTask;
  readonly metric: Metric;
  readonly seconds: number;
  /** What the choice had to be expected to reach: what the pilot found for the first charter, less one standard error. */
  readonly least: number;
  readonly naive: Point;
  /** By what the planner was free to choose: the run alone, also the hour, also the chain. */
  readonly planned: Readonly<Record<Scope, Point>>;
  /** Money of the recommended choice over that of the cheapest found by looking at every choice at every hour. */
  readonly ofExhaustive: Readonly<Record<Scope, number>>;
  /** Test part, over seeds. */
  readonly measured: { readonly naive: Spread; readonly planned: Spread };
}

/** Every choice at every hour, none skipped: the least money that reaches the goal. */
function exhaustive(
  all: readonly Prepared[],
  records: readonly number[],
  known: (each: Prepared) => Known,
  goal: Goal,
): number {
  const members = anyMembers(records.length);
  const costs = all.flatMap((each) => {
    const { prices } = known(each);
    const evaluate = evaluator({ draft: each.draft, members, records }, known(each));
    const grid = gridOf(each.draft, { chains: prices.chains });
    return outerChoices(grid, each.draft.terms.epsilon).flatMap((outer) =>
      prices.chains
        .filter(({ name }) => name === outer.chain)
        .flatMap((chain) =>
          hoursOf(chain).flatMap((hour) => {
            const point = evaluate({ ...outer, hour });
            return point && point.worth.mean >= goal.least ? [point.cost.usd.total] : [];
          }),
        ),
    );
  });
  return Math.min(...costs);
}

/** One task. Throws where its data are not on this machine. */
export async function comparedOn(
  task: LearningTask,
  calibration: Calibration,
  tell: (line: string) => void = () => undefined,
): Promise<Compared> {
  const began = performance.now();
  const ground = await groundOf(task);
  const { federation, metric } = ground;
  const declared = federation.members.map(({ table }) => ({ rows: table.rows.length }));
  const drafts = [
    { draft: ground.draft, pilot: ground.pilot },
    ...[OTHERS[task]].flatMap((other) => (other ? [{ draft: other.draft(), pilot: other.pilot }] : [])),
  ];
  const prepared: Prepared[] = [];
  for (const { draft, pilot: options } of drafts) {
    const { schema } = decodeCharterText(draft.text);
    const own = federation.members.map(({ table }) => readRecords(table, schema));
    const made = await pilot({ draft, declared, records: own, metric }, options);
    tell(
      `${task}: piloted ${decodeCharterText(draft.text).name}, ${((performance.now() - began) / 1_000).toFixed(0)} s`,
    );
    prepared.push({
      draft,
      made,
      learning: fitLearning(made, metric),
      drafted: draftedWorth(made.drafted.runs, metric),
    });
  }
  const [first] = prepared as [Prepared, ...Prepared[]];
  const scores = first.made.drafted.runs.map((run) => run.scores[metric]);
  const least = mean(scores) - spread(scores).deviation / Math.sqrt(scores.length);
  const goal: Goal = { metric, least };
  const records = declared.map(({ rows }) => rows);
  const scopes = scopesOf(readPrices());
  const known =
    (prices: Prices) =>
    ({ learning, drafted }: Prepared): Known => ({ prices, calibration, learning, drafted });
  const planned = {} as Record<Scope, Point>;
  const ofExhaustive = {} as Record<Scope, number>;
  let naive: Point | undefined;
  let from = first;
  for (const [scope, prices] of Object.entries(scopes) as [Scope, Prices][]) {
    const answers = prepared.map((each) => {
      const grid = gridOf(each.draft, { chains: prices.chains });
      return {
        each,
        found: plan(
          { draft: each.draft, members: anyMembers(records.length), records, grid, budget: {}, goal },
          { ...known(prices)(each), pilots: [{ training: {}, pilot: each.made }] },
        ),
      };
    });
    naive ??= answers[0]!.found.asDrafted;
    const reaching = answers.filter(({ found }) => found.misses.length === 0);
    const best = (reaching.length > 0 ? reaching : answers).reduce((a, b) =>
      b.found.recommended.cost.usd.total < a.found.recommended.cost.usd.total ? b : a,
    );
    planned[scope] = best.found.recommended;
    ofExhaustive[scope] = best.found.recommended.cost.usd.total / exhaustive(prepared, records, known(prices), goal);
    if (scope === 'run') from = best.each;
  }
  const measure = ({ draft }: Prepared, choice: Pick<Choice, 'trainingRounds' | 'training'>): Spread => {
    const { schema } = decodeCharterText(draft.text);
    const [test, members] = [
      readRecords(federation.test, schema),
      federation.members.map(({ table }) => readRecords(table, schema)),
    ];
    const training = choice.training as unknown as TrainingNumbers | undefined;
    return spread(
      Array.from(
        { length: SEEDS },
        (_, i) =>
          playDraft(
            draft,
            { trainingRounds: choice.trainingRounds, ...(training && { training }) },
            { members, test, seed: 101 + i },
          )[metric],
      ),
    );
  };
  const measured = {
    naive: measure(first, { trainingRounds: first.draft.terms.trainingRounds }),
    planned: measure(from, planned.run.choice),
  };
  tell(`${task}: measured, ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  return {
    task,
    metric,
    least,
    naive: naive!,
    planned,
    ofExhaustive,
    measured,
    seconds: (performance.now() - began) / 1_000,
  };
}

const usd = (value: number): string => (value < 1 ? value.toPrecision(2) : value.toFixed(2));
const times = (value: number): string => `${value.toFixed(2)} ×`;

export function formatCompared({
  task,
  metric,
  seconds,
  least,
  naive,
  planned,
  ofExhaustive,
  measured,
}: Compared): string {
  const say = ({ mean: m, deviation }: Spread): string => `${m.toFixed(3)} ± ${deviation.toFixed(3)}`;
  const line = (name: string, { choice, cost }: Point): string => {
    const ratio = `${times(naive.cost.usd.total / cost.usd.total)} cheaper, ${times(naive.cost.seconds / cost.seconds)} faster`;
    return `  ${name.padEnd(34)}${String(choice.trainingRounds + 1).padStart(3)} sums  ${usd(cost.usd.total).padStart(7)} USD  ${(cost.seconds / 60).toFixed(1).padStart(6)} min  ε ${cost.epsilon.toFixed(2)}  ${ratio}`;
  };
  const met = ({ cost }: Point): string =>
    naive.cost.usd.total / cost.usd.total >= GOAL.cheaper || naive.cost.seconds / cost.seconds >= GOAL.faster
      ? 'met'
      : 'MISSED';
  const [gap, over] = [
    measured.planned.mean - measured.naive.mean,
    Math.hypot(measured.planned.deviation, measured.naive.deviation) / Math.sqrt(SEEDS),
  ];
  return [
    `${task}, by ${metric}, at least ${least.toFixed(3)} on held-out training records (${seconds.toFixed(0)} s)`,
    line('the first charter', naive),
    line('planned: rounds and numbers', planned.run),
    line('  and the hour', planned.hour),
    line('  and the chain', planned.chain),
    `  goal of ${GOAL.cheaper} × cheaper or ${GOAL.faster} × faster: chain and hour as they were ${met(planned.run)}, with the hour ${met(planned.hour)}`,
    `  test part, ${SEEDS} seeds: first charter ${say(measured.naive)}, planned ${say(measured.planned)} (${gap < 0 ? '−' : '+'}${Math.abs(gap).toFixed(3)} ± ${over.toFixed(3)})`,
    `  money of what is recommended over the least of all choices at all hours: ${Object.values(ofExhaustive)
      .map((value) => value.toFixed(4))
      .join(', ')} (goal ≤ ${GOAL.ofExhaustive})`,
  ].join('\n');
}

export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const { calibrateHere } = await import('./planCost.ts');
  const calibration = await calibrateHere();
  for (const task of LEARNING_TASKS) {
    const result = await comparedOn(task, calibration, (line) => console.error(line));
    console.log(json ? JSON.stringify(result) : `${formatCompared(result)}\n`);
  }
}
