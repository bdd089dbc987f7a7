import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernels } from '../../../node/src/adapters/kernels.ts';
import { nodePlatform as platform } from '../../../node/src/adapters/platform.ts';
import { type Example, type ExampleOptions, exampleAttempt, exampleVector } from '../../test/exampleAttempt.ts';
import { elementBytes } from '../codec.ts';
import type { Elements, Signed } from '../field.ts';
import { plainKernels } from '../kernels/plain.ts';
import { NOISE, type ReportType, UPDATE } from '../params.ts';
import { Secret } from '../secret.ts';
import { signReport } from '../signing.ts';
import { acceptSet, aggregateShare, groupOf } from './aggregate.ts';
import type { Components } from './attempt.ts';
import { ReportError } from './error.ts';
import { decodeReport, encodeReport, type PublicReport, reportBytes } from './report.ts';
import { decodeSeal, openSeal, type Seal } from './seal.ts';
import { shard } from './shard.ts';
import { unshard } from './unshard.ts';
import {
  createQuery,
  decide,
  decodeVerifierShare,
  encodeVerifierShare,
  verifyPublicShare,
  verifyShare,
} from './verify.ts';

const fast: Components = { platform, kernels: loadKernels() };

interface Sent {
  readonly type: ReportType;
  readonly vector: Signed;
  readonly report: PublicReport;
  readonly seeds: readonly Secret[];
}

function send(example: Example, member: number, type: ReportType, vector: Signed, components: Components): Sent {
  const { attempt, members, sealKeys, holders, random } = example;
  const { key, address } = members[member]!;
  const sharded = shard({ attempt, type, member: address, vector, sealKeys }, random, components);
  assert.ok(!(sharded instanceof ReportError));
  const signature = signReport(attempt.domain, sharded.report.headerHash, key);
  const bytes = encodeReport({ ...sharded.report, signature });
  assert.equal(bytes.length, reportBytes(attempt, type));
  const report = decodeReport(bytes, type, attempt, components);
  assert.ok(!(report instanceof ReportError));
  assert.deepEqual(encodeReport(report), bytes);
  const seeds = holders.map((pair, i) => {
    const opened = pair.map((keys, h) => {
      const seal = decodeSeal(sharded.seals[i * pair.length + h]!, attempt) as Seal;
      return openSeal(seal, report.header, i + 1, h as 0 | 1, keys, attempt, components);
    });
    for (const seed of opened) assert.ok(seed instanceof Secret);
    return opened[0] as Secret;
  });
  return { type, vector, report, seeds };
}

/** Every verb of an attempt in order; the opened sum must be the sum of what went in. */
function walk(options: ExampleOptions, components: Components): { sums: Signed; shares: Elements[][] } {
  const example = exampleAttempt(options, components);
  const { attempt, random } = example;
  const query = createQuery(attempt, example.verifyBeacon, components);
  const sent = example.members.flatMap((_, member) =>
    [UPDATE, NOISE].map((type) =>
      send(example, member, type, exampleVector(options.field, options.d, 5, random), components),
    ),
  );
  const shares = sent.map(({ report, seeds, type }) => {
    const V = [
      verifyPublicShare(report, query, attempt, components),
      ...seeds.map((seed, i) => verifyShare(report.header, i + 1, seed, query, attempt, components)),
    ];
    const received = V.map((share) => decodeVerifierShare(encodeVerifierShare(share), type, attempt) as Elements);
    assert.deepEqual(decide(report, received, query, attempt, components), { accepted: true });
    return V;
  });
  const accepted = sent.map(({ report, type }) => ({
    member: report.header.member,
    type,
    headerHash: report.headerHash,
  }));
  const groups = { shares: options.shares, drawBeacon: example.drawBeacon, openBeacon: example.openBeacon };
  const S = acceptSet(accepted, { ...groups, ownNoise: true });
  assert.equal(S.updates, options.members);
  assert.equal(S.noises, options.members);
  const aggregates = Array.from({ length: options.shares }, (_, i) => {
    const inputs = sent.map(({ report, seeds, type }) => {
      const { member } = report.header;
      const mine = groupOf(member, type, groups) === i + 1;
      return { member, type, seed: seeds[i]!, ...(mine ? { y1: report.y1 } : {}) };
    });
    return aggregateShare(i + 1, inputs, attempt, components);
  });
  const commitments = sent.map(({ report }) => report.commitment);
  const opened = unshard(aggregates, commitments, S, attempt, components);
  assert.ok(!(opened instanceof ReportError));
  const expected = Array.from({ length: options.d }, (_, i) =>
    sent.reduce((sum, { vector }) => sum + BigInt(vector[i]!), 0n),
  );
  assert.deepEqual(Array.from(opened.sum, BigInt), expected);
  return { sums: opened.sum, shares };
}

for (const field of [32, 64] as const)
  for (const shares of [3, 6])
    test(`[AG17][AG18] F${field}, k = ${shares}: the opened sum is the sum, bit for bit`, () => {
      walk({ field, d: 300, shares, members: 3, wireLength: 64 }, fast);
    });

test('[AG11][AG18] two holders a share: primary and standby open the same seed', () => {
  walk({ field: 64, d: 9, shares: 2, holders: 2, members: 2 }, fast);
});

test('[AG18] a vector that fills its blocks exactly, and one coordinate', () => {
  walk({ field: 32, d: 4096, shares: 3, members: 1 }, fast);
  walk({ field: 32, d: 1, shares: 3, members: 1 }, fast);
});

test('[AG5][AG8][AG9][AG10] plain and compiled kernels make the same reports and verifier shares', () => {
  const options = { field: 32, d: 5, shares: 3, members: 1, wireLength: 32 } as const;
  const [slow, quick] = [{ platform, kernels: plainKernels }, fast].map((components) => walk(options, components));
  assert.deepEqual(slow!.sums, quick!.sums);
  const bytes = (all: Elements[][]) =>
    all.map((V) => V.map((share) => Buffer.from(elementBytes(share)).toString('hex')));
  assert.deepEqual(bytes(slow!.shares), bytes(quick!.shares));
});

test('[AG16] groups are 1 … k, and change with the beacon of their type', () => {
  const options = { shares: 6, drawBeacon: new Uint8Array(32), openBeacon: new Uint8Array(32).fill(1) };
  const members = Array.from({ length: 200 }, (_, i) => platform.sha256(Uint8Array.of(i)).slice(0, 20));
  const groups = members.map((member) => groupOf(member, UPDATE, options));
  assert.deepEqual([...new Set(groups)].sort(), [1, 2, 3, 4, 5, 6]);
  assert.notDeepEqual(
    groups,
    members.map((member) => groupOf(member, NOISE, options)),
  );
});

test('nothing of a member’s secrets stays in kernel memory when its report is made', () => {
  const small: Components = { platform, kernels: loadKernels({ memoryBytes: 2 ** 24 }) };
  const example = exampleAttempt({ field: 64, d: 50, shares: 3, members: 1 }, small);
  const mark = small.kernels.F64.mark();
  const words = new BigUint64Array(small.kernels.F64.alloc(0).buffer, mark);
  send(example, 0, UPDATE, exampleVector(64, 50, 1, example.random), small);
  assert.ok(words.every((word) => word === 0n));
});
