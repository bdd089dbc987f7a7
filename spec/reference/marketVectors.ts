/** Writes spec/vectors/market.json; with --check it makes the file again and compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join, keccak, u16, u32, u64, unsigned } from './bytes.ts';
import { digestOf, type Entry, marketOf } from './market.ts';

const FILE = fileURLToPath(new URL('../vectors/market.json', import.meta.url));
const WINDOWS = 1_200;

/** Above which prices and units of a window begin again at 1, by its number modulo 4: crowded, plain, fine, as large as may be. */
const RANGES: readonly (readonly [price: bigint, units: bigint])[] = [
  [8n, 8n],
  [40n, 200n],
  [1_500n, 2n ** 20n],
  [2n ** 63n, 2n ** 32n - 1n],
];

/** keccak256("concord/v1/market vectors" ‖ u16 window ‖ u16 i): every number of a window comes from one of these. */
function word(window: number, i: number): bigint {
  const hash = keccak(Buffer.from('concord/v1/market vectors', 'ascii'), u16(window), u16(i));
  return BigInt(`0x${hash.toString('hex')}`);
}

/** At most 24 asks and 24 wants; word 0 says how many, asks begin at word 1, wants at word 33. */
export function drawnWindow(window: number): { readonly asks: Entry[]; readonly wants: Entry[] } {
  const [prices, units] = RANGES[window % 4]!;
  const sizes = word(window, 0);
  const entry = (i: number): Entry => {
    const drawn = word(window, i);
    return { price: 1n + (drawn % prices), units: 1n + ((drawn >> 128n) % units) };
  };
  const asks = Array.from({ length: 1 + Number(sizes % 24n) }, (_, i) => entry(1 + i));
  const wants = Array.from({ length: 1 + Number((sizes >> 128n) % 24n) }, (_, i) => entry(33 + i));
  return { asks, wants };
}

/** u64 price ‖ u64 traded ‖ u32 level of asks ‖ u32 of wants ‖ digest: 56 bytes. */
function encoded(window: number): Uint8Array {
  const { asks, wants } = drawnWindow(window);
  const { price, traded, askLevel, wantLevel, amounts } = marketOf(asks, wants);
  return join(u64(price), u64(traded), unsigned(askLevel, 4), u32(Number(wantLevel)), digestOf(amounts));
}

/** The whole file. */
export function marketVectors(): string {
  const about =
    'MK5, MK6, MK7. Written by spec/reference/marketVectors.ts, which says how a window is drawn from its number and how 56 bytes tell its result.';
  const results = Array.from({ length: WINDOWS }, (_, window) => Buffer.from(encoded(window)).toString('hex'));
  return `${JSON.stringify({ about, windows: WINDOWS, results: `0x${results.join('')}` }, null, 1)}\n`;
}

if (import.meta.main) {
  const text = marketVectors();
  if (!process.argv.includes('--check')) writeFileSync(FILE, text);
  else if (readFileSync(FILE, 'utf8') !== text) {
    console.error(
      'spec/vectors/market.json differs from what the reference makes; run node spec/reference/marketVectors.ts',
    );
    process.exitCode = 1;
  }
}
