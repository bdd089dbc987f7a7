/** A holder that acknowledges a report and lets the list be closed without it leaves its receipt as evidence. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { concat, Secret, sign, u32 } from '@concord/protocol';
import {
  type AttemptView,
  decodeHeaderBlob,
  encodeHeaderBlob,
  type HeaderEntry,
  headersRoot,
  memberOf,
} from '@concord/sdk';
import { aRun } from '../../../testing/src/builders.ts';
import { leaveOut } from '../../../testing/src/liars.ts';
import { loadKernels } from '../adapters/kernels.ts';
import { systemClock } from '../adapters/clock.ts';
import { nodePlatform, nodeRandom } from '../adapters/platform.ts';
import { Bell } from '../bell.ts';
import { bytesToHex, hexToBytes } from '../core/hex.ts';
import { entry } from '../core/slot.ts';
import { openJournal } from '../journal.ts';
import { Meter } from '../meter.ts';
import { honestly, type Party } from '../ports.ts';
import { receiptDigest } from '../receive.ts';
import { Workbench } from '../workbench.ts';
import { checkListed, provesLeftOut } from './listed.ts';
import type { Work } from './work.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-listed-'));
after(() => rmSync(folder, { recursive: true }));
const components = { platform: nodePlatform, kernels: loadKernels() };
const built = aRun({ members: 3, rounds: 2 }, components);
const run = built.ledger.run(built.runId);
const [honest] = run.attempts as [AttemptView];
const SHARES = built.members.length;
const entries = decodeHeaderBlob(built.ledger.blobs.get(honest.noise!.blob)!, SHARES)!;
/** Whose report the liar leaves out: the first of the list. */
const mine = entries[0]!;
const me = bytesToHex(memberOf(mine));
const never = (): Promise<never> => Promise.reject(new Error('nobody is asked'));

let journals = 0;
/** The member whose report it is, after `by` gave it a receipt, beside the list on chain. */
function memberWith(
  list: readonly HeaderEntry[],
  by: (keeper: string) => boolean = (keeper) => keeper === keeperAddress,
) {
  const journal = openJournal(join(folder, `${journals++}.sqlite`));
  after(() => journal.close());
  const blob = `0x${journal.putBlob(encodeHeaderBlob(list))}` as const;
  const view = { ...honest, noise: { ...honest.noise!, root: bytesToHex(headersRoot(list)), blob } };
  const workbench = new Workbench(components, built.deployment, me);
  const place = workbench.place(run, view)!;
  const work: Work = { run, view, place, signal: new AbortController().signal, where: () => () => '', now: () => 0 };
  const logged: string[] = [];
  const party: Party = {
    me: { address: me, endpoint: '', part: 'member' },
    secretKey: new Secret(nodeRandom(32)),
    deployment: built.deployment,
    journal,
    peers: { blob: never, post: never, putReport: never, putSeal: never, headers: never, hand: never },
    components,
    random: nodeRandom,
    holding: honestly,
    bell: new Bell(systemClock),
    workbench,
    meter: new Meter(),
    clock: systemClock,
    publish: never,
    log: (event) => logged.push(event),
  };
  const report = built.ledger.blobs.get(bytesToHex(mine.reportDigest))!;
  const signer = built.members.find(({ address }) => by(address))!;
  const receipt = sign(receiptDigest(place, 'noise', me, mine.reportDigest), new Secret(hexToBytes(signer.secretKey)));
  journal.record(place.slot, entry.ownReport('noise'), concat(u32(report.length), report));
  journal.record(place.slot, entry.delivered('noise'), receipt);
  return { party, work, logged };
}

const place = new Workbench(components, built.deployment, me).place(run, honest)!;
const keeperAddress = place.pair(place.group(me, 'noise'))[0]!.address;

describe('[WI2] receipt given, header left out', () => {
  test('an honest list is searched once and nobody is accused', async () => {
    const { party, work, logged } = memberWith(entries);
    await checkListed(party, work, 'noise');
    assert.deepEqual([party.workbench.leftOut, logged], [[], []]);
    assert.ok(party.journal.keys(work.place.slot).has(entry.looked('noise')));
  });

  test('a list without the report names the holder of its group, with its receipt', async () => {
    const closed = decodeHeaderBlob(leaveOut(encodeHeaderBlob(entries)), SHARES)!;
    assert.equal(closed.length, entries.length - 1);
    const { party, work, logged } = memberWith(closed);
    await checkListed(party, work, 'noise');
    const [evidence] = party.workbench.leftOut;
    assert.deepEqual(logged, ['left out']);
    assert.equal(evidence?.holder, keeperAddress);
    assert.equal(evidence.member, me);
    // A stranger that has the list and the contexts of the attempt finds the same.
    assert.ok(provesLeftOut(place, closed, evidence));
    assert.ok(!provesLeftOut(place, entries, evidence), 'it is listed');
    const others = built.members.filter(({ address }) => address !== keeperAddress);
    assert.ok(!provesLeftOut(place, closed, { ...evidence, holder: others[0]!.address }), 'another signed it');
    assert.ok(!provesLeftOut(place, closed, { ...evidence, attempt: 1 }), 'another attempt');
    assert.ok(!provesLeftOut(place, closed, { ...evidence, type: 'update' }), 'another type');
  });

  test('a receipt of somebody who does not keep the group accuses nobody', async () => {
    const { party, work } = memberWith(entries.slice(1), (address) => address !== keeperAddress);
    await checkListed(party, work, 'noise');
    assert.deepEqual(party.workbench.leftOut, []);
  });
});
