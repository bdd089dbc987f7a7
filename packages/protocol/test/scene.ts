/** Two small attempts and what a committee does with one report of them: the ground of the attack tests. */
import assert from 'node:assert/strict';
import { loadKernels } from '../../node/src/adapters/kernels.ts';
import { nodePlatform as platform } from '../../node/src/adapters/platform.ts';
import type { Elements, Signed } from '../src/field.ts';
import { UPDATE } from '../src/params.ts';
import type { Attempt, Components } from '../src/report/attempt.ts';
import { ReportError, type ReportErrorCode } from '../src/report/error.ts';
import type { Header } from '../src/report/header.ts';
import type { PublicReport } from '../src/report/report.ts';
import { decodeSeal, openSeal } from '../src/report/seal.ts';
import type { Sharded, ShardOptions } from '../src/report/shard.ts';
import { createQuery, type Decision, decide, verifyPublicShare, verifyShare } from '../src/report/verify.ts';
import { Secret } from '../src/secret.ts';
import { signReport } from '../src/signing.ts';
import { type Example, exampleAttempt, exampleVector } from './exampleAttempt.ts';

export const components: Components = { platform, kernels: loadKernels() };

const sceneOf = (field: 32 | 64): Example =>
  exampleAttempt({ field, d: 20, shares: 3, members: 2, wireLength: 64 }, components);
export const F32_SCENE = sceneOf(32);
export const scenes: readonly Example[] = [F32_SCENE, sceneOf(64)];

export const optionsOf = (scene: Example, vector?: Signed): ShardOptions => ({
  attempt: scene.attempt,
  type: UPDATE,
  member: scene.members[0]!.address,
  vector: vector ?? exampleVector(scene.params.field, scene.params.d, 5, scene.random),
  sealKeys: scene.sealKeys,
});

/** A small vector whose coordinate 3 is `value`. */
export function vectorWith(scene: Example, value: number): Signed {
  const vector = exampleVector(scene.params.field, scene.params.d, 5, scene.random);
  if (vector instanceof BigInt64Array) vector[3] = BigInt(value);
  else vector[3] = value;
  return vector;
}

export interface Sent {
  readonly report: PublicReport;
  readonly seals: readonly Uint8Array[];
}

export function signed(scene: Pick<Example, 'attempt' | 'members'>, sharded: Sharded | ReportError): Sent {
  assert.ok(!(sharded instanceof ReportError));
  const signature = signReport(scene.attempt.domain, sharded.report.headerHash, scene.members[0]!.key);
  return { report: { ...sharded.report, signature }, seals: sharded.seals };
}

/** What the primary of a share gets out of a seal. */
export function openAt(scene: Example, header: Header, seal: Uint8Array, share: number): Secret | ReportError {
  const decoded = decodeSeal(seal, scene.attempt);
  if (decoded instanceof ReportError) return decoded;
  return openSeal(decoded, header, share, 0, scene.holders[share - 1]![0]!, scene.attempt, components);
}

export const queryOf = (scene: Example) => createQuery(scene.attempt, scene.verifyBeacon, components);

export function verifierSharesOf(
  scene: Example,
  { report, seals }: Sent,
  attempt: Attempt = scene.attempt,
): Elements[] {
  const query = queryOf(scene);
  return [
    verifyPublicShare(report, query, attempt, components),
    ...seals.map((seal, i) => {
      const seed = openAt(scene, report.header, seal, i + 1);
      assert.ok(seed instanceof Secret);
      return verifyShare(report.header, i + 1, seed, query, attempt, components);
    }),
  ];
}

export const judge = (scene: Example, sent: Sent): Decision =>
  decide(sent.report, verifierSharesOf(scene, sent), queryOf(scene), scene.attempt, components);

export function assertRefused(decision: Decision, code: ReportErrorCode): void {
  assert.ok(!decision.accepted, 'refused');
  assert.equal(decision.error.code, code);
}
