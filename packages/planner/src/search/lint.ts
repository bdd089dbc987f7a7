/** What is wrong with a draft before anybody votes, as far as it can be told without running it. [PL11] */
import { bytesText, type CompiledCharter, privacyCost } from '@concord/sdk';
import { compileAt } from '../compileAt.ts';
import { costOf } from '../cost/costOf.ts';
import type { Calibration, Cost, Goal, LearningModel, Metric, Prices, Worth } from '../types.ts';
import { type Breach, breachesOf } from './breach.ts';
import type { Plan } from './document.ts';
import type { Subject, Taught } from './evaluate.ts';
import type { Point } from './front.ts';
import { gridOf } from './grid.ts';
import { plan } from './plan.ts';
import { standardError } from './recommend.ts';
import { epsilonText, gasText, METRIC_NAMES, metricText, secondsText, usdText, worthText } from './words.ts';

export interface Warning {
  readonly check: 'compile' | 'goal' | 'caps' | 'sunset' | 'deadlines' | 'cheaper';
  /** 'broken': the run cannot do what the charter says; 'look': it may not, or costs more than it must; 'unjudged': nobody can tell from what was given. */
  readonly result: 'ok' | 'look' | 'broken' | 'unjudged';
  /** What is the case and what to change. */
  readonly says: string;
}

export interface Learned {
  readonly learning: LearningModel;
  /** The draft's own training numbers, as the pilot measured them. */
  readonly drafted?: Worth;
  /** Of other training, such as other local passes. */
  readonly others?: readonly Taught[];
}

/** What a lint judges by. */
export interface LintGrounds {
  readonly prices: Prices;
  readonly calibration: Calibration;
  /** Unix seconds: the earliest that it may begin. */
  readonly now: number;
  /** What a pilot says of a measure; without one nobody can tell. */
  readonly learned?: (metric: Metric) => Learned;
  /** The pilot's records were made up: it compares choices, and says nothing about the goal. */
  readonly invented?: boolean;
}

const ok = (check: Warning['check'], says: string): Warning => ({ check, result: 'ok', says });

interface Examined extends Subject {
  readonly compiled: CompiledCharter;
  /** One for each chain that has a price, in their order. */
  readonly costs: readonly (readonly [chain: string, cost: Cost])[];
  /** What would be worth as much as the draft for the least money, by a measure; undefined without a pilot, or where a cap stops the draft. */
  readonly asGood: (metric: Metric) => Plan | undefined;
}

/** The goal that somebody stated, else the bar of the text. */
function goalsOf({ text }: CompiledCharter, stated: Goal | undefined): Goal[] {
  const bar = text.acceptance && { metric: text.acceptance.measure, least: text.acceptance.least };
  return [stated, bar].flatMap((goal) => goal ?? []);
}

function goalWarnings(
  { compiled, asGood }: Examined,
  { learned, invented }: LintGrounds,
  stated: Goal | undefined,
): Warning[] {
  const goals = goalsOf(compiled, stated);
  if (goals.length === 0)
    return [
      {
        check: 'goal',
        result: 'look',
        says: 'the draft sets no bar: any model is registered, however bad; set “acceptance” in its text (CH12)',
      },
    ];
  return goals.map((goal): Warning => {
    const what = `${METRIC_NAMES[goal.metric]} of ${metricText(goal.least)}`;
    if (!learned || invented)
      return {
        check: 'goal',
        result: 'unjudged',
        says: `whether the model reaches its ${what} was not judged: ${invented ? 'made-up records say nothing about real ones; ' : ''}pass records with --data`,
      };
    const best = asGood(goal.metric)?.front.reduce<Point | undefined>(
      (top, point) => (top && top.worth.mean >= point.worth.mean ? top : point),
      undefined,
    );
    const own = ownWorth(learned(goal.metric), compiled);
    const can =
      best && best.worth.mean >= goal.least
        ? ` ${best.choice.trainingRounds} training rounds with the numbers of “concord plan” are expected to reach ${worthText(best)}.`
        : ' No choice that was looked at reaches it at this ε: lower the bar, raise ε, or bring more records.';
    if (own.high < goal.least)
      return {
        check: 'goal',
        result: 'broken',
        says: `the draft’s numbers are expected to reach ${metricText(own.mean)} (at most ${metricText(own.high)}), below its ${what}.${can}`,
      };
    if (own.mean < goal.least)
      return {
        check: 'goal',
        result: 'look',
        says: `the draft’s numbers are expected to reach ${metricText(own.mean)} (${metricText(own.low)} – ${metricText(own.high)}): more likely below its ${what} than not.${can}`,
      };
    return ok(
      'goal',
      `the draft’s numbers are expected to reach ${metricText(own.mean)} (${metricText(own.low)} – ${metricText(own.high)}), its ${what}`,
    );
  });
}

const breachText = ({ cap, have, most }: Breach): string => {
  switch (cap) {
    case 'gasCap':
      return `its rounds take about ${gasText(have)}, more than its gas cap of ${gasText(most)}`;
    case 'caps.memberBytes':
      return `a member would send about ${bytesText(have)}, more than the text’s cap of ${bytesText(most)}`;
    case 'caps.memberSeconds':
      return `a member would compute for about ${secondsText(have)}, more than the text’s cap of ${secondsText(most)}`;
  }
};

/** Most training rounds whose run no cap stops. */
function fitting(subject: Subject, { prices, calibration }: LintGrounds, chain: string): number {
  for (let trainingRounds = subject.draft.terms.trainingRounds - 1; trainingRounds > 0; trainingRounds--) {
    const outcome = compileAt(
      subject.draft,
      choiceOf(subject, chain, trainingRounds),
      subject.members,
      subject.records,
    );
    if ('refused' in outcome) continue;
    const cost = costOf(outcome.compiled, { chain, hour: 0 }, prices, calibration, subject.records);
    if (breachesOf(subject.draft, outcome.compiled, cost).length === 0) return trainingRounds;
  }
  return 0;
}

/** What the draft's own numbers are worth or, where nobody measured them, numbers that are tuned for its rounds. */
const ownWorth = ({ learning, drafted }: Learned, { charter }: CompiledCharter): Worth =>
  drafted ?? learning.at({ trainingRounds: charter.limits.rounds - 1, multiplier: privacyCost(charter).multiplier });

const choiceOf = ({ draft }: Subject, chain: string, trainingRounds = draft.terms.trainingRounds) => ({
  ...{ trainingRounds, chain, hour: 0 },
  ...(draft.terms.committee && { committee: draft.terms.committee }),
});

function capWarnings(examined: Examined, grounds: LintGrounds): Warning[] {
  const { draft, compiled, costs } = examined;
  const [chain = '', cost] = costs[0] ?? [];
  if (!cost) return [];
  const breaches = breachesOf(draft, compiled, cost);
  if (breaches.length === 0) return [ok('caps', 'no cap stops the run')];
  const fits = fitting(examined, grounds, chain);
  const instead =
    fits > 0
      ? `raise the cap, or ask for at most ${fits} training rounds`
      : 'raise the cap: not even one training round fits';
  return breaches.map((breach) => ({ check: 'caps', result: 'broken', says: `${breachText(breach)}: ${instead}` }));
}

function sunsetWarnings({ draft, costs }: Examined, { now }: LintGrounds): Warning[] {
  const { sunset, votingSeconds } = draft.terms;
  if (sunset === 0) return [ok('sunset', 'the draft has no sunset')];
  if (sunset <= now)
    return [
      {
        check: 'sunset',
        result: 'broken',
        says: 'its sunset has passed: no round would open; set a later one, or 0 for none',
      },
    ];
  return costs.map(([chain, { seconds }]): Warning => {
    const left = sunset - now;
    const run = `on ${chain} the run takes about ${secondsText(seconds)}`;
    if (seconds > left)
      return {
        check: 'sunset',
        result: 'broken',
        says: `${run}, and only ${secondsText(left)} are left before its sunset: set a later one or ask for fewer rounds`,
      };
    if (seconds + votingSeconds > left)
      return {
        check: 'sunset',
        result: 'look',
        says: `${run}; if the vote takes its ${secondsText(votingSeconds)}, it does not end before its sunset: set a later one`,
      };
    return ok('sunset', `${run}, and ends before its sunset`);
  });
}

function deadlineWarnings({ draft, costs }: Examined): Warning[] {
  const { deadlines } = draft.terms;
  return costs.map(([chain, { parts }]): Warning => {
    const late = parts.flatMap(({ phase, seconds }) => {
      const most = deadlines[phase as keyof typeof deadlines];
      return most !== undefined && seconds > most
        ? [`${phase} takes about ${secondsText(seconds)} of ${secondsText(most)}`]
        : [];
    });
    return late.length === 0
      ? ok('deadlines', `on ${chain} every phase ends before its deadline`)
      : {
          check: 'deadlines',
          result: 'broken',
          says: `on ${chain} attempts would be void: ${late.join('; ')}: give these phases more time`,
        };
  });
}

/** The cheapest other number of rounds on the same chain at the same hour that is expected to be worth as much. */
function cheaperWarnings({ draft, asGood }: Examined, { learned, invented }: LintGrounds, metric: Metric): Warning[] {
  if (!learned)
    return [
      {
        check: 'cheaper',
        result: 'unjudged',
        says: 'whether fewer rounds would do was not judged: pass records with --data, or how many there are with --rows',
      },
    ];
  const found = asGood(metric);
  // A cap stops the draft: that is to be mended first.
  if (!found) return [];
  const { asDrafted, steps, recommended } = found;
  const run = steps.find(({ what }) => what === 'run');
  const third = run !== undefined && run.usd <= (asDrafted.cost.usd.total * 2) / 3;
  if (!third || recommended.worth.mean < asDrafted.worth.mean - standardError(asDrafted))
    return [ok('cheaper', 'no other number of rounds is a third cheaper and expected to be worth as much')];
  const { trainingRounds } = recommended.choice;
  const rounds = `${trainingRounds} training ${trainingRounds === 1 ? 'round' : 'rounds'} instead of ${draft.terms.trainingRounds}`;
  const worth = `${METRIC_NAMES[metric]} ${metricText(recommended.worth.mean)} beside ${metricText(asDrafted.worth.mean)}${invented ? ' on made-up records' : ''}`;
  const money = `${usdText(run.usd)} instead of ${usdText(asDrafted.cost.usd.total)} on ${asDrafted.choice.chain}`;
  return [
    {
      check: 'cheaper',
      result: 'look',
      says: `with ${rounds} the model is expected to be worth as much within one standard error (${worth}), at the same ε = ${epsilonText(draft.terms.epsilon)}, for ${money}: “concord plan --write” writes such a draft`,
    },
  ];
}

/** Looks at a draft from all sides. `goal`: beside the bar of its text, what somebody wants it to reach. */
export function lint(subject: Subject, grounds: LintGrounds, goal?: Goal): Warning[] {
  const { draft, members, records } = subject;
  const first = grounds.prices.chains[0]?.name ?? '';
  const outcome = compileAt(draft, choiceOf(subject, first), members, records);
  if ('refused' in outcome) return [{ check: 'compile', result: 'broken', says: outcome.refused }];
  const { compiled } = outcome;
  const costs = grounds.prices.chains.map(
    ({ name }) =>
      [name, costOf(compiled, { chain: name, hour: 0 }, grounds.prices, grounds.calibration, records)] as const,
  );
  const { learned, prices, calibration } = grounds;
  const fits = costs.every(([, cost]) => breachesOf(draft, compiled, cost).length === 0);
  const asGood = (metric: Metric): Plan | undefined => {
    if (!learned || !fits) return undefined;
    const known = learned(metric);
    const own = ownWorth(known, compiled);
    // Worth as much: not less by more than one standard error.
    const wanted = { metric, least: own.mean - standardError({ worth: own }) };
    const training = [{}, ...(known.others ?? []).map((each) => each.training)];
    return plan(
      { ...subject, grid: { ...gridOf(draft, prices), training }, budget: {}, goal: wanted },
      { ...known, prices, calibration, pilots: [] },
    );
  };
  const examined: Examined = { ...subject, compiled, costs, asGood };
  const measure = goal?.metric ?? compiled.text.acceptance?.measure ?? 'auc';
  return [
    ...goalWarnings(examined, grounds, goal),
    ...capWarnings(examined, grounds),
    ...sunsetWarnings(examined, grounds),
    ...deadlineWarnings(examined),
    ...cheaperWarnings(examined, grounds, measure),
  ];
}

/** Whether the charter cannot do what it says. */
export const isBroken = (warnings: readonly Warning[]): boolean => warnings.some(({ result }) => result === 'broken');
