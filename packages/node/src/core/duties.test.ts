import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { currentAttempt, deadlineOf, type Phase, PHASES } from '@concord/sdk';
import { proposedRun, runInPhase, type Stage } from '../../../testing/src/stages.ts';
import { closingMargin, duties, type Known } from './duties.ts';
import { entry } from './slot.ts';

const me = (stage: Stage) => ({ address: stage.members[0]!, endpoint: `http://${stage.members[0]}` });
const knowing = (stage: Stage, ...said: string[]): Known => ({ said: new Set(said), group: () => [stage.members[1]!] });
const kinds = (stage: Stage, known: Known, now = stage.now()): string[] =>
  duties(stage.run(), me(stage), now, known).map((duty) => Object.values(duty).join(' '));

describe('[CH6] before the charter has passed', () => {
  test('a member votes and joins, once each', () => {
    const stage = proposedRun(3);
    assert.deepEqual(kinds(stage, knowing(stage)), ['vote', 'join']);
    stage.ledger.post({ kind: 'voted', charterId: stage.runId, voter: stage.members[0]!, support: true });
    assert.deepEqual(kinds(stage, knowing(stage)), ['join']);
    stage.ledger.post({
      kind: 'joined',
      charterId: stage.runId,
      member: stage.members[0]!,
      endpoint: me(stage).endpoint,
    });
    assert.deepEqual(kinds(stage, knowing(stage)), []);
  });
  test('a member that moved joins again', () => {
    const stage = runInPhase('NOISE');
    const moved = { ...me(stage), endpoint: 'http://elsewhere' };
    assert.equal(duties(stage.run(), moved, stage.now(), knowing(stage))[0]?.kind, 'join');
  });
  test('a stranger has no duty in any phase', () => {
    const stranger = { address: '0xffffffffffffffffffffffffffffffffffffffff', endpoint: 'http://stranger' } as const;
    for (const phase of PHASES) {
      const stage = runInPhase(phase);
      assert.deepEqual(duties(stage.run(), stranger, stage.now(), knowing(stage)), []);
    }
  });
  test('[CH11] nobody votes once the voting period has ended', () => {
    const stage = proposedRun(3);
    stage.ledger.wait(601);
    assert.deepEqual(kinds(stage, knowing(stage)), ['join']);
  });
});

const alone: Readonly<Record<Exclude<Phase, 'NOISE' | 'UPLOAD'>, readonly (readonly [string, string])[]>> = {
  SEAT: [['seat', entry.post('Seat')]],
  OPEN: [['reveal open', entry.post('open')]],
  QUERY: [['reveal query', entry.post('query')]],
  VERIFY: [
    ['verifyShares', entry.post('verifierFile')],
    ['signVerified', entry.post('Verified')],
  ],
  UNMASK: [['speakAggregateShare', entry.post('Unmasked')]],
  SETTLE: [['signSettled', entry.post('Settled')]],
  FINISHED: [],
};

describe('[RD1] duties follow from the phase', () => {
  for (const phase of Object.keys(alone) as (keyof typeof alone)[]) {
    test(`${phase}: ${alone[phase].map(([duty]) => duty).join(', ') || 'nothing'}`, () => {
      const stage = runInPhase(phase);
      assert.deepEqual(
        kinds(stage, knowing(stage)),
        alone[phase].map(([duty]) => duty),
      );
    });
    test(`[RD10] ${phase}: what the journal holds is not said again`, () => {
      const stage = runInPhase(phase);
      for (const [duty, key] of alone[phase]) assert.ok(!kinds(stage, knowing(stage, key)).includes(duty));
    });
  }
});

for (const [phase, type, agreed] of [
  ['NOISE', 'noise', 'NoiseClosed'],
  ['UPLOAD', 'update', 'UploadsClosed'],
] as const) {
  describe(`${phase}: collecting ${type} reports`, () => {
    const near = (stage: Stage): number =>
      deadlineOf(currentAttempt(stage.run())!, stage.run().charter) - closingMargin(600);
    test('a member uploads and waits for the lists of all holders', () => {
      const stage = runInPhase(phase);
      assert.deepEqual(kinds(stage, knowing(stage)), [`upload ${type}`, `signClosed ${type}`]);
    });
    test('a list closes when every member of the group has brought its report', () => {
      const stage = runInPhase(phase);
      const received = entry.received(type, stage.members[1]!);
      assert.ok(kinds(stage, knowing(stage, received)).includes(`closeList ${type}`));
    });
    test('a list without members closes at once', () => {
      const stage = runInPhase(phase);
      assert.ok(kinds(stage, { said: new Set(), group: () => [] }).includes(`closeList ${type}`));
    });
    test('[RD4] a list closes a margin before the deadline, and then nothing more is brought', () => {
      const stage = runInPhase(phase);
      assert.ok(!kinds(stage, knowing(stage), near(stage) - 1).includes(`closeList ${type}`));
      assert.deepEqual(kinds(stage, knowing(stage), near(stage)), [`closeList ${type}`, `signClosed ${type}`]);
    });
    test('what is done stays done', () => {
      const stage = runInPhase(phase);
      const done = [entry.delivered(type), entry.closed(type), entry.post(agreed)];
      assert.deepEqual(kinds(stage, knowing(stage, ...done), near(stage)), []);
    });
    test('[CH4] a member with an objection brings nothing but holds shares for the others', () => {
      const stage = runInPhase(phase);
      const known = { ...knowing(stage), objection: 'CH4: too dear' };
      assert.deepEqual(kinds(stage, known), [`signClosed ${type}`]);
    });
  });
}

test('[RD4] past a deadline a holder says nothing more', () => {
  for (const phase of ['NOISE', 'OPEN', 'UPLOAD', 'QUERY', 'VERIFY', 'UNMASK', 'SETTLE'] as const) {
    const stage = runInPhase(phase);
    const deadline = deadlineOf(currentAttempt(stage.run())!, stage.run().charter);
    assert.deepEqual(kinds(stage, knowing(stage), deadline + 1), [], phase);
  }
});

test('[RD6] a member still offers its seat past the seat deadline', () => {
  const stage = runInPhase('SEAT');
  stage.ledger.wait(601);
  assert.deepEqual(kinds(stage, knowing(stage)), ['seat']);
});

test('[CH4] a member with an objection neither votes nor sits', () => {
  const objection = 'CH4: too dear';
  const proposed = proposedRun(3);
  assert.deepEqual(kinds(proposed, { ...knowing(proposed), objection }), ['join']);
  const seated = runInPhase('SEAT');
  assert.deepEqual(kinds(seated, { ...knowing(seated), objection }), []);
});

test('[CH8] after the sunset no member sits', () => {
  const stage = runInPhase('SEAT');
  const run = stage.run();
  const limits = { ...run.charter.limits, sunset: BigInt(stage.now()) - 1n };
  const past = { ...run, charter: { ...run.charter, limits } };
  assert.deepEqual(duties(past, me(stage), stage.now(), knowing(stage)), []);
});
