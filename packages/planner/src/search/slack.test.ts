import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compileAt } from '../compileAt.ts';
import { costOf } from '../cost/costOf.ts';
import { NETWORK } from '../cost/overheads.ts';
import { stepsOf } from '../cost/rounds.ts';
import type { Draft } from '../types.ts';
import { gridOf, outerChoices } from './grid.ts';
import { deadlinesAt, LEAST_SLACK } from './slack.ts';
import { answer, CALIBRATION, DRAFT, MEMBERS, PRICES } from './workbench.ts';

const records = [100, 100, 100, 100];
const LONG: Draft = {
  ...DRAFT,
  terms: {
    ...DRAFT.terms,
    deadlines: {
      ...{ seat: 3_600, noise: 3_600, open: 900, upload: 3_600 },
      ...{ query: 900, verify: 3_600, unmask: 30, settle: 900 },
    },
  },
};
const plain = { trainingRounds: 4, chain: 'l1', hour: 0 };
const compiledAt = (draft: Draft, choice = plain) => {
  const outcome = compileAt(draft, choice, MEMBERS, records);
  assert.ok('compiled' in outcome);
  return outcome.compiled;
};

describe('[PL13] shorter deadlines', () => {
  test('are never shorter than four times their phase, never longer than drafted, and change nothing else', () => {
    const compiled = compiledAt(LONG);
    const { deadlines } = LONG.terms;
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1, noNaN: true }), fc.constantFrom(...PRICES.chains), (slack, chain) => {
        const shorter = deadlinesAt(compiled, slack, chain, PRICES, CALIBRATION, records);
        if (!shorter) return assert.ok(slack > 0.99);
        for (const { phase, seconds } of stepsOf(compiled, chain, NETWORK, CALIBRATION, 100)) {
          assert.notEqual(phase, 'draw');
          const [now, was] = [shorter[phase as keyof typeof deadlines], deadlines[phase as keyof typeof deadlines]];
          assert.ok(now <= was && now >= Math.min(was, LEAST_SLACK * seconds) && now >= slack * was - 1e-9);
          assert.ok(Number.isInteger(now));
        }
        const written = compileAt(LONG, { ...plain, deadlines: shorter }, MEMBERS, records);
        assert.ok('compiled' in written);
        assert.deepEqual(written.compiled, { ...compiled, charter: { ...compiled.charter, deadlines: shorter } });
      }),
      { numRuns: 40 },
    );
  });

  test('are looked at only where somebody may be absent', () => {
    const asked = { chains: PRICES.chains };
    assert.equal(gridOf(LONG, asked).slack, undefined);
    assert.equal(gridOf(LONG, { ...asked, absence: 0 }).slack, undefined);
    const grid = gridOf(LONG, { ...asked, absence: 0.1 });
    assert.deepEqual(grid.slack, [1, 0.5, 0.25]);
    const without = outerChoices(gridOf(LONG, asked), 4).length;
    assert.equal(outerChoices(grid, 4).length, 3 * without);
  });

  test('save expected time by what the absence model says, and the recommended draft has them', () => {
    const rare = { ...PRICES, absence: 0.1 };
    const found = answer('4 h', { draft: LONG, prices: rare });
    const { choice, cost } = found.recommended;
    assert.equal(choice.slack, 0.25);
    assert.deepEqual(found.draft.terms.deadlines, choice.deadlines);
    assert.equal(choice.deadlines!.noise, 900);
    assert.equal(choice.chain, 'l2');
    assert.equal(choice.deadlines!.unmask, 24, 'four times the six seconds that it takes there, not a quarter of 30');
    const { slack: _, deadlines: __, ...asLong } = choice;
    const long = costOf(compiledAt(LONG, asLong), asLong, rare, CALIBRATION, records);
    const again = costOf(compiledAt(LONG, choice), choice, rare, CALIBRATION, records);
    assert.equal(again.seconds, cost.seconds, 'what is recommended costs what its draft does');
    const rounds = choice.trainingRounds + 1;
    assert.ok(long.seconds - cost.seconds > 0.1 * rounds * 2_000, `${long.seconds} → ${cost.seconds}`);
    assert.equal(long.epsilon, cost.epsilon);
    assert.ok(found.sentences.some((each) => /^Deadlines are shorter \(seat 900 s, /.test(each)));
    assert.match(found.sentences[0]!, /, a quarter of the deadlines, on/);
  });

  test('where nobody is absent, or nothing can be shortened, the plan is the same as without them', () => {
    assert.equal(answer('4 h', { draft: LONG }).recommended.choice.slack, undefined);
    const short = {
      ...LONG,
      terms: {
        ...LONG.terms,
        deadlines: { seat: 1, noise: 1, open: 1, upload: 1, query: 1, verify: 1, unmask: 1, settle: 1 },
      },
    };
    const [sure, rare] = [
      answer(undefined, { draft: short }),
      answer(undefined, { draft: short, prices: { ...PRICES, absence: 0.1 } }),
    ];
    assert.equal(rare.looked, sure.looked);
  });
});
