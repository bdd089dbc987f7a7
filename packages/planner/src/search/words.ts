/** What a plan says, in plain words. [PL9] */
import { bytesText, thousands } from '@concord/sdk';
import type { Metric } from '../types.ts';
import type { Plan, Step } from './document.ts';
import type { Point } from './front.ts';
import { type Limit, type Miss, missesOf, standardError } from './recommend.ts';
import type { Relaxed } from './relax.ts';

export const METRIC_NAMES: Readonly<Record<Metric, string>> = {
  accuracy: 'accuracy',
  auc: 'AUC',
  recallAt1PercentFalseAlarms: 'recall at 1 % false alarms',
};

/** The measure of a plan, and that its records were made up where they were. */
export const metricName = ({ question }: Pick<Plan, 'question'>): string =>
  `${METRIC_NAMES[question.metric]}${question.invented ? ' (made-up records)' : ''}`;

/** .712 */
export const metricText = (value: number): string => value.toFixed(3).replace(/^(-?)0/, '$1');

/** Two digits at least, three for what is small: “12.40 USD”, “0.0031 USD”, “1 240 USD”. */
export function usdText(value: number): string {
  if (value >= 1000) return `${thousands(Math.round(value))} USD`;
  if (value >= 1 || value < 1e-6) return `${value.toFixed(2)} USD`;
  return `${Number(value.toPrecision(2)).toFixed(Math.min(8, 1 - Math.floor(Math.log10(value))))} USD`;
}

/** “45 s”, “12 min”, “2.4 h”, “3.1 days”. */
export function secondsText(seconds: number): string {
  if (seconds < 90) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${(seconds / 3_600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} days`;
}

/** “3.13 Mgas”, “640 k gas”. */
export const gasText = (gas: number): string =>
  gas >= 1e6 ? `${(gas / 1e6).toFixed(2)} Mgas` : `${Math.round(gas / 1e3)} k gas`;

/** ε of a budget or of a run: at most three digits after the point. */
export const epsilonText = (epsilon: number): string => String(Math.round(epsilon * 1000) / 1000);

const LIMIT_NAMES: Readonly<Record<Limit | 'goal', string>> = {
  usd: 'Money',
  gas: 'Gas',
  bytes: 'The bytes of all parts',
  memberBytes: 'The bytes of a member',
  seconds: 'Time',
  epsilon: 'Privacy',
  goal: 'The goal',
};

/** A value of what a limit is about. */
export function limitText(what: Limit | 'goal', value: number): string {
  switch (what) {
    case 'usd':
      return usdText(value);
    case 'gas':
      return gasText(value);
    case 'bytes':
    case 'memberBytes':
      return bytesText(value);
    case 'seconds':
      return secondsText(value);
    case 'epsilon':
      return `ε = ${epsilonText(value)}`;
    case 'goal':
      return metricText(value);
  }
}

const times = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00 UTC`;
const rounds = ({ choice }: Point): string => times(choice.trainingRounds, 'training round');
const holders = ({ choice }: Point): string =>
  choice.committee ? `a committee of ${choice.committee.shares} pairs` : 'the members as holders';

/** Local passes that are not the draft's own: “, 4 local passes”. */
function passes({ choice }: Point): string {
  const local = choice.training?.['local'] as { readonly passes?: unknown } | undefined;
  return typeof local?.passes === 'number' ? `, ${local.passes} local ${local.passes === 1 ? 'pass' : 'passes'}` : '';
}

/** “.712 (.690 – .731)”. */
export const worthText = ({ worth }: Point): string =>
  `${metricText(worth.mean)} (${metricText(worth.low)} – ${metricText(worth.high)})`;

/** Whether gas of this chain has a price by the hour. */
export const byTheHour = (chain: string, { chains }: Plan['prices']): boolean =>
  chains.some(({ name, gasPrice }) => name === chain && typeof gasPrice !== 'number');

const SLACKS: Readonly<Record<number, string>> = { 0.5: 'half', 0.25: 'a quarter' };

/** “, a quarter of the deadlines”, where they are not the draft's own. */
const slackText = ({ choice: { slack } }: Point): string =>
  slack === undefined ? '' : `, ${SLACKS[slack] ?? `${Math.round(100 * slack)} %`} of the deadlines`;

/** “seat 60 s, noise 45 s, …” */
export const deadlinesText = ({ choice: { deadlines } }: Point): string =>
  deadlines === undefined
    ? 'as drafted'
    : Object.entries(deadlines)
        .map(([phase, seconds]) => `${phase} ${seconds} s`)
        .join(', ');

/** What a choice is: “14 training rounds, the members as holders, on l2 from 03:00 UTC”. */
export const choiceText = (point: Point, plan: Pick<Plan, 'prices'>): string => {
  const when = byTheHour(point.choice.chain, plan.prices) ? ` from ${clock(point.choice.hour)}` : '';
  return `${rounds(point)}${passes(point)}, ${holders(point)}${slackText(point)}, on ${point.choice.chain}${when}`;
};

const outcome = (point: Point): string =>
  `${usdText(point.cost.usd.total)}, ${secondsText(point.cost.seconds)}, ε = ${epsilonText(point.cost.epsilon)}`;

const missText = ({ what, have, need }: Miss): string =>
  what === 'goal'
    ? `${metricText(have)} where ${metricText(need)} is wanted`
    : `${limitText(what, have)} where ${limitText(what, need)} is allowed`;

function recommendation(plan: Unsaid): string[] {
  const { recommended, misses, question } = plan;
  const metric = metricName(plan);
  const what = `${choiceText(recommended, plan)}: ${metric} ${worthText(recommended)} for ${outcome(recommended)}.`;
  const { best } = plan;
  const cheaper =
    best !== recommended && best.worth.mean > recommended.worth.mean + 0.0005
      ? [
          `The best that the budget allows is ${metricText(best.worth.mean)}, with ${rounds(best)} for ${outcome(best)}; the recommended choice is the cheapest within one standard error of it.`,
        ]
      : [];
  if (misses.length === 0) return [`Recommended: ${what}`, ...cheaper];
  const { withinBudget, reachingGoal } = plan.compromises;
  return [
    `No choice meets all that was asked. Nearest: ${what} It has ${misses.map(missText).join(', and ')}.`,
    ...(withinBudget && withinBudget.worth.mean - recommended.worth.mean >= 0.0005
      ? [`Within the budget the best is ${metricText(withinBudget.worth.mean)}: ${choiceText(withinBudget, plan)}.`]
      : []),
    ...(reachingGoal
      ? [`The goal is reached for ${outcome(reachingGoal)} at least: ${choiceText(reachingGoal, plan)}.`]
      : question.goal
        ? [
            `No choice that was looked at is expected to reach ${metricText(question.goal.least)}, whatever it may cost.`,
          ]
        : []),
  ];
}

/** “2.2 × cheaper”, “1.3 × dearer”, “about as cheap”. */
function factor(before: number, after: number, [more, less, same]: readonly [string, string, string]): string {
  const ratio = before === after ? 1 : before / after;
  if (Math.abs(ratio - 1) < 0.02) return `about as ${same}`;
  // What costs nothing is cheaper by no number.
  if (before === 0 || after === 0) return ratio > 1 ? more : less;
  return ratio > 1 ? `${ratio.toFixed(1)} × ${more}` : `${(1 / ratio).toFixed(1)} × ${less}`;
}
const MONEY = ['cheaper', 'dearer', 'cheap'] as const;
const TIME = ['faster', 'slower', 'fast'] as const;

function besideTheDraft({ asDrafted, recommended, steps, prices, misses }: Unsaid): string[] {
  const which = misses.length > 0 ? 'nearest' : 'recommended';
  const [before, after] = [asDrafted.cost, recommended.cost];
  const gain = recommended.worth.mean - asDrafted.worth.mean;
  const unsure =
    Math.max(asDrafted.worth.high - asDrafted.worth.low, recommended.worth.high - recommended.worth.low) / 2;
  const metric =
    Math.abs(gain) < 0.0005
      ? 'the same expected metric'
      : `${metricText(Math.abs(gain))} ${gain > 0 ? 'more' : 'less'}${Math.abs(gain) < unsure ? ', which is within the uncertainty' : ''}`;
  const gains = ({ usd, seconds }: { readonly usd: number; readonly seconds: number }): string =>
    `${factor(before.usd.total, usd, MONEY)} and ${factor(before.seconds, seconds, TIME)}`;
  const run = steps.find(({ what }) => what === 'run');
  const there = { usd: after.usd.total, seconds: after.seconds };
  const moved = run && steps.some((step, i) => i > 1 && changed(steps[i - 1]!, step));
  const compared = moved
    ? `On the same chain at the same hour the ${which} run is ${gains(run)}; in its own place and hour, ${gains(there)}`
    : `The ${which} run is ${gains(there)}`;
  const first = `The draft as it stands (${choiceText(asDrafted, { prices })}${byTheHour(asDrafted.choice.chain, prices) ? ', an ordinary hour' : ''}): ${worthText(asDrafted)} for ${outcome(asDrafted)}. ${compared}; with ${metric}.`;
  const changes = steps.flatMap((step, i) => {
    const was = steps[i - 1];
    if (!was || !changed(was, step)) return [];
    const [from, to] = [secondsText(was.seconds), secondsText(step.seconds)];
    return [
      `${step.what === 'run' && recommended.choice.slack !== undefined ? CHANGED.run.replace('ε', 'deadlines, ε') : CHANGED[step.what]} ${usdText(was.usd)} → ${usdText(step.usd)}${from === to ? '' : ` and ${from} → ${to}`}`,
    ];
  });
  return changes.length > 0 ? [first, `One change after the other: ${changes.join('; ')}.`] : [first];
}

const CHANGED: Readonly<Record<Step['what'], string>> = {
  draft: '',
  run: 'the run itself (rounds, holders, ε)',
  chain: 'the chain',
  hour: 'the hour',
};

/** Whether a step makes a difference that is worth a word. */
const changed = (was: Step, step: Step): boolean =>
  Math.abs(step.usd / was.usd - 1) >= 0.005 || Math.abs(step.seconds / was.seconds - 1) >= 0.005;

/** “with 22 USD instead of 20 USD the best run could have 14 training rounds and reach .71 instead of .69”. */
function relaxedText({ what, asked, instead, then }: Relaxed, { recommended, best, misses, question }: Unsaid): string {
  const condition = `with ${limitText(what, instead)} instead of ${limitText(what, asked)}`;
  const { point } = then;
  if (misses.length > 0)
    return then.misses.length === 0
      ? `${condition} all that was asked could be met: ${rounds(point)}, ${metricText(point.worth.mean)} for ${outcome(point)}`
      : `${condition} fewer of the things that were asked would be missed`;
  const run = (one: Point, other: Point): string => (rounds(one) === rounds(other) ? 'the same rounds' : rounds(one));
  if (question.goal)
    return `${condition} the run could have ${run(point, recommended)} and cost ${usdText(point.cost.usd.total)} instead of ${usdText(recommended.cost.usd.total)}`;
  const gain = then.best.worth.mean - best.worth.mean;
  const unsure = gain < standardError(best) ? ', which is within the uncertainty' : '';
  return `${condition} the best run could have ${run(then.best, best)} and reach ${metricText(then.best.worth.mean)} instead of ${metricText(best.worth.mean)}${unsure}`;
}

/** “money (44.00 USD)”, “a goal that may miss a tenth more (.670)”. */
const relaxedName = ({ what, instead }: Relaxed): string =>
  what === 'goal'
    ? `a goal that may miss a tenth more (${metricText(instead)})`
    : `a tenth more of ${LIMIT_NAMES[what].replace(/^The/, 'the').replace(/^[MGTP]/, (letter) => letter.toLowerCase())} (${limitText(what, instead)})`;

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

function bindings(plan: Unsaid): string[] {
  const binding = plan.relaxed.filter(({ binds }) => binds);
  const said = binding.map((each) => `${LIMIT_NAMES[each.what]} binds: ${relaxedText(each, plan)}.`);
  if (!plan.relaxed.some(({ what }) => what === 'epsilon'))
    said.push('What a larger ε would buy was not judged: the pilot did not try it.');
  const free = listed(plan.relaxed.filter(({ binds }) => !binds).map(relaxedName));
  if (free === '') return said;
  if (plan.misses.length > 0) return [...said, `It would not be met with ${free} either.`];
  return [
    ...said,
    `${binding.length === 0 ? 'Nothing that was asked binds' : 'The rest does not bind'}: ${free} would buy nothing.`,
  ];
}

function cautions({ recommended, question, front }: Unsaid): string[] {
  const said: string[] = [];
  const beyond = front
    .filter((point) => missesOf(point, { budget: question.budget }).length === 0)
    .filter(({ worth }) => worth.extrapolated && worth.mean >= recommended.worth.mean + standardError(recommended))
    .sort((a, b) => b.worth.mean - a.worth.mean)[0];
  if (beyond && !recommended.worth.extrapolated && !question.goal)
    said.push(
      `Beyond what the pilot tried, ${rounds(beyond)} might reach ${metricText(beyond.worth.mean)} for ${outcome(beyond)}: to know, draft more rounds and plan again.`,
    );
  if (recommended.worth.extrapolated)
    said.push('The metric of the recommended choice is an extrapolation: it lies outside what the pilot tried.');
  if (recommended.choice.committee?.shares !== question.draft.terms.committee?.shares)
    said.push(
      'The recommended choice changes who holds the shares. What members trust is theirs to decide: the planner compared money, time and ε.',
    );
  if (recommended.choice.deadlines)
    said.push(
      `Deadlines are shorter (${deadlinesText(recommended)}), none made shorter than four times what its phase is expected to take: whoever is out for longer than that is left out of a round, or the attempt is void.`,
    );
  const { goal } = question;
  if (goal && recommended.worth.mean >= goal.least && recommended.worth.low < goal.least)
    said.push(`The goal is reached on average; it may come out as low as ${metricText(recommended.worth.low)}.`);
  const { epsilon } = question.budget;
  const own = question.draft.terms.epsilon;
  if (epsilon !== undefined && epsilon > own)
    said.push(
      `The budget would allow ε = ${epsilonText(epsilon)}, but the draft promises ${epsilonText(own)}, and a promise is only changed by whoever makes it.`,
    );
  return said;
}

type Unsaid = Omit<Plan, 'sentences'>;

/** What the plan says, most important first. */
export const sentencesOf = (plan: Unsaid): string[] => [
  ...recommendation(plan),
  ...besideTheDraft(plan),
  ...bindings(plan),
  ...cautions(plan),
];
