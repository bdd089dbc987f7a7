/** Holders that speak something else than they should, and sums that nobody sent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertRefused,
  components,
  F32_SCENE,
  openAt,
  optionsOf,
  queryOf,
  scenes,
  signed,
  verifierSharesOf,
} from '../../test/scene.ts';
import { elementAt, setElement } from '../codec.ts';
import type { Elements } from '../field.ts';
import { UPDATE } from '../params.ts';
import type { Secret } from '../secret.ts';
import { aggregateShare } from './aggregate.ts';
import { ReportError } from './error.ts';
import { shard } from './shard.ts';
import { decodeAggregate, unshard } from './unshard.ts';
import { createQuery, decide, decodeVerifierShare, verifyShare } from './verify.ts';

for (const scene of scenes) {
  const F = `F${scene.params.field}`;
  const { attempt, params } = scene;
  const q = attempt.sizes.field.modulus;
  const sent = signed(scene, shard(optionsOf(scene), scene.random, components));
  const { report, seals } = sent;
  const altered = (all: readonly Elements[], which: number, place: number): Elements[] =>
    all.map((one, i) => {
      const copy = one.slice();
      if (i === which) setElement(copy, place, (elementAt(copy, place) + 1n) % q);
      return copy;
    });

  test(`[AG14] ${F}: one element changed in any part of any verifier share is refused`, () => {
    const query = queryOf(scene);
    const V = verifierSharesOf(scene, sent);
    assert.ok(decide(report, V, query, attempt, components).accepted);
    const length = V[0]!.length;
    const places = [0, 1, params.chunk, params.chunk + 1, params.chunk + 2, length - 3, length - 2, length - 1];
    for (const [i, place] of places.entries())
      assert.ok(!decide(report, altered(V, i % 4, place), query, attempt, components).accepted, `element ${place}`);
    assertRefused(decide(report, V.slice(1), query, attempt, components), 'SHARES');
    assertRefused(decide(report, [...V.slice(1), V[0]!.slice(1)], query, attempt, components), 'VERIFIER_LENGTH');
  });

  test(`[AG14] ${F}: a commitment to another vector is refused`, () => {
    const commitment = altered([report.commitment], 0, 5)[0]!;
    const V = verifierSharesOf(scene, sent);
    assertRefused(decide({ ...report, commitment }, V, queryOf(scene), attempt, components), 'COMMITMENT');
  });

  test(`[AG15] ${F}: bytes that are no verifier share and no aggregate share are refused`, () => {
    const { bytes } = attempt.sizes.field;
    for (const decode of [
      (b: Uint8Array) => decodeVerifierShare(b, UPDATE, attempt),
      (b: Uint8Array) => decodeAggregate(b, attempt),
    ]) {
      const short = decode(new Uint8Array(bytes));
      assert.ok(short instanceof ReportError && short.need !== short.have);
      const length = Number(short.need);
      const full = decode(new Uint8Array(length).fill(0xff));
      assert.ok(full instanceof ReportError && full.code === 'ELEMENT');
      assert.ok(!(decode(new Uint8Array(length)) instanceof ReportError));
    }
  });

  test(`[AG18] ${F}: a wrong aggregate share, or one coordinate altered by 1, is refused`, () => {
    const { member } = report.header;
    const Z = seals.map((seal, i) => {
      const seed = openAt(scene, report.header, seal, i + 1) as Secret;
      const input = { member, type: UPDATE, seed, ...(i === 0 ? { y1: report.y1 } : {}) };
      return aggregateShare(i + 1, [input], attempt, components);
    });
    const counts = { updates: 1, noises: 0 };
    const refusal = (...args: [Elements[], Elements[], typeof counts]): string | undefined => {
      const result = unshard(...args, attempt, components);
      return result instanceof ReportError ? result.code : undefined;
    };
    const T = report.commitment;
    assert.equal(refusal(Z, [T], counts), undefined);
    for (const [i, place] of [0, params.d, attempt.sizes.vectorLength - 1].entries())
      assert.equal(refusal(altered(Z, i, place), [T], counts), 'SUM_COMMITMENT', `coordinate ${place}`);
    assert.equal(refusal(Z, [T, T], { updates: 2, noises: 0 }), 'SUM_COMMITMENT');
    assert.equal(refusal(Z, [], counts), 'SUM_COMMITMENT');
    assert.equal(refusal(Z, [T], { updates: 0, noises: 0 }), 'SUM_NORM');
    assert.equal(refusal(Z.slice(1), [T], counts), 'SHARES');
    assert.equal(refusal([...Z.slice(1), Z[0]!.slice(1)], [T], counts), 'LENGTH');
  });
}

test('[AG12] another beacon asks another query, and the same one the same', () => {
  const { attempt, verifyBeacon } = F32_SCENE;
  const [a, b, c] = [verifyBeacon, new Uint8Array(32), verifyBeacon].map((beacon) =>
    createQuery(attempt, beacon, components),
  );
  assert.deepEqual(a, c);
  assert.notDeepEqual(a!.wireWeights[0], b!.wireWeights[0]);
  assert.notDeepEqual(a!.wireWeights[0], a!.wireWeights[1]);
  assert.notDeepEqual(a!.checks[0], b!.checks[0]);
  assert.notDeepEqual(a!.checks[0], a!.checks[1]);
});

test('[AG13] a verifier share is bound to its member, its share and its context', () => {
  const { attempt, members } = F32_SCENE;
  const { report, seals } = signed(F32_SCENE, shard(optionsOf(F32_SCENE), F32_SCENE.random, components));
  const seed = openAt(F32_SCENE, report.header, seals[0]!, 1) as Secret;
  const share = (header: typeof report.header, j: number) =>
    verifyShare(header, j, seed, queryOf(F32_SCENE), attempt, components);
  const V = share(report.header, 1);
  assert.deepEqual(share(report.header, 1), V);
  assert.notDeepEqual(share(report.header, 2), V);
  assert.notDeepEqual(share({ ...report.header, member: members[1]!.address }, 1), V);
  assert.notDeepEqual(share({ ...report.header, context: new Uint8Array(32) }, 1), V);
});
