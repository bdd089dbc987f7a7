import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { smallTerms, smallText } from '../../testing/src/charter.ts';
import { compileCharter } from './compileCharter.ts';
import { byteCost, gasCost, gasRoundsLeft, privacyCost } from './cost.ts';
import type { Address } from './facts.ts';
import { gasRoom } from './runEnd.ts';

const addresses = (count: number): Address[] =>
  Array.from({ length: count }, (_, i): Address => `0x${(i + 1).toString(16).padStart(40, '0')}`);
const charterOf = (members: number, shares?: number) =>
  compileCharter(
    { text: smallText, terms: { ...smallTerms(4, 3), ...(shares && { committee: { shares } }) } },
    addresses(members),
    `0x${'ab'.repeat(32)}`,
  ).charter;

const snapshot = (name: string): Record<string, Record<string, number>> =>
  JSON.parse(readFileSync(new URL(`../../contracts/snapshots/${name}.json`, import.meta.url), 'utf8'));
const near = (have: number, need: number, what: string): void =>
  assert.ok(Math.abs(have - need) <= 0.1 * need, `${what}: estimate ${have}, measured ${need}`);

describe('what a charter costs, before anybody votes', () => {
  test('gas is within a tenth of what the contracts measure', () => {
    const gas = snapshot('gas');
    for (const k of [3, 6, 16]) {
      const { propose, firstRound, laterRound } = gasCost(charterOf(k));
      near(propose, gas[`k${k}`]!['propose']!, `propose k${k}`);
      near(firstRound, gas[`k${k}`]!['firstRound']!, `first round k${k}`);
      near(laterRound, gas[`k${k}`]!['round']!, `round k${k}`);
    }
    const committee = gasCost(charterOf(6, 8));
    near(committee.laterRound, snapshot('gasCommittee')['n16']!['round']!, 'round of a committee 8 × 2');
    near(committee.firstRound, snapshot('gasCommittee')['n16']!['firstRound']!, 'its first round');
  });
  test('[DP6] ε after all rounds is just within the cap, and fewer honest contributors count for less noise', () => {
    const charter = charterOf(4);
    const { epsilon, multiplier, multiplierIfAllBring } = privacyCost(charter);
    assert.ok(epsilon <= charter.limits.epsilonCap && epsilon > (charter.limits.epsilonCap * 99n) / 100n);
    assert.ok(Math.abs(multiplierIfAllBring - 2 * multiplier) < 1e-9);
  });
  test('bytes grow with the holders that reports are passed on to, and not beside a committee', () => {
    const [three, six] = [byteCost(charterOf(3)), byteCost(charterOf(6))];
    assert.equal(three.report, six.report);
    assert.ok(six.memberPerRound > 2 * three.memberPerRound);
    assert.equal(byteCost(charterOf(6, 8)).memberPerRound, byteCost(charterOf(3, 8)).memberPerRound);
  });
  test('[RD16] rounds that the gas still pays for are those that may begin, and no more than the charter has', () => {
    const charter = charterOf(3);
    const { firstRound, laterRound } = gasCost(charter);
    assert.equal(gasRoundsLeft(charter, 0, undefined), undefined);
    assert.equal(gasRoundsLeft(charter, 0, gasRoom(charter, 0) - 1n), 0);
    assert.equal(gasRoundsLeft(charter, 0, gasRoom(charter, 0)), 1);
    assert.equal(gasRoundsLeft(charter, 0, BigInt(firstRound + laterRound) + gasRoom(charter, 2)), 3);
    assert.equal(gasRoundsLeft(charter, 3, 1n << 50n), 2, 'of five');
  });
});
