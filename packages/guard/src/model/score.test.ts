import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Basis, decodeCharterText, type InputRules, inputRules, type Model, predict } from '@concord/protocol';
import { smallText } from '../../../testing/src/charter.ts';
import type { VerifiedModel } from './model.ts';
import { scoreOf } from './score.ts';

const SENT = 'Sent tnx';
const RECEIVED = 'Received Tnx';
const BOUND = 9.91;
/** Half of the accounts have sent, all of those 20 times; a quarter has received, all of those 3 times. */
const USUAL = [
  { share: 0.5, value: 20 },
  { share: 0.25, value: 3 },
];

/** The model and means of a run over such accounts, on either basis of waves. */
function verified(basis: Basis): VerifiedModel {
  const { learningRate, ...training } = smallText.training;
  const text = decodeCharterText({
    ...smallText,
    version: 2,
    schema: {
      ...smallText.schema,
      basis,
      columns: [SENT, RECEIVED].map((name) => ({ name, transform: 'signedLog', bound: BOUND })),
    },
    model: { kind: 'logistic', inputs: 6 },
    training: { algorithm: 'fedSgd', ...training, learningRate },
  });
  const mean = USUAL.flatMap(({ share, value }) => {
    const angle = (2 * Math.PI * Math.log1p(value)) / BOUND;
    const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
    return basis === 'gatedWaves' ? [share, sine, cosine] : [share, share * sine, share * cosine + 1 - share];
  });
  const model: Model = {
    shape: { kind: 'logistic', inputs: 6 },
    parameters: Int32Array.of(1, 2, 3, 4, 5, 6, 7).map((x) => x * 8_192),
  };
  const inputs: InputRules = inputRules(text);
  const constants = {
    mean: Int32Array.from(mean, (each) => Math.round(each * 65_536)),
    deviation: new Int32Array(6).fill(32_768),
  };
  return {
    charterId: '0x',
    modelId: '0x',
    stateHash: '0x',
    passedAt: 1,
    model,
    standardization: { constants, inputs },
    text,
  };
}

test('[GU10] on both bases of waves a column is compared with where those that have it stand', () => {
  for (const basis of ['waves', 'gatedWaves'] as const) {
    const { score, features, raising, lowering } = scoreOf(
      verified(basis),
      new Map([
        [SENT, 200],
        [RECEIVED, 0],
      ]),
    );
    assert.equal(score, predict(verified(basis).model, features));
    const said = [...raising, ...lowering].join('\n');
    assert.match(said, /Transactions it sent: 200 \(usual: about 20\)/, basis);
    assert.match(said, /Transactions it received: none \(25 % of known/, basis);
  }
});

test('[GU10][LR7] on gated waves an account that has nothing of a column gives the model exactly 0 in its waves', () => {
  const { features } = scoreOf(
    verified('gatedWaves'),
    new Map([
      [SENT, 20],
      [RECEIVED, 0],
    ]),
  );
  assert.equal(features[0], 65_536);
  // It stands where all that have sent stand: at the mean, up to the rounding of the constants.
  assert.ok(Math.abs(features[1]!) <= 2 && Math.abs(features[2]!) <= 2);
  assert.deepEqual([...features.subarray(3)], [-32_768, 0, 0]);
});
