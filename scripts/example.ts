/**
 * `npm run example NAME [-- OPTIONS]`: one folder of examples/, from beginning to end. A folder with a `run.ts` brings its
 * own program; one with a `charter.yaml` is played by the demo, which takes the same options and prints the same document
 * as `npm start`.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const EXAMPLES = fileURLToPath(new URL('../examples/', import.meta.url));
const MAIN = fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url));

/** A Node script and its arguments; undefined: no such example. */
export function programOf(name: string, folder = EXAMPLES): readonly string[] | undefined {
  if (!readdirSync(folder).includes(name)) return undefined;
  const own = `${folder}${name}/run.ts`;
  if (existsSync(own)) return [own];
  return existsSync(`${folder}${name}/charter.yaml`) ? [MAIN, 'demo', '--example', name] : undefined;
}

if (import.meta.main) {
  const [name = '', ...options] = process.argv.slice(2);
  const program = programOf(name);
  if (program === undefined) {
    const names = readdirSync(EXAMPLES).filter((each) => programOf(each) !== undefined);
    console.error(`npm run example: have “${name}”, need one of ${names.join(', ')}`);
    process.exitCode = 1;
  } else {
    const child = spawn(process.execPath, ['--no-warnings', ...program, ...options], { stdio: 'inherit' });
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
    // A terminal's Ctrl-C reaches the child by itself.
    process.on('SIGINT', () => undefined);
    child.once('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
  }
}
