/**
 * Writes src/generated/RdpOrders.sol, the Rényi orders of the ledger (spec/privacy.md DP6), from the table in
 * spec/params. `--check` compares instead of writing.
 *
 *   node packages/contracts/scripts/params.ts [--check]
 */
import { readFileSync } from 'node:fs';
import { type Output, writeOutputs } from './outputs.ts';

interface Orders {
  readonly hundredths: readonly number[];
  readonly perDecade: readonly string[];
  readonly discount: readonly string[];
}

/** Bytes of one row: 3 + 8 + 8. */
const ROW_BYTES = 19;

/** Big-endian, `bytes` bytes. */
function packed(value: bigint, bytes: number): string {
  const hex = value.toString(16);
  if (hex.length > 2 * bytes) throw new Error(`${value} needs more than ${bytes} bytes`);
  return hex.padStart(2 * bytes, '0');
}

export function paramsOutputs(): Output[] {
  const table = new URL('../../../spec/params/rdp-orders.json', import.meta.url);
  const { hundredths, perDecade, discount }: Orders = JSON.parse(readFileSync(table, 'utf8'));
  const rows = hundredths.map((order, i) => {
    const [a, c] = [perDecade[i], discount[i]];
    if (a === undefined || c === undefined) throw new Error(`rdp-orders.json: order ${i} is incomplete`);
    return packed(BigInt(order), 3) + packed(BigInt(a), 8) + packed(BigInt(c), 8);
  });
  const text = `// SPDX-License-Identifier: Apache-2.0
// Written by packages/contracts/scripts/params.ts from spec/params/rdp-orders.json: do not edit.
pragma solidity ^0.8.28;

/// @dev ${rows.length} rows of ${ROW_BYTES} bytes: u24 hundredths, u64 perDecade, u64 discount, big-endian.
library RdpOrders {
    uint256 internal constant COUNT = ${rows.length};
    bytes internal constant TABLE =
${rows.map((row) => `        hex"${row}"`).join('\n')};
}
`;
  return [{ path: 'src/generated/RdpOrders.sol', text }];
}

if (import.meta.main) writeOutputs(paramsOutputs(), { check: process.argv.includes('--check') });
