import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Draft, LearningModel } from '../types.ts';
import { isBroken, lint, type LintGrounds, type Warning } from './lint.ts';
import { CALIBRATION, DRAFT, LEARNING, MEMBERS, PRICES } from './workbench.ts';

const NOW = 1_800_000_000;
const GROUNDS: LintGrounds = { prices: PRICES, calibration: CALIBRATION, now: NOW };
const LEARNED: LintGrounds = { ...GROUNDS, learned: () => ({ learning: LEARNING }) };

interface Change {
  readonly terms?: Partial<Draft['terms']>;
  readonly text?: object;
}
const looked = ({ terms, text }: Change = {}, grounds: LintGrounds = GROUNDS, goal?: number): readonly Warning[] => {
  const draft: Draft = { text: { ...(DRAFT.text as object), ...text }, terms: { ...DRAFT.terms, ...terms } };
  const subject = { draft, members: MEMBERS, records: [100, 100, 100, 100] };
  return lint(subject, grounds, goal === undefined ? undefined : { metric: 'auc', least: goal });
};
const of = (warnings: readonly Warning[], check: Warning['check']): Warning[] =>
  warnings.filter((each) => each.check === check);
const only = (warnings: readonly Warning[], check: Warning['check']): Warning => {
  const found = of(warnings, check);
  assert.equal(found.length, 1, JSON.stringify(warnings, undefined, 1));
  return found[0]!;
};
const bar = (least: number, measure = 'auc') => ({ acceptance: { measure, least, records: 100 } });

test('[PL11] without records nothing is said about what a model reaches, and it is named as not judged', () => {
  const warnings = looked({ text: bar(0.99) });
  assert.equal(only(warnings, 'goal').result, 'unjudged');
  assert.match(only(warnings, 'goal').says, /AUC of \.990 was not judged: pass records with --data/);
  assert.equal(only(warnings, 'cheaper').result, 'unjudged');
  assert.equal(isBroken(warnings), false);
  const invented = looked({ text: bar(0.99) }, { ...LEARNED, invented: true });
  assert.match(only(invented, 'goal').says, /made-up records say nothing about real ones/);
  assert.notEqual(only(invented, 'cheaper').result, 'unjudged');
});

test('[PL11] a bar or a goal that the draft cannot reach breaks it, with what would reach it', () => {
  // The model is expected to be worth about .875 with 12 rounds, .88 at most.
  const never = looked({ text: bar(0.95) }, LEARNED);
  assert.match(only(never, 'goal').says, /below its AUC of \.950\. No choice that was looked at reaches it at this ε/);
  assert.ok(isBroken(never));
  const more = looked({ terms: { trainingRounds: 4 } }, LEARNED, 0.86);
  assert.match(only(more, 'goal').says, /8 training rounds with the numbers of “concord plan” are expected to reach/);
  assert.ok(isBroken(more));
  const unlikely = looked({ text: bar(0.877) }, LEARNED);
  assert.equal(only(unlikely, 'goal').result, 'look');
  assert.equal(only(looked({ text: bar(0.8) }, LEARNED), 'goal').result, 'ok');
  assert.deepEqual(
    of(looked({ text: bar(0.8) }, LEARNED, 0.99), 'goal').map(({ result }) => result),
    ['broken', 'ok'],
  );
  assert.match(only(looked({}, LEARNED), 'goal').says, /sets no bar/);
  const drafted = { mean: 0.6, low: 0.55, high: 0.65, extrapolated: false };
  assert.equal(
    only(looked({ text: bar(0.8) }, { ...GROUNDS, learned: () => ({ learning: LEARNING, drafted }) }), 'goal').result,
    'broken',
    'the draft’s own numbers count',
  );
});

test('[PL11] rounds that do not fit under a cap break it, with how many do', () => {
  const warnings = looked({ terms: { gasCap: 5_000_000 } }, LEARNED);
  const { result, says } = only(warnings, 'caps');
  assert.equal(result, 'broken');
  const rounds = Number(/ask for at most (\d+) training rounds/.exec(says)?.[1]);
  assert.ok(rounds > 1 && rounds < 12);
  assert.equal(only(looked({ terms: { gasCap: 5_000_000, trainingRounds: rounds } }), 'caps').result, 'ok');
  assert.equal(only(looked({ terms: { gasCap: 5_000_000, trainingRounds: rounds + 1 } }), 'caps').result, 'broken');
  assert.match(only(looked({ terms: { gasCap: 1_100_000 } }), 'caps').says, /not even one training round fits/);
  assert.match(
    only(looked({ terms: { gasCap: 1_000 } }), 'compile').says,
    /gasCap: have 1000, need 0 \(no cap\) or at least/,
  );
});

test('[PL11] a sunset before the run ends breaks it on the chains where it does', () => {
  assert.equal(of(looked(), 'sunset')[0]?.result, 'ok');
  assert.match(only(looked({ terms: { sunset: NOW - 1 } }), 'sunset').says, /has passed/);
  const soon = of(looked({ terms: { sunset: NOW + 3_000, votingSeconds: 60 } }), 'sunset');
  assert.deepEqual(
    soon.map(({ result }) => result),
    ['broken', 'ok'],
    'twelve rounds take an hour on l1 and some minutes on l2',
  );
  const late = of(looked({ terms: { sunset: NOW + 86_400, votingSeconds: 85_000 } }), 'sunset');
  assert.equal(late[0]?.result, 'look');
});

test('[PL11] a deadline that is shorter than its phase breaks it', () => {
  const warnings = of(looked({ terms: { deadlines: { ...DRAFT.terms.deadlines, open: 20 } } }), 'deadlines');
  assert.match(
    warnings[0]?.says ?? '',
    /on l1 attempts would be void: open takes about \d+ s of 20 s: give these phases more time/,
  );
  assert.equal(warnings[0]?.result, 'broken');
  assert.equal(warnings[1]?.result, 'ok');
});

test('[PL11] a draft that pays a third too much for what it is worth is told so', () => {
  // Worth the same from the second round on.
  const flat: LearningModel = { metric: 'auc', at: () => ({ mean: 0.8, low: 0.79, high: 0.81, extrapolated: false }) };
  const { result, says } = only(looked({}, { ...GROUNDS, learned: () => ({ learning: flat }) }), 'cheaper');
  assert.equal(result, 'look');
  assert.match(
    says,
    /^with 1 training round instead of 12 .* at the same ε = 4, for \d+\.\d\d USD instead of \d+\.\d\d USD on l1/,
  );
  const steep: LearningModel = {
    metric: 'auc',
    at: ({ trainingRounds: t }) => ({
      mean: 0.5 + t / 100,
      low: 0.495 + t / 100,
      high: 0.505 + t / 100,
      extrapolated: false,
    }),
  };
  assert.equal(only(looked({}, { ...GROUNDS, learned: () => ({ learning: steep }) }), 'cheaper').result, 'ok');
});

test('[PL11] a draft that does not compile is only told that', () => {
  const warnings = looked({ terms: { epsilon: -1 } });
  assert.deepEqual(
    warnings.map(({ check, result }) => [check, result]),
    [['compile', 'broken']],
  );
});
