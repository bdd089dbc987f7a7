/**
 * A whole run in one process, from one seed: the real nodes over the real contracts, with a clock, a network and folders
 * that the dice rule. Nodes can be killed at any of their writes and started again; the rules are asked after every event.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAggregator, startMember, startRelayer, type RunningNode, type World } from '@concord/node';
import type { Components } from '@concord/protocol';
import {
  type Address,
  type ChainView,
  compileCharter,
  type ConcordClient,
  createConcordClient,
  type Deployed,
  deploy,
  emptyView,
  type Fact,
  factsOfBlock,
  fold,
  getFacts,
  type Hex,
  propose,
  registerAggregator,
  type RunView,
  sign,
  recover,
  type Verification,
  verifyRun,
} from '@concord/sdk';
import { custom } from 'viem';
import { loadKernels } from '../../../node/src/adapters/kernels.ts';
import { nodePlatform } from '../../../node/src/adapters/platform.ts';
import { smallTerms, smallText } from '../charter.ts';
import { type Member, membersOf } from '../committee.ts';
import { SimulatedChain } from './chain.ts';
import { Dice } from './dice.ts';
import { Disk } from './disk.ts';
import { Network, type Weather } from './network.ts';
import { Rules } from './rules.ts';
import { SimulatedNode, type Surroundings } from './node.ts';
import { Timeline } from './timeline.ts';

/** What is put on chain before anything begins: it is the same for every seed. */
export interface Stage {
  readonly members: number;
  /** Statistics and training rounds. */
  readonly rounds: number;
  readonly minCohort?: number;
  readonly committee?: { readonly shares: number; readonly aggregators: number };
  /** Seconds for each phase. */
  readonly phaseSeconds: number;
  readonly relayers: number;
}

export interface Setting {
  readonly seed: string;
  readonly weather: Weather;
}

/** Seconds: when the chain begins. */
const BEGINNING = 1_700_000_000;
/** Milliseconds between blocks, and between two looks at the chain. */
const BLOCK = 1_000;
const POLL = 500;
const STAKE = 10n ** 18n;
const PORT = 7_000;

export interface SetStage {
  readonly stage: Stage;
  readonly chain: SimulatedChain;
  readonly deployed: Deployed;
  readonly facts: readonly Fact[];
  readonly runId: Hex;
  readonly people: People;
  readonly charterText: string;
  readonly dataFiles: readonly string[];
  readonly components: Components;
  /** Folders of nodes, by name, as they were left; none before anything began. */
  readonly disks: ReadonlyMap<string, Disk>;
  /** Removes the members' files. */
  clear(): void;
}

interface People {
  readonly relayers: readonly Member[];
  readonly members: readonly Member[];
  readonly aggregators: readonly Member[];
}

const hostOf = (name: string): string => `${name}.example`;
const endpointOf = (name: string): string => `http://${hostOf(name)}:${PORT}`;

const clientFor = (chain: SimulatedChain, deployed: Omit<Deployed, 'gas' | 'block'>, account?: Hex) =>
  createConcordClient({
    ...deployed,
    rpcUrl: '',
    transport: custom({ request: (asked) => chain.request(asked) }, { retryCount: 0 }),
    ...(account && { account }),
  });

/** Rows that differ from member to member and mean nothing. */
const table = (member: number): string =>
  [
    'a,b,c,y',
    ...Array.from({ length: 20 }, (_, i) => `${Math.sin(i * (member + 1))},${i},${Math.cos(i)},${i % 2}`),
    '',
  ].join('\n');

/** Deploys the contracts, registers the stakes and proposes the charter. */
export async function setStage(stage: Stage): Promise<SetStage> {
  const people: People = {
    relayers: membersOf(stage.relayers, 'relayer'),
    members: membersOf(stage.members, 'member'),
    aggregators: membersOf(stage.committee?.aggregators ?? 0, 'aggregator'),
  };
  const everybody = Object.values(people).flat() as readonly Member[];
  const chain = await SimulatedChain.create(
    BEGINNING,
    everybody.map(({ address }) => address),
  );
  /** Mines for as long as something is waited for. */
  const mined = async <T>(work: Promise<T>): Promise<T> => {
    let pending = true;
    const over = (): void => {
      pending = false;
    };
    work.then(over, over);
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!pending) return work;
      await chain.mine(Number(chain.head.timestamp) + 1);
    }
  };
  const account = people.relayers[0]!.secretKey;
  const transport = custom({ request: (asked) => chain.request(asked) }, { retryCount: 0 });
  const deployed = await mined(deploy({ rpcUrl: '', account, transport }));
  for (const [i, { secretKey }] of people.aggregators.entries()) {
    const staker = await clientFor(chain, deployed, secretKey);
    await mined(registerAggregator(staker, { endpoint: endpointOf(`aggregator-${i}`), stake: STAKE }));
  }
  const s = stage.phaseSeconds;
  const terms = {
    ...smallTerms(stage.rounds - 1, stage.minCohort ?? 3),
    deadlines: { seat: s, noise: s, open: s, upload: s, query: s, verify: s, unmask: s, settle: s },
    ...(stage.committee && { committee: { shares: stage.committee.shares } }),
  };
  const addresses = people.members.map(({ address }) => address);
  const { charter, textBytes } = compileCharter({ text: smallText, terms }, addresses, `0x${'ab'.repeat(32)}`);
  const client = await clientFor(chain, deployed, account);
  const { charterId } = await mined(propose(client, charter));
  // What a process loads at its first signature is loaded before time begins.
  const vote = { kind: 'Vote', charterId, support: true } as const;
  await recover(client.deployment, vote, await sign(account, client.deployment, vote));
  const folder = mkdtempSync(join(tmpdir(), 'concord-simulation-'));
  return {
    stage,
    chain,
    deployed,
    facts: await getFacts(client, 0n, chain.head.number),
    runId: charterId,
    people,
    charterText: new TextDecoder().decode(textBytes),
    dataFiles: people.members.map((_, i) => {
      const path = join(folder, `${i}.csv`);
      writeFileSync(path, table(i));
      return path;
    }),
    components: { platform: nodePlatform, kernels: loadKernels() },
    disks: new Map(),
    clear: () => rmSync(folder, { recursive: true }),
  };
}

export class Simulation {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly rules: Rules;
  readonly members: readonly SimulatedNode[];
  readonly aggregators: readonly SimulatedNode[];
  readonly relayers: readonly SimulatedNode[];
  readonly runId: Hex;
  readonly #set: SetStage;
  readonly #chain: SimulatedChain;
  readonly #client: ConcordClient;
  readonly #facts: Fact[];
  #view: ChainView;
  /** Called after every block, and may look at `run`. */
  readonly onBlock: (() => void)[] = [];

  private constructor(set: SetStage, { seed, weather }: Setting, chain: SimulatedChain, client: ConcordClient) {
    this.#set = set;
    this.#chain = chain;
    this.#client = client;
    this.#facts = [...set.facts];
    this.#view = set.facts.reduce(fold, emptyView);
    this.runId = set.runId;
    const dice = new Dice(seed);
    this.dice = dice.named('scenario');
    this.timeline = new Timeline(dice.named('order'));
    this.rules = new Rules({
      blob: (digest) => this.blob(digest),
      runId: this.runId,
      signed: (name, slot, kind, root) => {
        const node = this.nodes.find((each) => each.name === name);
        return node?.said(slot, kind)?.['root'] === root;
      },
    });
    const network = new Network(this.timeline, dice.named('network'), weather, (exchange) => {
      this.rules.heard(exchange);
      for (const node of this.nodes)
        if (node.name === exchange.to || node.name === exchange.from) node.onWord?.(exchange);
    });
    const surroundings: Surroundings = {
      timeline: this.timeline,
      network,
      chain,
      dice,
      components: set.components,
      rules: this.rules,
    };
    const common = {
      rpcUrl: '',
      contracts: set.deployed,
      fromBlock: Number(set.deployed.block),
      port: PORT,
      confirmations: 0,
      pollMilliseconds: POLL,
    };
    const make = (
      kind: string,
      people: readonly Member[],
      start: (i: number, node: SimulatedNode, world: World) => Promise<RunningNode>,
    ) =>
      people.map(({ address }, i) => {
        const name = `${kind}-${i}`;
        const node: SimulatedNode = new SimulatedNode(
          name,
          address,
          set.disks.get(name)?.fork() ?? new Disk(),
          surroundings,
          (world) => start(i, node, world),
        );
        return node;
      });
    const of = ({ name, log }: SimulatedNode, privateKey: Hex) => ({ ...common, host: hostOf(name), privateKey, log });
    this.relayers = make('relayer', set.people.relayers, (i, node, world) =>
      startRelayer(of(node, set.people.relayers[i]!.secretKey), world),
    );
    this.members = make('member', set.people.members, (i, node, world) => {
      const config = {
        ...of(node, set.people.members[i]!.secretKey),
        folder: node.name,
        dataFile: set.dataFiles[i]!,
        charterText: set.charterText,
        relayerUrl: endpointOf(`relayer-${this.relayerOf(i)}`),
      };
      return startMember(config, {}, world);
    });
    this.aggregators = make('aggregator', set.people.aggregators, (i, node, world) =>
      startAggregator({ ...of(node, set.people.aggregators[i]!.secretKey), folder: node.name }, {}, world),
    );
  }

  static async begin(set: SetStage, setting: Setting): Promise<Simulation> {
    const chain = await set.chain.fork();
    return new Simulation(set, setting, chain, await clientFor(chain, set.deployed));
  }

  /** Everything as it stands now, for others to go on from; this simulation must not. */
  async freeze(): Promise<SetStage> {
    return {
      ...this.#set,
      chain: await this.#chain.fork(),
      facts: [...this.#facts],
      disks: new Map(this.nodes.map(({ name, disk }) => [name, disk])),
    };
  }

  /** Which relayer a member hands its vote to: one that its operator knows to be there. */
  relayerOf(member: number): number {
    const wanted = member % this.relayers.length;
    const gone = this.relayers[wanted]!.gone;
    return gone ? this.relayers.findIndex((relayer) => !relayer.gone) : wanted;
  }

  get nodes(): readonly SimulatedNode[] {
    return [...this.relayers, ...this.members, ...this.aggregators];
  }

  get run(): RunView {
    return this.#view.runs.get(this.runId)!;
  }

  get facts(): readonly Fact[] {
    return this.#facts;
  }

  /** Hash of the last block: everything that reached the chain, and when. */
  get headHash(): Hex {
    return this.#chain.head.hash;
  }

  /** Transactions that came too late to do anything. */
  get reverted(): number {
    return this.#chain.reverted;
  }

  nodeOf(address: Address): SimulatedNode {
    return this.nodes.find((node) => node.address === address)!;
  }

  /** Starts every node and the chain, in the first second to come. */
  open(): void {
    for (const node of this.nodes) this.timeline.after(this.dice.below(BLOCK), () => void node.start());
    this.#mineLater();
  }

  /** Lets things happen until `done`, at most for so many seconds. Throws where a rule breaks or a node ends by itself. */
  async play(seconds: number, done: () => boolean = () => this.run.finished): Promise<void> {
    const last = this.timeline.now + seconds * 1_000;
    const over = (): boolean => {
      const failed = this.nodes.find(({ failure }) => failure !== undefined);
      if (failed) throw new Error(`${failed.name} ended: ${String(failed.failure)}`, { cause: failed.failure });
      if (this.rules.broken.length > 0) throw new Error(this.rules.broken.join('\n'));
      return done() || this.timeline.now > last;
    };
    await this.timeline.run(over);
  }

  /** What a stranger finds who asks the nodes that are still there. */
  verify(): Promise<Verification> {
    return verifyRun({
      runId: this.runId,
      facts: this.#facts,
      deployment: this.#client.deployment,
      blobs: async (digest) => this.blob(digest),
      now: Number(this.#chain.head.timestamp),
      components: this.#set.components,
    });
  }

  /** Bytes that one of the living has. */
  blob(digest: Hex): Uint8Array | undefined {
    for (const { alive, disk } of this.nodes) {
      const found = alive ? disk.blob(digest.slice(2)) : undefined;
      if (found) return found;
    }
    return undefined;
  }

  #mineLater(): void {
    const began = Number(this.#chain.head.timestamp);
    const mine = async (): Promise<void> => {
      await this.#chain.mine(began + Math.round(this.timeline.now / 1_000));
      const { hash, timestamp, transactions } = this.#chain.head;
      const facts = transactions.length === 0 ? [] : await factsOfBlock(this.#client, { hash, timestamp });
      for (const fact of facts) this.#view = fold(this.#view, fact);
      this.#facts.push(...facts);
      this.rules.mined(facts, this.#view);
      for (const look of this.onBlock) look();
      this.timeline.after(BLOCK, () => void mine());
    };
    this.timeline.after(BLOCK, () => void mine());
  }
}
