import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallTerms, smallText } from '../../testing/src/charter.ts';
import { compileCharter } from './compileCharter.ts';
import type { Address } from './facts.ts';
import { privacyCost } from './privacyCost.ts';

test('[DP6] ε after all rounds is just within the cap, and fewer honest contributors count for less noise', () => {
  const members = Array.from({ length: 4 }, (_, i): Address => `0x${(i + 1).toString(16).padStart(40, '0')}`);
  const { charter } = compileCharter({ text: smallText, terms: smallTerms(4, 3) }, members, `0x${'ab'.repeat(32)}`);
  const { epsilon, multiplier, multiplierIfAllBring } = privacyCost(charter);
  assert.ok(epsilon <= charter.limits.epsilonCap && epsilon > (charter.limits.epsilonCap * 99n) / 100n);
  assert.ok(Math.abs(multiplierIfAllBring - 2 * multiplier) < 1e-9);
});
