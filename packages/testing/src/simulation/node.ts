/** A node that can die: everything that it reaches the world by ends with its life, and only its folder outlives it. */
import type { Log, RunningNode, World } from '@concord/node';
import type { Components } from '@concord/protocol';
import { createConcordClient, type Address } from '@concord/sdk';
import { custom } from 'viem';
import { entry, type PostKind, type Slot } from '../../../node/src/core/slot.ts';
import type { SimulatedChain } from './chain.ts';
import type { Dice } from './dice.ts';
import { DeadError, type Disk, type Write } from './disk.ts';
import type { Exchange, Living, Network } from './network.ts';
import type { Rules } from './rules.ts';
import type { Timeline } from './timeline.ts';

export interface Surroundings {
  readonly timeline: Timeline;
  readonly network: Network;
  readonly chain: SimulatedChain;
  readonly dice: Dice;
  readonly components: Components;
  readonly rules: Rules;
}

/** How a node dies: its process is killed, or its machine loses power. */
export type Death = 'process' | 'power';

/** Milliseconds to the chain and back. */
const CHAIN_LATENCY = [1, 8] as const;

/** A node's life from one start to the next death. */
class Life implements Living {
  readonly name: string;
  #living = true;
  constructor(name: string) {
    this.name = name;
  }
  readonly alive = (): boolean => this.#living;
  end(): void {
    this.#living = false;
  }
}

const forever = <T>(): Promise<T> => new Promise(() => undefined);

export class SimulatedNode {
  readonly name: string;
  readonly address: Address;
  readonly disk: Disk;
  /** Asked at every write of a living node, before and after it; may kill the node. */
  onWrite: ((write: Write, when: 'before' | 'after') => void) | undefined;
  /** Told of everything that it has just said to somebody, asked or not. */
  onWord: ((said: Exchange) => void) | undefined;
  /** Why it ended without being killed. */
  failure: unknown;
  /** How often it was started. */
  lives = 0;
  /** Killed for good. */
  gone = false;
  running: RunningNode | undefined;
  readonly #in: Surroundings;
  readonly #launch: (world: World) => Promise<RunningNode>;
  #life: Life | undefined;

  constructor(
    name: string,
    address: Address,
    disk: Disk,
    surroundings: Surroundings,
    launch: (world: World) => Promise<RunningNode>,
  ) {
    this.name = name;
    this.address = address;
    this.disk = disk;
    this.#in = surroundings;
    this.#launch = launch;
  }

  get alive(): boolean {
    return this.#life?.alive() ?? false;
  }

  readonly log: Log = (event, details = {}) => {
    if (this.alive) this.#in.rules.logged(this.name, event, details);
  };

  /** What it has committed to say, from its folder. */
  said(slot: Slot, kind: PostKind): Readonly<Record<string, unknown>> | undefined {
    const bytes = this.disk.entry(slot, entry.post(kind));
    return bytes && JSON.parse(new TextDecoder().decode(bytes));
  }

  async start(): Promise<void> {
    if (this.alive || this.gone) return;
    this.lives += 1;
    const life = new Life(this.name);
    this.#life = life;
    try {
      const running = await this.#launch(this.#worldOf(life));
      this.running = running;
      await running.ended;
      if (life.alive()) throw new Error('it stopped by itself');
    } catch (error) {
      if (life.alive() && !(error instanceof DeadError)) this.failure = error;
    }
  }

  /** Ends this life at once; nothing that is under way in it reaches anybody any more. */
  kill(death: Death): void {
    const life = this.#life;
    if (!life?.alive()) return;
    life.end();
    this.running = undefined;
    const { dice } = this.#in;
    if (death === 'power') this.disk.fail((unsynced) => (dice.chance(0.5) ? 0 : dice.below(unsynced + 1)));
    this.#in.network.hangUp(life);
  }

  #worldOf(life: Life): World {
    const { timeline, network, chain, dice, components, rules } = this.#in;
    const born = timeline.now;
    const own = dice.named(`${life.name} ${this.lives}`);
    const whileAlive = (call: () => void) => () => {
      try {
        if (life.alive()) call();
      } catch (error) {
        if (life.alive()) throw error;
      }
    };
    const latency = (): number => Math.ceil(own.between(...CHAIN_LATENCY));
    // A question that has left is answered, and a transaction lands, whether or not anybody is there to hear of it.
    const ask = (asked: { readonly method: string; readonly params?: unknown }): Promise<unknown> =>
      life.alive()
        ? new Promise((resolve, reject) => {
            const later = (call: () => void) => void timeline.after(latency(), whileAlive(call));
            timeline.after(latency(), () => {
              chain.request(asked).then(
                (answer) => later(() => resolve(answer)),
                (error: unknown) => later(() => reject(error)),
              );
            });
          })
        : forever();
    return {
      clock: {
        after: (milliseconds, call) => timeline.after(milliseconds, whileAlive(call)),
        soon: (call) => timeline.soon(whileAlive(call)),
      },
      random: own.named('random').bytes,
      components: () => components,
      // A twentieth of the time: what a process computes is no part of what the dice rule.
      computed: () => Math.floor((timeline.now - born) / 20),
      openJournal: () =>
        this.disk.open(life.alive, (write) => {
          this.onWrite?.(write, 'before');
          return () => {
            rules.wrote(this.name, write);
            this.onWrite?.(write, 'after');
          };
        }),
      connect: (options) => createConcordClient({ ...options, transport: custom({ request: ask }, { retryCount: 0 }) }),
      listen: async (routes, { host, port }, traffic, trouble) =>
        network.listen(life, host, port, routes, traffic, trouble),
      transport: (traffic) => network.transport(life, traffic),
    };
  }
}
