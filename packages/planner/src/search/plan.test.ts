/** A plan for a small draft, compiled as it really would be; its prices and its learning model are made. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Address, compileCharter, gasCost } from '@concord/sdk';
import type { Calibration, Draft, LearningModel, Prices } from '../types.ts';
import { type CostOf, evaluator } from './evaluate.ts';
import { gridOf, type Holders } from './grid.ts';
import { plan, PlanError } from './plan.ts';
import { parseBudget } from './budget.ts';

const DRAFT: Draft = {
  text: {
    version: 1,
    name: 'Small',
    purpose: 'p',
    metric: 'm',
    schema: { label: 'y', blank: 'zero', basis: 'plain', columns: [{ name: 'a', transform: 'identity', bound: 1 }] },
    model: { kind: 'logistic', inputs: 1 },
    training: {
      ...{ clippingNorm: 65_536, statisticsNorm: 65_536, deviationFloor: 4_096, featureLimit: 3 },
      ...{ learningRate: [65_536, 65_536], momentum: 0 },
    },
    clauses: [{ id: 'CH1', sentence: 's', enforcedBy: 'e' }],
  },
  terms: {
    ...{ epsilon: 4, deltaExponent: 5, trainingRounds: 12, minCohort: 3, maxRecords: 256, recordBound: 16_384, honest: 1 },
    ...{ votingSeconds: 3_600, sunset: 0, gasCap: 0 },
    deadlines: { seat: 60, noise: 60, open: 60, upload: 60, query: 60, verify: 60, unmask: 60, settle: 60 },
  },
};
const MEMBERS = [1, 2, 3, 4].map((i): Address => `0x${String(i).padStart(40, '0')}`);
const night = Array.from({ length: 24 }, (_, hour) => (hour === 3 ? 4e9 : hour < 8 ? 8e9 : 20e9));
const PRICES: Prices = {
  chains: [
    { name: 'l1', blockSeconds: 12, confirmations: 2, gasPrice: night, usdPerEther: 2_000, origin: 'made' },
    { name: 'l2', blockSeconds: 2, confirmations: 2, gasPrice: 1e9, usdPerEther: 2_000, origin: 'made' },
  ],
  usdPerGigabyte: 0.1,
  usdPerProcessorHour: 0.05,
  origin: 'made',
};
const CALIBRATION: Calibration = {
  ...{ version: 1, processor: 'made', seconds: 2, multiplyAdd: 1e-9, sign: 1e-3, recover: 1e-3, hashByte: 1e-9 },
  kernels: {} as Calibration['kernels'],
};
const LEARNING: LearningModel = {
  metric: 'auc',
  at: ({ trainingRounds, multiplier }) => {
    const mean = 0.9 - 0.2 / trainingRounds - 0.002 * multiplier;
    const training = { clippingNorm: 65_536 + trainingRounds };
    return { mean, low: mean - 0.004, high: mean + 0.004, extrapolated: trainingRounds > 16, training };
  },
};
const costOf: CostOf = ({ charter }, { chain: name, hour }, { chains }) => {
  const gas = gasCost(charter).total;
  const chain = chains.find((each) => each.name === name)!;
  const price = typeof chain.gasPrice === 'number' ? chain.gasPrice : chain.gasPrice[hour]!;
  const usd = (gas * price * chain.usdPerEther) / 1e18;
  const { rounds } = charter.limits;
  return {
    gas,
    usd: { gas: usd, bytes: 0, compute: 0, total: usd },
    payers: { relayer: usd, members: 0, aggregators: 0 },
    bytes: { member: rounds * 1e6, all: rounds * 4e6 },
    seconds: rounds * 8 * chain.blockSeconds * (1 + chain.confirmations),
    processorSeconds: { member: rounds, holder: rounds, all: 4 * rounds },
    epsilon: Number(charter.limits.epsilonCap) / 1e18,
    parts: [{ phase: 'SEAT', seconds: 8 * chain.blockSeconds * (1 + chain.confirmations) }],
  };
};

const answer = (budget: string | undefined, { least, holders, draft = DRAFT }: { least?: number; holders?: Holders[]; draft?: Draft } = {}) => {
  const asked = budget === undefined ? {} : parseBudget(budget);
  const grid = gridOf(draft, { chains: PRICES.chains, budget: asked, ...(holders && { holders }) });
  const subject = { draft, members: MEMBERS, records: [100, 100, 100, 100] };
  const known = { prices: PRICES, calibration: CALIBRATION, learning: LEARNING };
  const question = { ...subject, grid, budget: asked, ...(least !== undefined && { goal: { metric: 'auc', least } as const }) };
  return plan(question, { ...known, pilot: { made: true } }, evaluator(subject, known, costOf));
};

test('[PL10] a plan is a JSON document, and the same question has the same plan', () => {
  const first = answer('20 USD, eps 4', { holders: [8] });
  const again = answer('20 USD, eps 4', { holders: [8] });
  assert.equal(JSON.stringify(first), JSON.stringify(again));
  assert.deepEqual(JSON.parse(JSON.stringify(first)), first);
  assert.equal(first.version, 1);
  assert.deepEqual(first.prices, PRICES);
  assert.deepEqual(first.calibration, CALIBRATION);
  assert.deepEqual(first.pilot, { made: true });
});

test('[PL10] the draft of a plan compiles, and differs from the person’s only in what was chosen', () => {
  const { draft, recommended } = answer('eps 2');
  const { charter } = compileCharter(draft, MEMBERS, `0x${'11'.repeat(32)}`);
  assert.equal(charter.limits.rounds, recommended.choice.trainingRounds + 1);
  assert.equal(Number(charter.limits.epsilonCap), 2e18);
  const { trainingRounds: _, epsilon: __, ...kept } = draft.terms;
  const { trainingRounds: ___, epsilon: ____, ...had } = DRAFT.terms;
  assert.deepEqual(kept, had);
  const changed = { ...(DRAFT.text as object), training: { ...(DRAFT.text as { training: object }).training, ...recommended.choice.training } };
  assert.deepEqual(draft.text, changed);
});

test('[PL9] money binds: the sentence says what a tenth more would buy', () => {
  const { recommended, relaxed, sentences, question } = answer('40 USD, 90 min', {});
  assert.ok(recommended.cost.usd.total <= 40 && recommended.cost.seconds <= 5_400);
  for (const { what, binds, then } of relaxed)
    if (binds) assert.ok(then.point.worth.mean > recommended.worth.mean || then.point.cost.usd.total < recommended.cost.usd.total, what);
  assert.equal(question.metric, 'auc');
  const tight = answer('12 USD');
  const money = tight.relaxed.find(({ what }) => what === 'usd');
  assert.ok(money?.binds);
  assert.ok(
    tight.sentences.some((each) => /^Money binds: with 13\.20 USD instead of 12\.00 USD the run could have \d+ training rounds and reach \.\d{3} instead of \.\d{3}\.$/.test(each)),
    tight.sentences.join('\n'),
  );
  assert.match(sentences[0] ?? '', /^Recommended: \d+ training rounds, the members as holders, on l2: AUC \.\d{3} \(\.\d{3} – \.\d{3}\) for /);
});

test('[PL9] what cannot be met is said so, with the nearest and both compromises', () => {
  const failing = answer('2 USD', { least: 0.85 });
  assert.ok(failing.misses.length > 0);
  assert.match(failing.sentences[0] ?? '', /^No choice meets all that was asked\. The nearest is/);
  assert.ok(failing.compromises.reachingGoal && failing.compromises.reachingGoal.worth.mean >= 0.85);
  const never = answer(undefined, { least: 0.99 });
  assert.ok(never.sentences.includes('No choice that was looked at is expected to reach .990, whatever it may cost.'));
});

test('[PL8] the draft stands beside the answer, and what was saved is told one thing after the other', () => {
  const { asDrafted, recommended, steps } = answer(undefined, { least: 0.86 });
  assert.equal(asDrafted.choice.trainingRounds, 12);
  assert.equal(asDrafted.choice.chain, 'l1');
  assert.equal(recommended.choice.chain, 'l2');
  assert.deepEqual(steps.map(({ what }) => what), ['draft', 'run', 'chain', 'hour']);
  assert.equal(steps[0]?.usd, asDrafted.cost.usd.total);
  assert.equal(steps.at(-1)?.usd, recommended.cost.usd.total);
});

test('[PL1] a run that the contract would stop at its gas cap is no choice, and a draft that is none is refused', () => {
  const { total, propose, votes } = gasCost(compileCharter(DRAFT, MEMBERS, `0x${'00'.repeat(32)}`).charter);
  const capped = { ...DRAFT, terms: { ...DRAFT.terms, gasCap: total - propose - votes } };
  const { front, looked } = answer(undefined, { draft: capped });
  assert.ok(front.every(({ choice }) => choice.trainingRounds <= 12));
  assert.ok(looked < answer(undefined).looked);
  assert.throws(() => answer(undefined, { draft: { ...DRAFT, terms: { ...DRAFT.terms, gasCap: 1_000 } } }), PlanError);
});
