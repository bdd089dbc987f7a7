/** Writes spec/vectors/aggregation.json; with --check it makes the file again and compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { acceptRoot, acceptSet, aggregateShare, aggregateShareDigest, groupOf, sumFailures } from './aggregate.ts';
import { keccak, sha256 } from './bytes.ts';
import { coordinateRoot } from './commitment.ts';
import { noiseContext, updateContext } from './contexts.ts';
import { encode, lift } from './field.ts';
import { publicKeyOf } from './hpke.ts';
import { merkleRoot } from './merkle.ts';
import {
  brokenParameters,
  deskOf,
  difference,
  lyingReports,
  mishaps,
  queryOf,
  rejection,
  verifyReport,
} from './negatives.ts';
import { transform } from './ntt.ts';
import { boundOf, coordinates, type Parameters, type ReportType, UPDATE } from './parameters.ts';
import { decodeReport } from './report.ts';
import { draw, type Scene, SEED, scenes } from './scenes.ts';
import { type Input, type Shard, shard } from './shard.ts';
import type { Query } from './verify.ts';
import { domain, elements, stream, USAGE } from './xof.ts';

const FILE = fileURLToPath(new URL('../vectors/aggregation.json', import.meta.url));

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Hex up to 64 KiB; above it length, digest and both ends. */
function blob(bytes: Uint8Array) {
  if (bytes.length <= 65_536) return hex(bytes);
  return {
    length: bytes.length,
    sha256: hex(sha256(bytes)),
    first: hex(bytes.subarray(0, 64)),
    last: hex(bytes.subarray(-64)),
  };
}

/** Byte strings as hex, bigints as numbers where they are safe and as decimal strings where not. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** Small integers as one signed byte each. */
const signedBytes = (values: readonly bigint[]): Buffer => Buffer.from(Int8Array.from(values, Number).buffer);

function derived(scene: Scene, type: ReportType) {
  return { bound: boundOf(scene.setup.p, type), ...scene.setup.size(type) };
}

function reportVector(scene: Scene, query: Query, input: Input, made: Shard, complete: boolean) {
  const { field, D } = scene.setup;
  const digest = (values: readonly bigint[]) => sha256(encode(field, values));
  const received = decodeReport(scene.setup, deskOf(scene, made), made.report);
  const verified = verifyReport(scene, received, made.seals, made.masks, query);
  return {
    type: input.type,
    key: input.key,
    member: made.origin.member,
    x: input.x,
    s: signedBytes(input.s),
    e: signedBytes(input.e),
    seeds: input.seeds,
    proveSeed: input.proveSeed,
    ephemerals: input.ephemerals,
    masks: made.masks.map((mask) => ({
      vectorFirst: encode(field, mask.vector.slice(0, 4)),
      vector: digest(mask.vector.slice(0, D)),
      bits: digest(mask.vector.slice(D)),
      proof: digest(mask.proof),
    })),
    hc: made.hc,
    y1: digest(made.body.y1),
    y1Root: made.y1Root,
    T: digest(made.body.T),
    tRoot: made.tRoot,
    wrSeed: made.wrSeed,
    wraparound: made.checks,
    squaredNorm: made.squaredNorm,
    bits: made.bits.join(''),
    y2: made.y2Digest,
    jrSeed: made.jrSeed,
    jointRandomness: encode(field, made.joint),
    wireSeeds: digest(made.wireSeeds),
    proof: digest(made.proof),
    publicProof: made.publicProofDigest,
    core: made.core,
    coreHash: made.coreHash,
    ciphertexts: made.ciphertexts,
    header: made.header,
    headerHash: made.headerHash,
    eip712Digest: made.digest,
    signature: made.signature,
    report: { length: made.report.length, sha256: sha256(made.report), bytes: complete ? blob(made.report) : null },
    seals: made.seals,
    verifierShares: verified.shares.map((share) => encode(field, share)),
    accepted: verified.complaints.length === 0 && verified.failed.length === 0,
  };
}

function aggregateVector(scene: Scene, made: readonly Shard[]) {
  const { setup, attempt } = scene;
  const { field, p, D } = setup;
  const accepted = made.map((report) => ({ ...report.origin, headerHash: report.headerHash, report }));
  const S = acceptSet(accepted, scene.consortium);
  const Z = Array.from({ length: p.shares }, (_, i) =>
    aggregateShare(
      setup,
      S.map(({ report }) => report.masks[i]!.vector),
      S.filter((entry) => groupOf(entry, attempt, p.shares) === i + 1).map(({ report }) => report.body.y1),
    ),
  );
  const X = Array.from({ length: D }, (_, at) => Z.reduce((sum, z) => sum + z[at]!, 0n) % field.q);
  const lifted = X.map((x) => lift(x, field.q));
  const updates = S.filter((entry) => entry.type === UPDATE).length;
  return {
    S: S.map((entry) => ({
      member: entry.member,
      type: entry.type,
      headerHash: entry.headerHash,
      group: groupOf(entry, attempt, p.shares),
    })),
    acceptRoot: acceptRoot(S, attempt, p.shares),
    Z: Z.map((z, i) => ({ first: encode(field, z.slice(0, 4)), digest: aggregateShareDigest(setup, i + 1, z) })),
    xRoot: coordinateRoot(field, X),
    squaredNorm: lifted.reduce((sum, x) => sum + x * x, 0n),
    failed: sumFailures(
      setup,
      X,
      S.map(({ report }) => report.body.T),
      { updates, noises: S.length - updates },
    ),
    failedWithOneMore: sumFailures(
      setup,
      [(X[0]! + 1n) % field.q, ...X.slice(1)],
      S.map(({ report }) => report.body.T),
      { updates, noises: S.length - updates },
    ),
    sum: lifted.slice(0, p.d),
  };
}

function sceneVector(scene: Scene, made: readonly Shard[]) {
  const { setup, attempt } = scene;
  const { p, field } = setup;
  const query = queryOf(scene);
  return {
    name: scene.name,
    parameters: p,
    n: setup.A[0]!.length,
    D: coordinates(p),
    update: derived(scene, 1),
    noise: derived(scene, 2),
    matrix: { first: encode(field, setup.A[0]!.slice(0, 4)), sha256: sha256(encode(field, setup.A.flat())) },
    attempt,
    noiseCtx: noiseContext(attempt),
    updateCtx: updateContext(attempt),
    consortium: scene.consortium,
    holders: scene.holders.map((secret, i) => ({
      share: Math.floor(i / p.holders) + 1,
      secret,
      public: publicKeyOf(secret),
    })),
    verifyBeacon: scene.verifyBeacon,
    querySeed: query.seed,
    queryPoints: query.points.map((point) => encode(field, [point])),
    checkVectors: query.checks.map((u) => ({ first: encode(field, u.slice(0, 4)), sha256: sha256(encode(field, u)) })),
    reports: scene.inputs.map((input, i) =>
      reportVector(scene, query, input, made[i]!, i === 0 || input.type !== UPDATE),
    ),
    aggregate: aggregateVector(scene, made),
  };
}

/** AG3, AG5, AG7 and the Merkle tree by themselves. */
function primitives(all: readonly Scene[]) {
  const seed = draw('primitives seed');
  const binder = Buffer.from('binder', 'ascii');
  const leaves = Array.from({ length: 5 }, (_, i) => keccak(draw(`leaf ${i}`)));
  return {
    xof: [all[0]!, all[2]!].map(({ setup: { p, field } }) => ({
      field: p.field,
      seed,
      usage: USAGE.MASK,
      binder,
      dst: domain(field.bytes, USAGE.MASK),
      stream: stream(seed, domain(field.bytes, USAGE.MASK), binder, 64),
      elements: { count: 5000, sha256: sha256(encode(field, elements(field, seed, USAGE.MASK, binder, 5000))) },
    })),
    ntt: [all[0]!, all[2]!].map(({ setup: { p, field, A } }) => {
      const image = transform(
        field,
        A[0]!.map((_, i) => BigInt(i + 1)),
      );
      return {
        field: p.field,
        input: '1, 2, …, n',
        first: encode(field, image.slice(0, 4)),
        sha256: sha256(encode(field, image)),
      };
    }),
    merkle: [0, 1, 2, 3, 5].map((count) => ({
      dataHashes: leaves.slice(0, count),
      root: merkleRoot(leaves.slice(0, count)),
    })),
  };
}

function negatives(scene: Scene, made: readonly Shard[]) {
  const base = made[0]!;
  const { setup, attempt } = scene;
  const X = [4n * setup.p.bound, ...new Array<bigint>(setup.D - 1).fill(0n)];
  const twice = [...made, base].map((report) => ({ ...report.origin, headerHash: report.headerHash }));
  return {
    base: scene.name,
    reports: lyingReports(scene).map(({ lie, made: report, verified }) => ({
      name: lie.name,
      rule: lie.rule,
      patches: difference(base.report, report.report),
      sha256: sha256(report.report),
      seals: report.seals,
      complaints: verified.complaints,
      failed: verified.failed,
    })),
    received: mishaps(scene, base).map((mishap) => ({ ...mishap, reason: rejection(scene, base, mishap) })),
    sum: {
      name: 'a sum that is too long',
      rule: 'AG18',
      first: X[0],
      failed: sumFailures(setup, X, [setup.commit(X)], { updates: 2, noises: 1 }),
    },
    sets: [
      {
        name: 'the first report twice',
        consortium: false,
        S: acceptSet(twice, false),
        acceptRoot: acceptRoot(acceptSet(twice, false), attempt, 3),
      },
      {
        name: 'a consortium whose second member has no noise',
        consortium: true,
        S: acceptSet(twice.slice(0, -1), true),
      },
    ],
    parameters: brokenParameters(setup.p),
  };
}

/** The whole file. */
export function makeVectors(): string {
  const all = scenes();
  const made = all.map((scene) => scene.inputs.map((input) => shard(scene.setup, input)));
  const file = {
    about: 'Written by spec/reference/vectors.ts; spec/reference/README.md says how to read it.',
    seed: SEED,
    primitives: primitives(all),
    attempts: all.map((scene, i) => sceneVector(scene, made[i]!)),
    refused: negatives(all[1]!, made[1]!),
    alsoRefusedParameters: brokenParameters(all[2]!.setup.p satisfies Parameters),
  };
  const text = JSON.stringify(plain(file), null, 1);
  return `${text.replace(/\[\s+(-?\d+(?:,\s+-?\d+)*)\s+\]/g, (list) => list.replace(/\s+/g, ' '))}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = makeVectors();
  if (!process.argv.includes('--check')) writeFileSync(FILE, text);
  else if (readFileSync(FILE, 'utf8') !== text) {
    console.error(
      'spec/vectors/aggregation.json differs from what the reference makes; run node spec/reference/vectors.ts',
    );
    process.exitCode = 1;
  }
}
