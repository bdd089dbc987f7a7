/** Writes spec/vectors/sortition.json; with --check it makes the file again and compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { keccak, u16 } from './bytes.ts';
import { drawn, type Entry, hashOfRoster, holdersOf, word } from './sortition.ts';

const FILE = fileURLToPath(new URL('../vectors/sortition.json', import.meta.url));
const ETHER = 10n ** 18n;

const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`;
const hashed = (text: string): Buffer => keccak(Buffer.from(`concord/v1/sortition vectors ${text}`, 'ascii'));

interface Case {
  readonly name: string;
  readonly shares: number;
  readonly stakes: readonly bigint[];
}

const repeated = (count: number, stake: (i: number) => bigint): bigint[] =>
  Array.from({ length: count }, (_, i) => stake(i));
/** Up to about 1,000 ether, down to the wei, in no order. */
const scattered =
  (name: string) =>
  (i: number): bigint =>
    ETHER + (BigInt(hex(hashed(`${name} stake ${i}`).subarray(0, 9))) % (1000n * ETHER));

const CASES: readonly Case[] = [
  { name: 'equal stakes', shares: 8, stakes: repeated(64, () => ETHER) },
  { name: 'scattered stakes', shares: 8, stakes: repeated(64, scattered('scattered')) },
  { name: 'each stake twice the one before it', shares: 6, stakes: repeated(24, (i) => ETHER * 2n ** BigInt(i)) },
  { name: 'exactly 2k entries', shares: 8, stakes: repeated(16, scattered('exact')) },
  { name: 'one giant', shares: 8, stakes: repeated(40, (i) => (i === 17 ? 2n ** 96n - 1n : ETHER)) },
  { name: 'wei', shares: 2, stakes: [1n, 2n, 3n, 4n, 5n] },
  { name: '256 entries', shares: 8, stakes: repeated(256, scattered('many')) },
  { name: '256 largest stakes, the most shares', shares: 127, stakes: repeated(256, () => 2n ** 96n - 1n) },
];

function vector({ name, shares, stakes }: Case) {
  const beacon = hashed(`${name} beacon`);
  const roster = stakes.map((stake, i): Entry => ({ address: keccak(hashed(name), u16(i)).subarray(12), stake }));
  const order = drawn(beacon, roster, shares);
  return {
    name,
    shares,
    beacon: hex(beacon),
    roster: roster.map((entry) => hex(word(entry))),
    rosterHash: hex(hashOfRoster(roster)),
    drawn: order.map(hex),
    committee: Array.from({ length: shares }, (_, j) => holdersOf(order, shares, j + 1).map(hex)),
  };
}

/** The whole file. */
export const sortitionVectors = (): string =>
  `${JSON.stringify({ about: 'CM1, CM4. Written by spec/reference/sortitionVectors.ts. committee: [primary, standby] of each share.', cases: CASES.map(vector) }, null, 1)}\n`;

if (import.meta.main) {
  const text = sortitionVectors();
  if (!process.argv.includes('--check')) writeFileSync(FILE, text);
  else if (readFileSync(FILE, 'utf8') !== text) {
    console.error(
      'spec/vectors/sortition.json differs from what the reference makes; run node spec/reference/sortitionVectors.ts',
    );
    process.exitCode = 1;
  }
}
