import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { initialBound, initialModel } from './initial.ts';
import {
  decodeModel,
  encodeModel,
  type Model,
  ModelError,
  modelHash,
  type ModelShape,
  parameterCount,
} from './model.ts';

const MLP: ModelShape = { kind: 'mlp', inputs: 38, hidden: 32 };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const anyShape: fc.Arbitrary<ModelShape> = fc.oneof(
  fc.integer({ min: 1, max: 20 }).map((inputs) => ({ kind: 'logistic' as const, inputs })),
  fc
    .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }))
    .map(([inputs, hidden]) => ({ kind: 'mlp' as const, inputs, hidden })),
);
const anyModel: fc.Arbitrary<Model> = anyShape.chain((shape) =>
  fc
    .array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), {
      minLength: parameterCount(shape),
      maxLength: parameterCount(shape),
    })
    .map((values) => ({ shape, parameters: Int32Array.from(values) })),
);

test('[LR1] a 38-32-1 network has 1,281 parameters and a 38-feature linear model 39', () => {
  assert.equal(parameterCount(MLP), 1281);
  assert.equal(parameterCount({ kind: 'logistic', inputs: 38 }), 39);
  for (const inputs of [0, -1, 1.5, 65536, Number.NaN])
    assert.throws(() => parameterCount({ kind: 'logistic', inputs }), { code: 'SHAPE' });
  assert.throws(() => parameterCount({ kind: 'mlp', inputs: 3, hidden: 0 }), { code: 'SHAPE' });
});

test('[LR2] the bytes of a model are the written layout and its name is their SHA-256', () => {
  const model: Model = {
    shape: { kind: 'mlp', inputs: 1, hidden: 1 },
    parameters: Int32Array.of(1, -1, 65536, -65536),
  };
  const bytes = encodeModel(model);
  assert.equal(hex(bytes), '0102010001001000' + '01000000' + 'ffffffff' + '00000100' + '0000ffff');
  assert.equal(hex(modelHash(model)), createHash('sha256').update(bytes).digest('hex'));
  const linear: Model = { shape: { kind: 'logistic', inputs: 258 }, parameters: new Int32Array(259) };
  assert.equal(hex(encodeModel(linear).slice(0, 8)), '0101020100001000');
});

test('[LR2] decode inverts encode, and every decodable string is the encoding of what it decodes to', () => {
  fc.assert(
    fc.property(anyModel, (model) => {
      assert.deepEqual(decodeModel(encodeModel(model)), model);
    }),
  );
  fc.assert(
    fc.property(anyModel, fc.nat(), fc.integer({ min: 1, max: 255 }), (model, at, flip) => {
      const bytes = encodeModel(model);
      bytes[at % bytes.length]! ^= flip;
      try {
        assert.equal(hex(encodeModel(decodeModel(bytes))), hex(bytes));
      } catch (error) {
        assert.ok(error instanceof ModelError);
      }
    }),
  );
});

test('[LR2] truncated, extended and unknown bytes are refused with a code', () => {
  const good = encodeModel({ shape: { kind: 'logistic', inputs: 2 }, parameters: Int32Array.of(1, 2, 3) });
  const altered = (at: number, value: number): Uint8Array => good.map((byte, i) => (i === at ? value : byte));
  assert.throws(() => decodeModel(good.slice(0, 5)), { code: 'LENGTH' });
  assert.throws(() => decodeModel(good.slice(0, -1)), { code: 'LENGTH' });
  assert.throws(() => decodeModel(Uint8Array.of(...good, 0)), { code: 'LENGTH' });
  assert.throws(() => decodeModel(altered(0, 2)), { code: 'HEADER' });
  assert.throws(() => decodeModel(altered(1, 4)), { code: 'NO_SUCH_KIND' });
  assert.throws(() => decodeModel(altered(2, 0)), { code: 'SHAPE' });
  assert.throws(() => decodeModel(altered(4, 1)), { code: 'HEADER' });
  assert.throws(() => decodeModel(altered(6, 15)), { code: 'HEADER' });
  assert.throws(() => decodeModel(altered(7, 1)), { code: 'HEADER' });
  assert.throws(() => encodeModel({ shape: MLP, parameters: new Int32Array(3) }), { code: 'PARAMETER_COUNT' });
});

test('[LR3] start parameters are a function of the seed, bounded by layer, with zero biases', () => {
  const seed = Uint8Array.of(1, 2, 3);
  const { parameters } = initialModel(MLP, seed);
  assert.deepEqual(parameters, initialModel(MLP, seed).parameters);
  assert.notDeepEqual(parameters, initialModel(MLP, Uint8Array.of(1, 2, 4)).parameters);
  assert.ok(initialModel({ kind: 'logistic', inputs: 5 }, seed).parameters.every((p) => p === 0));

  const [first, second] = [Number(initialBound(38)), Number(initialBound(32))];
  assert.deepEqual([first, second], [Math.floor(65536 * Math.sqrt(6 / 38)), Math.floor(65536 * Math.sqrt(6 / 32))]);
  const within = (part: Int32Array, bound: number): void => {
    assert.ok(part.every((p) => Math.abs(p) <= bound));
    // A uniform variable on ±bound has second moment bound²/3; the band is more than four deviations wide.
    const moment = part.reduce((sum, p) => sum + p * p, 0) / part.length / bound ** 2;
    assert.ok(Math.abs(moment - 1 / 3) < 1.3 / Math.sqrt(part.length), String(moment));
  };
  within(parameters.slice(0, 1216), first);
  assert.ok(parameters.slice(1216, 1248).every((p) => p === 0));
  within(parameters.slice(1248, 1280), second);
  assert.equal(parameters[1280], 0);
});

test('[LR3] the first start weight follows from the hash by hand', () => {
  const seed = Uint8Array.of(9);
  const digest = createHash('sha256')
    .update(Uint8Array.of(9, 0, 0, 0, 0))
    .digest();
  const bound = initialBound(2);
  const expected = ((BigInt(digest.readUInt32BE(0)) * (2n * bound + 1n)) >> 32n) - bound;
  assert.equal(initialModel({ kind: 'mlp', inputs: 2, hidden: 1 }, seed).parameters[0], Number(expected));
});
