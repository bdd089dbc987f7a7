/** What the holders of a committee hand over and sign, each in a journal of its own, against a run in memory. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Secret } from '@concord/protocol';
import {
  type Address,
  type AttemptView,
  charterIdOf,
  type CommitteeSeat,
  compileCharter,
  currentAttempt,
  decodeFileList,
  decodeHeaderBlob,
  type Deployment,
  drawnCommitteeHashOf,
  emptyView,
  encodeFileList,
  encodeHeaderBlob,
  fold,
  type Hex,
  rosterHashOf,
  type RunView,
} from '@concord/sdk';
import { systemClock } from './adapters/clock.ts';
import { aRun, type BuiltRun } from '../../testing/src/builders.ts';
import { smallTerms, smallText } from '../../testing/src/charter.ts';
import { membersOf } from '../../testing/src/committee.ts';
import { Ledger } from '../../testing/src/ledger.ts';
import { loadKernels } from './adapters/kernels.ts';
import { nodePlatform, nodeRandom } from './adapters/platform.ts';
import { Bell } from './bell.ts';
import { bytesToHex, hexToBytes } from './core/hex.ts';
import { entry, type PostKind, proposalOf } from './core/slot.ts';
import { openJournal } from './journal.ts';
import { Meter } from './meter.ts';
import type { Peers } from './peers.ts';
import { signProposedFiles } from './perform/accept.ts';
import { signProposedList } from './perform/close.ts';
import { AT_ONCE } from './perform/atOnce.ts';
import { handOver, takeHandOver } from './perform/handOver.ts';
import { eraseSecrets, reveal, seat } from './perform/seat.ts';
import type { AttemptError, Work } from './perform/work.ts';
import { honestly, type Party } from './ports.ts';
import { said, sayPlainly } from './statements.ts';
import { Workbench } from './workbench.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-committee-'));
after(() => rmSync(folder, { recursive: true }));

const components = { platform: nodePlatform, kernels: loadKernels() };
const deployment: Deployment = {
  chainId: 31_337,
  charters: '0x1111111111111111111111111111111111111111',
  rounds: '0x2222222222222222222222222222222222222222',
  inference: '0x3333333333333333333333333333333333333333',
};
const never = (): Promise<never> => Promise.reject(new Error('this test asks nobody for that'));
const nobody: Peers = { blob: never, post: never, putReport: never, putSeal: never, headers: never, hand: never };

let journals = 0;
/** An aggregator with an empty journal. */
function aggregator(address: Address, secretKey: Hex, peers: Partial<Peers> = {}): Party {
  const journal = openJournal(join(folder, `${journals++}.sqlite`));
  after(() => journal.close());
  return {
    me: { address, endpoint: `http://${address}`, part: 'aggregator' },
    secretKey: new Secret(hexToBytes(secretKey)),
    deployment,
    journal,
    peers: { ...nobody, ...peers },
    components,
    random: nodeRandom,
    publish: never,
    holding: honestly,
    clock: systemClock,
    bell: new Bell(systemClock),
    workbench: new Workbench(components, deployment, address),
    meter: new Meter(),
    log: () => undefined,
  };
}

function workOf(party: Party, run: RunView, view: AttemptView): Work {
  const place = party.workbench.place(run, view)!;
  return { run, view, place, signal: new AbortController().signal, where: (who) => () => who, now: () => 0 };
}

const code =
  (expected: string) =>
  (error: AttemptError): boolean =>
    error.code === expected;

describe('[CM7] a primary hands its preimages to its standby', () => {
  const members = membersOf(3, 'members').map(({ address }) => address);
  const terms = { ...smallTerms(1, 3), committee: { shares: 2 } };
  const { charter } = compileCharter({ text: smallText, terms }, members, `0x${'ab'.repeat(32)}`);
  const slot = { runId: charterIdOf(charter), round: 0, attempt: 0 };
  const ledger = new Ledger();
  const stakers = membersOf(4, 'aggregators');
  for (const { address } of stakers)
    ledger.post({ kind: 'registeredAggregator', aggregator: address, stake: 10n ** 18n, endpoint: 'http://a' });
  ledger.post({ kind: 'proposed', charterId: slot.runId, proposer: members[0]!, charter });
  for (const voter of members) ledger.post({ kind: 'voted', charterId: slot.runId, voter, support: true });
  const rosterHash = rosterHashOf(ledger.view.roster);
  ledger.post({ kind: 'begun', runId: slot.runId, rosterHash });
  ledger.post({ kind: 'drawn', ...slot, beacon: rosterHash, rosterHash });
  const drawn = currentAttempt(ledger.run(slot.runId))!.draw!.committee;
  const post: Peers['post'] = async (where, at, kind) =>
    said(parties[drawn.indexOf(where() as Address)]!.journal, at, kind) as never;
  const parties = drawn.map((holder) =>
    aggregator(holder, stakers.find(({ address }) => address === holder)!.secretKey, { post }),
  );
  for (const party of parties) seat(party, slot, true);
  const seats = parties.map((party): CommitteeSeat => {
    const { sealKey, openCommit, queryCommit, drawCommit } = said(
      party.journal,
      slot,
      'CommitteeSeat',
    ) as CommitteeSeat;
    return { holder: party.me.address, sealKey, openCommit, queryCommit, drawCommit };
  });
  ledger.post({ kind: 'committeeSeated', ...slot, committeeHash: drawnCommitteeHashOf(seats), seats });
  const run = ledger.run(slot.runId);
  const work = (party: Party): Work => workOf(party, run, currentAttempt(run)!);
  const [primary, other, standby, stranger] = parties as [Party, Party, Party, Party];

  test('the standby reveals the very preimages of the primary, and nobody else can read them', async () => {
    handOver(primary, work(primary));
    await takeHandOver(standby, work(standby));
    for (const which of ['open', 'query', 'draw'] as const) {
      reveal(primary, work(primary), which);
      reveal(standby, work(standby), which);
      assert.deepEqual(said(standby.journal, slot, which), said(primary.journal, slot, which), which);
    }
    sayPlainly(other, slot, 'handOver', said(primary.journal, slot, 'handOver')!);
    await assert.rejects(takeHandOver(stranger, work(stranger)), code('HAND_OVER'));
  });

  test('without a hand-over a standby reveals nothing', () => {
    assert.throws(() => reveal(stranger, work(stranger), 'open'), code('HAND_OVER'));
    assert.equal(said(stranger.journal, slot, 'open'), undefined);
  });

  test('both forget when the attempt is over', () => {
    for (const party of [primary, standby]) eraseSecrets(party, run, currentAttempt(run)!);
    assert.equal(standby.journal.read(slot, entry.handedOver)?.length, 0);
    assert.equal(primary.journal.read(slot, entry.seatSecrets)?.length, 0);
  });
});

/** A holder of a finished run as it stood before a fact, whose first proposer proposes `bytes`. */
function signer(
  built: BuiltRun,
  kind: 'noiseClosed' | 'verified',
  seatNumber: number,
  what: PostKind,
  bytes: Uint8Array,
) {
  const end = built.ledger.facts.findIndex((fact) => fact.kind === kind);
  const run = built.ledger.facts.slice(0, end).reduce(fold, emptyView).runs.get(built.runId)!;
  const view = currentAttempt(run)!;
  const blob = built.ledger.keep(bytes);
  /** Digests that were asked for, and the most questions that waited at once. */
  const asked = { digests: [] as string[], waiting: 0, most: 0 };
  const party = aggregator(view.seated!.seats[seatNumber]!.holder, built.members[0]!.secretKey, {
    blob: async (_, digest) => {
      asked.digests.push(digest);
      asked.most = Math.max(asked.most, ++asked.waiting);
      await new Promise(setImmediate);
      asked.waiting -= 1;
      return built.ledger.blobs.get(`0x${digest}`) ?? never();
    },
    post: async (_, __, kind) => (kind === what ? { blob } : never()),
  });
  return { party, work: workOf(party, run, view), asked };
}

const roundOf = (built: BuiltRun): AttemptView => built.ledger.run(built.runId).attempts[0]!;

describe('[CM8] a list is proposed before it is signed once', () => {
  const built = aRun({ members: 6, rounds: 2, committee: { shares: 2, aggregators: 4, conflicts: [1] } }, components);
  const round = roundOf(built);
  const files = decodeFileList(built.ledger.blobs.get(round.verified!.blob)!)!;
  const verifying = (list: readonly Uint8Array[], seatNumber = 0) =>
    signer(built, 'verified', seatNumber, 'fileProposal', encodeFileList(list));

  test('a report on which primary and standby differ is out, and the rest is signed', async () => {
    const { party, work } = verifying(files);
    sayPlainly(party, work.place.slot, 'verifierFile', { digest: bytesToHex(files[0]!) });
    await signProposedFiles(party, work, 0);
    const signed = said(party.journal, work.place.slot, 'Verified') as {
      readonly acceptRoot: Hex;
      readonly updates: number;
    };
    assert.equal(signed.updates, 5);
    assert.equal(signed.acceptRoot, round.verified!.acceptRoot);
  });

  test('a file that both holders of a share name alike is asked for once', async () => {
    const agreed = aRun({ members: 3, rounds: 2, committee: { shares: 2, aggregators: 4 } }, components);
    const list = agreed.ledger.blobs.get(roundOf(agreed).verified!.blob)!;
    const [first, other, second] = decodeFileList(list)!;
    assert.deepEqual(first, second);
    assert.notDeepEqual(first, other);
    const { party, work, asked } = signer(agreed, 'verified', 0, 'fileProposal', list);
    sayPlainly(party, work.place.slot, 'verifierFile', { digest: bytesToHex(first!) });
    await signProposedFiles(party, work, 0);
    assert.ok(said(party.journal, work.place.slot, 'Verified'));
    for (const digest of [first!, other!])
      assert.equal(asked.digests.filter((each) => `0x${each}` === bytesToHex(digest)).length, 1);
    assert.equal(new Set(asked.digests).size, asked.digests.length, 'nothing was asked for twice');
  });

  test('more than two in a hundred in conflict, and more than one: nothing is signed', async () => {
    const lying = aRun(
      { members: 6, rounds: 2, committee: { shares: 2, aggregators: 4, conflicts: [1, 2] } },
      components,
    );
    const list = lying.ledger.blobs.get(roundOf(lying).verified!.blob)!;
    const { party, work } = signer(lying, 'verified', 0, 'fileProposal', list);
    sayPlainly(party, work.place.slot, 'verifierFile', { digest: bytesToHex(decodeFileList(list)![0]!) });
    await assert.rejects(signProposedFiles(party, work, 0), code('CONFLICTS'));
    assert.equal(said(party.journal, work.place.slot, 'Verified'), undefined);
  });

  test('a list that leaves out a file that was there in time, or names another, is not signed', async () => {
    const without = files.with(1, new Uint8Array(32));
    const { party, work } = verifying(without, 1);
    sayPlainly(party, work.place.slot, 'verifierFile', { digest: bytesToHex(files[1]!) });
    party.journal.note(work.place.slot, entry.fileInTime, Uint8Array.of(1));
    await assert.rejects(signProposedFiles(party, work, 0), code('PROPOSAL'));
    const other = verifying(files.with(1, files[0]!), 1);
    sayPlainly(other.party, other.work.place.slot, 'verifierFile', { digest: bytesToHex(files[1]!) });
    await assert.rejects(signProposedFiles(other.party, other.work, 0), code('PROPOSAL'));
  });

  test('a file that came late may be left out, and one a share is enough', async () => {
    const without = files.with(1, new Uint8Array(32));
    const { party, work } = verifying(without, 1);
    await signProposedFiles(party, work, 0);
    assert.ok(said(party.journal, work.place.slot, 'Verified'));
    const neither = verifying(without.with(3, new Uint8Array(32)), 1);
    await assert.rejects(signProposedFiles(neither.party, neither.work, 0), code('VERIFIER_FILE'));
  });

  const noise = built.ledger.blobs.get(round.noise!.blob)!;
  const entries = decodeHeaderBlob(noise, 2)!;
  test('the proposed list of reports is signed by whoever finds its own in it, and fetched every byte', async () => {
    const { party, work, asked } = signer(built, 'noiseClosed', 2, proposalOf('noise'), noise);
    await signProposedList(party, work, 'noise', 0);
    assert.ok(asked.most > 1, 'one report is not waited for before the next is asked for');
    assert.ok(asked.most <= AT_ONCE);
    const signed = said(party.journal, work.place.slot, 'NoiseClosed') as { readonly root: Hex; readonly blob: Hex };
    assert.deepEqual([signed.root, signed.blob], [round.noise!.root, round.noise!.blob]);
    assert.ok(party.journal.read(work.place.slot, entry.closed('noise')), 'its own list is closed with it');
    for (const { reportDigest } of entries) assert.ok(party.journal.blob(Buffer.from(reportDigest).toString('hex')));
  });

  test('a list that leaves out a report that this holder acknowledged is not signed', async () => {
    const probe = signer(built, 'noiseClosed', 0, proposalOf('noise'), noise).work.place;
    const mine = built.members.findIndex(({ address }) => probe.group(address, 'noise') === probe.share);
    const { address } = built.members[mine]!;
    const left = entries.filter(({ header }) => !Buffer.from(header).includes(Buffer.from(hexToBytes(address))));
    assert.equal(left.length, entries.length - 1);
    const { party, work } = signer(built, 'noiseClosed', 0, proposalOf('noise'), encodeHeaderBlob(left));
    const { slot } = work.place;
    const own = entries.find((each) => !left.includes(each))!;
    party.journal.record(slot, entry.received('noise', address), own.reportDigest);
    party.journal.record(slot, entry.closed('noise'), encodeHeaderBlob([own]));
    await assert.rejects(signProposedList(party, work, 'noise', 0), code('PROPOSAL'));
    assert.equal(said(party.journal, slot, 'NoiseClosed'), undefined);
  });

  test('an entry that does not count spoils a proposal', async () => {
    const forged = entries.map((each, i) => (i === 0 ? { ...each, signature: entries[1]!.signature } : each));
    const { party, work } = signer(built, 'noiseClosed', 0, proposalOf('noise'), encodeHeaderBlob(forged));
    await assert.rejects(signProposedList(party, work, 'noise', 0), code('PROPOSAL'));
  });
});
