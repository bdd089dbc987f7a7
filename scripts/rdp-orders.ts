/**
 * Writes the table of Rényi orders that the privacy ledger uses (DP6): spec/params/rdp-orders.json, which Solidity
 * and every other implementation load, and its TypeScript form. `--check` compares instead of writing.
 *
 *   node scripts/rdp-orders.ts [--check]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { lnFixed } from '../packages/protocol/src/privacy/fixed.ts';

const ORDERS = 64;
const WAD = 10n ** 18n;
const BITS = 192n;
/** Bound on the error of the expressions below, in units of 2^-BITS (each is a sum of at most two logarithms × 100). */
const ERROR = 1n << 10n;

/**
 * α − 1 in geometric steps from 0.25 to 1023: the loss of an order that is off by a factor is the same everywhere, so
 * even spacing of its logarithm is the best use of 64 orders. Rounded to hundredths.
 */
const hundredths = Array.from({ length: ORDERS }, (_, i) =>
  BigInt(Math.round(100 * (1 + 0.25 * 4092 ** (i / (ORDERS - 1))))),
);

/** ⌈1e18 · x / 2^BITS⌉; refuses if the error of x leaves the answer open. */
function ceilWad(x: bigint): bigint {
  const ceil = (v: bigint) => -((-v * WAD) >> BITS);
  if (ceil(x - ERROR) !== ceil(x + ERROR)) throw new Error('raise BITS: a rounding is undecided');
  return ceil(x);
}

const rows = hundredths.map((a) => {
  const perDecade = ceilWad((100n * lnFixed(10n, 1n, BITS)) / (a - 100n));
  const bonus = lnFixed(a, a - 100n, BITS) + (100n * lnFixed(a, 100n, BITS)) / (a - 100n);
  return { hundredths: a, perDecade, discount: -ceilWad(-bonus) };
});

const json = `${JSON.stringify(
  {
    about:
      'Rényi orders of the privacy ledger (spec/privacy.md DP6), numbers in units of 1e-18: order = hundredths / 100; perDecade = ceil(1e18 ln 10 / (order - 1)); discount = floor(1e18 (ln(order / (order - 1)) + ln(order) / (order - 1))).',
    hundredths: rows.map((r) => Number(r.hundredths)),
    perDecade: rows.map((r) => String(r.perDecade)),
    discount: rows.map((r) => String(r.discount)),
  },
  null,
  2,
)}\n`;

const typescript = `// Written by scripts/rdp-orders.ts: do not edit.
/** One Rényi order of the ledger (DP6). Numbers but \`hundredths\` are in units of 1e-18. */
export interface RdpOrder {
  /** 100·α. */
  readonly hundredths: bigint;
  /** ⌈1e18·ln 10 / (α − 1)⌉: what each factor of ten in 1/δ costs. */
  readonly perDecade: bigint;
  /** ⌊1e18·(ln(α/(α − 1)) + ln α/(α − 1))⌋. */
  readonly discount: bigint;
}

export const RDP_ORDERS: readonly RdpOrder[] = [
${rows.map((r) => `  { hundredths: ${r.hundredths}n, perDecade: ${r.perDecade}n, discount: ${r.discount}n },`).join('\n')}
];
`;

const outputs = [
  [new URL('../spec/params/rdp-orders.json', import.meta.url), json],
  [new URL('../packages/protocol/src/privacy/orders.ts', import.meta.url), typescript],
] as const;
for (const [url, text] of outputs) {
  if (!process.argv.includes('--check')) writeFileSync(url, text);
  else if (readFileSync(url, 'utf8') !== text) {
    console.error(`${url.pathname} is not what scripts/rdp-orders.ts makes: run it without --check`);
    process.exitCode = 1;
  }
}
