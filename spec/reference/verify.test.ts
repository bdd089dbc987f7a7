import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noiseContext, updateContext } from './contexts.ts';
import { mod, power } from './field.ts';
import { deskOf, queryOf, verifyReport } from './negatives.ts';
import { brokenFloors, VALIDITY_WIRE, wrapOf } from './parameters.ts';
import { decodeReport, setUp } from './report.ts';
import { draw, inputOf, type Scene, scenes } from './scenes.ts';
import { shard, TryAgainError } from './shard.ts';
import { drawQuery } from './verify.ts';

const [, scene] = scenes() as [Scene, Scene, Scene];
const { field, p } = scene.setup;

test('[AG1] without 9·wrap² ≤ q a vector of norm 65,536 passes for one of norm 30,000, so the floor refuses it', () => {
  const loose = { ...p, bound: 30_000n };
  assert.ok(3n * loose.bound ** 2n + 2n < field.q, 'the rule of the range check alone would take it');
  assert.deepEqual(brokenFloors(loose, { updates: 2, noises: 1 }), ['wraparound is seen']);
  const setup = setUp(loose);
  const honest = inputOf(scene.name, loose, scene.attempt, scene.holders, 1, 1);
  const input = { ...honest, x: [65_536n, ...honest.x.slice(1)] };
  const made = shard(setup, input, { squaredNorm: (truth) => mod(truth, field.q) });
  assert.ok(made.squaredNorm > 4n * loose.bound ** 2n);
  const open = { ...scene, setup };
  const received = decodeReport(setup, deskOf(open, made), made.report);
  assert.deepEqual(verifyReport(open, received, made.seals, made.masks, queryOf(open)).failed, []);
});

test('[AG1] the floor lets bounds up to 1,883 in F32 and 123,418,600 in F64 through', () => {
  assert.deepEqual(
    [1883n, 1884n].map((b) => 9n * wrapOf(b) ** 2n <= field.q),
    [true, false],
  );
  const q64 = 2n ** 64n - 2n ** 32n + 1n;
  assert.deepEqual(
    [123_418_600n, 123_418_601n].map((b) => 9n * wrapOf(b) ** 2n <= q64),
    [true, false],
  );
});

test('[AG4] every field of an attempt changes the contexts that it enters', () => {
  const { attempt } = scene;
  const other: Partial<typeof attempt>[] = [
    { chainId: 1n },
    { contract: draw('x', 20) },
    { runId: draw('x') },
    { round: 9 },
    { attempt: 9 },
    { paramsHash: draw('x') },
    { drawBeacon: draw('x') },
    { committeeHash: draw('x') },
  ];
  for (const change of other) {
    assert.notDeepEqual(noiseContext({ ...attempt, ...change }), noiseContext(attempt));
    assert.notDeepEqual(updateContext({ ...attempt, ...change }), updateContext(attempt));
  }
  for (const change of [{ modelHash: draw('x') }, { noiseRoot: draw('x') }, { openBeacon: draw('x') }]) {
    assert.deepEqual(noiseContext({ ...attempt, ...change }), noiseContext(attempt));
    assert.notDeepEqual(updateContext({ ...attempt, ...change }), updateContext(attempt));
  }
});

test('[AG8] an honest member whose check is out of range starts again', () => {
  const honest = scene.inputs[0]!;
  assert.throws(() => shard(scene.setup, { ...honest, x: [100_000n] }), TryAgainError);
});

test('[AG12] query points are no roots of unity and follow the verify beacon', () => {
  const { points } = queryOf(scene);
  points.forEach((t, i) => {
    assert.notEqual(power(t, BigInt(2 * (i < p.normProofs ? p.wireLength : VALIDITY_WIRE)), field.q), 1n);
  });
  const again = drawQuery(p, field, noiseContext(scene.attempt), draw('another beacon'));
  assert.equal(
    again.points.some((t) => points.includes(t)),
    false,
  );
});
