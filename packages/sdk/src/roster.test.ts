import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { keccak256, numberToHex } from 'viem';
import type { Address, Hex, RegistryFact } from './facts.ts';
import { committeeOf, foldRoster, type Roster, rosterHashOf } from './roster.ts';

interface Vectors {
  readonly cases: readonly {
    readonly name: string;
    readonly shares: number;
    readonly beacon: Hex;
    readonly roster: readonly Hex[];
    readonly rosterHash: Hex;
    readonly drawn: readonly Address[];
  }[];
}
const { cases }: Vectors = JSON.parse(
  readFileSync(new URL('../../../spec/vectors/sortition.json', import.meta.url), 'utf8'),
);

const address = (n: number): Address => numberToHex(n, { size: 20 });
const register = (n: number, stake: bigint): RegistryFact => ({
  kind: 'registeredAggregator',
  aggregator: address(n),
  stake,
  endpoint: `https://${n}.example`,
});
const replay = (...facts: readonly RegistryFact[]): Roster | undefined =>
  facts.reduce<Roster | undefined>((roster, fact) => roster && foldRoster(roster, fact), []);
const numbers = (roster: Roster | undefined): readonly string[] | undefined =>
  roster?.map((entry) => `${Number(entry.address)}:${entry.stake}`);

test('[CM1][CM4] the vectors: a roster registered in order has their hash and draws their committee', () => {
  assert(cases.length >= 8);
  for (const { name, shares, beacon, roster, rosterHash, drawn } of cases) {
    const facts = roster.map(
      (word): RegistryFact => ({
        kind: 'registeredAggregator',
        aggregator: word.slice(0, 42) as Address,
        stake: BigInt(`0x${word.slice(42)}`),
        endpoint: '',
      }),
    );
    const folded = replay(...facts)!;
    assert.equal(rosterHashOf(folded), rosterHash, name);
    assert.deepEqual(committeeOf(folded, beacon, shares), drawn, name);
  }
});

test('[CM1] newcomers go to the end, the last entry takes the place of one that leaves', () => {
  const three = [register(1, 5n), register(2, 6n), register(3, 7n)];
  assert.deepEqual(numbers(replay(...three)), ['1:5', '2:6', '3:7']);
  assert.deepEqual(numbers(replay(...three, register(2, 9n))), ['1:5', '2:9', '3:7']);
  const gone = { kind: 'resigned', aggregator: address(1) } as const;
  assert.deepEqual(numbers(replay(...three, gone)), ['3:7', '2:6']);
  assert.deepEqual(numbers(replay(...three, gone, register(1, 5n))), ['3:7', '2:6', '1:5']);
  const last = { kind: 'resigned', aggregator: address(3) } as const;
  assert.deepEqual(numbers(replay(...three, last)), ['1:5', '2:6']);
  assert.equal(rosterHashOf(replay(register(1, 5n), gone)!), keccak256('0x'));
});

test('[CM9] slashing takes an entry out, and leaves the roster alone where the stake had resigned', () => {
  const slashed = {
    kind: 'slashed',
    aggregator: address(1),
    evidence: numberToHex(7, { size: 32 }),
    amount: 5n,
  } as const;
  const two = [register(1, 5n), register(2, 6n)];
  assert.deepEqual(numbers(replay(...two, slashed)), ['2:6']);
  assert.deepEqual(numbers(replay(...two, { kind: 'resigned', aggregator: address(1) }, slashed)), ['2:6']);
});

test('[CM1] what the registry cannot have said is refused', () => {
  assert.equal(replay({ kind: 'resigned', aggregator: address(1) }), undefined);
  assert.equal(replay(register(1, 5n), { kind: 'withdrawn', aggregator: address(1), amount: 5n }), undefined);
});

test('[CM5] nobody is drawn from too small a roster', () => {
  const three = replay(register(1, 5n), register(2, 5n), register(3, 5n))!;
  const beacon = numberToHex(1, { size: 32 });
  assert.deepEqual(committeeOf(three, beacon, 2), []);
  assert.equal(committeeOf(three, beacon, 1).length, 2);
});
