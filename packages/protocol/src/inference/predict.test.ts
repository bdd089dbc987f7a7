import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeModel, type Model, modelHash } from '../model/model.ts';
import { cases, fromHex, scoreChain, toHex } from '../../test/inferenceVectors.ts';
import { predict, quantizeModel, toFixed } from './predict.ts';

test('[IN4] 10,000 vector inputs give the scores of the reference, which are those of the contract', () => {
  assert.equal(
    cases.reduce((sum, { records }) => sum + records, 0),
    10_000,
  );
  for (const each of cases) {
    assert.equal(toHex(modelHash(decodeModel(fromHex(each.model)))), each.modelHash);
    const chain = scoreChain(each, each.records, (score, record) => {
      if (record < each.first.length) assert.equal(score, each.first[record], each.name);
    });
    assert.equal(chain, each.chain, each.name);
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
