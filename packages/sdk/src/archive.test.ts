import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernels } from '../../node/src/adapters/kernels.ts';
import { nodePlatform } from '../../node/src/adapters/platform.ts';
import { aRun } from '../../testing/src/builders.ts';
import { logOf } from '../../testing/src/logs.ts';
import { ArchiveError, decodeArchive, encodeArchive, recording } from './archive.ts';
import { type Verification, verifyRun } from './verify/verifyRun.ts';

const components = { platform: nodePlatform, kernels: loadKernels() };
const run = aRun({ members: 3, rounds: 2, voids: true }, components);
const { deployment, runId, ledger } = run;
const { facts, now } = ledger;
const logs = facts.map((fact) => logOf(fact, deployment));

/** An archivist verifies once with everything at hand, and keeps what that took. */
async function archived(): Promise<Uint8Array> {
  const { source, kept } = recording(async (digest) => ledger.blobs.get(digest));
  await verifyRun({ runId, facts, deployment, now, components, blobs: source });
  return encodeArchive({ deployment, runId, now, logs, blobs: kept });
}

const verifyOffline = (bytes: Uint8Array): Promise<Verification> => {
  const archive = decodeArchive(bytes);
  return verifyRun({ ...archive, components, blobs: async (digest) => archive.blobs.get(digest) });
};

test('[RD3] an archive tells the same facts, holds every blob, and passes offline', async () => {
  const bytes = await archived();
  const archive = decodeArchive(bytes);
  assert.deepEqual(archive.facts, facts);
  assert.deepEqual(archive.deployment, deployment);
  assert.deepEqual(new Set(archive.blobs.keys()), new Set(ledger.blobs.keys()));
  assert.deepEqual(encodeArchive(archive), bytes);
  assert.equal((await verifyOffline(bytes)).verdict, 'PASS');
});

test('[CM1] an archive of a committee’s run has what its aggregators registered, and passes offline', async () => {
  const drawn = aRun({ members: 3, rounds: 2, voids: true, committee: { shares: 2, aggregators: 4 } }, components);
  const { ledger: chain } = drawn;
  const told = chain.facts;
  const [first, second] = told.flatMap((fact) => (fact.kind === 'registeredAggregator' ? [fact.aggregator] : []));
  chain.post({ kind: 'resigned', aggregator: first! });
  chain.post({ kind: 'withdrawn', aggregator: first!, amount: 10n ** 18n });
  chain.post({ kind: 'slashed', aggregator: second!, evidence: runId, amount: 2n * 10n ** 18n });
  const rows = told.map((fact) => logOf(fact, deployment));
  const bytes = encodeArchive({ deployment, runId: drawn.runId, now: chain.now, logs: rows, blobs: chain.blobs });
  const archive = decodeArchive(bytes);
  assert.deepEqual(archive.facts, told);
  const kinds = new Set(told.map(({ kind }) => kind));
  for (const kind of ['begun', 'drawn', 'snapshot', 'committeeSeated', 'drawRevealed', 'withdrawn', 'slashed'] as const)
    assert(kinds.has(kind), kind);
  assert.equal((await verifyOffline(bytes)).verdict, 'PASS');
});

test('[RD3] a bit of a blob changed in an archive: the blob is missing', async () => {
  const bytes = await archived();
  bytes[bytes.length - 1]! ^= 1;
  const { verdict, clauses } = await verifyOffline(bytes);
  assert.equal(verdict, 'INCOMPLETE');
  assert(clauses.some(({ evidence }) => evidence?.includes('is missing: SHA-256')));
});

test('an archive that is cut, extended or malformed is refused', async () => {
  const bytes = await archived();
  const header = new TextEncoder().encode('{"deployment":{},"runId":"0x","now":0,"logs":[]}');
  const malformed = new Uint8Array(18 + 4 + header.length + 4);
  malformed.set(bytes.subarray(0, 18));
  malformed[21] = header.length;
  malformed.set(header, 22);
  const stranger = { ...deployment, rounds: deployment.inference, inference: deployment.rounds };
  const bad = [
    new Uint8Array(0),
    bytes.subarray(0, bytes.length - 1),
    Uint8Array.of(...bytes.subarray(0, 40)),
    new Uint8Array([...bytes.subarray(0, 18), 255, 255, 255, 255]),
    malformed,
    encodeArchive({ deployment: stranger, runId, now, logs, blobs: new Map() }),
  ];
  for (const each of bad) assert.throws(() => decodeArchive(each), ArchiveError);
});
