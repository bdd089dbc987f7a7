/** A plan for a small draft, compiled as it really would be; its prices and its learning model are made. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileCharter, gasCost, gasRoom, privacyCost } from '@concord/sdk';
import type { LearningModel } from '../types.ts';
import { PlanError } from './plan.ts';
import { answer, CALIBRATION, DRAFT, LEARNING, MEMBERS, PRICES } from './workbench.ts';

test('[PL10] a plan is a JSON document, and the same question has the same plan', () => {
  const first = answer('20 USD, eps 4', { holders: [8] });
  const again = answer('20 USD, eps 4', { holders: [8] });
  assert.equal(JSON.stringify(first), JSON.stringify(again));
  assert.deepEqual(JSON.parse(JSON.stringify(first)), first);
  assert.equal(first.version, 1);
  assert.deepEqual(first.prices, PRICES);
  assert.deepEqual(first.calibration, CALIBRATION);
  assert.deepEqual(first.pilots, [{ training: {}, pilot: { made: true } }]);
});

test('[PL10] the draft of a plan compiles, and differs from the person’s only in what was chosen', () => {
  const { draft, recommended } = answer('eps 2');
  const { charter } = compileCharter(draft, MEMBERS, `0x${'11'.repeat(32)}`);
  assert.equal(charter.limits.rounds, recommended.choice.trainingRounds + 1);
  assert.equal(Number(charter.limits.epsilonCap), 2e18);
  const { trainingRounds: _, epsilon: __, ...kept } = draft.terms;
  const { trainingRounds: ___, epsilon: ____, ...had } = DRAFT.terms;
  assert.deepEqual(kept, had);
  const changed = {
    ...(DRAFT.text as object),
    training: { ...(DRAFT.text as { training: object }).training, ...recommended.choice.training },
  };
  assert.deepEqual(draft.text, changed);
});

test('[PL9] money binds: the sentence says what a tenth more would buy', () => {
  const { recommended, best, relaxed, sentences, question } = answer('40 USD, 90 min', {});
  assert.ok(recommended.cost.usd.total <= 40 && recommended.cost.seconds <= 5_400);
  for (const { what, binds, then } of relaxed) if (binds) assert.ok(then.best.worth.mean > best.worth.mean, what);
  assert.equal(question.metric, 'auc');
  const tight = answer('12 USD');
  const money = tight.relaxed.find(({ what }) => what === 'usd');
  assert.ok(money?.binds);
  assert.ok(
    tight.sentences.some((each) =>
      /^Money binds: with 13\.20 USD instead of 12\.00 USD the best run could have \d+ training rounds and reach \.\d{3} instead of \.\d{3}(, which is within the uncertainty)?\.$/.test(
        each,
      ),
    ),
    tight.sentences.join('\n'),
  );
  assert.match(
    sentences[0] ?? '',
    /^Recommended: \d+ training rounds, the members as holders, on l2: AUC \.\d{3} \(\.\d{3} – \.\d{3}\) for /,
  );
});

test('[PL1] other holders are a choice where the person allows them, and a caution where they are recommended', () => {
  const draft = { ...DRAFT, terms: { ...DRAFT.terms, committee: { shares: 8 } } };
  const kept = answer('40 USD', { draft });
  assert.ok(kept.front.every(({ choice }) => choice.committee?.shares === 8));
  const allowed = answer('40 USD', { draft, holders: ['members'] });
  assert.equal(allowed.recommended.choice.committee, undefined, 'members cost less');
  assert.ok(allowed.sentences.some((each) => each.includes('changes who holds the shares')));
  assert.ok(!kept.sentences.some((each) => each.includes('changes who holds the shares')));
});

test('[PL9] what cannot be met is said so, with the nearest and both compromises', () => {
  const failing = answer('2 USD', { least: 0.85 });
  assert.ok(failing.misses.length > 0);
  assert.match(failing.sentences[0] ?? '', /^No choice meets all that was asked\. Nearest: 1 training round/);
  assert.ok(failing.compromises.reachingGoal && failing.compromises.reachingGoal.worth.mean >= 0.85);
  const never = answer(undefined, { least: 0.99 });
  assert.ok(never.sentences.includes('No choice that was looked at is expected to reach .990, whatever it may cost.'));
});

test('[PL8] the draft stands beside the answer, and what was saved is told one thing after the other', () => {
  const { asDrafted, recommended, steps } = answer(undefined, { least: 0.86 });
  assert.equal(asDrafted.choice.trainingRounds, 12);
  assert.equal(asDrafted.choice.chain, 'l1');
  assert.equal(recommended.choice.chain, 'l2');
  assert.deepEqual(
    steps.map(({ what }) => what),
    ['draft', 'run', 'chain', 'hour'],
  );
  assert.equal(steps[0]?.usd, asDrafted.cost.usd.total);
  assert.equal(steps.at(-1)?.usd, recommended.cost.usd.total);
});

test('[PL1] a run that the contract would stop at its gas cap is no choice, and a draft that is none is refused', () => {
  const { charter } = compileCharter(DRAFT, MEMBERS, `0x${'00'.repeat(32)}`);
  const { total, propose, votes, laterRound } = gasCost(charter);
  const room = Number(gasRoom(charter, charter.limits.rounds - 1));
  const gasCap = Math.ceil(total - propose - votes - laterRound + room);
  const capped = { ...DRAFT, terms: { ...DRAFT.terms, gasCap } };
  const { front, looked } = answer(undefined, { draft: capped });
  assert.ok(front.every(({ choice }) => choice.trainingRounds <= 12));
  assert.ok(looked < answer(undefined).looked);
  assert.throws(() => answer(undefined, { draft: { ...DRAFT, terms: { ...DRAFT.terms, gasCap: 1_000 } } }), PlanError);
});

test('[PL9] what a larger ε would buy is not said where the pilot did not try it', () => {
  const least = DRAFT.terms.trainingRounds;
  const known = (multiplier: number): LearningModel => ({
    metric: 'auc',
    at: (choice) => ({
      ...LEARNING.at(choice),
      extrapolated: choice.multiplier < multiplier * Math.sqrt((choice.trainingRounds + 1) / (least + 1)),
    }),
  });
  const { charter } = compileCharter(DRAFT, MEMBERS, `0x${'00'.repeat(32)}`);
  const { relaxed, sentences } = answer('40 USD', { learning: known(0.99 * privacyCost(charter).multiplier) });
  assert.ok(relaxed.every(({ what }) => what !== 'epsilon'));
  assert.ok(sentences.includes('What a larger ε would buy was not judged: the pilot did not try it.'));
  assert.ok(answer('40 USD').relaxed.some(({ what }) => what === 'epsilon'));
});

test('[PL1] local passes of fedAvg are a choice, each worth what its own pilot says', () => {
  const { maxRecords: _, recordBound: __, ...terms } = DRAFT.terms;
  const old = DRAFT.text as { readonly training: object };
  const local = { passes: 4, batchSize: 16, learningRate: 6_554, momentum: 0, proximal: 0 };
  const text = { ...old, version: 2, training: { algorithm: 'fedAvg', ...old.training, local } };
  const worse: LearningModel = {
    metric: 'auc',
    at: (choice) => ({ ...LEARNING.at(choice), mean: LEARNING.at(choice).mean - 0.1 }),
  };
  const better: LearningModel = {
    metric: 'auc',
    at: (choice) => ({
      ...LEARNING.at(choice),
      mean: LEARNING.at(choice).mean + 0.05,
      training: { local: { learningRate: 9_000 } },
    }),
  };
  const others = [
    { training: { local: { passes: 2 } }, learning: worse },
    { training: { local: { passes: 8 } }, learning: better },
  ];
  const found = answer('40 USD', { draft: { text, terms }, others });
  assert.deepEqual(found.question.grid.training, [{}, { local: { passes: 2 } }, { local: { passes: 8 } }]);
  assert.deepEqual(found.recommended.choice.training, { local: { passes: 8, learningRate: 9_000 } });
  assert.deepEqual((found.draft.text as { training: { local: object } }).training.local, {
    ...local,
    passes: 8,
    learningRate: 9_000,
  });
  assert.match(found.sentences[0] ?? '', /training rounds?, 8 local passes, the members as holders/);
});
