import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BudgetError, parseBudget, parseGoal } from './budget.ts';

test('[PL9] a budget is read as people write it', () => {
  const cases: readonly (readonly [string, object])[] = [
    ['20 USD, eps 4, 2 h', { usd: 20, epsilon: 4, seconds: 7_200 }],
    ['$12.50; ε = 1', { usd: 12.5, epsilon: 1 }],
    ['USD 20', { usd: 20 }],
    ['3 Mgas', { gas: 3_000_000 }],
    ['400k gas', { gas: 400_000 }],
    ['3 000 000 gas', { gas: 3_000_000 }],
    ['2 GB a member', { memberBytes: 2e9 }],
    ['500 MB/member, 2 GB in all', { memberBytes: 5e8, bytes: 2e9 }],
    ['90 min', { seconds: 5_400 }],
    ['1.5 days,', { seconds: 129_600 }],
    ['.5 usd', { usd: 0.5 }],
    ['epsilon ≤ 0.25', { epsilon: 0.25 }],
  ];
  for (const [text, budget] of cases) assert.deepEqual(parseBudget(text), budget, text);
});

test('[PL9] a piece that cannot be read is named, with what would be right', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['20', /“20”: of what\? write a number and its unit/],
    ['20 USD, soon', /“soon”: write a number and its unit/],
    ['20 EUR', /“eur” is no unit here; .*“20 USD”/],
    ['0 USD', /“0 USD”: need more than nothing/],
    ['-3 h', /“-3 h”: need more than nothing/],
    ['20 USD, 5 dollars', /“5 dollars”: money is said twice/],
    ['2 h a member', /time can only be said of the whole run/],
    ['', /“”: write a number/],
    [' , ', /write a number/],
    ['1,5 h', /“1”: of what/],
  ];
  for (const [text, message] of cases)
    assert.throws(
      () => parseBudget(text),
      (error) => error instanceof BudgetError && message.test(error.message),
      text,
    );
});

test('[PL9] a goal is a measure and its least value', () => {
  assert.deepEqual(parseGoal('auc 0.95'), { metric: 'auc', least: 0.95 });
  assert.deepEqual(parseGoal('Accuracy >= 80 %'), { metric: 'accuracy', least: 0.8 });
  assert.deepEqual(parseGoal('recall .7'), { metric: 'recallAt1PercentFalseAlarms', least: 0.7 });
  assert.deepEqual(parseGoal('recallAt1PercentFalseAlarms 0.7'), { metric: 'recallAt1PercentFalseAlarms', least: 0.7 });
  assert.deepEqual(parseGoal('auc'), { metric: 'auc' });
  assert.throws(() => parseGoal('f1 0.9'), /“f1” is no measure here; .*auc/);
  assert.throws(() => parseGoal('auc 95'), /between 0 and 1, or a percentage/);
  assert.throws(() => parseGoal(''), /write a measure/);
});

test('[PL9] the parsers are total: any text becomes what was asked or a BudgetError', () => {
  for (const parse of [parseBudget, parseGoal])
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789 .,eusdhgabε$=MkG'.split('')) })),
        (text) => {
          try {
            for (const value of Object.values(parse(text))) assert.ok(typeof value === 'string' || value > 0);
          } catch (error) {
            assert.ok(error instanceof BudgetError, String(error));
          }
        },
      ),
      { numRuns: 2_000 },
    );
});
