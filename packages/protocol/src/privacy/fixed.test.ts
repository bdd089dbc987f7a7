import assert from 'node:assert/strict';
import test from 'node:test';
import { expNegFixed, lnFixed } from './fixed.ts';

const decimal = (x: bigint, digits: number): string => String((x * 10n ** BigInt(digits)) >> 192n);

test('logarithms to 40 digits', () => {
  assert.equal(decimal(lnFixed(2n, 1n, 192n), 40), '6931471805599453094172321214581765680755');
  assert.equal(decimal(lnFixed(10n, 1n, 192n), 40), '23025850929940456840179914546843642076011');
  assert.equal(lnFixed(1n, 3n, 192n), -lnFixed(3n, 1n, 192n));
  assert.equal(lnFixed(7n, 7n, 192n), 0n);
});

test('exponentials to 40 digits, and as the inverse of the logarithm', () => {
  assert.equal(decimal(expNegFixed(1n, 1n, 192n), 40), '3678794411714423215955237701614608674458');
  assert.equal(expNegFixed(0n, 1n, 192n), 1n << 192n);
  assert.equal(expNegFixed(10_000n, 1n, 192n), 0n);
  for (const [n, d] of [
    [3n, 2n],
    [1_000_003n, 17n],
    [1n << 90n, 1n],
  ] as const) {
    const back = expNegFixed(lnFixed(n, d, 256n), 1n << 256n, 192n);
    const error = back - (d << 192n) / n;
    assert.ok(error >= -2n && error <= 2n, `1/(${n}/${d}) is off by ${error} units`);
  }
});

test('arguments without a logarithm are refused', () => {
  assert.throws(() => lnFixed(0n, 1n, 64n), { code: 'PRIVACY_RANGE' });
  assert.throws(() => expNegFixed(-1n, 1n, 64n), { code: 'PRIVACY_RANGE' });
});
