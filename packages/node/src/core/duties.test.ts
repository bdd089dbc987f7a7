import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { currentAttempt, deadlineOf, type Phase, PHASES, rosterHashOf } from '@concord/sdk';
import { committeeInPhase, proposedRun, runInPhase, type Stage } from '../../../testing/src/stages.ts';
import { quarterOf, duties, type Known } from './duties.ts';
import { entry, POST_KINDS } from './slot.ts';

const me = (stage: Stage) =>
  ({ address: stage.members[0]!, endpoint: `http://${stage.members[0]}`, part: 'member' }) as const;
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
    const stranger = {
      address: '0xffffffffffffffffffffffffffffffffffffffff',
      endpoint: 'http://stranger',
      part: 'member',
    } as const;
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
      deadlineOf(currentAttempt(stage.run())!, stage.run().charter) - quarterOf(600);
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

describe('[CM7][CM8] what the holders of a committee do', () => {
  const pairs = { shares: 2, aggregators: 4 };
  const OWN: Readonly<
    Record<'NOISE' | 'OPEN' | 'UPLOAD' | 'QUERY' | 'VERIFY' | 'UNMASK' | 'SETTLE', readonly string[]>
  > = {
    NOISE: ['propose noise true', 'signClosed noise 0'],
    OPEN: ['reveal open'],
    UPLOAD: ['propose update true', 'signClosed update 0'],
    QUERY: ['reveal query'],
    VERIFY: ['verifyShares', 'propose file true', 'signVerified 0'],
    UNMASK: ['speakAggregateShare', 'reveal draw'],
    SETTLE: ['speakAggregateShare', 'signSettled'],
  };
  const phases = Object.keys(OWN) as (keyof typeof OWN)[];
  /** What the holder of a seat (0, 1 primaries; 2, 3 standbys) does when so many quarters of the time have passed. */
  const doing = (stage: Stage, seat: number, quarters: number, ...said: string[]): string[] => {
    const run = stage.run();
    const view = currentAttempt(run)!;
    const address = view.seated!.seats[seat]!.holder;
    const now = deadlineOf(view, run.charter) - 600 + quarters * quarterOf(600);
    const known: Known = { said: new Set(said), group: () => [stage.members[0]!] };
    const aggregator = { address, endpoint: 'http://aggregator', part: 'aggregator' } as const;
    return duties(run, aggregator, now, known).map((duty) => Object.values(duty).join(' '));
  };
  const isReveal = (duty: string): boolean => duty.startsWith('reveal');

  for (const phase of phases) {
    const handing = phase === 'SETTLE' ? [] : ['handOver'];
    test(`${phase}: the primary of share 1 hands over and does ${OWN[phase].join(', ')}`, () => {
      const stage = committeeInPhase(phase, pairs);
      assert.deepEqual(doing(stage, 0, 0), [...handing, ...OWN[phase]]);
    });
    test(`${phase}: its standby takes the preimages and does the same, but reveals and proposes nothing yet`, () => {
      const stage = committeeInPhase(phase, pairs);
      const taking = phase === 'SETTLE' ? [] : ['takeHandOver'];
      const rest = OWN[phase].filter((duty) => !isReveal(duty) && !duty.startsWith('propose'));
      assert.deepEqual(doing(stage, 2, 0), [...taking, ...rest]);
    });
  }

  test('a standby reveals what it was handed once a quarter of the time has passed, and nothing that it was not', () => {
    for (const phase of ['OPEN', 'QUERY', 'UNMASK'] as const) {
      const stage = committeeInPhase(phase, pairs);
      assert.equal(doing(stage, 2, 0, entry.handedOver).some(isReveal), false, phase);
      assert.equal(doing(stage, 2, 1).some(isReveal), false, phase);
      assert.equal(doing(stage, 2, 1, entry.handedOver).some(isReveal), true, phase);
    }
  });

  test('[CM5] a standby whose primary’s seat is missing reveals at once, from its own commits', () => {
    const stage = committeeInPhase('OPEN', { ...pairs, missing: 0 });
    assert.deepEqual(doing(stage, 2, 0), ['reveal open']);
    assert.deepEqual(doing(stage, 0, 0), [], 'whose seat is missing does nothing');
  });

  test('[CM8] the turn to propose goes on every quarter: share 1’s primary, its standby, share 2’s primary', () => {
    const stage = committeeInPhase('VERIFY', pairs);
    const proposes = (seat: number, quarters: number): string[] =>
      doing(stage, seat, quarters).filter((duty) => duty.startsWith('propose'));
    assert.deepEqual(
      [0, 2, 1, 3].map((seat) => [0, 1, 2, 3].map((quarters) => proposes(seat, quarters).length)),
      [
        [1, 1, 1, 1],
        [0, 1, 1, 1],
        [0, 0, 1, 1],
        [0, 0, 0, 1],
      ],
    );
    assert.deepEqual(proposes(0, 1), ['propose file false'], 'those who do not answer are no longer waited for');
    const signs = doing(stage, 3, 2).filter((duty) => duty.startsWith('signVerified'));
    assert.deepEqual(signs, ['signVerified 0', 'signVerified 1', 'signVerified 2']);
  });

  test('[CM9] nothing is done about a kind of statement that the journal holds', () => {
    for (const phase of phases) {
      const stage = committeeInPhase(phase, pairs);
      const said = POST_KINDS.map((kind) => entry.post(kind));
      assert.deepEqual(doing(stage, 0, 3, ...said, entry.closed('noise'), entry.closed('update')), [], phase);
    }
  });

  test('members report and hold nothing; aggregators report nothing; a key that does both does each once', () => {
    const stage = committeeInPhase('NOISE', pairs);
    assert.deepEqual(kinds(stage, knowing(stage)), ['upload noise']);
    assert.deepEqual(kinds(committeeInPhase('VERIFY', pairs), knowing(stage)), []);
    const { holder } = currentAttempt(stage.run())!.seated!.seats[0]!;
    const member = { address: holder, endpoint: 'http://both', part: 'member' } as const;
    assert.deepEqual(duties(stage.run(), member, stage.now(), knowing(stage)), []);
  });

  test('[CM4] in SEAT only those who were drawn sit', () => {
    const stage = committeeInPhase('SEAT', { shares: 2, aggregators: 6 });
    const { runId, ledger } = stage;
    const { roster } = ledger.view;
    const rosterHash = rosterHashOf(roster);
    const sits = (address: `0x${string}`): boolean => {
      const aggregator = { address, endpoint: 'http://aggregator', part: 'aggregator' } as const;
      return duties(stage.run(), aggregator, stage.now(), knowing(stage)).some(({ kind }) => kind === 'seat');
    };
    ledger.post({ kind: 'begun', runId, rosterHash });
    assert.equal(
      roster.some(({ address }) => sits(address)),
      false,
      'nobody before the draw',
    );
    ledger.post({ kind: 'drawn', runId, round: 0, attempt: 0, beacon: rosterHash, rosterHash });
    const drawn = currentAttempt(stage.run())!.draw!.committee;
    assert.equal(drawn.length, 4);
    for (const { address } of roster) assert.equal(sits(address), drawn.includes(address));
    assert.deepEqual(kinds(stage, knowing(stage)), [], 'and no member');
  });
});
