import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { epsilonWad } from '@concord/protocol';
import { concatHex, keccak256, numberToHex, zeroHash } from 'viem';
import { priceOf } from './price.ts';
import type { Address, Charter, Fact, FactBody, Hex } from './facts.ts';
import { gasRoom } from './runEnd.ts';
import {
  currentAttempt,
  deadlineOf,
  emptyView,
  fold,
  isOverdue,
  PHASES,
  phaseAt,
  type RunView,
  runPhaseAt,
  ViewError,
} from './view.ts';

const word = (n: number): Hex => numberToHex(n, { size: 32 });
const address = (n: number): Address => numberToHex(n, { size: 20 });
const runId = word(0xc0);
const members = [address(1), address(2), address(3)];

const charter: Charter = {
  version: 1,
  succeeds: zeroHash,
  textDigest: word(1),
  initialModel: word(2),
  members,
  votingSeconds: 60n,
  limits: { rounds: 2, minCohort: 3, epsilonCap: 4n * 10n ** 18n, deltaExponent: 5, sunset: 10_000n, gasCap: 0n },
  deadlines: { seat: 10, noise: 20, open: 30, upload: 40, query: 50, verify: 60, unmask: 70, settle: 80 },
  aggregation: {
    field: 64,
    d: 10,
    bound: 100n,
    noiseBound: 200n,
    recordBound: 10n,
    maxRecords: 4,
    sigma: 60n,
    honest: 1,
    minNoise: 3,
    shares: 3,
    holders: 1,
    wireLength: 128,
    chunk: 100,
    normProofs: 1,
    validityProofs: 3,
    checks: 100,
    unit: 1,
    matrixSeed: word(3),
  },
};

/** Each fact in a block of its own, one second after the last. */
const chain = (...bodies: readonly FactBody[]): Fact[] =>
  bodies.map((body, i) => ({
    ...body,
    origin: {
      block: BigInt(i + 1),
      blockHash: word(i + 1),
      time: 1_000 + i,
      transaction: word(i + 1),
      logIndex: 0,
      gas: 50_000n,
    },
  }));

const replay = (facts: readonly Fact[]): RunView => {
  const run = facts.reduce(fold, emptyView).runs.get(runId);
  assert(run);
  return run;
};

const vote = (member: number, support = true): FactBody => ({
  kind: 'voted',
  charterId: runId,
  voter: address(member),
  support,
});
const passed: readonly FactBody[] = [
  { kind: 'proposed', charterId: runId, proposer: address(9), charter },
  vote(1),
  vote(2),
];
const seats = members.map((holder) => ({ holder, sealKey: word(4), openCommit: word(5), queryCommit: word(6) }));

/** The eight transitions of one attempt, in order: entry i moves phase i on. */
const walk = (round: number, attempt: number): readonly FactBody[] => {
  const at = { runId, round, attempt };
  return [
    { kind: 'seated', ...at, committeeHash: word(7), seats },
    { kind: 'noiseClosed', ...at, root: word(8), blob: word(9) },
    { kind: 'opened', ...at, beacon: word(100 + 10 * round + attempt) },
    { kind: 'uploadsClosed', ...at, root: word(10), blob: word(11) },
    { kind: 'queried', ...at, beacon: word(12) },
    {
      kind: 'verified',
      ...at,
      uploadRoot: word(10),
      verifierRoot: word(13),
      acceptRoot: word(14),
      updates: 3,
      noises: 3,
      blob: word(15),
      rho: 1_000n * BigInt(round + 1),
    },
    { kind: 'unmasked', ...at, shareDigests: [word(16), word(17), word(18)] },
    { kind: 'settled', ...at, aggregateRoot: word(19), modelHash: word(200 + round), blob: word(20) },
  ];
};

describe('phase table', () => {
  for (let phase = 0; phase < 8; phase++) {
    const facts = chain(...passed, ...walk(0, 0).slice(0, phase));
    const run = replay(facts);
    const attempt = currentAttempt(run);
    assert(attempt);
    const began = facts.at(-1)!.origin.time;
    const allowed = Object.values(charter.deadlines)[phase]!;

    test(`[RD1] ${phase} facts put an attempt in ${PHASES[phase]}`, () => {
      assert.equal(phaseAt(attempt), PHASES[phase]);
      assert.equal(runPhaseAt(run, began), PHASES[phase]);
    });

    test(`[RD4] ${PHASES[phase]} may take ${allowed} seconds from the fact that began it`, () => {
      assert.equal(deadlineOf(attempt, charter), began + allowed);
      assert.equal(isOverdue(attempt, charter, began + allowed), false);
    });

    // [RD6] past the seat deadline a smaller committee may sit instead.
    test(`[${phase === 0 ? 'RD6' : 'RD4'}] ${PHASES[phase]} can${phase === 0 ? 'not' : ''} be voided after it`, () => {
      assert.equal(isOverdue(attempt, charter, began + allowed + 1), phase !== 0);
    });

    test(`[RD1] no other transition can leave ${PHASES[phase]}`, () => {
      for (const [other, body] of walk(0, 0).entries()) {
        if (other === phase) continue;
        const next = chain(...passed, ...walk(0, 0).slice(0, phase), body);
        assert.throws(
          () => replay(next),
          (error: unknown) => error instanceof ViewError && error.code === 'OUT_OF_ORDER',
        );
      }
    });
  }
});

test('[CH11] a charter passes with the vote that makes it more than half', () => {
  const proposal = passed[0]!;
  assert.equal(replay(chain(proposal, vote(1))).passed, undefined);
  assert.equal(replay(chain(proposal, vote(1), vote(2, false))).passed, undefined);
  const run = replay(chain(proposal, vote(1), vote(2, false), vote(3)));
  assert.equal(run.passed?.block, 4n);
  assert.equal(currentAttempt(run)?.began, run.passed?.time);
  assert.equal(runPhaseAt(replay(chain(proposal)), 1_000), undefined);
  // Later votes are counted but change nothing.
  assert.equal(replay(chain(...passed, vote(3, false))).passed?.block, 3n);
});

test('[RD7] a settled round begins the next one, the last one finishes the run', () => {
  const one = replay(chain(...passed, ...walk(0, 0)));
  assert.deepEqual([currentAttempt(one)?.round, currentAttempt(one)?.attempt], [1, 0]);
  assert.equal(one.model, word(200));
  assert.equal(one.attempts[0]?.settled?.modelHash, word(200));
  assert.equal(phaseAt(one.attempts[0]!), 'FINISHED');

  const facts = chain(...passed, ...walk(0, 0), ...walk(1, 0));
  const two = replay(facts);
  assert.equal(two.finished, true);
  assert.equal(two.model, word(201));
  assert.equal(currentAttempt(two), undefined);
  assert.equal(runPhaseAt(two, 5_000), 'FINISHED');
  const more = chain(...passed, ...walk(0, 0), ...walk(1, 0), ...walk(2, 0).slice(0, 1));
  assert.throws(() => replay(more), ViewError);
});

test('[RD7] facts of another round or attempt are refused', () => {
  for (const at of [walk(1, 0), walk(0, 1)]) assert.throws(() => replay(chain(...passed, at[0]!)), ViewError);
});

test('[RD5] a void attempt before VERIFIED charges nothing, after it everything', () => {
  const early = replay(
    chain(...passed, ...walk(0, 0).slice(0, 3), { kind: 'voided', runId, round: 0, attempt: 0, phase: 3 }),
  );
  assert.equal(early.rho, 0n);
  assert.deepEqual([currentAttempt(early)?.round, currentAttempt(early)?.attempt], [0, 1]);
  assert.equal(early.attempts[0]?.voided?.phase, 3);
  assert.equal(phaseAt(early.attempts[0]!), 'FINISHED');
  const late = replay(
    chain(...passed, ...walk(0, 0).slice(0, 6), { kind: 'voided', runId, round: 0, attempt: 0, phase: 6 }),
  );
  assert.equal(late.rho, 1_000n);
  assert.equal(late.model, charter.initialModel);
});

test('[RD8] the draw beacon hashes run, round, attempt and the last open beacon, of a void attempt too', () => {
  const draw = (round: number, attempt: number, previous: Hex): Hex =>
    keccak256(concatHex([runId, numberToHex(round, { size: 4 }), numberToHex(attempt, { size: 4 }), previous]));
  const first = replay(chain(...passed));
  assert.equal(currentAttempt(first)?.drawBeacon, draw(0, 0, zeroHash));
  const voided = replay(
    chain(...passed, ...walk(0, 0).slice(0, 3), { kind: 'voided', runId, round: 0, attempt: 0, phase: 3 }),
  );
  assert.equal(currentAttempt(voided)?.drawBeacon, draw(0, 1, word(100)));
  const settled = replay(chain(...passed, ...walk(0, 0)));
  assert.equal(currentAttempt(settled)?.drawBeacon, draw(1, 0, word(100)));
});

test('[CH8] past the sunset no new attempt is seated, but one under way may end', () => {
  const waiting = replay(chain(...passed));
  assert.equal(runPhaseAt(waiting, 10_000), 'SEAT');
  assert.equal(runPhaseAt(waiting, 10_001), 'FINISHED');
  assert.equal(runPhaseAt(replay(chain(...passed, walk(0, 0)[0]!)), 10_001), 'NOISE');
});

test('[RD3] a view is a pure fold: the old view stays, and replaying gives an equal one', () => {
  const facts = chain(...passed, ...walk(0, 0));
  const before = facts.slice(0, 5).reduce(fold, emptyView);
  const copy = structuredClone(before);
  facts.slice(5).reduce(fold, before);
  assert.deepEqual(before, copy);
  assert.deepEqual(replay(facts), replay(facts));
});

test('[RD3] a fact of a run that was never proposed is refused', () => {
  assert.throws(
    () => replay(chain(vote(1))),
    (error: unknown) => error instanceof ViewError && error.code === 'UNKNOWN_RUN',
  );
});

test('[CH6] a member that joins again moves', () => {
  const join = (endpoint: string): FactBody => ({ kind: 'joined', charterId: runId, member: members[0]!, endpoint });
  const run = replay(chain(passed[0]!, join('https://a.example'), join('https://b.example')));
  assert.deepEqual([...run.endpoints], [[members[0], 'https://b.example']]);
});

const stopped = (round: number, phase: number): FactBody => ({
  kind: 'stopped',
  ...{ runId, round, attempt: 0, phase },
  readings: members.slice(0, 2).map((member) => ({ member, bytesSent: 7, milliseconds: 8 })),
  signatures: ['0x01', '0x02'],
});

test('[RD17] a stop ends the run with its model, until the attempt is charged', () => {
  for (let phase = 0; phase < 8; phase++) {
    const walked = [...passed, ...walk(0, 0), ...walk(1, 0).slice(0, phase)];
    const stop = stopped(1, phase);
    if (phase > 5) {
      assert.throws(() => replay(chain(...walked, stop)), ViewError, `charged, in ${PHASES[phase]}`);
      continue;
    }
    const run = replay(chain(...walked, stop));
    assert.deepEqual([run.finished, run.ended, run.model], [true, 'stopped', replay(chain(...walked)).model]);
    assert.deepEqual([run.stopped?.round, run.stopped?.readings.length], [1, 2]);
    assert.equal(currentAttempt(run), undefined);
    assert.equal(runPhaseAt(run, 0), 'FINISHED');
    assert.equal(run.attempts.at(-1)?.voided?.phase, phase === 0 ? undefined : phase);
    for (const later of [walk(1, 0)[phase]!, stop])
      assert.throws(() => replay(chain(...walked, stop, later)), ViewError);
  }
});

test('[RD17] a stop of another round or phase than the one that stands is refused', () => {
  for (const [round, phase] of [
    [1, 0],
    [0, 1],
    [0, 8],
  ] as const)
    assert.throws(() => replay(chain(...passed, stopped(round, phase))), ViewError);
});

describe('[RD16] between attempts a run may be over', () => {
  const capped = (gasCap: bigint, epsilonCap = charter.limits.epsilonCap): readonly FactBody[] => {
    const [proposal, ...votes] = passed as [FactBody & { kind: 'proposed' }, ...FactBody[]];
    return [{ ...proposal, charter: { ...charter, limits: { ...charter.limits, gasCap, epsilonCap } } }, ...votes];
  };
  const left = (round: number, attempt: number, gas: bigint): FactBody => ({
    kind: 'gasLeft',
    runId,
    round,
    attempt,
    gas,
  });
  const room = gasRoom(charter, 1);

  test('where the gas that is left does not pay for another attempt', () => {
    const after = (gas: bigint) => replay(chain(...capped(5_000_000n), ...walk(0, 0), left(1, 0, gas)));
    assert.deepEqual([after(room).finished, after(room).gasLeft], [false, room]);
    const run = after(room - 1n);
    assert.deepEqual(
      [run.finished, run.ended, run.model, currentAttempt(run)],
      [true, 'gas', after(room).model, undefined],
    );
  });

  test('nobody is told of gas where there is no cap, nor of more than before: a run could be said to be over', () => {
    assert.equal(charter.limits.gasCap, 0n);
    const untold = chain(...passed, ...walk(0, 0), left(1, 0, 0n));
    assert.throws(() => replay(untold), { name: 'ViewError', code: 'OUT_OF_ORDER' });
    const risen = chain(...capped(5_000_000n), ...walk(0, 0), left(1, 0, room), left(1, 0, room + 1n));
    assert.throws(() => replay(risen), { name: 'ViewError', code: 'OUT_OF_ORDER' });
  });

  test('from the beginning, where the cap does not pay for the first', () => {
    const first = gasRoom(charter, 0);
    assert.equal(replay(chain(...capped(first))).finished, false);
    const run = replay(chain(...capped(first - 1n)));
    assert.deepEqual(
      [run.finished, run.ended, currentAttempt(run), run.model],
      [true, 'gas', undefined, charter.initialModel],
    );
  });

  test('where the budget does not pay for another sum: a charge was lost', () => {
    const lost: readonly FactBody[] = [
      ...walk(0, 0).slice(0, 6),
      { kind: 'voided', runId, round: 0, attempt: 0, phase: 6 },
    ];
    const price = priceOf(charter.aggregation);
    const twice = epsilonWad(2n * price, 5n);
    const charged = lost.map((fact) => (fact.kind === 'verified' ? { ...fact, rho: price } : fact));
    assert.equal(replay(chain(...capped(0n, twice), ...charged)).finished, false);
    const run = replay(chain(...capped(0n, twice - 1n), ...charged));
    assert.deepEqual([run.finished, run.ended, currentAttempt(run)], [true, 'privacy', undefined]);
  });

  test('[CH4] and where its facts go on all the same, they are kept for whoever verifies them', () => {
    const over = [...capped(0n, 1n), ...walk(0, 0)];
    assert.equal(replay(chain(...over.slice(0, passed.length))).ended, 'privacy');
    const on = replay(chain(...over.slice(0, -1)));
    assert.deepEqual([on.finished, on.ended, phaseAt(on.attempts[0]!)], [false, undefined, 'SETTLE']);
    assert.deepEqual([replay(chain(...over)).ended, replay(chain(...over)).attempts.length], ['privacy', 2]);
  });

  test('[AG1] a charter without a price is folded too', () => {
    const [proposal] = passed as [FactBody & { kind: 'proposed' }];
    const cheap = { ...charter, aggregation: { ...charter.aggregation, sigma: 2n } };
    assert.equal(replay(chain({ ...proposal, charter: cheap }, ...passed.slice(1))).finished, false);
  });

  test('what is left is told between attempts only', () => {
    for (const at of [left(0, 0, 5n), left(2, 0, 5n)])
      assert.throws(() => replay(chain(...capped(5_000_000n), ...walk(0, 0), at)), ViewError);
    assert.throws(() => replay(chain(...capped(5_000_000n), walk(0, 0)[0]!, left(0, 0, 5n))), ViewError);
  });

  test('the room is what the contract computes', () => {
    const path = new URL('../../contracts/snapshots/room.json', import.meta.url);
    const rows = JSON.parse(readFileSync(path, 'utf8')) as readonly (readonly [number, number, number, number])[];
    for (const [count, shares, round, gas] of rows) {
      const aggregation = { ...charter.aggregation, ...(shares > 0 && { shares, holders: 2 }) };
      const everybody = Array.from({ length: count }, (_, i) => address(i + 1));
      assert.equal(gasRoom({ members: everybody, aggregation }, round), BigInt(gas), `${count}, ${shares}, ${round}`);
    }
    assert.ok(rows.length >= 10);
  });
});
