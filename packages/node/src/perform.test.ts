import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { runStateHash, Secret, shard, sign } from '@concord/protocol';
import {
  type AttemptView,
  currentAttempt,
  cutPieces,
  decodeFileList,
  decodeVerifierFile,
  emptyView,
  encodeVerifierFile,
  fold,
  type Hex,
  readCharterText,
  type RunView,
} from '@concord/sdk';
import { systemClock } from './adapters/clock.ts';
import { aRun } from '../../testing/src/builders.ts';
import { fileOf } from '../../testing/src/tamper.ts';
import { loadKernels } from './adapters/kernels.ts';
import { nodePlatform, nodeRandom } from './adapters/platform.ts';
import { Bell } from './bell.ts';
import { bytesToHex, hexToBytes } from './core/hex.ts';
import type { PostKind } from './core/slot.ts';
import { openJournal } from './journal.ts';
import { Meter } from './meter.ts';
import type { Peers } from './peers.ts';
import { signVerified } from './perform/accept.ts';
import { putPieced } from './perform/pieces.ts';
import { signSettled, speakAggregateShare } from './perform/settle.ts';
import { runStateOf } from './perform/state.ts';
import { upload } from './perform/upload.ts';
import type { AttemptError, Work } from './perform/work.ts';
import { honestly, type Party } from './ports.ts';
import { receiptDigest } from './receive.ts';
import { said, sayPlainly } from './statements.ts';
import { Workbench } from './workbench.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-perform-'));
after(() => rmSync(folder, { recursive: true }));

const components = { platform: nodePlatform, kernels: loadKernels() };
/** Four members, one of which sends updates over the norm; its rounds settle with three updates. */
const built = aRun({ members: 4, rounds: 2, liar: 1 }, components);
const [round0] = built.ledger.run(built.runId).attempts as [AttemptView];
const files = decodeFileList(built.ledger.blobs.get(round0.verified!.blob)!)!.map((digest) => bytesToHex(digest));

/** The run as it stood before its first fact of a kind. */
function before(kind: 'noiseClosed' | 'verified' | 'unmasked' | 'settled'): {
  readonly run: RunView;
  readonly view: AttemptView;
} {
  const end = built.ledger.facts.findIndex((fact) => fact.kind === kind);
  const run = built.ledger.facts.slice(0, end).reduce(fold, emptyView).runs.get(built.runId)!;
  return { run, view: currentAttempt(run)! };
}

const never = (): Promise<never> => Promise.reject(new Error('this test asks nobody for that'));

/** A holder that hears these files from the others, and finds every blob of the run and `more` files. */
function holder(name: string, heard: readonly Hex[] = files, more: readonly Uint8Array[] = []): Party {
  const { address, secretKey } = built.members[0]!;
  const journal = openJournal(join(folder, `${name}.sqlite`));
  after(() => journal.close());
  for (const file of more) putPieced(journal, file);
  const blob: Peers['blob'] = async (_, digest) => built.ledger.blobs.get(`0x${digest}`) ?? never();
  const post: Peers['post'] = async (where) => ({
    digest: heard[built.members.findIndex((each) => where() === each.address)],
  });
  return {
    me: { address, endpoint: 'http://me', part: 'member' },
    secretKey: new Secret(hexToBytes(secretKey)),
    deployment: built.deployment,
    journal,
    peers: { blob, post, putReport: never, putSeal: never, headers: never, hand: never },
    components,
    random: nodeRandom,
    publish: never,
    reporter: {
      encodeUpdate: shard,
      text: readCharterText(built.charterText, built.charter.textDigest),
      records: { count: 0, width: 3, features: new Float64Array(0), labels: new Uint8Array(0) },
      relayerUrl: 'http://relayer',
    },
    holding: honestly,
    clock: systemClock,
    bell: new Bell(systemClock),
    workbench: new Workbench(components, built.deployment, address),
    meter: new Meter(),
    log: () => undefined,
  };
}

function workOf(member: Party, { run, view }: { readonly run: RunView; readonly view: AttemptView }): Work {
  const place = member.workbench.place(run, view)!;
  return { run, view, place, signal: new AbortController().signal, where: (who) => () => who, now: () => 0 };
}

const heardFrom = (member: Party, work: Work, kind: PostKind): object | undefined =>
  said(member.journal, work.place.slot, kind);

/** One holder's file with one finding changed; returns the files as heard, and the new bytes. */
function withFinding(
  share: number,
  change: (finding: { readonly headerHash: Uint8Array; readonly shares?: object }) => object,
) {
  const file = decodeVerifierFile(fileOf(built.ledger, files[share - 1]!))!;
  const at = file.findings.findIndex(({ shares }) => shares?.public !== undefined);
  const findings = file.findings.map((finding, i) => (i === at ? change(finding) : finding)) as typeof file.findings;
  const bytes = encodeVerifierFile({ ...file, findings });
  const heard = files.with(share - 1, cutPieces(bytes).digest);
  return { heard, bytes };
}

test('a member that holds a share trains only once it has signed the noise list, for which everybody waits', async () => {
  const member = holder('trains');
  const work = workOf(member, before('noiseClosed'));
  const putReport: Peers['putReport'] = async (where, _, type, from, bytes) => {
    const { secretKey } = built.members.find(({ address }) => address === where())!;
    const digest = receiptDigest(work.place, type, from, nodePlatform.sha256(bytes));
    return { signature: bytesToHex(sign(digest, new Secret(hexToBytes(secretKey)))) };
  };
  const uploaded = Promise.withResolvers<void>();
  let trained = false;
  const { workbench } = member;
  const vector = workbench.vector.bind(workbench);
  workbench.vector = (model, compute) => {
    trained = true;
    return vector(model, compute);
  };
  const party: Party = {
    ...member,
    peers: { ...member.peers, putSeal: async () => ({ kept: true }), putReport },
    log: (event) => event === 'uploaded' && uploaded.resolve(),
  };
  const done = upload(party, party.reporter!, work, 'noise');
  await uploaded.promise;
  for (let turns = 0; turns < 5; turns++) await turn();
  assert.equal(trained, false);
  sayPlainly(party, work.place.slot, 'NoiseClosed', {});
  await done;
  assert.equal(trained, true);
});

describe('[RD10] a holder signs Verified for what it has recomputed, and for nothing else', () => {
  test('the accept set of all files, without the member over the norm', async () => {
    const member = holder('verified');
    const work = workOf(member, before('verified'));
    await signVerified(member, work);
    const { acceptRoot, verifierRoot, uploadRoot, updates, noises, blob } = round0.verified!;
    const { committeeHash } = round0.seated!;
    const expected = { ...work.place.slot, committeeHash, acceptRoot, verifierRoot, uploadRoot, updates, noises, blob };
    assert.equal(updates, 3);
    assert.deepEqual(heardFrom(member, work, 'Verified'), { kind: 'Verified', ...expected });
  });

  test('a public share that anybody can see to be wrong is not signed for', async () => {
    const share =
      files.findIndex((digest) =>
        decodeVerifierFile(fileOf(built.ledger, digest))!.findings.some(({ shares }) => shares?.public),
      ) + 1;
    const { heard, bytes } = withFinding(share, (finding) => {
      const { own, public: open } = finding.shares as { own: Uint8Array; public: Uint8Array };
      return { ...finding, shares: { own, public: open.with(0, open[0]! ^ 1) } };
    });
    const member = holder('lie', heard, [bytes]);
    const work = workOf(member, before('verified'));
    await assert.rejects(signVerified(member, work), (error: AttemptError) => error.code === 'PUBLIC_SHARE');
    assert.equal(heardFrom(member, work, 'Verified'), undefined);
  });

  test('[CH5] one complaint more leaves too few updates, and the attempt is left to become void', async () => {
    const update = decodeVerifierFile(fileOf(built.ledger, files[0]!))!;
    // In (address, type) order the first finding is the update of the first member, which is honest.
    const findings = update.findings.map((finding, i) => (i === 0 ? { headerHash: finding.headerHash } : finding));
    const bytes = encodeVerifierFile({ ...update, findings });
    const member = holder('complaint', files.with(0, cutPieces(bytes).digest), [bytes]);
    const work = workOf(member, before('verified'));
    await assert.rejects(signVerified(member, work), (error: AttemptError) => error.code === 'COHORT');
    assert.equal(heardFrom(member, work, 'Verified'), undefined);
  });

  test('[CH5][RD5] honest noise that a holder selects out leaves too little: nothing is signed, so nothing is charged', async () => {
    const file = decodeVerifierFile(fileOf(built.ledger, files[0]!))!;
    // Each member's update is followed by its noise.
    const noise = file.findings.flatMap((_, i) => (i % 2 === 1 ? [i] : [])).slice(-2);
    const findings = file.findings.map((each, i) => (noise.includes(i) ? { headerHash: each.headerHash } : each));
    const bytes = encodeVerifierFile({ ...file, findings });
    const member = holder('selected', files.with(0, cutPieces(bytes).digest), [bytes]);
    const work = workOf(member, before('verified'));
    await assert.rejects(
      signVerified(member, work),
      /COHORT: 1 updates and 2 noise reports were accepted, need 3 and 3/,
    );
    assert.equal(heardFrom(member, work, 'Verified'), undefined);
  });

  test('a file that is about other reports, or is none, is not signed for', async () => {
    for (const [name, bytes] of [
      ['short', fileOf(built.ledger, files[0]!).slice(0, -1)],
      ['foreign', encodeVerifierFile({ share: 1, findings: [] })],
    ] as const) {
      const member = holder(name, files.with(0, cutPieces(bytes).digest), [bytes]);
      const work = workOf(member, before('verified'));
      await assert.rejects(signVerified(member, work), (error: AttemptError) => error.code === 'VERIFIER_FILE');
    }
  });

  test('[AG17] no aggregate share is spoken for an accept set on chain that is not the recomputed one', async () => {
    const member = holder('unmask');
    const { run, view } = before('unmasked');
    const verified = { ...view.verified!, acceptRoot: `0x${'ee'.repeat(32)}` as const };
    const work = workOf(member, { run, view: { ...view, verified } });
    sayPlainly(member, work.place.slot, 'Verified', { acceptRoot: verified.acceptRoot });
    await assert.rejects(speakAggregateShare(member, work), (error: AttemptError) => error.code === 'ACCEPT_ROOT');
    assert.equal(heardFrom(member, work, 'Unmasked'), undefined);
  });

  test('[RD10] no aggregate share is spoken for an accept set that this holder did not sign for, or that is too small', async () => {
    const unsigned = holder('unsigned');
    const { run, view } = before('unmasked');
    const refused = (member: Party, work: Work, code: string) =>
      assert.rejects(speakAggregateShare(member, work), (error: AttemptError) => error.code === code);
    await refused(unsigned, workOf(unsigned, { run, view }), 'NOT_MINE');
    const other = holder('signed another');
    const work = workOf(other, { run, view });
    sayPlainly(other, work.place.slot, 'Verified', { acceptRoot: `0x${'ee'.repeat(32)}` });
    await refused(other, work, 'NOT_MINE');
    const small = holder('small');
    const limits = { ...run.charter.limits, minCohort: view.verified!.updates + 1 };
    const charter = { ...run.charter, limits };
    const asked = workOf(small, { run: { ...run, charter }, view });
    sayPlainly(small, asked.place.slot, 'Verified', { acceptRoot: view.verified!.acceptRoot });
    await refused(small, asked, 'COHORT');
    for (const member of [unsigned, other, small]) assert.equal(heardFrom(member, work, 'Unmasked'), undefined);
  });
});

describe('[CH3] a member trains from the model that the chain names', () => {
  const [settled, later] = built.ledger.run(built.runId).attempts.map((each) => each.settled!);
  const started = (blob: Hex): { readonly run: RunView; readonly view: AttemptView } => {
    const run = built.ledger.run(built.runId);
    const attempts = run.attempts.map((each, i) => (i === 0 ? { ...each, settled: { ...settled!, blob } } : each));
    return { run: { ...run, attempts }, view: attempts[1]! };
  };

  test('and from no other state that it is shown, though it be one of this very run', async () => {
    const member = holder('state');
    const honest = await runStateOf(member, workOf(member, started(settled!.blob)));
    assert.equal(bytesToHex(runStateHash(honest)), settled!.modelHash);
    const shown = workOf(member, started(later!.blob));
    await assert.rejects(runStateOf(member, shown), (error: AttemptError) => error.code === 'MODEL');
  });
});

describe('[RD11] a holder signs Settled for the sum and the model that it has recomputed', () => {
  test('the same model as everybody’s', async () => {
    const member = holder('settled');
    const work = workOf(member, before('settled'));
    await signSettled(member, work);
    const { aggregateRoot, modelHash, blob } = round0.settled!;
    const expected = { ...work.place.slot, acceptRoot: round0.verified!.acceptRoot, aggregateRoot, modelHash, blob };
    assert.deepEqual(heardFrom(member, work, 'Settled'), { kind: 'Settled', ...expected });
    assert.deepEqual(member.journal.blob(blob.slice(2)), built.ledger.blobs.get(blob));
  });

  for (const [what, change, code] of [
    ['one coordinate off by one', (z: Uint8Array) => z.with(1, z[1]! ^ 1), 'SUM_COMMITMENT'],
    ['of another holder', (z: Uint8Array) => z.with(0, 3), 'AGGREGATE_SHARE'],
    ['cut short', (z: Uint8Array) => z.slice(0, -8), 'AGGREGATE_SHARE'],
  ] as const) {
    test(`[AG18] an aggregate share that is ${what} settles nothing`, async () => {
      const { run, view } = before('settled');
      const bytes = change(fileOf(built.ledger, view.unmasked!.shareDigests[0]!));
      const member = holder(`z ${code} ${what}`, files, [bytes]);
      const shareDigests = view.unmasked!.shareDigests.with(0, cutPieces(bytes).digest);
      const work = workOf(member, { run, view: { ...view, unmasked: { ...view.unmasked!, shareDigests } } });
      await assert.rejects(signSettled(member, work), (error: AttemptError) => error.code === code);
      assert.equal(heardFrom(member, work, 'Settled'), undefined);
    });
  }
});
