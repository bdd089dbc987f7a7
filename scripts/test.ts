/**
 * `npm test`: everything, in the order in which a break is cheapest to read. `npm test -- NAME …` runs only the Node
 * test files whose path contains one of the names.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';

const root = new URL('..', import.meta.url).pathname;
const names = process.argv.slice(2);
const everything = names.length === 0;

function step(title: string, command: string, args: string[]): void {
  const started = performance.now();
  console.log(`\n── ${title}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`\n${title}: failed (${command} ${args.slice(0, 4).join(' ')} …)`);
    process.exit(status ?? 1);
  }
  console.log(`   ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

step('build', 'node', ['scripts/build.ts', '--quiet']);
if (everything) {
  step('types, lint, layers, rules, lock file', 'npm', ['run', '--silent', 'check']);
  step('generated files are up to date', 'node', ['scripts/generated.ts', '--check']);
  step('contracts', 'node', ['packages/contracts/scripts/forge.ts', 'test']);
}
const files = globSync(
  ['packages/**/*.test.ts', 'apps/**/*.test.ts', 'spec/**/*.test.ts', 'examples/**/*.test.ts', 'scripts/*.test.ts'],
  {
    cwd: root,
    exclude: (name) => name === 'node_modules',
  },
)
  .filter((file) => everything || names.some((name) => file.includes(name)))
  .sort();
if (files.length === 0) {
  console.error(
    `no test file has ${names.join(' or ')} in its path: give a part of one, such as packages/sdk or verifyRun`,
  );
  process.exit(1);
}
step('tests', 'node', ['--test', `--test-concurrency=${availableParallelism()}`, '--test-reporter=spec', ...files]);
