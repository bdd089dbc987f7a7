/** Bytes that were altered, copied, replayed or swapped on their way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { components, F32_SCENE, openAt, optionsOf, queryOf, scenes, signed } from '../../test/scene.ts';
import { noiseContext, updateContext } from '../context.ts';
import { NOISE, UPDATE } from '../params.ts';
import { Secret } from '../secret.ts';
import { signReport } from '../signing.ts';
import type { Attempt } from './attempt.ts';
import { ReportError } from './error.ts';
import { decodeHeader, encodeHeader } from './header.ts';
import { decodeReport, encodeReport, headerHash, type PublicReport } from './report.ts';
import { decodeSeal, encodeSeal, type Seal } from './seal.ts';
import { shard } from './shard.ts';
import { decide, verifyPublicShare, verifyShare } from './verify.ts';

const flip = (bytes: Uint8Array, place: number): Uint8Array => {
  const altered = Uint8Array.from(bytes);
  altered[place]! ^= 1 << (place % 8);
  return altered;
};
const code = (result: PublicReport | ReportError): string | undefined =>
  result instanceof ReportError ? result.code : undefined;

for (const scene of scenes) {
  const F = `F${scene.params.field}`;
  const { attempt } = scene;
  const sent = signed(scene, shard(optionsOf(scene), scene.random, components));
  const bytes = encodeReport(sent.report);
  const headerLength = encodeHeader(sent.report.header).length;

  test(`[AG15] ${F}: one bit flipped anywhere in a public report is refused`, () => {
    // Every byte of length, header and signature; of each long vector its first, and 60 places over all of them.
    const { y1, y2, proofShare } = sent.report;
    const body = 4 + headerLength + 65;
    const starts = [0, y1.length, y1.length + y2.length, y1.length + y2.length + proofShare.length];
    const places = [
      ...Array.from({ length: body }, (_, i) => i),
      ...starts.map((start) => body + start * y1.BYTES_PER_ELEMENT),
      ...Array.from({ length: 60 }, (_, i) => body + Math.floor(((bytes.length - body - 1) * i) / 59)),
    ];
    for (const place of places)
      assert.ok(decodeReport(flip(bytes, place), UPDATE, attempt, components) instanceof ReportError, `byte ${place}`);
    for (const length of [0, 3, headerLength, bytes.length - 1])
      assert.equal(code(decodeReport(bytes.subarray(0, length), UPDATE, attempt, components)), 'LENGTH');
    assert.equal(code(decodeReport(Uint8Array.from([...bytes, 0]), UPDATE, attempt, components)), 'LENGTH');
  });

  test(`[AG13] ${F}: one bit flipped anywhere in a seal is a complaint`, () => {
    const seal = sent.seals[0]!;
    assert.ok(openAt(scene, sent.report.header, seal, 1) instanceof Secret);
    for (let place = 0; place < seal.length; place++)
      assert.ok(openAt(scene, sent.report.header, flip(seal, place), 1) instanceof ReportError, `byte ${place}`);
    assert.ok(decodeSeal(seal.subarray(1), attempt) instanceof ReportError);
  });
}

const scene = F32_SCENE;

test('[AG15] decoders are total and canonical: whatever decodes encodes to the same bytes, and nothing throws', () => {
  const { report, seals } = signed(scene, shard(optionsOf(scene), scene.random, components));
  const headerOf = encodeHeader(report.header);
  for (let trial = 0; trial < 2000; trial++) {
    const [kind = 0, place = 0, value = 0, cut = 0] = scene.random(4);
    const original = kind % 2 === 0 ? headerOf : seals[0]!;
    const mutated = original.slice(0, cut < 40 ? original.length - (cut % 5) : original.length);
    mutated[place % mutated.length] = value;
    const decoded = kind % 2 === 0 ? decodeHeader(mutated) : decodeSeal(mutated, scene.attempt);
    if (decoded instanceof ReportError) continue;
    assert.deepEqual('number' in decoded ? encodeSeal(decoded) : encodeHeader(decoded), mutated);
  }
  for (const length of [0, 1, 17, 32, 300]) {
    assert.ok(decodeHeader(scene.random(length)) instanceof ReportError);
    assert.ok(decodeSeal(scene.random(length), scene.attempt) instanceof ReportError);
  }
});
const honest = signed(scene, shard(optionsOf(scene), scene.random, components));
const bytes = encodeReport(honest.report);

test('[AG4] a report replayed in another round, attempt, run or chain is refused', () => {
  const facts = {
    ...scene.attempt.domain,
    runId: new Uint8Array(32).fill(1),
    round: 1,
    attempt: 0,
    paramsHash: new Uint8Array(32),
    drawBeacon: scene.drawBeacon,
    committeeHash: new Uint8Array(32),
  };
  const update = { modelHash: new Uint8Array(32), noiseRoot: new Uint8Array(32), openBeacon: scene.openBeacon };
  const place = (changed: Partial<typeof facts>): Attempt => {
    const { chainId, contract } = { ...facts, ...changed };
    const noiseCtx = noiseContext({ ...facts, ...changed }, components.platform);
    const updateCtx = updateContext(noiseCtx, update, components.platform);
    return { ...scene.attempt, domain: { chainId, contract }, noiseContext: noiseCtx, updateContext: updateCtx };
  };
  const here = place({});
  const sharded = shard({ ...optionsOf(scene), attempt: here }, scene.random, components);
  const sent = encodeReport(signed({ ...scene, attempt: here }, sharded).report);
  assert.equal(code(decodeReport(sent, UPDATE, here, components)), undefined);
  const elsewhere = [
    { round: 2 },
    { attempt: 1 },
    { runId: new Uint8Array(32).fill(2) },
    { chainId: 1n },
    { contract: new Uint8Array(20) },
  ];
  for (const changed of elsewhere)
    assert.equal(code(decodeReport(sent, UPDATE, place(changed), components)), 'CONTEXT', Object.keys(changed)[0]);
  // The same context, but a signature over another chain's domain.
  const domain = { ...here.domain, chainId: 1n };
  assert.equal(code(decodeReport(sent, UPDATE, { ...here, domain }, components)), 'SIGNATURE');
});

test('[AG4] an update is no noise report, and there is none before the attempt is open', () => {
  assert.ok(decodeReport(bytes, NOISE, scene.attempt, components) instanceof ReportError);
  const { updateContext: _, ...closed } = scene.attempt;
  assert.throws(() => shard({ ...optionsOf(scene), attempt: closed }, scene.random, components), /before it is OPEN/);
});

test('[AG15] another member’s report, renamed and signed anew, does not open and does not verify', () => {
  // The thief makes header, hashes and signature fit; seals, seed commitments and challenges name the victim.
  const thief = scene.members[1]!;
  const header = { ...honest.report.header, member: thief.address };
  const hash = headerHash(header);
  const signature = signReport(scene.attempt.domain, hash, thief.key);
  const stolen = { ...honest.report, header, headerHash: hash, signature };
  assert.equal(code(decodeReport(encodeReport(stolen), UPDATE, scene.attempt, components)), undefined);
  honest.seals.forEach((seal, i) => {
    const renamed = encodeSeal({ ...(decodeSeal(seal, scene.attempt) as Seal), headerHash: hash });
    const seed = openAt(scene, header, renamed, i + 1);
    assert.ok(seed instanceof ReportError && seed.code === 'SEAL_OPEN');
  });
  const seeds = honest.seals.map((seal, i) => openAt(scene, honest.report.header, seal, i + 1) as Secret);
  const query = queryOf(scene);
  const V = [
    verifyPublicShare(stolen, query, scene.attempt, components),
    ...seeds.map((seed, i) => verifyShare(header, i + 1, seed, query, scene.attempt, components)),
  ];
  assert.ok(!decide(stolen, V, query, scene.attempt, components).accepted);
});

test('[AG15] a report without its member’s signature is refused', () => {
  const stranger = signReport(scene.attempt.domain, honest.report.headerHash, scene.members[1]!.key);
  const forged = encodeReport({ ...honest.report, signature: stranger });
  assert.equal(code(decodeReport(forged, UPDATE, scene.attempt, components)), 'SIGNATURE');
  // A signature that was found right before is not checked again; everything else still is.
  const known = (): boolean => true;
  assert.ok(!(decodeReport(forged, UPDATE, scene.attempt, components, known) instanceof ReportError));
  const cut = forged.with(-1, forged.at(-1)! ^ 1);
  assert.equal(code(decodeReport(cut, UPDATE, scene.attempt, components, known)), 'COMMITMENT_ROOT');
});

test('[AG13] seeds sealed to the wrong shares are complaints of both holders', () => {
  const swaps = [
    [1, 2],
    [2, 1],
  ] as const;
  for (const [share, other] of swaps) {
    const swapped = openAt(scene, honest.report.header, honest.seals[other - 1]!, share);
    assert.ok(swapped instanceof ReportError && swapped.code === 'SEAL_SHARE');
    const seal = decodeSeal(honest.seals[other - 1]!, scene.attempt) as Seal;
    const moved = openAt(scene, honest.report.header, encodeSeal({ ...seal, number: share }), share);
    assert.ok(moved instanceof ReportError && moved.code === 'SEAL_DIGEST');
  }
});

test('[AG11] shard throws on a caller’s mistake', () => {
  const options = optionsOf(scene);
  assert.throws(() => shard({ ...options, vector: new Int32Array(3) }, scene.random, components), RangeError);
  assert.throws(() => shard({ ...options, member: new Uint8Array(19) }, scene.random, components), RangeError);
  assert.throws(() => shard({ ...options, sealKeys: [] }, scene.random, components), RangeError);
});
