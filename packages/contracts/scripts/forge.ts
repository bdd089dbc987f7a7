/**
 * npm's forge, started in this package, where foundry.toml's relative paths hold.
 *
 *   node packages/contracts/scripts/forge.ts test
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this package, with a trailing slash. */
export const packageRoot = fileURLToPath(new URL('..', import.meta.url));

/** The native binary: npm's wrapper around it ends with 0 whatever forge ends with. */
function forgeBinary(): string {
  const name = `@foundry-rs/forge-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/forge`);
  } catch {
    throw new Error(`${name} is not installed: run npm ci on a system that forge supports`);
  }
}

// The compiler wrapper (scripts/solc) starts whatever `node` is first in the path.
const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` };

/**
 * Runs forge and returns what it printed.
 * @throws Error with forge's own words when it fails.
 */
export function forge(args: readonly string[], { quiet }: { readonly quiet: boolean }): string {
  const done = spawnSync(forgeBinary(), [...args], { cwd: packageRoot, encoding: 'utf8', env });
  const said = `${done.stdout}${done.stderr}`;
  if (done.status !== 0) throw new Error(`forge ${args.join(' ')} failed (${done.error ?? done.status}):\n${said}`);
  if (!quiet) process.stdout.write(said);
  return said;
}

if (import.meta.main) {
  const args = process.argv.slice(2);
  process.exitCode = spawnSync(forgeBinary(), args, { cwd: packageRoot, env, stdio: 'inherit' }).status ?? 1;
}
