/**
 * docs/two-machines.md, played for real: a chain and a relayer on one machine, four members on two others, one of them
 * behind a reverse proxy with a path; every step is a `concord` verb, and the last machine verifies the run. Machines are
 * network namespaces: needs root on Linux, and ends with exit code 77 where they cannot be had.
 */
import type { ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { anvilBinary } from '../../packages/testing/src/devnet.ts';
import { createMachines, type Machine } from './namespaces.ts';

const SKIPPED = 77;
const MAIN = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));
const PROXY = fileURLToPath(new URL('./proxy.ts', import.meta.url));
/** Anvil’s first account. On a chain of your own this is a key that you have sent some ether. */
const FUNDED = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const PATIENCE = 180_000;
/** One of statistics, the others of gradients. */
const ROUNDS = 3;

function network(): ReturnType<typeof createMachines> {
  try {
    return createMachines(3);
  } catch (error) {
    console.log(
      `SKIPPED: no network namespaces here (${error instanceof Error ? error.message : error}); run as root on Linux`,
    );
    process.exit(SKIPPED);
  }
}

const { machines, remove } = network();
const [chain, left, right] = machines as [Machine, Machine, Machine];
const folder = mkdtempSync(join(tmpdir(), 'concord-two-machines-'));
const children: ChildProcess[] = [];
const env = { NODE_COMPILE_CACHE: join(tmpdir(), 'concord-compiled'), CONCORD_PARENT: String(process.pid) };
const rpc = `http://${chain.ip}:8545`;
const relayer = `http://${chain.ip}:7600`;

const node = (file: string, args: readonly string[]): readonly string[] => ['--no-warnings', file, ...args];
/** Runs a verb on a machine, shown as a person there would type it. */
function concord(machine: Machine, ...args: string[]): string {
  console.log(`${machine.ip}$ concord ${args.join(' ').replaceAll(`${folder}/`, '')}`);
  return machine.run(process.execPath, node(MAIN, args), env);
}
function start(machine: Machine, log: string, command: string, args: readonly string[]): void {
  children.push(machine.start(join(folder, log), command, args, env));
}
function serve(machine: Machine, name: string, ...args: string[]): void {
  console.log(`${machine.ip}$ concord ${args.join(' ').replaceAll(`${folder}/`, '')} &`);
  start(machine, `${name}.log`, process.execPath, node(MAIN, args));
}
/** Waits for a fact, never for a time. */
async function until(what: string, holds: () => boolean): Promise<void> {
  const started = performance.now();
  while (!holds()) {
    if (performance.now() - started > PATIENCE)
      throw new Error(`${what}: not within ${PATIENCE / 1000} s; logs are in ${folder}`);
    await delay(300);
  }
}

/** Made-up patients: nobody’s. */
function records(seed: number): string {
  let state = seed;
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  const rows = Array.from({ length: 120 }, () => {
    const [age, visits, smoker] = [Math.floor(20 + 70 * random()), Math.floor(12 * random()), random() < 0.3 ? 1 : 0];
    return `${age},${visits},${smoker},${random() < 1 / (1 + Math.exp(5 - 0.05 * age - 0.2 * visits)) ? 1 : 0}`;
  });
  return ['age,visits,smoker,readmitted', ...rows, ''].join('\n');
}

interface Member {
  readonly name: string;
  readonly machine: Machine;
  readonly settings: object;
}

const MEMBERS: readonly Member[] = [
  { name: 'north', machine: left, settings: { host: '0.0.0.0', port: 7701, publicUrl: `http://${left.ip}:7701` } },
  { name: 'east', machine: left, settings: { host: left.ip, port: 7702 } },
  { name: 'south', machine: right, settings: { host: '0.0.0.0', port: 7701, publicUrl: `http://${right.ip}:7701` } },
  // Listens on its own loopback only; what others reach is the proxy in front.
  {
    name: 'west',
    machine: right,
    settings: { host: '127.0.0.1', port: 7702, publicUrl: `http://${right.ip}:8080/west` },
  },
];
const home = (name: string): string => join(folder, name);

async function play(): Promise<boolean> {
  start(chain, 'chain.log', anvilBinary(), [
    '--host',
    '0.0.0.0',
    '--port',
    '8545',
    '--block-time',
    '0.5',
    '--hardfork',
    'prague',
  ]);
  await until('the chain', () => readFileSync(join(folder, 'chain.log'), 'utf8').includes('Listening on'));
  mkdirSync(home('relayer'), { mode: 0o700 });
  writeFileSync(join(home('relayer'), 'key'), `${FUNDED}\n`, { mode: 0o600 });
  writeFileSync(
    join(home('relayer'), 'concord.json'),
    JSON.stringify({ rpc: 'http://127.0.0.1:8545', host: '0.0.0.0', poll: 200, confirmations: 0 }),
  );
  concord(chain, 'deploy', '--folder', home('relayer'));
  serve(chain, 'relayer', 'relayer', '--folder', home('relayer'));

  writeFileSync(home('passphrase'), 'five random words are good\n', { mode: 0o600 });
  const addresses = MEMBERS.map(({ name, machine, settings }, i) => {
    const made = concord(machine, 'keys', 'new', '--folder', home(name), '--json');
    concord(
      machine,
      'keys',
      'backup',
      '--folder',
      home(name),
      '--out',
      home(`${name}.backup`),
      '--passphrase-file',
      home('passphrase'),
    );
    writeFileSync(join(home(name), 'data.csv'), records(i + 1), { mode: 0o600 });
    writeFileSync(
      join(home(name), 'concord.json'),
      JSON.stringify({ rpc, relayer, poll: 200, confirmations: 0, ...settings }),
    );
    return (JSON.parse(made) as { address: string }).address;
  });
  writeFileSync(home('members.txt'), addresses.join('\n'));
  start(right, 'proxy.log', process.execPath, [PROXY, '8080', '/west', 'http://127.0.0.1:7702']);

  concord(left, 'init', join(home('north'), 'data.csv'), '--label', 'readmitted', '--out', home('charter.yaml'));
  const draft = readFileSync(home('charter.yaml'), 'utf8');
  writeFileSync(
    home('charter.yaml'),
    draft.replace('trainingRounds: 12', `trainingRounds: ${ROUNDS - 1}`).replace(/ *# REPLACE.*$/gm, ''),
  );
  concord(
    chain,
    'propose',
    home('charter.yaml'),
    '--members',
    home('members.txt'),
    '--folder',
    home('relayer'),
    '--yes',
  );
  for (const { name } of MEMBERS)
    for (const file of ['deployment.json', 'charter.json'])
      copyFileSync(join(home('relayer'), file), join(home(name), file));
  for (const { name, machine } of MEMBERS.slice(0, 3)) concord(machine, 'vote', '--folder', home(name), '--yes');
  console.log(concord(right, 'doctor', '--folder', home('west')).trimEnd());
  for (const { name, machine } of MEMBERS) serve(machine, name, 'member', '--folder', home(name), '--yes');

  const named = ['--folder', home('west')];
  const settled = (): number => readFileSync(join(folder, 'west.log'), 'utf8').match(/"event":"settled"/g)?.length ?? 0;
  for (let round = 1; round <= ROUNDS; round++) {
    await until(`round ${round}`, () => settled() >= round);
    if (round === 1) console.log(concord(right, 'status', ...named).trimEnd());
  }
  console.log(concord(right, 'status', ...named).trimEnd());
  concord(chain, 'model', 'register', '--folder', home('relayer'));
  concord(right, 'model', 'export', ...named, '--out', home('model'));
  const { verdict } = JSON.parse(concord(right, 'verify', ...named, '--json')) as { verdict: string };
  console.log(`  ${verdict}`);
  return verdict === 'PASS';
}

let passed = false;
try {
  passed = await play();
} finally {
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(
    children.map(
      (child) =>
        child.exitCode !== null || child.signalCode !== null || new Promise((resolve) => child.once('exit', resolve)),
    ),
  );
  remove();
  if (passed) rmSync(folder, { recursive: true });
}
process.exitCode = passed ? 0 : 1;
