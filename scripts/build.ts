/**
 * `npm run build`: everything that is compiled and not committed. A step whose inputs are unchanged since it last
 * succeeded is skipped; `--quiet` prints only what is built or fails.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

interface Step {
  readonly name: string;
  /** Globs of the files that the outputs depend on, from the root. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** A Node script and its arguments. */
  readonly command: readonly string[];
}

const root = fileURLToPath(new URL('..', import.meta.url));
const KERNELS = 'packages/protocol/src/kernels';
/** Files whose exports are the module's; the other `.as.ts` files are inlined into them. */
const ENTRIES = ['f32', 'f64', 'ntt32', 'ntt64', 'signs', 'sampling', 'sha256', 'keccak'];

const STEPS: readonly Step[] = [
  {
    name: 'kernels',
    inputs: [`${KERNELS}/*.as.ts`, 'node_modules/assemblyscript/package.json'],
    outputs: [`${KERNELS}/kernels.wasm`],
    command: [
      'node_modules/assemblyscript/bin/asc.js',
      ...ENTRIES.map((entry) => `${KERNELS}/${entry}.as.ts`),
      ...['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory', '--use', 'abort='],
      ...['--outFile', `${KERNELS}/kernels.wasm`],
    ],
  },
];

/** Of the command and of every input's name and content. */
function fingerprint(step: Step): string {
  const hash = createHash('sha256').update(JSON.stringify([step.command, readFileSync(import.meta.filename, 'utf8')]));
  for (const file of globSync([...step.inputs], { cwd: root }).sort()) {
    hash.update(`\0${file}\0`).update(readFileSync(root + file));
  }
  return hash.digest('hex');
}

const quiet = process.argv.includes('--quiet');
const stamps = `${root}node_modules/.cache/concord/`;
mkdirSync(stamps, { recursive: true });
for (const step of STEPS) {
  const stamp = stamps + step.name;
  const current = fingerprint(step);
  const built = step.outputs.every((file) => existsSync(root + file));
  if (built && existsSync(stamp) && readFileSync(stamp, 'utf8') === current) {
    if (!quiet) console.log(`${step.name}: up to date`);
    continue;
  }
  const started = performance.now();
  const { status } = spawnSync(process.execPath, step.command, {
    cwd: root,
    stdio: ['ignore', quiet ? process.stderr : 'inherit', 'inherit'],
  });
  if (status !== 0) {
    console.error(`${step.name}: failed`);
    process.exit(1);
  }
  writeFileSync(stamp, current);
  // Before a program whose output a machine reads, only the program may write there.
  (quiet ? console.error : console.log)(
    `${step.name}: built in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
}
