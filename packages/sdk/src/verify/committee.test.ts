import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { merkleRoot } from '@concord/protocol';
import { bytesToHex, zeroHash } from 'viem';
import { assertFails, audit, auditorOf, clauseOf, components, records } from '../../../testing/src/audited.ts';
import { aRun } from '../../../testing/src/builders.ts';
import { blobOf, editFact, factOf, forge, lose, other, type Records } from '../../../testing/src/tamper.ts';
import type { CommitteeSeat, Fact, Hex } from '../facts.ts';
import { drawnCommitteeHashOf } from '../identity.ts';
import { decodeFileList, encodeFileList } from '../records.ts';
import type { ClauseId } from './clauses.ts';

const LAST = -1;
const SHARES = 3;
/** Seats 0, 1, 2 are the primaries of shares 1, 2, 3. */
const [SILENT, MISSING, DOUBTED] = [1, 5, 2];

const committee = { shares: SHARES, aggregators: 7, missing: MISSING, silent: SILENT, conflicts: [DOUBTED] };
const built = aRun({ members: 4, rounds: 2, voids: true, committee }, components);
const told: Records = built.ledger;
const auditIt = auditorOf(built);
const fails = (lie: Records, id: ClauseId, evidence: RegExp): Promise<void> => assertFails(lie, id, evidence, auditIt);

const seated = factOf(told, 'committeeSeated', LAST);
const verified = factOf(told, 'verified', LAST);
const listed = decodeFileList(blobOf(told, verified.blob))!;

test('[CM8] a run with an empty seat, an absent file and one report in conflict passes', async () => {
  const found = await auditIt(told);
  for (const { id, verdict, evidence } of found.clauses)
    assert(verdict === 'PASS' || verdict === 'NOT ENFORCED IN THIS VERSION', `${id}: ${verdict}, ${evidence}`);
  assert.equal(listed.length, 2 * SHARES);
  assert.deepEqual(
    listed.flatMap((digest, seat) => (digest.every((byte) => byte === 0) ? [seat] : [])),
    [SILENT, MISSING],
  );
  const { address } = built.members[DOUBTED]!;
  assert.deepEqual(
    found.refused.map(({ member, round, report, clause }) => ({ member, round, report, clause })),
    [0, 1].map((round) => ({ member: address, round, report: 'update', clause: 'CM8' })),
  );
  // Its noise stays, as that of any refused member does.
  assert.deepEqual([verified.updates, verified.noises], [3, 4]);
  assert.match(clauseOf(found, 'CM8').evidence!, /^2 reports left out/);
});

test('[CM8] nothing is said of committees where members hold the shares', async () => {
  const { clauses } = await audit(records);
  assert.deepEqual(
    clauses.flatMap(({ id }) => (id.startsWith('CM') ? [id] : [])),
    ['CM10'],
  );
});

/** Other seats under their own hash: what a contract that does not draw would record. */
const reseat = (change: (seats: readonly CommitteeSeat[]) => readonly CommitteeSeat[]): Records =>
  editFact(told, 'committeeSeated', LAST, (fact) => {
    const seats = change(fact.seats);
    return { ...fact, seats, committeeHash: drawnCommitteeHashOf(seats) };
  });
const empty = ({ holder }: CommitteeSeat): CommitteeSeat => {
  return { holder, sealKey: zeroHash, openCommit: zeroHash, queryCommit: zeroHash, drawCommit: zeroHash };
};

describe('committees that were not drawn', () => {
  test('[CM4] seats of others than the draw chose, or in another order', async () => {
    const stranger: Hex = `0x${'ee'.repeat(20)}`;
    const others = reseat((seats) => seats.with(3, { ...seats[3]!, holder: stranger }));
    await fails(others, 'CM4', new RegExp(`round 1, attempt 1: seat 4 has ${stranger}, the draw chose`));
    await fails(
      reseat((seats) => seats.with(0, seats[1]!).with(1, seats[0]!)),
      'CM4',
      /seat 1 has/,
    );
    const beacon = editFact(told, 'drawn', LAST, (fact) => ({ ...fact, beacon: other(fact.beacon) }));
    await fails(beacon, 'CM4', /the draw chose/);
  });

  test('[CM5] seats that are not those of the hash, too few, or empty too early or in pairs', async () => {
    const hash = editFact(told, 'committeeSeated', LAST, (fact) => ({
      ...fact,
      committeeHash: other(fact.committeeHash),
    }));
    await fails(hash, 'CH7', /the seats hash to/);
    await fails(
      reseat((seats) => seats.slice(0, 4)),
      'CH7',
      /has 4 seats, needs 6/,
    );
    await fails(
      reseat((seats) => seats.with(MISSING - SHARES, empty(seats[MISSING - SHARES]!))),
      'CH7',
      /seat 3 is empty and its partner/,
    );
    const at = told.facts.indexOf(seated);
    const earlier = (fact: Fact): Fact => ({ ...fact, origin: { ...fact.origin, time: fact.origin.time - 600 } });
    const early = told.facts.map((fact, i) => (i === at ? earlier(fact) : fact));
    await fails({ ...told, facts: early }, 'CH7', /seat 6 is empty before the deadline/);
  });

  test('[CM5] seats past twice the deadline, and a void before it', async () => {
    const late = editFact(told, 'committeeSeated', LAST, (fact) => ({
      ...fact,
      origin: { ...fact.origin, time: fact.origin.time + 600 },
    }));
    await fails(late, 'RD4', /committeeSeated came \d+ s late/);
    const before = told.facts.slice(0, told.facts.indexOf(factOf(told, 'committeeSeated', 0)));
    const { origin } = before.at(-1)!;
    const time = origin.time + 700;
    const voided: Fact = {
      ...{ kind: 'voided', runId: built.runId, round: 0, attempt: 0, phase: 0 },
      origin: { ...origin, block: origin.block + 1n, time },
    };
    await fails({ ...told, facts: [...before, voided] }, 'RD4', /was void \d+ s before its deadline/);
  });

  test('[CM2] a roster that is not the one of the snapshot', async () => {
    const richer = editFact(told, 'registeredAggregator', 2, (fact) => ({ ...fact, stake: fact.stake + 1n }));
    await fails(richer, 'CM2', /begun .*cannot follow a roster that hashes to/);
    const unseen = told.facts.filter((fact) => fact !== factOf(told, 'registeredAggregator', LAST));
    await fails({ ...told, facts: unseen }, 'CM2', /snapshot .*cannot follow a roster/);
    for (const kind of ['snapshot', 'drawn'] as const) {
      const lie = editFact(told, kind, 0, (fact) => ({ ...fact, rosterHash: other(fact.rosterHash) }) as Fact);
      await fails(lie, 'CM2', new RegExp(`${kind} .*cannot follow`));
    }
  });

  test('[CM2] a draw that could be known when its snapshot was taken', () =>
    fails(
      editFact(told, 'drawn', LAST, (fact) => ({ ...fact, origin: { ...fact.origin, block: fact.origin.block - 1n } })),
      'CM2',
      /was drawn in block \d+ from a snapshot of block/,
    ));

  test('[CM2] deadlines that let a holder take its stake back in time', () =>
    fails(
      editFact(told, 'proposed', 0, (fact) => {
        const deadlines = { ...fact.charter.deadlines, settle: 3 * 24 * 3600 };
        return { ...fact, charter: { ...fact.charter, deadlines } };
      }),
      'CM2',
      /the deadlines add up to/,
    ));
});

/** Another list of files, under its own root. */
function relist(change: (digests: readonly Uint8Array[]) => readonly Uint8Array[]): Records {
  const digests = change(listed);
  const forged = forge(told, verified.blob, encodeFileList(digests));
  const root = bytesToHex(merkleRoot(digests));
  return editFact(forged, 'verified', LAST, (fact) => ({ ...fact, verifierRoot: root }));
}

describe('two copies', () => {
  test('[CM8] a file of somebody who has no seat', () =>
    fails(
      relist((digests) => digests.with(MISSING, digests[MISSING - SHARES]!)),
      'CM8',
      new RegExp(`a file by ${seated.seats[MISSING]!.holder}, whose seat is empty`),
    ));

  test('[CM8] a share that nobody has checked', () =>
    fails(
      relist((digests) => digests.with(SILENT + SHARES, new Uint8Array(32))),
      'CM8',
      /nobody has checked share 2/,
    ));

  test('[CM8] a list with a file a share instead of one a holder', () =>
    fails(
      relist((digests) => digests.slice(0, SHARES)),
      'AG13',
      /has 3 entries, needs 6/,
    ));

  test('[CM8] a listed file that is lost names its holder', async () => {
    const found = await auditIt(lose(told, bytesToHex(listed[3]!)));
    assert.equal(found.verdict, 'INCOMPLETE');
    assert.match(clauseOf(found, 'AG13').evidence!, new RegExp(`promised by ${seated.seats[3]!.holder}`));
  });

  test('[CM8] a report in conflict that counts all the same', () =>
    fails(
      // The standby is not listed, and so nobody disagrees with the primary: then the report must count.
      relist((digests) => digests.with(3, new Uint8Array(32))),
      'AG16',
      /accept root is/,
    ));

  test('[CM8] more reports in conflict than two in a hundred', () => {
    const many = aRun({ members: 5, rounds: 2, committee: { ...committee, conflicts: [0, 3] } }, components);
    return assertFails(many.ledger, 'CM8', /disagree about 2 of 10 reports/, auditorOf(many));
  });

  test('[CM6] an aggregate share names both who may have spoken it', async () => {
    const unmasked = factOf(told, 'unmasked', LAST);
    assert.equal(unmasked.shareDigests.length, SHARES);
    const found = await auditIt(lose(told, unmasked.shareDigests[0]!));
    const [primary, , , standby] = seated.seats.map(({ holder }) => holder);
    assert.match(clauseOf(found, 'AG17').evidence!, new RegExp(`promised by ${primary}, ${standby}`));
  });
});
