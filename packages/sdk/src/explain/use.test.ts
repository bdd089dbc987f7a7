import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPEN_USE } from '@concord/protocol';
import { useWords } from './use.ts';

test('[CH10] terms of use in plain words: who, for what, at what price, until when, and what they cannot do', () => {
  const [open, honest] = useWords(OPEN_USE);
  assert.match(
    open!,
    /^Anybody may use the finished model on chain, for any purpose, for free, without end\. .*“predict”/,
  );
  assert.match(honest!, /anybody can copy the parameters/);
  assert.match(useWords(undefined)[0]!, /cannot be put on chain/);
  const callers = [`0x${'1'.repeat(40)}`];
  const [paid] = useWords({ callers, price: '25000', purpose: 'screening', until: 1_893_456_000 });
  assert.match(
    paid!,
    /^Only 0x1{40} may use .* only for “screening”, which every caller names on record, for 25 000 wei a use, which the members share in equal parts, until 2030-01-01.* refuses every other use\.$/,
  );
});
