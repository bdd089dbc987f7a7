/**
 * A whole run in one process, from one seed: the real nodes over the real contracts, with a clock, a network and folders
 * that the dice rule. Nodes can be killed at any of their writes and started again; the rules are asked after every event.
 */
import { startAggregator, startMember, startRelayer, type RunningNode, type World } from '@concord/node';
import {
  type Address,
  type ChainView,
  type ConcordClient,
  emptyView,
  type Fact,
  fold,
  getFacts,
  type Hex,
  type RunView,
  type Verification,
  verifyRun,
} from '@concord/sdk';
import type { Member } from '../committee.ts';
import type { SimulatedChain } from './chain.ts';
import { Dice } from './dice.ts';
import { Disk } from './disk.ts';
import { Network, type Weather } from './network.ts';
import { SimulatedNode, type Surroundings } from './node.ts';
import { Rules } from './rules.ts';
import { clientFor, endpointOf, hostOf, PORT, type SetStage } from './stage.ts';
import { Timeline } from './timeline.ts';

export interface Setting {
  readonly seed: string;
  readonly weather: Weather;
}

/** Milliseconds between two looks at the chain. */
const POLL = 500;
/** Wei for a unit of gas: what relayers pay without waiting [RD19]. */
export const CHEAP = 10n;

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
  /** Milliseconds between blocks. */
  readonly #block: number;
  #view: ChainView;
  /** Called after every block, and may look at `run`. */
  readonly onBlock: (() => void)[] = [];

  private constructor(set: SetStage, { seed, weather }: Setting, chain: SimulatedChain, client: ConcordClient) {
    this.#set = set;
    this.#chain = chain;
    this.#client = client;
    this.#facts = [...set.facts];
    this.#block = 1_000 * (set.stage.blockSeconds ?? 1);
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
      confirmations: set.stage.confirmations ?? 0,
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
      startRelayer({ ...of(node, set.people.relayers[i]!.secretKey), maxGasPrice: Number(CHEAP) }, world),
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

  /** From now on gas is as dear as this, wei; relayers like to pay `CHEAP` at most. */
  set gasPrice(price: bigint) {
    this.#chain.gasPrice = price;
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
    for (const node of this.nodes) this.timeline.after(this.dice.below(this.#block), () => void node.start());
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
      const { number, transactions } = this.#chain.head;
      const facts = transactions.length === 0 ? [] : await getFacts(this.#client, number, number);
      for (const fact of facts) this.#view = fold(this.#view, fact);
      this.#facts.push(...facts);
      this.rules.mined(facts, this.#view);
      for (const look of this.onBlock) look();
      this.timeline.after(this.#block, () => void mine());
    };
    this.timeline.after(this.#block, () => void mine());
  }
}
