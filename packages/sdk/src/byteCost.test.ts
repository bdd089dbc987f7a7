import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { smallTerms, smallText } from '../../testing/src/charter.ts';
import { byteCost } from './byteCost.ts';
import { compileCharter } from './compileCharter.ts';
import type { Address } from './facts.ts';

const addresses = (count: number): Address[] =>
  Array.from({ length: count }, (_, i): Address => `0x${(i + 1).toString(16).padStart(40, '0')}`);
const charterOf = (members: number, shares?: number) =>
  compileCharter(
    { text: smallText, terms: { ...smallTerms(4, 3), ...(shares && { committee: { shares } }) } },
    addresses(members),
    `0x${'ab'.repeat(32)}`,
  ).charter;

describe('what parts send each other, before anybody votes', () => {
  test('bytes of a member grow with the holders that reports are passed on to, and not beside a committee', () => {
    const [three, six] = [byteCost(charterOf(3)), byteCost(charterOf(6))];
    assert.ok(six.memberPerRound > 2 * three.memberPerRound);
    assert.equal(byteCost(charterOf(6, 8)).memberPerRound, byteCost(charterOf(3, 8)).memberPerRound);
    assert.ok(byteCost(charterOf(6, 8)).holderPerRound > byteCost(charterOf(3, 8)).holderPerRound);
  });
  test('the whole is its parts: members, holders, and what is said once', () => {
    const consortium = byteCost(charterOf(4));
    assert.equal(consortium.allPerRound, 4 * consortium.memberPerRound);
    const committee = byteCost(charterOf(4, 2), { textBytes: 1_000 });
    const round = 4 * committee.memberPerRound + 4 * committee.holderPerRound;
    assert.ok(Math.abs(committee.allPerRound - round) <= 2);
    assert.ok(committee.total > 5 * round && committee.total < 5 * round + 10_000);
  });
});
