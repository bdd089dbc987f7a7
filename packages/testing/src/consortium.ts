/**
 * A small run on a real chain: contracts, a relayer, and members as child processes that can be killed and lie; beside a
 * committee also staked aggregators, as processes like them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Caps } from '@concord/protocol';
import type { AggregatorConfig, MemberConfig, RelayerConfig } from '@concord/node';
import {
  type Charter,
  type ConcordClient,
  compileCharter,
  createConcordClient,
  deploy,
  type Hex,
  propose,
  registerAggregator,
} from '@concord/sdk';
import {
  adaptiveText,
  averagingText,
  cappedText,
  memberTerms,
  smallTerms,
  smallText,
  tableOf,
  textOf,
  treesText,
} from './charter.ts';
import { type Devnet, startDevnet } from './devnet.ts';
import type { LiarName } from './liars.ts';

const MEMBER = fileURLToPath(new URL('./memberProcess.ts', import.meta.url));

export interface LoggedEvent {
  readonly event: string;
  readonly [detail: string]: unknown;
}

export interface NodeProcess {
  readonly address: Hex;
  readonly pid: number;
  /** Its own folder; the journal lies in it. */
  readonly folder: string;
  readonly endpoint: string;
  readonly events: readonly LoggedEvent[];
  /** SIGKILL, now; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same folder and port. */
  restart(): Promise<void>;
}

export interface Consortium {
  readonly client: ConcordClient;
  readonly charter: Charter;
  readonly charterText: Uint8Array;
  readonly runId: Hex;
  readonly fromBlock: bigint;
  readonly chain: Devnet;
  readonly relayer: NodeProcess;
  readonly members: readonly NodeProcess[];
  /** Those who may be drawn into a committee; none in a consortium. */
  readonly aggregators: readonly NodeProcess[];
  stop(): Promise<void>;
}

export interface ConsortiumOptions {
  readonly members: number;
  /** Rounds in all: one for statistics, at least one for training; of trees, four. */
  readonly rounds: number;
  /** k shares, held by pairs that are drawn from so many aggregators of 1 ether each. Without it members hold shares. */
  readonly committee?: { readonly shares: number; readonly aggregators: number };
  /** By place among the members, and among the aggregators. */
  readonly liars?: Readonly<Record<number, LiarName>>;
  /** Columns of the records, 3 unless told; of the gradients' text only. */
  readonly features?: number;
  /** Rows of every member; 40 unless told. */
  readonly rows?: number;
  /** Trains by federated averaging, protecting members, instead of by the gradients of protected records. */
  readonly averaging?: boolean;
  /** Trains on gated waves by the adaptive step. */
  readonly adaptive?: boolean;
  /** Grows trees from histograms of protected records. */
  readonly trees?: boolean;
  /** Members that train by a program of their own. */
  readonly trainCommands?: Readonly<Record<number, readonly string[]>>;
  readonly lyingAggregators?: Readonly<Record<number, LiarName>>;
  /** What the run's transactions may cost; without it, whatever they do. */
  readonly gasCap?: number;
  /** What the run may cost each member; without it, whatever it does. */
  readonly caps?: Caps;
  /** Seconds for each phase. */
  readonly phaseSeconds: number;
  /** Where VERIFY is allowed another time: what an answer may take too [CM10]. */
  readonly verifySeconds?: number;
  readonly blockMilliseconds: number;
  /** How often each node looks at the chain, 100 unless told. */
  readonly pollMilliseconds?: number;
  /** A member whose disk takes no file above 1 MB until it is started again. */
  readonly fullDisk?: number;
  /** Blocks above a fact before a node believes it, 0 unless told. */
  readonly confirmations?: number;
  /** RPC addresses of a member, given the chain's; without it, the chain's alone. */
  readonly rpcOf?: (member: number, rpcUrl: string) => Promise<string | readonly string[]>;
}

const textFor = ({
  trees,
  averaging,
  adaptive,
  caps,
  features = smallText.model.inputs,
}: ConsortiumOptions): unknown => {
  if (trees) return treesText;
  if (averaging) return averagingText;
  if (adaptive) return adaptiveText;
  if (caps) return cappedText(caps);
  return features === smallText.model.inputs ? smallText : textOf(features);
};

/** Wei. */
const STAKE = 10n ** 18n;

/** Starts everything, proposes a charter and leaves the members to it. */
export async function startConsortium(options: ConsortiumOptions): Promise<Consortium> {
  const folder = mkdtempSync(join(tmpdir(), 'concord-consortium-'));
  const devnet: Devnet = await startDevnet({
    blockMilliseconds: options.blockMilliseconds,
    accounts: options.members + (options.committee?.aggregators ?? 0) + 1,
  });
  const { rpcUrl, accounts } = devnet;
  const account = accounts[0]!.privateKey;
  const { block, charters, rounds, inference } = await deploy({ rpcUrl, account });
  const contracts = { charters, rounds, inference };
  const client = await createConcordClient({ rpcUrl, account, ...contracts });
  const s = options.phaseSeconds;
  const deadlines = {
    seat: s,
    noise: s,
    open: s,
    upload: s,
    query: s,
    verify: options.verifySeconds ?? s,
    unmask: s,
    settle: s,
  };
  const keys = accounts.slice(1, options.members + 1);
  const terms = {
    ...(options.averaging ? memberTerms : smallTerms)(options.trees ? options.rounds : options.rounds - 1, 3),
    deadlines,
    ...(options.gasCap !== undefined && { gasCap: options.gasCap }),
    ...(options.committee && { committee: { shares: options.committee.shares } }),
  };
  const { features = smallText.model.inputs } = options;
  const { charter, textBytes } = compileCharter(
    { text: textFor(options), terms },
    keys.map(({ address }) => address),
    `0x${'ab'.repeat(32)}`,
  );
  const common = {
    rpcUrl,
    contracts,
    fromBlock: Number(block),
    host: '127.0.0.1',
    port: 0,
    confirmations: options.confirmations ?? 0,
    pollMilliseconds: options.pollMilliseconds ?? 100,
  };
  const newHome = (name: string): string => {
    const home = join(folder, name);
    mkdirSync(home);
    return home;
  };
  const address = accounts[0]!.address;
  const relayer = await startProcess(address, newHome('relayer'), { ...common, privateKey: account }, undefined);
  const members = await Promise.all(
    keys.map(async ({ address, privateKey }, i) => {
      const home = newHome(`${i}`);
      const dataFile = join(home, 'data.csv');
      writeFileSync(dataFile, tableOf(i, options.rows ?? 40, features));
      const charterText = new TextDecoder().decode(textBytes);
      const trainCommand = options.trainCommands?.[i];
      const config = {
        ...{ ...common, privateKey, folder: home, dataFile, charterText, relayerUrl: relayer.endpoint },
        rpcUrl: (await options.rpcOf?.(i, rpcUrl)) ?? rpcUrl,
        ...(trainCommand && { trainCommand }),
      };
      return startProcess(address, home, config, options.liars?.[i], options.fullDisk === i);
    }),
  );
  const aggregators = await Promise.all(
    accounts.slice(options.members + 1).map(async ({ address, privateKey }, i) => {
      const home = newHome(`aggregator-${i}`);
      const aggregator = await startProcess(
        address,
        home,
        { ...common, privateKey, folder: home },
        options.lyingAggregators?.[i],
      );
      const staker = await createConcordClient({ rpcUrl, account: privateKey, ...contracts });
      await registerAggregator(staker, { endpoint: aggregator.endpoint, stake: STAKE });
      return aggregator;
    }),
  );
  const { charterId } = await propose(client, charter);
  return {
    client,
    charter,
    charterText: textBytes,
    runId: charterId,
    fromBlock: block,
    chain: devnet,
    relayer,
    members,
    aggregators,
    async stop() {
      await Promise.all([relayer, ...members, ...aggregators].map((node) => node.kill()));
      await devnet.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

async function startProcess(
  address: Hex,
  home: string,
  config: MemberConfig | AggregatorConfig | RelayerConfig,
  liar: LiarName | undefined,
  fullDisk = false,
): Promise<NodeProcess> {
  const path = join(home, 'config.json');
  const events: LoggedEvent[] = [];
  let child: ChildProcess;
  let endpoint = '';
  const launch = async (): Promise<void> => {
    // It answers on the port that it first got, as a member with a registered endpoint would.
    const port = endpoint === '' ? config.port : Number(new URL(endpoint).port);
    writeFileSync(path, JSON.stringify({ ...config, port }));
    // ulimit counts blocks of 512 bytes; the process takes the place of the shell.
    const limit = fullDisk && endpoint === '' ? ['sh', '-c', 'ulimit -f 2000; exec "$@"', 'node'] : [];
    const [command, ...words] = [...limit, process.execPath, MEMBER, path, ...(liar ? [liar] : [])];
    child = spawn(command!, words, {
      stdio: ['pipe', 'pipe', 'inherit'],
      // Halves what a process costs before it does anything.
      env: { NODE_COMPILE_CACHE: join(tmpdir(), 'concord-compiled'), ...process.env },
    });
    const lines = createInterface({ input: child.stdout! });
    endpoint = await new Promise<string>((resolve, reject) => {
      lines.on('line', (line) => {
        if (line.startsWith('ready ')) resolve(line.slice(6));
        else events.push(JSON.parse(line) as LoggedEvent);
      });
      child.once('exit', (code) => reject(new Error(`node ${address} ended with ${code} before it was ready`)));
    });
  };
  await launch();
  return {
    address: address.toLowerCase() as Hex,
    folder: home,
    get pid() {
      return child.pid ?? -1;
    },
    get endpoint() {
      return endpoint;
    },
    events,
    kill: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
    restart: launch,
  };
}
