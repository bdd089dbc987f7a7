import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Secret } from './secret.ts';

test('[AG11] a seed or key does not print in any of the usual ways', () => {
  const secret = new Secret(Uint8Array.of(0xde, 0xad));
  const holder = { secret };
  for (const text of [`${secret}`, String(secret), JSON.stringify(holder), inspect(holder), inspect(secret)])
    assert.doesNotMatch(text, /222|173|dead|de ad/);
  assert.equal(JSON.stringify(holder), '{"secret":"Secret(..)"}');
  assert.deepEqual(secret.reveal(), Uint8Array.of(0xde, 0xad));
});

test('[AG11] erasing overwrites the bytes in place', () => {
  const bytes = Uint8Array.of(1, 2, 3);
  new Secret(bytes).erase();
  assert.deepEqual(bytes, new Uint8Array(3));
});
