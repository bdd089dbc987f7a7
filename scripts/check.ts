/** Types (each pure room alone, then everything), lint, layers, rule ids and the lock file; stops at the first break. */
import { spawnSync } from 'node:child_process';

const CHECKS: readonly (readonly [command: string, ...args: string[]])[] = [
  ['tsc', '-p', 'packages/protocol/tsconfig.json'],
  ['tsc', '-p', 'packages/trainer/tsconfig.json'],
  ['tsc', '-p', 'packages/planner/tsconfig.json'],
  ['tsc', '-p', 'packages/node/src/core/tsconfig.json'],
  ['tsc', '-p', 'tsconfig.json'],
  ['tsc', '-p', 'packages/guard/tsconfig.json'],
  ['tsc', '-p', 'examples/guard/page/tsconfig.json'],
  ['biome', 'check', '--assist-enabled=false', '--error-on-warnings', '.'],
  ['node', 'scripts/layers.ts'],
  ['node', 'scripts/rules.ts'],
  ['node', 'scripts/lockfile.ts', '--check'],
];
for (const [command, ...args] of CHECKS) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`check failed: ${command} ${args.join(' ')}`);
    process.exit(1);
  }
}
