/**
 * Writes packages/sdk/erc7730/*.json, what wallets show of Concord's messages (ERC-7730), from packages/sdk/src/clearSigning.ts.
 * `--check` compares instead of writing.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { clearSigning } from '../packages/sdk/src/clearSigning.ts';

const folder = new URL('../packages/sdk/erc7730/', import.meta.url);
for (const contract of ['charters', 'rounds', 'appeals'] as const) {
  const file = new URL(`eip712-concord-${contract}.json`, folder);
  const text = `${JSON.stringify(clearSigning(contract), undefined, 2)}\n`;
  const same = existsSync(file) && readFileSync(file, 'utf8') === text;
  if (same) continue;
  if (process.argv.includes('--check')) {
    console.error(`${file.pathname} differs from what is generated: run the script without --check and commit`);
    process.exitCode = 1;
  } else writeFileSync(file, text);
}
