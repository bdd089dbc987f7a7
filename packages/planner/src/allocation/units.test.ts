import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keccak256 } from 'viem';
import { byteCost, compileCharter } from '@concord/sdk';
import { smallTerms, smallText } from '../../../testing/src/charter.ts';
import { UNIT_BYTES, unitPrice, unitsOf } from './units.ts';

const members = Array.from({ length: 3 }, (_, i) => `0x${`${i + 1}`.repeat(40)}` as const);
const { charter } = compileCharter({ text: smallText, terms: smallTerms(1, 3) }, members, keccak256('0x01'));

test('[MK2] a round costs a unit for each begun 65,536 bytes of a report, share and holder', () => {
  const { report } = byteCost(charter);
  const perShare = unitsOf(charter) / (members.length * charter.aggregation.shares * charter.aggregation.holders);
  assert.ok(Number.isInteger(perShare) && perShare >= 2, 'two reports of a member');
  const most = Math.ceil(report / UNIT_BYTES);
  assert.ok(perShare > most && perShare <= 2 * most, 'the longer one, and one no longer');
});

test('[MK2] a unit’s price is its check and its bytes', () => {
  assert.equal(unitPrice(1_000n, 3n), 197_608n);
});
