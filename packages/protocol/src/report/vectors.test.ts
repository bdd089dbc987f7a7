/** spec/vectors/aggregation.json, made by an independent implementation of the page, byte for byte. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernels } from '../../../node/src/adapters/kernels.ts';
import { nodePlatform as platform } from '../../../node/src/adapters/platform.ts';
import {
  type AttemptVector,
  attemptOf,
  digest,
  hex,
  type ReportVector,
  text,
  vectorFile,
} from '../../test/vectorFile.ts';
import { elementBytes, newElements, setElement } from '../codec.ts';
import { coordinatesRoot } from '../commitment.ts';
import { F32, F64, type Signed } from '../field.ts';
import { merkleRoot } from '../merkle.ts';
import { checkParams, type ReportType, sizesOf } from '../params.ts';
import type { Random } from '../platform.ts';
import { Secret } from '../secret.ts';
import { addressOf, publicKeyOf, recover, reportDigest, sign } from '../signing.ts';
import { domainTag, draw, open, USAGE } from '../xof.ts';
import { acceptSet, aggregateDigest, aggregateShare } from './aggregate.ts';
import type { Attempt, Components } from './attempt.ts';
import * as challenge from './challenges.ts';
import { ReportError } from './error.ts';
import { coreHash, encodeCore, encodeHeader, headerBytes } from './header.ts';
import { decodeReport, encodeReport, type PublicReport, reportBytes } from './report.ts';
import { decodeSeal, openSeal, type Seal } from './seal.ts';
import { shard, type Sharded } from './shard.ts';
import { checkAggregate, unshard } from './unshard.ts';
import { createQuery, decide, type Query, verifyPublicShare, verifyShare } from './verify.ts';

const components: Components = { platform, kernels: loadKernels() };

/** Random bytes in the order in which `shard` asks: commitment randomness, seeds, prove seed, ephemeral keys. */
function replay(v: ReportVector): Random {
  // popcount(u16) − popcount(u16) of a small integer: that many low bits in the one or the other half.
  const halves = (value: number): number[] => {
    const ones = 2 ** Math.abs(value) - 1;
    const pair = [ones >> 8, ones & 255];
    return value >= 0 ? [...pair, 0, 0] : [0, 0, ...pair];
  };
  const small = new Int8Array(hex(v.s + v.e).buffer);
  const queue = [
    Uint8Array.from(Array.from(small).flatMap(halves)),
    ...[...v.seeds, v.proveSeed, ...v.ephemerals].map(hex),
  ];
  return (count) => {
    const next = queue.shift()!;
    assert.equal(next.length, count);
    return Uint8Array.from(next);
  };
}

const vectorOf = (field: 32 | 64, x: readonly (number | string)[]): Signed =>
  field === 32 ? Int32Array.from(x, Number) : BigInt64Array.from(x, BigInt);

test('[AG3][AG5] XOF streams and elements', () => {
  for (const v of vectorFile.primitives.xof) {
    const field = v.field === 32 ? F32 : F64;
    const kernels = components.kernels[field.name];
    const openIt = () => open(platform, field, hex(v.seed), v.usage, hex(v.binder));
    assert.equal(text(domainTag(field, USAGE.mask)), v.dst);
    assert.equal(text(openIt().read(v.stream.length / 2)), v.stream);
    assert.equal(digest(elementBytes(draw(openIt(), kernels, v.elements.count))), v.elements.sha256);
  }
});

test('[AG7] NTT and Merkle trees', () => {
  for (const v of vectorFile.primitives.ntt) {
    const field = v.field === 32 ? F32 : F64;
    const x = newElements(field, field.ringDegree);
    for (let i = 0; i < x.length; i++) setElement(x, i, BigInt(i + 1));
    components.kernels[field.name].ntt(x);
    assert.equal(digest(elementBytes(x)), v.sha256);
  }
  for (const v of vectorFile.primitives.merkle) assert.equal(text(merkleRoot(v.dataHashes.map(hex))), v.root);
});

interface Made {
  readonly v: ReportVector;
  readonly type: ReportType;
  readonly sharded: Sharded;
  readonly report: PublicReport;
  readonly seeds: readonly Secret[];
}

function make(v: ReportVector, attempt: Attempt, sealKeys: Uint8Array[][]): Made {
  const key = new Secret(hex(v.key));
  const member = addressOf(publicKeyOf(key));
  const vector = vectorOf(attempt.sizes.params.field, v.x);
  const sharded = shard({ attempt, type: v.type, member, vector, sealKeys }, replay(v), components);
  assert.ok(!(sharded instanceof ReportError));
  const signature = sign(reportDigest(attempt.domain, sharded.report.headerHash), key);
  return {
    v,
    type: v.type,
    sharded,
    report: { ...sharded.report, signature },
    seeds: v.seeds.map((s) => new Secret(hex(s))),
  };
}

function checkReport(
  { v, type, sharded, report, seeds }: Made,
  attempt: Attempt,
  query: Query,
  holders: AttemptVector['holders'],
): void {
  const { header } = report;
  const sizes = sizesOf(attempt.sizes, type);
  assert.equal(text(header.member), v.member);
  assert.equal(digest(elementBytes(report.y1)), v.y1);
  assert.equal(text(header.y1Root), v.y1Root);
  assert.equal(digest(elementBytes(report.commitment)), v.T);
  assert.equal(text(header.commitmentRoot), v.tRoot);
  assert.deepEqual(header.seedCommitments.map(text), v.hc);
  const wrSeed = challenge.wraparoundSeed(header, platform);
  assert.equal(text(wrSeed), v.wrSeed);
  assert.equal(text(header.y2Digest), v.y2);
  const kernels = components.kernels[attempt.sizes.field.name];
  const { validityProofs } = attempt.sizes.params;
  const joint = challenge.jointRandomness(wrSeed, header.y2Digest, header, validityProofs, kernels, platform);
  const flat = joint.flatMap((r) => [r.bits, r.checks, r.final]);
  const jointElements = newElements(attempt.sizes.field, flat.length);
  flat.forEach((r, i) => {
    setElement(jointElements, i, r);
  });
  assert.equal(text(elementBytes(jointElements)), v.jointRandomness);
  assert.equal(text(header.proofDigest), v.publicProof);
  assert.equal(text(encodeCore(header)), v.core);
  assert.equal(text(coreHash(header, platform)), v.coreHash);
  assert.equal(text(encodeHeader(header)), v.header);
  assert.equal(text(report.headerHash), v.headerHash);
  assert.equal(text(reportDigest(attempt.domain, report.headerHash)), v.eip712Digest);
  assert.deepEqual(recover(hex(v.eip712Digest), hex(v.signature)), header.member);
  assert.deepEqual(sharded.seals.map(text), v.seals);

  const bytes = encodeReport({ ...report, signature: hex(v.signature) });
  assert.equal(bytes.length, v.report.length);
  assert.equal(digest(bytes), v.report.sha256);
  const decoded = decodeReport(bytes, type, attempt, components);
  assert.ok(!(decoded instanceof ReportError));
  assert.equal(digest(encodeReport(decoded)), v.report.sha256);

  for (const [i, bytesOfSeal] of sharded.seals.entries()) {
    const seal = decodeSeal(bytesOfSeal, attempt) as Seal;
    const holder = holders[i]!;
    const keys = platform.x25519KeyPair(new Secret(hex(holder.secret)));
    const which = (i % attempt.sizes.params.holders) as 0 | 1;
    const seed = openSeal(seal, header, holder.share, which, keys, attempt, components);
    assert.ok(seed instanceof Secret);
    assert.deepEqual(Uint8Array.from(seed.reveal()), seeds[holder.share - 1]!.reveal());
  }
  const V = [
    verifyPublicShare(report, query, attempt, components),
    ...seeds.map((seed, i) => verifyShare(header, i + 1, seed, query, attempt, components)),
  ];
  assert.equal(V[0]!.length, sizes.verifierLength);
  assert.deepEqual(
    V.map((share) => text(elementBytes(share))),
    v.verifierShares,
  );
  assert.equal(decide(report, V, query, attempt, components).accepted, v.accepted);
}

for (const v of vectorFile.attempts)
  test(`[AG4][AG6][AG7][AG8][AG9][AG10][AG11][AG12][AG13][AG14][AG16][AG17][AG18] attempt ${v.name}`, () => {
    const attempt = attemptOf(v, components);
    const { params } = attempt.sizes;
    assert.equal(checkParams(params, 3), undefined);
    assert.equal(text(attempt.noiseContext), v.noiseCtx);
    assert.equal(text(attempt.updateContext!), v.updateCtx);
    assert.equal(attempt.sizes.vectorLength, v.D);
    for (const [type, name] of [
      [1, 'update'],
      [2, 'noise'],
    ] as const) {
      const sizes = sizesOf(attempt.sizes, type);
      const { bound, normBits, wrap, wrapBits, bits, vector, pairs, proof, verifier, header, report } = v[name];
      assert.deepEqual(
        [Number(sizes.bound), sizes.normBits, Number(sizes.wrap), sizes.wrapBits, sizes.bits, sizes.length],
        [bound, normBits, wrap, wrapBits, bits, vector],
      );
      assert.deepEqual(
        [
          sizes.products,
          sizes.proofLength,
          sizes.verifierLength,
          headerBytes(params.shares),
          reportBytes(attempt, type),
        ],
        [pairs, proof, verifier, header, report],
      );
    }
    assert.equal(digest(elementBytes(attempt.matrix)), v.matrix.sha256);

    const query = createQuery(attempt, hex(v.verifyBeacon), components);
    assert.deepEqual(
      query.checks.map((u) => digest(elementBytes(u))),
      v.checkVectors.map((u) => u.sha256),
    );
    const sealKeys = Array.from({ length: params.shares }, (_, j) =>
      v.holders.filter((holder) => holder.share === j + 1).map((holder) => hex(holder.public)),
    );
    const made = v.reports.map((report) => make(report, attempt, sealKeys));
    for (const report of made) checkReport(report, attempt, query, v.holders);

    const S = acceptSet(
      made.map(({ report, type }) => ({ member: report.header.member, type, headerHash: report.headerHash })),
      {
        shares: params.shares,
        drawBeacon: hex(v.attempt.drawBeacon),
        openBeacon: hex(v.attempt.openBeacon),
        ownNoise: v.consortium,
      },
    );
    const shown = S.leaves.map((leaf) => ({ ...leaf, member: text(leaf.member), headerHash: text(leaf.headerHash) }));
    assert.deepEqual(shown, v.aggregate.S);
    assert.equal(text(S.tree.root), v.aggregate.acceptRoot);
    const Z = Array.from({ length: params.shares }, (_, i) => {
      const inputs = S.leaves.map((leaf) => {
        const { report, seeds } = made.find((m) => m.report.headerHash === leaf.headerHash)!;
        return { ...leaf, seed: seeds[i]!, ...(leaf.group === i + 1 ? { y1: report.y1 } : {}) };
      });
      return aggregateShare(i + 1, inputs, attempt, components);
    });
    assert.deepEqual(
      Z.map((z, i) => text(aggregateDigest(i + 1, z, components))),
      v.aggregate.Z.map((z) => z.digest),
    );
    const commitments = S.leaves.map(
      (leaf) => made.find((m) => m.report.headerHash === leaf.headerHash)!.report.commitment,
    );
    const opened = unshard(Z, commitments, S, attempt, components);
    assert.ok(!(opened instanceof ReportError));
    assert.equal(text(coordinatesRoot(opened.aggregate)), v.aggregate.xRoot);
    assert.deepEqual(Array.from(opened.sum, Number), v.aggregate.sum);
    const altered = opened.aggregate.slice();
    setElement(altered, 0, (BigInt(altered[0]!) + 1n) % attempt.sizes.field.modulus);
    const refused = checkAggregate(altered, commitments, S, attempt, components);
    assert.ok(refused instanceof ReportError && refused.code === 'SUM_COMMITMENT');
  });
