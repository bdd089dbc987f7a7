import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  encodeHeader,
  encodeReport,
  type KeyPair,
  prepareRun,
  ReportError,
  Secret,
  shard,
  signReport,
} from '@concord/protocol';
import {
  compileCharter,
  charterIdOf,
  committeeHashOf,
  compareEntries,
  currentAttempt,
  type Deployment,
  paramsOf,
} from '@concord/sdk';
import { systemClock } from './adapters/clock.ts';
import { smallTerms, smallText } from '../../testing/src/charter.ts';
import { membersOf } from '../../testing/src/committee.ts';
import { Ledger } from '../../testing/src/ledger.ts';
import { loadKernels } from './adapters/kernels.ts';
import { nodePlatform, nodeRandom } from './adapters/platform.ts';
import { Bell } from './bell.ts';
import { type Place, placeOf } from './core/attempt.ts';
import { bytesToHex, hexToBytes } from './core/hex.ts';
import { entry, type Slot, typeByte } from './core/slot.ts';
import { encodeDelivery, judgeDelivery, judgeList, judgeReport } from './core/verdict.ts';
import { openJournal } from './journal.ts';
import { checkReceipt, reception } from './receive.ts';
import { Workbench } from './workbench.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-receive-'));
after(() => rmSync(folder, { recursive: true }));

const components = { platform: nodePlatform, kernels: loadKernels() };
const deployment: Deployment = {
  chainId: 31_337,
  charters: `0x${'11'.repeat(20)}`,
  rounds: `0x${'22'.repeat(20)}`,
  inference: `0x${'33'.repeat(20)}`,
};
const members = membersOf(3, 'receive');
const addresses = members.map(({ address }) => address);
const { charter } = compileCharter({ text: smallText, terms: smallTerms(1, 3) }, addresses, `0x${'ab'.repeat(32)}`);
const runId = charterIdOf(charter);
const prepared = prepareRun(paramsOf(charter.aggregation), components);

/** A seated attempt in NOISE; every attempt has fresh keys. */
function seated(attempt: number): {
  readonly keys: readonly KeyPair[];
  readonly placeFor: (i: number) => Place;
  readonly slot: Slot;
} {
  const ledger = new Ledger();
  ledger.post({ kind: 'proposed', charterId: runId, proposer: addresses[0]!, charter });
  for (const voter of addresses) ledger.post({ kind: 'voted', charterId: runId, voter, support: true });
  for (let i = 0; i < attempt; i++) ledger.post({ kind: 'voided', runId, round: 0, attempt: i, phase: 1 });
  const keys = members.map(() => nodePlatform.x25519KeyPair(new Secret(nodeRandom(32))));
  const zero = `0x${'00'.repeat(32)}` as const;
  const seats = addresses.map((holder, i) => ({
    holder,
    sealKey: bytesToHex(keys[i]!.publicKey),
    openCommit: zero,
    queryCommit: zero,
  }));
  ledger.post({ kind: 'seated', runId, round: 0, attempt, committeeHash: committeeHashOf(seats), seats });
  const run = ledger.run(runId);
  const place = (i: number): Place =>
    placeOf(run, currentAttempt(run)!, addresses[i]!, prepared, deployment, components)!;
  return { keys, placeFor: place, slot: { runId, round: 0, attempt } };
}

/** A noise report of member i, and what it sends to holder j. */
function noiseReport(i: number, place: Place) {
  const vector = new BigInt64Array(charter.aggregation.d).fill(BigInt(i));
  const options = {
    attempt: place.attempt,
    type: typeByte.noise,
    member: hexToBytes(addresses[i]!),
    vector,
    sealKeys: place.sealKeys,
  } as const;
  const made = shard(options, nodeRandom, components);
  if (made instanceof ReportError) throw made;
  const signature = signReport(
    place.attempt.domain,
    made.report.headerHash,
    new Secret(hexToBytes(members[i]!.secretKey)),
  );
  const header = encodeHeader(made.report.header);
  const bytes = encodeReport({ ...made.report, signature });
  const entry = { header, signature, reportDigest: nodePlatform.sha256(bytes) };
  return { bytes, entry, delivery: (j: number) => encodeDelivery(header, signature, made.seals[j]!) };
}

const first = seated(0);
const second = seated(1);
const reports = addresses.map((_, i) => noiseReport(i, first.placeFor(i)));
/** The holder of the group of member 0's noise, and one that is not. */
const home = first.placeFor(0).group(addresses[0]!, 'noise') - 1;
const away = (home + 1) % 3;
const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
const code = (verdict: { verdict: string; code?: string }): string => `${verdict.verdict} ${verdict.code ?? ''}`.trim();

describe('[AG15] what comes from outside is judged, not trusted', () => {
  const judge = (bytes: Uint8Array, place: Place, member = addresses[0]!): string =>
    code(judgeReport(bytes, 'noise', member, place, components));
  test('a report of my group is accepted, one of another group ignored', () => {
    assert.equal(judge(reports[0]!.bytes, first.placeFor(home)), 'accept');
    assert.equal(judge(reports[0]!.bytes, first.placeFor(away)), 'ignore OTHER_GROUP');
  });
  test('an update is ignored until the attempt is OPEN', () => {
    assert.equal(
      code(judgeReport(reports[0]!.bytes, 'update', addresses[0]!, first.placeFor(home), components)),
      'ignore NOT_OPEN',
    );
  });
  test('a stranger, a copied report, a cut one and a flipped bit are rejected', () => {
    const place = first.placeFor(home);
    assert.equal(judge(reports[0]!.bytes, place, `0x${'ee'.repeat(20)}`), 'reject NOT_SEATED');
    const sameGroup = addresses.findIndex((each, i) => i > 0 && place.group(each, 'noise') === place.share);
    if (sameGroup > 0) assert.equal(judge(reports[0]!.bytes, place, addresses[sameGroup]!), 'reject MEMBER');
    assert.match(judge(reports[0]!.bytes.subarray(1), place), /^reject /);
    assert.match(judge(new Uint8Array(0), place), /^reject /);
    for (const at of [5, 60, 400, 600, 100_000])
      assert.match(judge(flipped(reports[0]!.bytes, at), place), /^reject /, `bit at ${at}`);
  });
  test('[AG4] a report replayed in the next attempt is rejected', () => {
    const place = second.placeFor(second.placeFor(0).group(addresses[0]!, 'noise') - 1);
    assert.equal(judge(reports[0]!.bytes, place), 'reject CONTEXT');
  });
  test('[WI3] a seal is taken only with the header that its member signed', () => {
    const seal = (bytes: Uint8Array, holder = away): string =>
      code(judgeDelivery(bytes, 'noise', addresses[0]!, first.placeFor(holder), components));
    const honest = reports[0]!.delivery(away);
    assert.equal(seal(honest), 'accept');
    assert.equal(seal(honest, home), 'reject SEAL_SHARE');
    assert.match(seal(flipped(honest, 60)), /^reject /);
    assert.match(seal(flipped(honest, reports[0]!.entry.header.length + 65 + 40)), /^reject /);
    assert.match(seal(reports[1]!.delivery(away)), /^reject /);
    const { header, signature } = reports[0]!.entry;
    const stolen = reports[1]!.delivery(away).subarray(header.length + 65);
    assert.equal(seal(encodeDelivery(header, signature, stolen)), 'reject SEAL_HEADER');
  });
  test('[WI4] of a holder’s list only signed headers of its own group count, each once', () => {
    const place = first.placeFor(0);
    const entries = reports.map(({ entry }) => entry).sort(compareEntries);
    const counted = [1, 2, 3].flatMap((share) => judgeList(entries, 'noise', share, place));
    assert.deepEqual(counted.toSorted(compareEntries), entries);
    const forged = { ...entries[0]!, signature: flipped(entries[0]!.signature, 3) };
    assert.deepEqual(
      [1, 2, 3].flatMap((share) => judgeList([forged], 'noise', share, place)),
      [],
    );
    const twice = [1, 2, 3].flatMap((share) => judgeList([entries[0]!, entries[0]!], 'noise', share, place));
    assert.equal(twice.length, 1);
  });
});

describe('[WI2] a holder keeps what it acknowledges', () => {
  const holder = (name: string) => {
    const journal = openJournal(join(folder, `${name}.sqlite`));
    const secretKey = new Secret(hexToBytes(members[home]!.secretKey));
    const workbench = new Workbench(components, deployment, addresses[home]!);
    const doors = reception({ journal, bell: new Bell(systemClock), components, secretKey }, () => {
      return { place: first.placeFor(home), workbench };
    });
    return { journal, doors };
  };
  const bring = (doors: ReturnType<typeof holder>['doors'], bytes: Uint8Array) =>
    doors.report(first.slot, 'noise', addresses[0]!, bytes);

  test('[AG11] a resend of the same bytes gets the same receipt, after a restart too; other bytes are rejected', async () => {
    const before = holder('resend');
    const receipt = await bring(before.doors, reports[0]!.bytes);
    assert.equal(receipt.verdict, 'accept');
    assert.deepEqual(await bring(before.doors, reports[0]!.bytes), receipt);
    before.journal.close();
    const again = holder('resend');
    assert.deepEqual(await bring(again.doors, reports[0]!.bytes), receipt);
    assert.equal(code(await bring(again.doors, noiseReport(0, first.placeFor(0)).bytes)), 'reject CONFLICT');
    assert.deepEqual(
      again.journal.blob(Buffer.from(reports[0]!.entry.reportDigest).toString('hex')),
      reports[0]!.bytes,
    );
    again.journal.close();
  });
  test('the receipt is the holder’s signature over the bytes, and over nothing else', async () => {
    const { journal, doors } = holder('receipt');
    const receipt = await bring(doors, reports[0]!.bytes);
    assert.ok(receipt.verdict === 'accept');
    const place = first.placeFor(0);
    const check = (bytes: Uint8Array, from = addresses[home]!): boolean =>
      checkReceipt(place, 'noise', addresses[0]!, from, bytes, receipt.value);
    assert.ok(check(reports[0]!.bytes));
    assert.ok(!check(reports[1]!.bytes));
    assert.ok(!check(reports[0]!.bytes, addresses[away]!));
    assert.ok(!checkReceipt(place, 'noise', addresses[0]!, addresses[home]!, reports[0]!.bytes, undefined));
    journal.close();
  });
  test('[WI3] a seal is on disk when it is acknowledged: what is only noted does not survive a power cut', async () => {
    const { journal, doors } = holder('seal');
    const noted: string[] = [];
    const note = journal.note;
    Object.assign(journal, {
      note: (...written: Parameters<typeof note>) => {
        noted.push(written[1]);
        return note(...written);
      },
    });
    const seal = reports[0]!.delivery(home);
    const bringSeal = () => doors.seal(first.slot, 'noise', addresses[0]!, seal);
    assert.equal(code(await bringSeal()), 'accept');
    assert.equal(code(await bringSeal()), 'accept', 'a resend is acknowledged again');
    assert.deepEqual(journal.read(first.slot, entry.seal('noise', addresses[0]!)), seal);
    assert.deepEqual(noted, []);
    journal.close();
  });
  test('a closed list takes no new report, and still acknowledges those in it', async () => {
    const { journal, doors } = holder('closed');
    journal.record(first.slot, 'closed/noise', Uint8Array.of(0, 0, 0, 0));
    assert.equal(code(await bring(doors, reports[0]!.bytes)), 'reject CLOSED');
    journal.close();
  });
});
