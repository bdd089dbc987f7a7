/** Runs every generator, or with `--check` asks each whether what is committed is what it would write. */
import { spawnSync } from 'node:child_process';

const GENERATORS = [
  'scripts/clear-signing.ts',
  'scripts/rdp-orders.ts',
  'spec/reference/sortitionVectors.ts',
  'spec/reference/marketVectors.ts',
  'packages/contracts/scripts/params.ts',
  'packages/contracts/scripts/abi.ts',
];
const flags = process.argv.slice(2);
for (const generator of GENERATORS) {
  const { status } = spawnSync('node', [generator, ...flags], { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`${generator}: ${flags.includes('--check') ? 'out of date, run npm run generate' : 'failed'}`);
    process.exit(1);
  }
}
