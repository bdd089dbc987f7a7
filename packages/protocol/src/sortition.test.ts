import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import fc from 'fast-check';
import { sortitionVectors } from '../../../spec/reference/sortitionVectors.ts';
import { u32 } from './codec.ts';
import { drawCommittee, type HolderPair, type RosterEntry, rosterHash, SortitionError } from './sortition.ts';

interface Vectors {
  readonly cases: readonly {
    readonly name: string;
    readonly shares: number;
    readonly beacon: string;
    readonly roster: readonly string[];
    readonly rosterHash: string;
    readonly drawn: readonly string[];
    readonly committee: readonly (readonly [primary: string, standby: string])[];
  }[];
}

const text = readFileSync(new URL('../../../spec/vectors/sortition.json', import.meta.url), 'utf8');
const { cases }: Vectors = JSON.parse(text);

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.slice(2), 'hex'));
const hex = (data: Uint8Array): string => `0x${Buffer.from(data).toString('hex')}`;
/** An entry whose address is its number, so that a drawn address names its entry. */
const entry = (stake: bigint, i: number): RosterEntry => ({ address: new Uint8Array(20).fill(i, 19), stake });
const rosterOf = (stakes: readonly bigint[]): RosterEntry[] => stakes.map(entry);
const numbers = (pairs: readonly HolderPair[]): number[] =>
  [...pairs.map(({ primary }) => primary), ...pairs.map(({ standby }) => standby)].map((address) => address[19]!);
const beaconOf = (seed: number): Uint8Array => keccak_256(u32(seed));

describe('sortition', () => {
  test('[CM4] spec/vectors/sortition.json is what the reference makes', () => {
    assert.ok(text === sortitionVectors(), 'run node spec/reference/sortitionVectors.ts');
  });

  test('[CM1] [CM4] the vectors: roster hash, and primary and standby of each share', () => {
    assert.ok(cases.length >= 8);
    for (const { name, shares, beacon, roster, rosterHash: hash, drawn, committee } of cases) {
      const entries = roster.map(bytes).map((word) => ({
        address: word.subarray(0, 20),
        stake: BigInt(hex(word.subarray(20))),
      }));
      assert.equal(hex(rosterHash(entries)), hash, name);
      const pairs = drawCommittee({ beacon: bytes(beacon), roster: entries, shares, holders: 2 });
      assert.deepEqual(
        pairs.map(({ primary, standby }) => [hex(primary), hex(standby)]),
        committee,
        name,
      );
      assert.deepEqual(
        committee.map(([primary]) => primary),
        drawn.slice(0, shares),
        name,
      );
    }
  });

  test('[CM4] everybody drawn is in the roster, is drawn once, and is drawn again by the same beacon', () => {
    const stake = fc.oneof(fc.bigInt(1n, 10n), fc.bigInt(1n, 2n ** 96n - 1n));
    const scene = fc.record({
      beacon: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      stakes: fc.array(stake, { minLength: 4, maxLength: 80 }),
      part: fc.nat(1000),
    });
    const property = fc.property(scene, ({ beacon, stakes, part }) => {
      const shares = 1 + (part % Math.floor(stakes.length / 2));
      const draw = { beacon, roster: rosterOf(stakes), shares, holders: 2 } as const;
      const drawn = numbers(drawCommittee(draw));
      assert.equal(new Set(drawn).size, 2 * shares);
      assert.ok(drawn.every((i) => i < stakes.length));
      assert.deepEqual(numbers(drawCommittee(draw)), drawn);
    });
    fc.assert(property, { seed: 20260101, numRuns: 300 });
  });

  test('[CM4] the first two are drawn in proportion to stake, without putting back (chi-square, 20,000 beacons)', () => {
    const stakes = [1n, 2n, 3n, 5n, 9n];
    const draws = 20_000;
    const counts = new Map<string, number>();
    for (let seed = 0; seed < draws; seed++) {
      const drawn = numbers(drawCommittee({ beacon: beaconOf(seed), roster: rosterOf(stakes), shares: 1, holders: 2 }));
      counts.set(drawn.join(), (counts.get(drawn.join()) ?? 0) + 1);
    }
    let chiSquare = 0;
    stakes.forEach((a, i) => {
      stakes.forEach((b, j) => {
        if (i === j) return;
        const expected = (draws * Number(a * b)) / (20 * (20 - Number(a)));
        chiSquare += ((counts.get([i, j].join()) ?? 0) - expected) ** 2 / expected;
      });
    });
    // 20 ordered pairs: 19 degrees of freedom, 43.8 at 0.1 %.
    assert.ok(chiSquare < 43.8, `chi-square ${chiSquare}`);
  });

  test('[CM4] beside a giant the others are drawn in proportion all the same', () => {
    const stakes = [1n, 3n, 2n ** 96n - 1n, 1n];
    const counts = [0, 0, 0, 0];
    for (let seed = 0; seed < 5000; seed++) {
      const [first, second] = numbers(
        drawCommittee({ beacon: beaconOf(seed), roster: rosterOf(stakes), shares: 2, holders: 2 }),
      );
      assert.equal(first, 2);
      counts[second!] = counts[second!]! + 1;
    }
    const chiSquare = [1000, 3000, 0, 1000].reduce(
      (sum, expected, i) => (expected === 0 ? sum + counts[i]! : sum + (counts[i]! - expected) ** 2 / expected),
      0,
    );
    // 2 degrees of freedom, 13.8 at 0.1 %.
    assert.ok(chiSquare < 13.8, `chi-square ${chiSquare}`);
  });

  test('[CM4] a draw without enough entries, and an entry that is none, are refused', () => {
    const good = { beacon: beaconOf(1), roster: rosterOf([1n, 2n, 3n, 4n]), shares: 2, holders: 2 } as const;
    assert.equal(drawCommittee(good).length, 2);
    const short = { address: new Uint8Array(19), stake: 1n };
    const bad = [
      [{ beacon: new Uint8Array(31) }, 'BEACON_WIDTH', '31'],
      [{ shares: 0 }, 'SHARES', '0'],
      [{ shares: 1.5 }, 'SHARES', '1.5'],
      [{ shares: 3 }, 'ROSTER_SIZE', '4'],
      [{ roster: rosterOf(new Array<bigint>(257).fill(1n)) }, 'ROSTER_SIZE', '257'],
      [{ roster: rosterOf([1n, 2n, 0n, 4n]) }, 'STAKE', '0'],
      [{ roster: rosterOf([1n, 2n, 2n ** 96n, 4n]) }, 'STAKE', String(2n ** 96n)],
      [{ roster: [...good.roster, short] }, 'ADDRESS_WIDTH', '19'],
    ] as const;
    for (const [change, code, have] of bad)
      assert.throws(
        () => drawCommittee({ ...good, ...change }),
        (error) => error instanceof SortitionError && error.code === code && error.have === have,
      );
    assert.throws(() => rosterHash([short]), SortitionError);
  });
});
