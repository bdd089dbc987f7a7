/** What spec/vectors/aggregation.json says must be refused, and is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernels } from '../../../node/src/adapters/kernels.ts';
import { nodePlatform as platform } from '../../../node/src/adapters/platform.ts';
import { attemptOf, digest, hex, paramsOf, type Patches, text, vectorFile } from '../../test/vectorFile.ts';
import { newElements, setElement } from '../codec.ts';
import { checkParams } from '../params.ts';
import { Secret } from '../secret.ts';
import { acceptSet } from './aggregate.ts';
import type { Attempt, Components } from './attempt.ts';
import { ReportError } from './error.ts';
import { decodeReport } from './report.ts';
import { decodeSeal, openSeal, type Seal } from './seal.ts';
import { checkAggregate } from './unshard.ts';
import { createQuery, decide, verifyPublicShare, verifyShare } from './verify.ts';

const components: Components = { platform, kernels: loadKernels() };
const base = vectorFile.attempts.find((v) => v.name === vectorFile.refused.base)!;
const baseBytes = hex(base.reports[0]!.report.bytes!);

function patched(patches: Patches): Uint8Array {
  const out = Uint8Array.from(baseBytes);
  for (const [offset, bytes] of patches) out.set(hex(bytes), offset);
  return out;
}

for (const lie of vectorFile.refused.reports)
  test(`[${lie.rule}][AG14] a member that lies is refused: ${lie.name}`, () => {
    const attempt = attemptOf(base, components);
    const bytes = patched(lie.patches);
    assert.equal(digest(bytes), lie.sha256);
    const report = decodeReport(bytes, 1, attempt, components);
    assert.ok(!(report instanceof ReportError), 'its form is right');
    const complaints: number[] = [];
    lie.seals.forEach((bytesOfSeal, i) => {
      const keys = platform.x25519KeyPair(new Secret(hex(base.holders[i]!.secret)));
      const seed = openSeal(
        decodeSeal(hex(bytesOfSeal), attempt) as Seal,
        report.header,
        i + 1,
        0,
        keys,
        attempt,
        components,
      );
      if (seed instanceof ReportError) complaints.push(i + 1);
    });
    assert.deepEqual(
      complaints,
      lie.complaints.map((c) => c.share),
    );
    // The seeds are the honest ones in every lie; only what is sealed or proven differs.
    const query = createQuery(attempt, hex(base.verifyBeacon), components);
    const V = [
      verifyPublicShare(report, query, attempt, components),
      ...base.reports[0]!.seeds.map((seed, i) =>
        verifyShare(report.header, i + 1, new Secret(hex(seed)), query, attempt, components),
      ),
    ];
    const decision = decide(report, V, query, attempt, components);
    assert.equal(decision.accepted, lie.failed.length === 0);
    assert.ok(!decision.accepted || complaints.length > 0);
    if (!decision.accepted) {
      const [first] = lie.failed;
      const [circuit, , what] = first!.split(' ');
      const codes = { 'norm-equality': 'NORM', validity: 'VALIDITY' };
      const expected =
        what === undefined ? 'COMMITMENT' : `${codes[circuit as keyof typeof codes]}_${what.toUpperCase()}`;
      assert.equal(decision.error.code, expected, first);
    }
  });

for (const mishap of vectorFile.refused.received)
  test(`[AG15] received bytes are refused: ${mishap.name}`, () => {
    const attempt = attemptOf(base, components);
    const desk = mishap.desk ?? {};
    const here: Attempt = {
      ...attempt,
      ...(desk.ctx === undefined ? {} : { updateContext: hex(desk.ctx) }),
      domain: { ...attempt.domain, ...(desk.chainId === undefined ? {} : { chainId: BigInt(desk.chainId) }) },
    };
    const bytes = patched(mishap.patches).subarray(0, mishap.truncate ?? undefined);
    const report = decodeReport(bytes, 1, here, components);
    if (desk.member !== undefined) {
      // Who may report is the node's to check against the charter; the decoder binds the signature to the header's member.
      assert.ok(!(report instanceof ReportError) && text(report.header.member) !== desk.member);
    } else assert.ok(report instanceof ReportError, 'refused');
  });

test('[AG16] a member’s second header puts both out; a consortium’s update needs its noise', () => {
  const attempt = base.attempt;
  for (const v of vectorFile.refused.sets) {
    const all = base.reports.map((r) => ({ member: hex(r.member), type: r.type, headerHash: hex(r.headerHash) }));
    const input = v.name === 'the first report twice' ? [...all, all[0]!] : all;
    const S = acceptSet(input, {
      shares: 3,
      drawBeacon: hex(attempt.drawBeacon),
      openBeacon: hex(attempt.openBeacon),
      ownNoise: v.consortium,
    });
    assert.deepEqual(
      S.leaves.map((leaf) => text(leaf.headerHash)),
      v.S.map((entry) => entry.headerHash),
      v.name,
    );
    if (v.acceptRoot !== undefined) assert.equal(text(S.tree.root), v.acceptRoot);
  }
});

test('[AG18] a sum that is too long is refused although the commitments open to it', () => {
  const attempt = attemptOf(base, components);
  const X = newElements(attempt.sizes.field, attempt.sizes.vectorLength);
  setElement(X, 0, BigInt(vectorFile.refused.sum.first));
  const T = newElements(attempt.sizes.field, attempt.sizes.ringDegree);
  components.kernels.F32.commit(X, attempt.matrix, T);
  const refused = checkAggregate(X, [T], { updates: 2, noises: 1 }, attempt, components);
  assert.ok(refused instanceof ReportError && refused.code === 'SUM_NORM');
});

test('[AG1] changed parameters are refused as the reference refuses them', () => {
  for (const [p, cases] of [
    [base.parameters, vectorFile.refused.parameters],
    [vectorFile.attempts[2]!.parameters, vectorFile.alsoRefusedParameters],
  ] as const)
    for (const { change, broken } of cases) {
      const refused = checkParams(paramsOf({ ...p, ...change }), 3) !== undefined;
      assert.equal(refused, broken.length > 0, JSON.stringify(change));
    }
});
