import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CharterTextError } from './charterFields.ts';
import { decodeUse, endingOf, isOpen, OPEN_USE } from './termsOfUse.ts';

const paid = {
  callers: [`0x${'0'.repeat(36)}1001`, `0x${'abcdef'.repeat(6)}abcd`],
  price: '1000',
  purpose: 'screening of transfers',
  until: 2_000_000_000,
};

test('[CH10] a text ends with its terms of use, in the bytes that the contract writes', () => {
  // The same as in packages/contracts/test/InferenceTerms.t.sol.
  assert.equal(
    endingOf(paid),
    ',\n "use": {\n  "callers": [\n   "0x0000000000000000000000000000000000001001",\n' +
      '   "0xabcdefabcdefabcdefabcdefabcdefabcdefabcd"\n  ],\n  "price": "1000",\n' +
      '  "purpose": "screening of transfers",\n  "until": 2000000000\n }\n}\n',
  );
  assert.equal(
    endingOf(OPEN_USE),
    ',\n "use": {\n  "callers": "anybody",\n  "price": "0",\n  "purpose": "any",\n  "until": 0\n }\n}\n',
  );
});

test('[CH10] only what asks for nothing is open', () => {
  assert.ok(isOpen({ ...OPEN_USE, until: 1 }));
  for (const more of [{ price: '1' }, { purpose: 'x' }, { callers: paid.callers }])
    assert.ok(!isOpen({ ...OPEN_USE, ...more }));
});

test('[CH10] terms that a contract could read in another way are refused by name', () => {
  // Whatever order they come in.
  const { until, ...rest } = paid;
  assert.equal(endingOf(decodeUse({ until, ...rest })), endingOf(paid));
  const wrong: readonly (readonly [field: keyof typeof paid, values: readonly unknown[]])[] = [
    [
      'callers',
      ['members', [], [paid.callers[1], paid.callers[0]], [paid.callers[0], paid.callers[0]], ['0x1'], [1], undefined],
    ],
    [
      'callers',
      [[paid.callers[1]!.toUpperCase()], Array.from({ length: 65 }, (_, i) => `0x${`${100 + i}`.padStart(40, '0')}`)],
    ],
    ['price', [0, '', '-1', '01', '1.5', '0x1', `${2n ** 128n}`, undefined]],
    ['purpose', ['', ' ', 'a "quote"', 'back\\slash', 'line\nbreak', 'für', 'x'.repeat(81), undefined]],
    ['until', ['0', -1, 1.5, 253_402_300_800, undefined]],
  ];
  for (const [field, values] of wrong)
    for (const value of values)
      assert.throws(
        () => decodeUse({ ...paid, [field]: value }),
        (error) => error instanceof CharterTextError && error.path === `use.${field}`,
        `${field} ${value}`,
      );
  assert.equal(decodeUse({ ...paid, price: `${2n ** 128n - 1n}` }).price, `${2n ** 128n - 1n}`);
  assert.throws(() => decodeUse({ ...paid, more: 1 }), CharterTextError);
});
