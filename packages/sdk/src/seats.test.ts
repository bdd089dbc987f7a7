import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { numberToHex, zeroHash } from 'viem';
import { Ledger } from '../../testing/src/ledger.ts';
import { registerAll, seatDrawn, snapshotFor, wordOf } from '../../testing/src/seating.ts';
import { smallTerms, smallText } from '../../testing/src/charter.ts';
import { nodePlatform } from '../../node/src/adapters/platform.ts';
import { Secret } from '@concord/protocol';
import { compileCharter, CharterTermsError } from './compileCharter.ts';
import type { Address, FactBody } from './facts.ts';
import { charterIdOf, drawnCommitteeHashOf } from './identity.ts';
import { rosterHashOf } from './roster.ts';
import { commitsOf, holdersOf, isCommittee, placesOf, seatsOf, sharesOf } from './seats.ts';
import { type AttemptView, currentAttempt, deadlineOf, isOverdue, phaseAt, ViewError } from './view.ts';

const SHARES = 2;
/** The standby of share 1. */
const MISSING = 2;
const seed = 'seats';
const options = { shares: SHARES, aggregators: 5 };
const members = [1, 2, 3].map((n): Address => numberToHex(n, { size: 20 }));
const keys = Array.from({ length: 2 * SHARES }, (_, i) =>
  nodePlatform.x25519KeyPair(new Secret(new Uint8Array(32).fill(i + 1))),
);
const { charter } = compileCharter(
  { text: smallText, terms: { ...smallTerms(1, 3), committee: { shares: SHARES } } },
  members,
  wordOf('matrix'),
);
const runId = charterIdOf(charter);
const at = { runId, round: 0, attempt: 0 };

function passed(aggregators = options.aggregators): Ledger {
  const ledger = new Ledger();
  registerAll(ledger, { ...options, aggregators }, seed);
  ledger.post({ kind: 'proposed', charterId: runId, proposer: members[0]!, charter });
  for (const voter of members) ledger.post({ kind: 'voted', charterId: runId, voter, support: true });
  return ledger;
}
const current = (ledger: Ledger): AttemptView => currentAttempt(ledger.run(runId))!;
function seated(missing?: number): AttemptView {
  const ledger = passed();
  seatDrawn(ledger, at, { ...options, ...(missing !== undefined && { missing }) }, keys, seed);
  return current(ledger);
}

test('[CM4] a charter for committees has exactly k shares of two holders each', () => {
  assert(isCommittee(charter));
  assert.deepEqual([charter.aggregation.shares, charter.aggregation.holders], [SHARES, 2]);
  const compile = (change: object) => () =>
    compileCharter({ text: smallText, terms: { ...smallTerms(1, 3), ...change } }, members, wordOf('matrix'));
  const days = { ...smallTerms(1, 3).deadlines, upload: 3 * 86_400 };
  for (const change of [
    { committee: { shares: 1 } },
    { committee: { shares: 65 } },
    { committee: { shares: 2.5 } },
    { committee: { shares: 2 }, deadlines: days },
  ])
    assert.throws(compile(change), CharterTermsError);
  assert(!isCommittee(compile({ deadlines: days })().charter));
});

describe('the view of a drawn committee', () => {
  test('[CM4] 2k seats in the order of the draw: primaries of shares 1 … k, then standbys', () => {
    const attempt = seated();
    const holders = holdersOf(attempt);
    assert.deepEqual(holders, attempt.draw!.committee);
    assert.equal(new Set(holders).size, 2 * SHARES);
    assert.equal(sharesOf(attempt), SHARES);
    assert.deepEqual(
      holders.map((holder) => placesOf(attempt, holder)),
      [
        { share: 1, role: 0 },
        { share: 2, role: 0 },
        { share: 1, role: 1 },
        { share: 2, role: 1 },
      ],
    );
    assert.equal(placesOf(attempt, members[0]!), undefined);
    assert.equal(attempt.drawBeacon, attempt.draw!.beacon);
  });

  test('[CM5] a missing holder has no place, and its share the commits of its partner', () => {
    const attempt = seated(MISSING);
    const holders = holdersOf(attempt);
    assert.equal(attempt.seated!.seats[MISSING]!.missing, true);
    assert.equal(placesOf(attempt, holders[MISSING]!), undefined);
    assert.deepEqual(
      seatsOf(attempt, 1).map(({ holder }) => holder),
      [holders[0]],
    );
    const without = seated(0);
    assert.equal(commitsOf(without, 1)!.holder, without.seated!.seats[2]!.holder);
    assert.equal(commitsOf(without, 2)!.holder, without.seated!.seats[1]!.holder);
  });

  test('[CM2] SEAT begins with `begin`, and is overdue past twice its deadline', () => {
    const ledger = passed();
    const waiting = current(ledger);
    assert.equal(isOverdue(waiting, charter, Number.MAX_SAFE_INTEGER), false);
    ledger.wait(50);
    const began = ledger.now;
    ledger.post({ kind: 'begun', runId, rosterHash: rosterHashOf(ledger.view.roster) });
    const attempt = current(ledger);
    assert.equal(phaseAt(attempt), 'SEAT');
    assert.equal(deadlineOf(attempt, charter), began + charter.deadlines.seat);
    assert.equal(isOverdue(attempt, charter, began + 2 * charter.deadlines.seat), false);
    assert.equal(isOverdue(attempt, charter, began + 2 * charter.deadlines.seat + 1), true);
    assert.equal(ledger.run(runId).snapshot!.roster.length, options.aggregators);
  });

  test('[CM2] a VOID takes a new snapshot, for the next attempt', () => {
    const ledger = passed();
    seatDrawn(ledger, at, options, keys, seed);
    ledger.wait(charter.deadlines.noise);
    ledger.post({ kind: 'voided', ...at, phase: 1 });
    const next = { ...at, attempt: 1 };
    const beacon = wordOf('next');
    const { rosterHash: old } = ledger.run(runId).snapshot!;
    assert.throws(() => ledger.post({ kind: 'drawn', ...next, beacon, rosterHash: old }), ViewError);
    snapshotFor(ledger, next);
    const { rosterHash, roster } = ledger.run(runId).snapshot!;
    assert.equal(roster.length, options.aggregators + 1);
    assert.notEqual(rosterHash, old);
    ledger.post({ kind: 'drawn', ...next, beacon, rosterHash });
    assert.equal(current(ledger).draw!.committee.length, 2 * SHARES);
  });

  test('[CM2][CM4] what cannot be: a roster, a draw or seats that nobody announced', () => {
    const refused = (ledger: Ledger, body: FactBody, code: string): void =>
      assert.throws(
        () => ledger.post(body),
        (error) => error instanceof ViewError && error.code === code,
      );
    const ledger = passed();
    refused(ledger, { kind: 'begun', runId, rosterHash: zeroHash }, 'ROSTER');
    const rosterHash = rosterHashOf(ledger.view.roster);
    refused(ledger, { kind: 'drawn', ...at, beacon: wordOf('b'), rosterHash }, 'ROSTER');
    refused(ledger, { kind: 'resigned', aggregator: members[0]! }, 'OUT_OF_ORDER');
    const seats = seated().seated!.seats.map(({ drawCommit, ...seat }) => ({ ...seat, drawCommit: drawCommit! }));
    const sit: FactBody = { kind: 'committeeSeated', ...at, committeeHash: drawnCommitteeHashOf(seats), seats };
    refused(ledger, sit, 'OUT_OF_ORDER');
  });

  test('[CM5] a draw from too small a roster seats nobody, and runs into twice the deadline', () => {
    const ledger = passed(2 * SHARES - 1);
    ledger.post({ kind: 'begun', runId, rosterHash: rosterHashOf(ledger.view.roster) });
    ledger.post({ kind: 'drawn', ...at, beacon: wordOf('b'), rosterHash: rosterHashOf(ledger.view.roster) });
    assert.deepEqual(current(ledger).draw!.committee, []);
    assert.equal(phaseAt(current(ledger)), 'SEAT');
    assert.equal(isOverdue(current(ledger), charter, ledger.now + 2 * charter.deadlines.seat), true);
  });

  test('[CM1] endpoints of aggregators outlive their place in the roster', () => {
    const ledger = passed();
    const [{ address } = { address: members[0]! }] = ledger.view.roster;
    ledger.post({ kind: 'resigned', aggregator: address });
    assert.equal(ledger.view.endpoints.get(address), `https://${address}.example`);
    assert(!ledger.view.roster.some((entry) => entry.address === address));
  });

  test('[RD9] a consortium’s holder has one share and the role of a primary', () => {
    const seats = members.map((holder) => ({
      holder,
      sealKey: wordOf('k'),
      openCommit: zeroHash,
      queryCommit: zeroHash,
    }));
    const attempt: AttemptView = {
      ...{ round: 0, attempt: 0, began: 0, drawBeacon: zeroHash },
      seated: { committeeHash: zeroHash, seats, origin: passed().facts[0]!.origin },
    };
    assert.deepEqual(
      members.map((member) => placesOf(attempt, member)),
      [1, 2, 3].map((share) => ({ share, role: 0 })),
    );
  });
});
