import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileCharter } from '@concord/sdk';
import { averagingText, memberTerms, treesText } from '../../testing/src/charter.ts';
import { choice, draft } from '../test/example.ts';
import { anyMembers, compileAt } from './compileAt.ts';
import { draftAt } from './draftAt.ts';

const members = anyMembers(4);
const records = [20, 20, 20, 20];

describe('[PL1] a choice is what a member’s node would compile', () => {
  test('what is compiled is the draft with the choice in it, and nothing that protects members is touched', () => {
    const chosen = { ...choice, trainingRounds: 7, training: { clippingNorm: 1_000, momentum: 5 } };
    const found = compileAt(draft, chosen, members, records);
    assert.ok('compiled' in found);
    const { charter, text } = found.compiled;
    const byHand = compileCharter(
      {
        text: { ...(draft.text as object), training: { ...text.training, clippingNorm: 1_000, momentum: 5 } },
        terms: { ...draft.terms, trainingRounds: 7 },
      },
      members,
      `0x${'00'.repeat(32)}`,
    );
    assert.deepEqual(found.compiled, byHand);
    const plain = compileCharter(draft, members, `0x${'00'.repeat(32)}`).charter;
    assert.equal(charter.limits.epsilonCap, plain.limits.epsilonCap);
    assert.equal(charter.limits.deltaExponent, plain.limits.deltaExponent);
    assert.equal(charter.limits.minCohort, plain.limits.minCohort);
    assert.equal(charter.aggregation.honest, plain.aggregation.honest);
    // More rounds of the same ε take more noise.
    assert.ok(charter.aggregation.sigma > plain.aggregation.sigma);
  });
  test('holders are the choice’s, whatever the draft says, and local training is laid over the text’s', () => {
    const drawn = draftAt(
      { ...draft, terms: { ...draft.terms, committee: { shares: 8 } } },
      { ...choice, committee: { shares: 3 } },
    );
    assert.deepEqual(drawn.terms.committee, { shares: 3 });
    assert.ok(!('committee' in draftAt(drawn, choice).terms));
    const averaging = { text: averagingText, terms: memberTerms(4, 3) };
    const { text } = draftAt(averaging, { ...choice, training: { local: { passes: 5 } } });
    assert.deepEqual((text as typeof averagingText).training.local, { ...averagingText.training.local, passes: 5 });
    assert.equal(averagingText.training.local.passes, 2, 'the draft stays as it is');
  });
  test('what does not compile is refused in words, and so is what a member would not join', () => {
    const refused = (change: object, from = draft, held = records): string => {
      const found = compileAt(from, { ...choice, ...change }, members, held);
      assert.ok('refused' in found);
      return found.refused;
    };
    assert.match(refused({ committee: { shares: 1 } }), /committee: have 1 shares, need/);
    assert.match(refused({ trainingRounds: 0 }), /trainingRounds: have 0/);
    assert.match(refused({ training: { clippingNorm: -1 } }), /training\.clippingNorm/);
    assert.match(refused({ training: { surprise: 1 } }), /surprise/);
    assert.match(refused({ trainingRounds: 9 }, { text: treesText, terms: draft.terms }), /trees grow a level a round/);
    assert.match(refused({}, draft, [20, 20, 20, 101]), /CH2: a member holds 101 records, the charter allows 100/);
    assert.match(refused({}, { ...draft, text: 7 }), /charter text/);
  });
});
