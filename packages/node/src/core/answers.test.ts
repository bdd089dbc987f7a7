import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DemandView, RunView } from '../../../sdk/src/view.ts';
import { answersDue, isOwed } from './answers.ts';
import { duties, type Me } from './duties.ts';
import type { Hex } from './hex.ts';

const ME = '0x00000000000000000000000000000000000000aa';
const STAKED = { address: ME, part: 'aggregator' } as const;
const OTHER = '0x00000000000000000000000000000000000000bb';
const word = (byte: string): Hex => `0x${byte.repeat(32)}`;
const origin = { block: 1n, blockHash: word('00'), time: 1_000, transaction: word('00'), logIndex: 0, gas: 0n };
/** Asked at 1,000, due at 1,100. */
const demandOf = (holder: Hex, state: DemandView['state']): DemandView => ({
  ...{ round: 2, attempt: 1, holder, piece: word('cc'), due: 1_100, state, origin },
});
const seats = [ME, OTHER].map((holder) => ({ holder }));
const runWith = (...demands: readonly DemandView[]): Pick<RunView, 'charter' | 'demands' | 'attempts'> => ({
  attempts: [{ round: 2, attempt: 1, seated: { seats } }] as unknown as RunView['attempts'],
  charter: { deadlines: { verify: 100 } } as RunView['charter'],
  demands: new Map(demands.map((demand, i) => [word(`0${i}`), demand])),
});
const has = (piece: Hex): boolean => piece === word('cc');

describe('[CM10] a node has bytes published that it has and somebody is asked for', () => {
  test('what it promised itself: at once, and even when it is late', () => {
    for (const state of ['open', 'forfeited'] as const)
      assert.deepEqual(answersDue(runWith(demandOf(ME, state)), STAKED, 1_000, has), [
        { kind: 'answer', demandId: word('00'), piece: word('cc') },
      ]);
    assert.equal(answersDue(runWith(demandOf(ME, 'open')), STAKED, 9_999, has).length, 1);
    // A member has no stake to save.
    const member = { address: ME, part: 'member' } as const;
    assert.equal(answersDue(runWith(demandOf(ME, 'open')), member, 9_999, has).length, 1);
    assert.deepEqual(answersDue(runWith(demandOf(ME, 'forfeited')), member, 9_999, has), []);
  });

  test('what another promised: when a quarter of the time has passed, as long as it pays', () => {
    const run = runWith(demandOf(OTHER, 'open'));
    assert.deepEqual(answersDue(run, STAKED, 1_024, has), []);
    assert.equal(answersDue(run, STAKED, 1_025, has).length, 1);
    assert.deepEqual(answersDue(runWith(demandOf(OTHER, 'forfeited')), STAKED, 1_050, has), []);
    assert.deepEqual(answersDue(runWith(demandOf(word('dd'), 'open')), STAKED, 1_050, has), [], 'nobody’s loss');
  });

  test('nothing that it does not have, and nothing that is in the records', () => {
    assert.deepEqual(
      answersDue(runWith(demandOf(ME, 'open')), STAKED, 1_000, () => false),
      [],
    );
    assert.deepEqual(answersDue(runWith(demandOf(ME, 'answered')), STAKED, 1_000, has), []);
  });

  test('a duty of members and aggregators alike, of runs that are over too', () => {
    const charter = { members: [ME], deadlines: { verify: 100 }, aggregation: { holders: 2 } };
    const run = { ...runWith(demandOf(ME, 'open')), charter, passed: origin, finished: true, endpoints: new Map() };
    for (const part of ['member', 'aggregator'] as const) {
      const me: Me = { address: ME, endpoint: 'http://me', part };
      const known = { said: new Set<string>(), group: () => [], has };
      assert.deepEqual(
        duties(run as unknown as RunView, me, 1_000, known).map(({ kind }) => kind),
        ['answer'],
      );
    }
  });

  test('a reorganisation that takes the answer away brings the duty back: it follows from the view alone', () => {
    assert.equal(isOwed(runWith(demandOf(OTHER, 'answered'))), false);
    assert.equal(isOwed(runWith(demandOf(OTHER, 'answered'), demandOf(ME, 'open'))), true);
  });
});
