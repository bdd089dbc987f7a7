import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeRunState, predict as scoreOf, type RunState } from '@concord/protocol';
import { sha256 } from 'viem';
import { components } from '../../testing/src/audited.ts';
import { aRun } from '../../testing/src/builders.ts';
import { blobOf, factOf } from '../../testing/src/tamper.ts';
import type { Hex } from './facts.ts';
import { finalModelIn } from './finalModel.ts';
import { featuresOf, predictHere } from './predict.ts';

const built = aRun({ members: 3, rounds: 3 }, components);
const { facts, blobs } = built.ledger;
const source = async (digest: Hex) => blobs.get(digest);
const model = await finalModelIn(facts, { runId: built.runId }, source);

test('[BD1] a model is found by its run and by its own name, and is the same', async () => {
  const { modelId } = factOf(built.ledger, 'registered', 0);
  assert.deepEqual(await finalModelIn(facts, { modelId }, source), model);
  assert.equal(model.modelId, modelId);
  assert.equal(model.runId, built.runId);
});

test('[BD1] a model that the chain does not vouch for is refused', async () => {
  const { blob } = factOf(built.ledger, 'settled', -1);
  const { modelId } = factOf(built.ledger, 'registered', 0);
  const swapped = (digest: Hex, bytes: Uint8Array) => async (asked: Hex) =>
    asked === digest ? bytes : blobs.get(asked);
  const other: RunState = structuredClone(model.state);
  other.optimizer.model.parameters[0]! += 1;
  const read = (told = facts, from = source, name: Parameters<typeof finalModelIn>[1] = { runId: built.runId }) =>
    finalModelIn(told, name, from);
  await assert.rejects(read(facts, swapped(blob, encodeRunState(other))), { code: 'OTHER_BYTES' });
  const text = new TextEncoder().encode(
    new TextDecoder().decode(built.charterText).replace('A small run', 'A large run'),
  );
  await assert.rejects(read(facts, swapped(built.charter.textDigest, text)), /need bytes whose SHA-256/);
  await assert.rejects(
    read(facts, async () => undefined),
    { code: 'NO_BYTES' },
  );
  await assert.rejects(
    read(
      facts.slice(
        0,
        facts.findLastIndex(({ kind }) => kind === 'settled'),
      ),
    ),
    { code: 'NOT_FINISHED' },
  );
  await assert.rejects(read(facts, source, { runId: sha256('0x') }), { code: 'UNKNOWN_RUN' });
  await assert.rejects(read(facts, source, { modelId: sha256('0x') }), { code: 'UNKNOWN_MODEL' });
  const forged = facts.map((fact) => (fact.kind === 'registered' ? { ...fact, modelId: sha256('0x01') } : fact));
  await assert.rejects(read(forged, source, { modelId: sha256('0x01') }), { code: 'OTHER_BYTES' });
  assert.deepEqual(blobOf(built.ledger, blob), encodeRunState(model.state));
  assert.equal((await read(facts, source, { modelId })).modelId, modelId);
});

test('[BD1][LR6][LR7] raw values are transformed, standardised and made integers, in the order of the schema', () => {
  const { mean, deviation } = model.state.statistics!.constants;
  const raw = [0.5, Math.log1p(1_000) / 8, -0.75];
  const expected = raw.map((u, i) => {
    const x = (u * 65_536 - mean[i]!) / deviation[i]!;
    return Math.floor(Math.max(-5, Math.min(5, x)) * 65_536 + 0.5);
  });
  const features = featuresOf(model, { c: -1.5, b: '1e3', a: 0.5, unnamed: 7 });
  assert.deepEqual([...features], expected);
  const told = predictHere(model, { a: 0.5, b: 1_000, c: -1.5 });
  assert.equal(told.score, scoreOf(model.state.optimizer.model, features));
  assert.equal(told.by, 'here');
  assert.equal(told.label, 'y');
  assert.ok(Math.abs(Math.log(told.probability / (1 - told.probability)) - told.score / 65_536) < 1e-9);
  assert.deepEqual(
    predictHere(model, { a: null, b: '', c: 0 }),
    predictHere(model, { a: 0, b: 0, c: 0 }),
    'blanks are 0',
  );
});

test('[BD1][LR6] a record that does not fit the schema is refused, naming the column', () => {
  for (const [values, code] of [
    [{ a: 1, b: 2 }, 'MISSING_COLUMN'],
    [{ a: 1, b: 2, C: 3 }, 'MISSING_COLUMN'],
    [{ a: 1, b: 2, c: 'much' }, 'NOT_A_NUMBER'],
    [{ a: 1, b: 2, c: Number.NaN }, 'NOT_A_NUMBER'],
    [{ a: 1, b: 2, c: Number.POSITIVE_INFINITY }, 'NOT_A_NUMBER'],
    [{ a: 1, b: 2, c: '0x10' }, 'NOT_A_NUMBER'],
  ] as const)
    assert.throws(() => predictHere(model, values), { code, column: 'c' });
  const inherited = Object.create({ a: 1, b: 2, c: 3 }) as Record<string, number>;
  assert.throws(() => predictHere(model, inherited), { code: 'MISSING_COLUMN', column: 'a' });
});
