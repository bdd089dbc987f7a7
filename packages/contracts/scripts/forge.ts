/**
 * npm's forge, started in this package, where foundry.toml's relative paths hold.
 *
 *   node packages/contracts/scripts/forge.ts test
 */
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this package, with a trailing slash. */
export const packageRoot = fileURLToPath(new URL('..', import.meta.url));

const wrapper = fileURLToPath(import.meta.resolve('@foundry-rs/forge/bin.mjs'));
// The compiler wrapper (scripts/solc) starts whatever `node` is first in the path.
const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` };

/**
 * Runs forge and returns what it printed.
 * @throws Error with forge's own words when it fails.
 */
export function forge(args: readonly string[], { quiet }: { readonly quiet: boolean }): string {
  const done = spawnSync(process.execPath, [wrapper, ...args], { cwd: packageRoot, encoding: 'utf8', env });
  const said = `${done.stdout}${done.stderr}`;
  if (done.status !== 0) throw new Error(`forge ${args.join(' ')} failed (${done.error ?? done.status}):\n${said}`);
  if (!quiet) process.stdout.write(said);
  return said;
}

if (import.meta.main) {
  const args = [wrapper, ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, args, { cwd: packageRoot, env, stdio: 'inherit' }).status ?? 1;
}
