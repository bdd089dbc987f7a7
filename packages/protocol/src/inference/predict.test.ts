import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import fc from 'fast-check';
import { decodeModel, type Model, modelHash } from '../model/model.ts';
import { predict, quantizeModel, toFixed } from './predict.ts';

interface VectorCase {
  readonly name: string;
  readonly inputs: number;
  readonly featureShift: number;
  readonly records: number;
  readonly seed: string;
  readonly model: string;
  readonly modelHash: string;
  readonly first: readonly number[];
  readonly chain: string;
}
const { cases } = JSON.parse(
  readFileSync(new URL('../../../../spec/vectors/inference.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly VectorCase[] };

const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.slice(2), 'hex'));
const toHex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`;

/** Features of a record as the vectors draw them: eight int32 from each keccak256(seed ‖ u32 stream ‖ u32 block). */
function drawn(seed: Uint8Array, stream: number, count: number, shift: number): Int32Array {
  const preimage = Buffer.concat([seed, Buffer.alloc(8)]);
  preimage.writeUInt32BE(stream, 32);
  let hash = Buffer.alloc(0);
  return Int32Array.from({ length: count }, (_, i) => {
    if (i % 8 === 0) {
      preimage.writeUInt32BE(i / 8, 36);
      hash = Buffer.from(keccak_256(preimage));
    }
    return hash.readInt32BE(4 * (i % 8)) >> shift;
  });
}

test('[IN4] 10,000 vector inputs give the scores of the reference, which are those of the contract', () => {
  assert.equal(
    cases.reduce((sum, { records }) => sum + records, 0),
    10_000,
  );
  for (const each of cases) {
    const model = decodeModel(fromHex(each.model));
    assert.equal(toHex(modelHash(model)), each.modelHash);
    const seed = fromHex(each.seed);
    const chained = Buffer.alloc(36);
    for (let record = 0; record < each.records; record++) {
      const score = predict(model, drawn(seed, record + 1, each.inputs, each.featureShift));
      if (record < each.first.length) assert.equal(score, each.first[record], each.name);
      chained.writeInt32BE(score, 32);
      chained.set(keccak_256(chained));
    }
    assert.equal(toHex(chained.subarray(0, 32)), each.chain, each.name);
  }
});

const linear = (...parameters: number[]): Model => ({
  shape: { kind: 'logistic', inputs: parameters.length - 1 },
  parameters: Int32Array.from(parameters),
});

test('[IN3] sums are exact, each layer floors, and only the result saturates', () => {
  assert.equal(predict(linear(-1, 0), Int32Array.of(1)), -1);
  assert.equal(predict(linear(-1, 0), Int32Array.of(-1)), 0);
  const most = 2 ** 31 - 1;
  assert.equal(predict(linear(most, most, 0), Int32Array.of(most, -(2 ** 31))), -32768);
  assert.equal(predict(linear(most, most, 0), Int32Array.of(most, most)), most);
  assert.equal(predict(linear(most, most, 0), Int32Array.of(-most, -most)), -(2 ** 31));
  const network: Model = { shape: { kind: 'mlp', inputs: 1, hidden: 1 }, parameters: Int32Array.of(-1, 0, 65536, 5) };
  assert.equal(predict(network, Int32Array.of(1)), 5);
  assert.equal(predict(network, Int32Array.of(-65536)), 6);
});

test('[IN2] a score is the real-valued logit to within the rounding of its layers', () => {
  const small = fc.double({ min: -2, max: 2, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(small, { minLength: 13, maxLength: 13 }),
      fc.array(small, { minLength: 2, maxLength: 2 }),
      (weights, features) => {
        const model = quantizeModel({ kind: 'mlp', inputs: 2, hidden: 3 }, weights);
        let logit = weights[12]!;
        for (let j = 0; j < 3; j++) {
          const sum = weights[2 * j]! * features[0]! + weights[2 * j + 1]! * features[1]! + weights[6 + j]!;
          logit += weights[9 + j]! * Math.max(0, sum);
        }
        // Each of ~13 rounded numbers is off by at most 2^-16 and is multiplied by at most 10 on its way out.
        assert.ok(Math.abs(predict(model, toFixed(features)) / 65536 - logit) < 130 / 65536);
      },
    ),
  );
});

test('[IN1] features are rounded to Q16, saturated, and refused when they are no numbers or too few', () => {
  assert.deepEqual([...toFixed([0.5, -0.5, 1 / 65536, 0.49 / 65536, -0.5 / 65536])], [32768, -32768, 1, 0, 0]);
  assert.deepEqual([...toFixed([1e9, -1e9, Number.POSITIVE_INFINITY])], [2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 1]);
  assert.throws(() => toFixed([Number.NaN]), { code: 'SHAPE' });
  assert.throws(() => predict(linear(1, 0), Int32Array.of(1, 2)), { code: 'LENGTH' });
  assert.throws(() => predict({ ...linear(1, 0), parameters: Int32Array.of(1) }, Int32Array.of(1)), {
    code: 'PARAMETER_COUNT',
  });
  assert.throws(() => quantizeModel({ kind: 'logistic', inputs: 1 }, [1]), { code: 'PARAMETER_COUNT' });
});
