import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CharterTextError, decodeCharterText, type RunState } from '@concord/protocol';
import { parseCsv, readRecords } from '@concord/trainer';
import { smallText } from '../../../../packages/testing/src/charter.ts';
import { NotAcceptedError, requireAccepted } from './acceptance.ts';

const bar = { measure: 'accuracy', least: 0.75, records: 4 };
const textWith = (acceptance: unknown) => decodeCharterText({ ...smallText, acceptance });
/** Says 1 where column a is above zero. */
const state: RunState = {
  round: 2,
  optimizer: {
    model: { shape: { kind: 'logistic', inputs: 3 }, parameters: Int32Array.of(65_536, 0, 0, 0) },
    velocity: new BigInt64Array(4),
  },
  statistics: { recordCount: 9, constants: { mean: new Int32Array(3), deviation: new Int32Array(3).fill(65_536) } },
};
const records = (...rows: readonly string[]) =>
  readRecords(parseCsv(`a,b,c,y\n${rows.join('\n')}\n`), decodeCharterText(smallText).schema);
const threeOfFour = records('0.5,1,1,1', '-0.5,1,1,0', '-0.25,1,1,0', '-1,1,1,1');

test('[CH12] the integers that would be served are held against the bar of the charter', () => {
  assert.deepEqual(requireAccepted(state, textWith(bar), threeOfFour), { value: 0.75, records: 4, accepted: true });
  assert.equal(requireAccepted(state, decodeCharterText(smallText), threeOfFour), undefined);
  const refuses = (acceptance: unknown, held: ReturnType<typeof records>, have: number, need: number, says: RegExp) =>
    assert.throws(
      () => requireAccepted(state, textWith(acceptance), held),
      (error) =>
        error instanceof NotAcceptedError && error.have === have && error.need === need && says.test(error.message),
    );
  refuses({ ...bar, least: 0.76 }, threeOfFour, 0.75, 0.76, /accuracy is 0\.750, need 0\.76\. Register nothing/);
  refuses({ ...bar, records: 5 }, threeOfFour, 4, 5, /4 held-out records, need 5/);
  refuses(bar, records('0.5,1,1,1', '0.5,1,1,1', '0.5,1,1,1', '0.5,1,1,1'), 0, 0.75, /need both/);
});

test('[CH12] a bar that says nothing, or what nobody measures, is refused by name', () => {
  for (const [field, values] of Object.entries({
    measure: ['luck', undefined],
    least: [0, 1.1, '0.5'],
    records: [1, 2.5, undefined],
  }))
    for (const value of values)
      assert.throws(
        () => textWith({ ...bar, [field]: value }),
        (error) => error instanceof CharterTextError && error.path === `acceptance.${field}`,
      );
});
