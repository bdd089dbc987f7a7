/**
 * Integer inference on both sides: a million inputs from one seed, scored in TypeScript and by the contract (forge's EVM),
 * a running hash of each side compared; and gas of whole transactions beside what else could be done on chain.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { cases, scoreChain } from '../packages/protocol/test/inferenceVectors.ts';

/** Inputs of the vectors, 10,000, times this. */
const TIMES = 100;
const contracts = fileURLToPath(new URL('../packages/contracts/', import.meta.url));

interface Exactness {
  readonly name: string;
  readonly inputs: number;
  readonly typescript: string;
  readonly solidity: string;
  readonly equal: boolean;
}

interface GasRow {
  readonly model: string;
  /** Whole transactions; undefined where a reference has no such thing. */
  readonly predict: number;
  readonly allNegative?: number;
  readonly use?: number;
  readonly register?: number;
  readonly limit?: number;
}

/** Figures that others measured, from the issue that asks for this bench; not measured here. */
const REFERENCES: readonly GasRow[] = [
  { model: 'a naive int8 20-16-1 loop in Solidity (reported)', predict: 128_000 },
  { model: 'EZKL, one proof verified, seconds to prove (reported)', predict: 399_775 },
];
const LIMITS: Readonly<Record<string, number>> = { 'linear-20': 40_000, '38-32-1': 200_000, '114-16-1': 200_000 };

/** What forge prints; throws with it when a test fails. */
function forge(args: readonly string[], env: Readonly<Record<string, string>>): string {
  const command = ['scripts/forge.ts', 'test', ...args];
  const done = spawnSync(process.execPath, command, {
    cwd: contracts,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (done.status !== 0) throw new Error(`forge test ${args.join(' ')} failed:\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

export function exactness(times: number): {
  readonly rows: readonly Exactness[];
  readonly seconds: readonly [number, number];
} {
  const started = performance.now();
  const typescript = cases.map((each) => scoreChain(each, each.records * times));
  const turned = performance.now();
  const said = forge(['--gas-limit', `${10n ** 15n}`, '-vv'], { FOUNDRY_TEST: 'bench', CONCORD_TIMES: `${times}` });
  const ended = performance.now();
  const rows = cases.map(({ name, records }, i): Exactness => {
    const solidity = new RegExp(`chain${i}: (0x[0-9a-f]{64})`).exec(said)?.[1] ?? 'nothing';
    return { name, inputs: records * times, typescript: typescript[i]!, solidity, equal: solidity === typescript[i] };
  });
  return { rows, seconds: [(turned - started) / 1e3, (ended - turned) / 1e3] };
}

/** Measured now: the gas test fails unless it finds what the snapshot says. */
export function gasRows(): readonly GasRow[] {
  forge(['--match-path', 'test/InferenceGas.t.sol'], {});
  const snapshot = JSON.parse(readFileSync(`${contracts}snapshots/inference.json`, 'utf8')) as Record<
    string,
    Omit<GasRow, 'model'>
  >;
  const measured = Object.entries(snapshot).map(([model, gas]): GasRow => {
    const limit = LIMITS[model];
    return { model, ...gas, ...(limit !== undefined && { limit }) };
  });
  return [...measured, ...REFERENCES];
}

function formatGas(rows: readonly GasRow[]): string {
  const number = (value: number | undefined): string => (value === undefined ? '' : value.toLocaleString('en-US'));
  const cells = [
    ['gas of a whole transaction', 'predict', 'all negative', 'use', 'register', 'limit'],
    ...rows.map((row) => [row.model, ...[row.predict, row.allNegative, row.use, row.register, row.limit].map(number)]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Prints both; the process fails when a single score differs, or a model costs more than its limit. */
export function run({ json }: { readonly json: boolean }): void {
  const gas = gasRows();
  const { rows, seconds } = exactness(TIMES);
  const inputs = rows.reduce((sum, row) => sum + row.inputs, 0);
  const equal = rows.every((row) => row.equal);
  if (!equal || gas.some(({ predict, limit }) => limit !== undefined && predict > limit)) process.exitCode = 1;
  if (json) {
    console.log(
      JSON.stringify(
        { inputs, equal, seconds: { typescript: seconds[0], solidity: seconds[1] }, exactness: rows, gas },
        null,
        1,
      ),
    );
    return;
  }
  for (const row of rows)
    console.log(`${row.equal ? 'equal' : 'DIFFERENT'}  ${row.name}: ${row.inputs} scores, ${row.typescript}`);
  console.log(
    `${inputs} inputs: ${seconds[0].toFixed(0)} s in TypeScript, ${seconds[1].toFixed(0)} s in the contract\n`,
  );
  console.log(formatGas(gas));
}
