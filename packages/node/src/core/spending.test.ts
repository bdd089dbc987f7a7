import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { byteCost } from '@concord/sdk';
import { committeeInPhase, runInPhase, type Stage } from '../../../testing/src/stages.ts';
import { duties, type Known } from './duties.ts';
import { entry } from './slot.ts';
import { dearestOf, roundsLeft, type Spending } from './spending.ts';

const caps = { memberBytes: 1_000, memberSeconds: 10 };
const at = (bytesSent: number, milliseconds: number, dearest?: Spending['dearest']): Spending => ({
  ...{ caps, dearest },
  spent: { bytesSent, milliseconds },
});
const { charter } = runInPhase('SEAT').run();

describe('[RD18] whether another round fits', () => {
  const dearest = { bytesSent: 300, milliseconds: 2_000 };
  test('it does up to the very cap, of bytes and of seconds', () => {
    assert.equal(roundsLeft(charter, at(700, 0, dearest)), 1);
    assert.equal(roundsLeft(charter, at(701, 0, dearest)), 0);
    assert.equal(roundsLeft(charter, at(0, 8_000, dearest)), 1);
    assert.equal(roundsLeft(charter, at(0, 8_001, dearest)), 0);
    assert.equal(roundsLeft(charter, at(2_000, 0, dearest)), 0, 'beyond the cap');
    assert.equal(roundsLeft(charter, at(100, 1_000, dearest)), 3, 'the scarcer of the two');
  });
  test('before the first round is over, what the charter’s sizes say is needed', () => {
    const need = byteCost(charter).memberPerRound;
    const with_ = (memberBytes: number): Spending => ({ ...at(0, 0), caps: { memberBytes, memberSeconds: 10 } });
    assert.equal(roundsLeft(charter, with_(need)), 1);
    assert.equal(roundsLeft(charter, with_(need - 1)), 0);
  });
  test('a round that cost nothing does not divide by nothing', () => {
    assert.equal(roundsLeft(charter, at(999, 9_999, { bytesSent: 0, milliseconds: 0 })), 1);
  });
  test('the dearest round is the dearest of each, from what was spent when each began', () => {
    assert.equal(dearestOf([]), undefined);
    assert.equal(dearestOf([{ bytesSent: 5, milliseconds: 5 }]), undefined);
    const began = [0, 10, 40, 45].map((bytesSent, i) => ({ bytesSent, milliseconds: [0, 9, 10, 30][i]! }));
    assert.deepEqual(dearestOf(began), { bytesSent: 30, milliseconds: 20 });
  });
});

const full: Spending = at(1_000, 0, { bytesSent: 1, milliseconds: 0 });
const roomy: Spending = at(0, 0, { bytesSent: 1, milliseconds: 0 });
const kinds = (stage: Stage, spending: Spending | undefined, ...said: string[]): string[] => {
  const me = { address: stage.members[0]!, endpoint: `http://${stage.members[0]}`, part: 'member' } as const;
  const known: Known = { said: new Set(said), group: () => [], ...(spending && { spending }) };
  return duties(stage.run(), me, stage.now(), known).map((duty) => Object.values(duty).join(' '));
};

describe('[RD18] a member whose caps leave no room signs to stop and takes no part', () => {
  test('a consortium’s in place of its seat; one with room, or without caps, sits', () => {
    const stage = runInPhase('SEAT');
    assert.deepEqual(kinds(stage, full), ['stop']);
    assert.deepEqual(kinds(stage, roomy), ['seat']);
    assert.deepEqual(kinds(stage, undefined), ['seat']);
  });
  test('[RD10] never in an attempt in which it sat, and never the other way round', () => {
    assert.deepEqual(kinds(runInPhase('SEAT'), full, entry.post('Seat')), []);
    assert.ok(!kinds(runInPhase('NOISE'), full, entry.post('Seat')).includes('stop'));
    // It had no room when it said so; that a smaller reading would leave some changes nothing.
    assert.deepEqual(kinds(runInPhase('SEAT'), roomy, entry.post('Stop')), ['stop']);
    assert.deepEqual(kinds(runInPhase('NOISE'), roomy, entry.post('Stop')), ['stop']);
  });
  test('a committee’s in place of its noise report, and as soon as the round begins', () => {
    const pairs = { shares: 2, aggregators: 4 };
    for (const phase of ['SEAT', 'NOISE'] as const)
      assert.deepEqual(kinds(committeeInPhase(phase, pairs), full), ['stop']);
    const begun = kinds(committeeInPhase('NOISE', pairs), full, entry.ownReport('noise'));
    assert.deepEqual(begun, ['upload noise']);
    const later = kinds(committeeInPhase('UPLOAD', pairs), full, entry.ownReport('noise'));
    assert.deepEqual(later, ['upload update'], 'what it began it ends');
  });
  test('[RD17] until the attempt is charged, and not after', () => {
    for (const phase of ['NOISE', 'OPEN', 'UPLOAD', 'QUERY', 'VERIFY'] as const)
      assert.deepEqual(kinds(runInPhase(phase), full, entry.post('Stop')), ['stop'], phase);
    for (const phase of ['UNMASK', 'SETTLE', 'FINISHED'] as const)
      assert.ok(!kinds(runInPhase(phase), full, entry.post('Stop')).includes('stop'), phase);
  });
  test('an aggregator has no caps, and a member with an objection says nothing', () => {
    const stage = runInPhase('SEAT');
    const address = stage.members[0]!;
    const known: Known = { said: new Set(), group: () => [], spending: full };
    const aggregator = { address, endpoint: 'http://a', part: 'aggregator' } as const;
    assert.deepEqual(duties(stage.run(), aggregator, stage.now(), known), []);
    const member = { address, endpoint: `http://${address}`, part: 'member' } as const;
    assert.deepEqual(duties(stage.run(), member, stage.now(), { ...known, objection: 'CH4' }), []);
  });
});
