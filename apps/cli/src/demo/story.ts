/**
 * The demo's run, told as it happens: an embedded chain, one process per member and a relayer, a charter voted in,
 * rounds of private training, a registered model. Everything that is printed is read from the chain or from the
 * processes; the demo only starts them and watches.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { formatCsv, type Federation } from '@concord/datasets';
import {
  type Address,
  type CharterTerms,
  type ClientOptions,
  type CompiledCharter,
  compileCharter,
  type ConcordClient,
  createConcordClient,
  deploy,
  type Fact,
  type Hex,
  propose,
  registerAggregator,
} from '@concord/sdk';
import { type Devnet, overspending, startDevnet } from '@concord/testing';
import { bytesToHex } from 'viem';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import type { Cheat } from './cheats.ts';
import { type Child, lastWords, startChild } from './processes.ts';

export interface CharterFile {
  readonly text: unknown;
  readonly terms: CharterTerms;
}

export interface Stage {
  readonly folder: string;
  readonly devnet: Devnet;
  readonly client: ConcordClient;
  readonly clientOptions: ClientOptions;
  readonly compiled: CompiledCharter;
  readonly charterId: Hex;
  readonly members: readonly { readonly name: string; readonly address: Address; readonly endpoint: string }[];
  /** Staked holders, where a committee is drawn from them. */
  readonly aggregators: readonly { readonly name: string; readonly address: Address }[];
  /** Everybody who may serve the run's bytes. */
  readonly endpoints: readonly string[];
  readonly children: readonly Child[];
  readonly fromBlock: bigint;
  stop(): Promise<void>;
}

/** Whether nobody listens on this TCP port of the loopback address. */
const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

/**
 * Free ports, in a stretch of this process's own below those that systems hand out by themselves: between looking and
 * listening nobody else takes one, not even a second demo.
 */
async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  for (let port = 12_000 + ((process.pid * 64) % 20_000); found.length < count; port++)
    if (await isFree(port)) found.push(port);
  return found;
}

/** Who lies when a demo is asked to cheat: this member, or where staked holders lie the first of them. */
const LIAR = 3;
/** What every aggregator of the demo stakes, in wei. */
const STAKE = 10n ** 18n;

/** Blocks of the embedded chain, in milliseconds, and how deep a block must lie before a node believes it. */
export const BLOCK_MILLISECONDS = 100;
export const CONFIRMATIONS = 1;

export interface StageOptions {
  readonly folder: string;
  readonly federation: Federation;
  readonly file: CharterFile;
  /** One party lies like this. */
  readonly cheat?: Cheat;
  /** Shares of a drawn committee with two holders each; without it the members are the holders. */
  readonly committee?: number;
  readonly onStep: (text: string) => void;
}

/** Starts everything up to a proposed charter and running members. Stops what it started when a step fails. */
export async function setStage({ folder, federation, file, cheat, committee, onStep }: StageOptions): Promise<Stage> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const keys = federation.members.map(() => generatePrivateKey());
    const addresses = keys.map((key) => privateKeyToAddress(key).toLowerCase() as Address);
    const terms = { ...file.terms, ...(committee !== undefined && { committee: { shares: committee } }) };
    const matrixSeed = bytesToHex(crypto.getRandomValues(new Uint8Array(32)));
    const promised = compileCharter({ text: file.text, terms }, addresses, matrixSeed);
    const compiled = cheat === 'overspend' ? { ...promised, charter: overspending(promised.charter) } : promised;
    const holders = 2 * (committee ?? 0);

    const devnet = await startDevnet({ atOnce: true, blockMilliseconds: BLOCK_MILLISECONDS, accounts: 2 + holders });
    stops.push(devnet.stop);
    const [proposerKey, relayerKey, ...holderKeys] = devnet.accounts.map(({ privateKey }) => privateKey);
    if (proposerKey === undefined || relayerKey === undefined) throw new Error('the devnet has no funded accounts');
    const {
      charters,
      rounds,
      inference,
      block: fromBlock,
    } = await deploy({ rpcUrl: devnet.rpcUrl, account: proposerKey });
    const contracts = { charters, rounds, inference };
    const clientOptions: ClientOptions = { rpcUrl: devnet.rpcUrl, ...contracts, account: proposerKey };
    const client = await createConcordClient(clientOptions);
    onStep(`chain ${devnet.chainId} runs, contracts deployed: charters ${contracts.charters}`);

    const { charterId } = await propose(client, compiled.charter);
    writeFileSync(join(folder, 'charter.json'), compiled.textBytes);
    onStep(`charter ${charterId.slice(0, 18)}… proposed`);

    const ports = await freePorts(federation.members.length + 1 + holderKeys.length);
    const relayerPort = ports[federation.members.length]!;
    const holderPorts = ports.slice(federation.members.length + 1);
    const shared = {
      rpcUrl: devnet.rpcUrl,
      contracts,
      host: '127.0.0.1',
      confirmations: CONFIRMATIONS,
      pollMilliseconds: Math.round(BLOCK_MILLISECONDS / 2),
      fromBlock: Number(fromBlock),
    };
    const children: Child[] = [];
    const start = (name: string, verb: string, config: object): void => {
      const home = join(folder, name);
      mkdirSync(home, { recursive: true, mode: 0o700 });
      writeFileSync(join(home, 'config.json'), JSON.stringify(config, undefined, 1), { mode: 0o600 });
      const child = startChild(name, verb, join(home, 'config.json'), home);
      stops.push(child.stop);
      children.push(child);
    };
    start('relayer', 'relayer', {
      ...shared,
      privateKey: relayerKey,
      port: relayerPort,
    });
    const members = federation.members.map((member, i) => ({
      name: member.name,
      address: addresses[i]!,
      endpoint: `http://127.0.0.1:${ports[i]}`,
    }));
    federation.members.forEach((member, i) => {
      const home = join(folder, member.name);
      mkdirSync(home, { recursive: true, mode: 0o700 });
      writeFileSync(join(home, 'records.csv'), formatCsv(member.table), { mode: 0o600 });
      start(member.name, 'member', {
        ...shared,
        folder: join(home, 'store'),
        privateKey: keys[i],
        port: ports[i],
        charterText: new TextDecoder().decode(compiled.textBytes),
        charterId,
        dataFile: join(home, 'records.csv'),
        relayerUrl: `http://127.0.0.1:${relayerPort}`,
        // The proposer overspends, and of two tongues only staked holders have anything to lose.
        ...(cheat !== undefined && cheat !== 'two-sets' && cheat !== 'overspend' && i === LIAR && { cheat }),
      });
    });
    const aggregators = holderKeys.map((key, i) => ({
      name: `aggregator-${i + 1}`,
      address: privateKeyToAddress(key).toLowerCase() as Address,
    }));
    for (const [i, key] of holderKeys.entries()) {
      const { name } = aggregators[i]!;
      const endpoint = `http://127.0.0.1:${holderPorts[i]}`;
      await registerAggregator(await createConcordClient({ ...clientOptions, account: key }), {
        endpoint,
        stake: STAKE,
      });
      start(name, 'aggregator', {
        ...shared,
        folder: join(folder, name, 'store'),
        privateKey: key,
        port: holderPorts[i],
        ...(cheat === 'two-sets' && i === 0 && { cheat }),
      });
    }
    const others = holders === 0 ? 'a relayer' : `${holders} staked aggregators and a relayer`;
    onStep(`${children.length} processes started: ${members.length} members, each with its own file, ${others}`);
    const endpoints = [
      ...members.map(({ endpoint }) => endpoint),
      ...holderPorts.map((port) => `http://127.0.0.1:${port}`),
    ];
    return {
      aggregators,
      endpoints,
      folder,
      devnet,
      client,
      clientOptions,
      compiled,
      charterId,
      members,
      children,
      fromBlock,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Rejects as soon as one child ends, with its last words; a child is never expected to end by itself. */
export const firstDeath = (children: readonly Child[]): Promise<never> =>
  Promise.race(
    children.map(async (child): Promise<never> => {
      const how = await child.ended;
      throw new Error(`${child.name} ended (${how}). Its last words, from ${child.logFile}:\n${lastWords(child)}`);
    }),
  );

/** Facts of one run, and of the registry that committees are drawn from. */
export const belongsTo = (charterId: Hex, fact: Fact): boolean =>
  'aggregator' in fact || ('runId' in fact ? fact.runId : fact.charterId) === charterId;
