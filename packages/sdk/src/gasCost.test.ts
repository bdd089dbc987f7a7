import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { smallTerms, smallText } from '../../testing/src/charter.ts';
import { compileCharter } from './compileCharter.ts';
import type { Address } from './facts.ts';
import { gasCost, gasRoundsLeft, type Transaction } from './gasCost.ts';
import { gasRoom } from './runEnd.ts';

const addresses = (count: number): Address[] =>
  Array.from({ length: count }, (_, i): Address => `0x${(i + 1).toString(16).padStart(40, '0')}`);
const charterOf = (members: number, shares?: number) =>
  compileCharter(
    { text: smallText, terms: { ...smallTerms(4, 3), ...(shares && { committee: { shares } }) } },
    addresses(members),
    `0x${'ab'.repeat(32)}`,
  ).charter;

type Measured = Record<string, number>;
const snapshot = <T = Record<string, Measured>>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../contracts/snapshots/${name}.json`, import.meta.url), 'utf8'));
const near = (have: number, need: number, what: string, part = 0.01): void =>
  assert.ok(Math.abs(have - need) <= part * need, `${what}: estimate ${have}, measured ${need}`);

/** What the snapshots call a transaction, and words that they write unchanged and a run does not: 2,800 gas each. */
const NAMES: Readonly<Record<Transaction, readonly [consortium: string, committee: string, unchanged: number]>> = {
  draw: ['', 'draw', 0],
  seat: ['seat', 'seatCommittee', 0],
  noise: ['closeNoise', 'closeNoise', 1],
  open: ['open', 'open', 0],
  upload: ['closeUploads', 'closeUploads', 1],
  query: ['query', 'query', 0],
  verify: ['recordVerified', 'recordVerified', 2],
  unmask: ['recordUnmasked', 'recordUnmaskedCommittee', 1],
  settle: ['settle', 'settle', 0],
};
const WORD = 2_800;
const UNCHANGED = 5 * WORD;

describe('what a run’s transactions cost, before anybody votes', () => {
  test('[PL2] gas of every transaction is within a hundredth of what the contracts measure', () => {
    for (const k of [3, 6, 16]) {
      const measured = snapshot('gas')[`k${k}`]!;
      const { transactions, propose, firstRound, laterRound } = gasCost(charterOf(k));
      for (const [name, [of, , unchanged]] of Object.entries(NAMES))
        if (of) near(transactions[name as Transaction], measured[of]! + unchanged * WORD, `${of} k${k}`);
      near(propose, measured['propose']!, `propose k${k}`);
      near(laterRound, measured['round']! + UNCHANGED, `round k${k}`);
      near(firstRound, measured['firstRound']!, `first round k${k}`);
    }
    for (const aggregators of [16, 64, 256]) {
      const measured = snapshot('gasCommittee')[`n${aggregators}`]!;
      const { transactions, firstRound, laterRound } = gasCost(charterOf(6, 8), { aggregators });
      for (const [name, [, of, unchanged]] of Object.entries(NAMES))
        near(transactions[name as Transaction], measured[of]! + unchanged * WORD, `${of} n${aggregators}`, 0.02);
      near(laterRound, measured['round']! + UNCHANGED, `round n${aggregators}`);
      near(firstRound, measured['firstRound']!, `first round n${aggregators}`);
    }
  });
  test('[PL2] the lines hold for the largest consortium and the largest committee', () => {
    const consortium = snapshot<Measured>('worstConsortium');
    const large = gasCost(charterOf(255));
    near(large.propose, consortium['propose']!, 'propose of 255', 0.02);
    // Of a first round, whose words are new.
    const round = Object.values(NAMES).reduce((sum, [of]) => sum + (of ? consortium[of]! : 0), 0);
    near(large.firstRound, round, 'first round of 255', 0.03);
    const committee = snapshot<Measured>('worstCommittee');
    const drawn = gasCost(charterOf(6, 64), { aggregators: 256 });
    const seats = Object.values(NAMES).reduce((sum, [, of]) => sum + (committee[of] ?? 0), 0);
    // The snapshot does not settle, nor say what the draw costs.
    near(
      drawn.firstRound,
      seats + committee['begin']! + drawn.transactions.settle + drawn.transactions.draw,
      'first round 64 × 2',
      0.05,
    );
  });
  test('a vote is within a fiftieth of what the contracts measure', () => {
    for (const k of [3, 6, 16]) {
      const one = (members: number) => gasCost(charterOf(members)).votes / members;
      // Of a vote and a join beside it, less the first vote's word.
      near(one(k) - 17_000 / k - (66_800 + 216 * k), snapshot('gas')[`k${k}`]!['castVote']!, `castVote k${k}`, 0.02);
    }
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
