/**
 * What the planner says a run will cost, beside what the run then cost, over runs that no constant was taken from. Gas,
 * bytes and seconds by runs of real nodes over the real contracts in one process with virtual time; seconds and
 * processor time by processes of this machine, which must not be busy with much else.
 */
import { cpus } from 'node:os';
import { loadKernels } from '../packages/node/src/adapters/kernels.ts';
import { nodePlatform, nodeRandom } from '../packages/node/src/adapters/platform.ts';
import {
  type Calibration,
  calibrate,
  type Cost,
  costOf,
  type Network,
  type Prices,
} from '../packages/planner/src/index.ts';
import type { Measured } from '../packages/testing/src/simulation/measured.ts';
import { byProcesses, POLL, type Setting, simulated } from './planCostRuns.ts';

/**
 * Not judged, because figures were taken from them: consortiums of 3, 4 and 6 and a committee of 2 pairs of 5 (gas, bytes;
 * all with 3 columns), and the runs of processes that `packages/planner/src/cost/overheads.ts` names.
 */
const HELD_BACK: readonly Setting[] = [
  { members: 5, rounds: 3, features: 3, rows: 20, blockSeconds: 1, confirmations: 0 },
  { members: 5, rounds: 5, features: 40, rows: 20, blockSeconds: 2, confirmations: 1 },
  { members: 5, rounds: 4, features: 784, rows: 20, blockSeconds: 12, confirmations: 2 },
  { members: 7, rounds: 2, features: 300, rows: 40, blockSeconds: 1, confirmations: 0 },
  { members: 8, rounds: 3, features: 20, rows: 20, blockSeconds: 3, confirmations: 4 },
  { members: 10, rounds: 2, features: 3, rows: 20, blockSeconds: 1, confirmations: 1 },
  { members: 12, rounds: 2, features: 100, rows: 20, blockSeconds: 5, confirmations: 0 },
  {
    members: 6,
    rounds: 3,
    features: 30,
    rows: 20,
    committee: { shares: 4, aggregators: 9 },
    blockSeconds: 1,
    confirmations: 0,
  },
  {
    members: 4,
    rounds: 2,
    features: 200,
    rows: 20,
    committee: { shares: 3, aggregators: 7 },
    blockSeconds: 2,
    confirmations: 2,
  },
  {
    members: 9,
    rounds: 2,
    features: 12,
    rows: 20,
    committee: { shares: 5, aggregators: 12 },
    blockSeconds: 12,
    confirmations: 1,
  },
  {
    members: 8,
    rounds: 3,
    features: 600,
    rows: 20,
    committee: { shares: 2, aggregators: 6 },
    blockSeconds: 1,
    confirmations: 1,
  },
];
const BY_PROCESSES: readonly Setting[] = [
  { members: 4, rounds: 5, features: 40, rows: 40, blockSeconds: 1, confirmations: 0 },
  { members: 5, rounds: 4, features: 100, rows: 100, blockSeconds: 1, confirmations: 0 },
  { members: 3, rounds: 4, features: 300, rows: 80, blockSeconds: 1, confirmations: 0 },
  {
    members: 4,
    rounds: 3,
    features: 3,
    rows: 40,
    committee: { shares: 2, aggregators: 4 },
    blockSeconds: 1,
    confirmations: 0,
  },
];

/** How messages travel in the simulation (`calm`: 2 to 40 ms), and between processes of one machine. */
const SIMULATED: Network = { latencySeconds: 0.021, bytesPerSecond: Number.POSITIVE_INFINITY };
const LOCAL: Network = { latencySeconds: 0.003, bytesPerSecond: 1e9 };
/** Seconds between two looks in the simulation. */
const SIMULATED_POLL = 0.5;

export interface PlanCostRow {
  readonly how: 'simulated' | 'processes';
  readonly setting: Setting;
  /** What was predicted and what was, of each figure. */
  readonly figures: Readonly<Record<string, { readonly predicted: number; readonly actual: number }>>;
  readonly voids: number;
}

function predict(
  { compiled }: Pick<Measured, 'compiled'>,
  setting: Setting,
  network: Network,
  pollSeconds: number,
  calibration: Calibration,
): Cost {
  const { blockSeconds, confirmations, members, rows, committee } = setting;
  const chain = {
    name: 'bench',
    blockSeconds,
    confirmations,
    pollSeconds,
    gasPrice: 0,
    usdPerEther: 0,
    origin: 'none',
  };
  const prices: Prices = {
    ...{ chains: [chain], usdPerGigabyte: 0, usdPerProcessorHour: 0, network, origin: 'none' },
    ...(committee && { aggregators: committee.aggregators }),
  };
  return costOf(compiled, { chain: 'bench', hour: 0 }, prices, calibration, Array(members).fill(rows));
}

/** A processor that takes no time: in the simulation only messages and blocks do. */
function atOnce(calibration: Calibration): Calibration {
  const nothing = { fixed: 0, perCoordinate: 0, perShare: 0, perBoth: 0, spread: 0 };
  const kernels = Object.fromEntries(
    Object.keys(calibration.kernels).map((name) => [name, nothing]),
  ) as unknown as Calibration['kernels'];
  return { ...calibration, kernels };
}

/** Rows of all runs that are held back; `calibration` is of this machine. */
export async function* planCostRows(calibration: Calibration): AsyncGenerator<PlanCostRow> {
  for (const [i, setting] of HELD_BACK.entries()) {
    const played = await simulated(setting, `held back ${i}`);
    const { gas, bytes, seconds } = predict(played, setting, SIMULATED, SIMULATED_POLL, atOnce(calibration));
    const figures = {
      gas: { predicted: gas, actual: played.gas },
      bytes: { predicted: bytes.all, actual: played.bytes },
      seconds: { predicted: seconds, actual: played.seconds },
    };
    yield { how: 'simulated', setting, figures, voids: played.voids };
  }
  for (const setting of BY_PROCESSES) {
    // What else a machine does slows its processors down: it is measured again on both sides of the run.
    const before = await calibrateHere();
    const played = await byProcesses(setting);
    const [first, second] = [before, await calibrateHere()].map((each) =>
      predict(played, setting, LOCAL, POLL / 1_000, each),
    );
    const { gas, bytes, seconds } = first!;
    const processor = (first!.processorSeconds.all + second!.processorSeconds.all) / 2;
    const figures = {
      gas: { predicted: gas, actual: played.gas },
      bytes: { predicted: bytes.all, actual: played.bytes },
      seconds: { predicted: seconds, actual: played.seconds },
      processor: { predicted: processor, actual: played.ready + played.running },
    };
    yield { how: 'processes', setting, figures, voids: played.voids };
  }
}

/** Processor time of this process, milliseconds: other work of the machine does not count in it. */
const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

export const calibrateHere = (): Promise<Calibration> =>
  calibrate({
    now: processorTime,
    components: { platform: nodePlatform, kernels: loadKernels() },
    random: nodeRandom,
    processor: cpus()[0]?.model ?? 'unknown',
  });

const ratioOf = ({ predicted, actual }: { readonly predicted: number; readonly actual: number }): number =>
  predicted / actual;
const short = (value: number): string =>
  value >= 1e4 ? `${(value / 1e6).toFixed(2)} M` : value.toFixed(value < 100 ? 1 : 0);

export function formatPlanCostRow({ how, setting, figures, voids }: PlanCostRow): string {
  const { members, rounds, features, committee, blockSeconds, confirmations } = setting;
  const holders = committee ? `${committee.shares} × 2 of ${committee.aggregators}` : '';
  const what = `${how.padEnd(9)} ${`${members}`.padStart(2)} members ${holders.padEnd(11)} ${rounds} rounds ${`${features}`.padStart(3)} columns  block ${`${blockSeconds}`.padStart(2)} s + ${confirmations}`;
  const told = Object.entries(figures).map(([name, figure]) => {
    const ratio = ratioOf(figure);
    return `${name} ${short(figure.predicted)} / ${short(figure.actual)} = ${ratio.toFixed(3)}${Math.abs(ratio - 1) > 0.1 ? ' MISS' : ''}`;
  });
  return `${what}  ${told.join('  ')}${voids > 0 ? `  (${voids} void)` : ''}`;
}

/** How far figures lie from what was, as a part of it. */
export function summaryOf(rows: readonly PlanCostRow[]): string {
  const names = new Set(rows.flatMap(({ figures }) => Object.keys(figures)));
  const lines = [...names].map((name) => {
    const off = rows.flatMap(({ figures }) => (figures[name] ? [Math.abs(ratioOf(figures[name]) - 1)] : []));
    const mean = off.reduce((a, b) => a + b, 0) / off.length;
    return `${name}: ${off.filter((each) => each <= 0.1).length} of ${off.length} within 10 %, off by ${(100 * mean).toFixed(1)} % on the mean and ${(100 * Math.max(...off)).toFixed(1)} % at most`;
  });
  return lines.join('\n');
}

export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const calibration = await calibrateHere();
  const rows: PlanCostRow[] = [];
  for await (const row of planCostRows(calibration)) {
    rows.push(row);
    if (!json) console.log(formatPlanCostRow(row));
  }
  if (json) console.log(JSON.stringify({ calibration, rows }, null, 1));
  else
    console.log(
      `\npredicted / actual, on ${calibration.processor}, calibrated in ${calibration.seconds.toFixed(1)} s of its time\n${summaryOf(rows)}`,
    );
}
