/** HTTP between nodes without a network: the same routes and bytes, as late, as often and as seldom as the dice say. */
import { answer, type Listening, replyBytes, type Traffic } from '../../../node/src/adapters/server.ts';
import { refusal, type Route } from '../../../node/src/api/route.ts';
import type { Request, Transport } from '../../../node/src/peers.ts';
import type { Dice } from './dice.ts';
import type { Timeline } from './timeline.ts';

export interface Weather {
  /** Milliseconds that a message travels, from and to. */
  readonly latency: readonly [number, number];
  /** How often a message never arrives, arrives twice, or takes up to `slow` milliseconds. */
  readonly lost: number;
  readonly twice: number;
  readonly late: number;
  readonly slow: number;
}

export const calm: Weather = { latency: [2, 40], lost: 0, twice: 0, late: 0, slow: 0 };
export const storm: Weather = { latency: [2, 150], lost: 0.05, twice: 0.05, late: 0.08, slow: 2_500 };

/** Something that was said over the network, as it leaves whoever says it. */
export interface Exchange {
  /** Names of the two nodes. */
  readonly from: string;
  readonly to: string;
  readonly method: string;
  readonly path: string;
  readonly body: Uint8Array;
  readonly status: number;
  readonly reply: Uint8Array;
}

/** A node while it lives. */
export interface Living {
  readonly name: string;
  readonly alive: () => boolean;
}

interface Site {
  readonly node: Living;
  readonly routes: readonly Route[];
  readonly traffic: Traffic;
  readonly trouble: (error: unknown) => void;
}

export class Network {
  readonly #timeline: Timeline;
  readonly #dice: Dice;
  readonly #weather: Weather;
  readonly #heard: (exchange: Exchange) => void;
  readonly #sites = new Map<string, Site>();
  /** What to do with requests that a node is answering when it dies. */
  readonly #open = new Map<Living, Set<() => void>>();

  constructor(timeline: Timeline, dice: Dice, weather: Weather, heard: (exchange: Exchange) => void) {
    this.#timeline = timeline;
    this.#dice = dice;
    this.#weather = weather;
    this.#heard = heard;
  }

  listen(
    node: Living,
    host: string,
    port: number,
    routes: readonly Route[],
    traffic: Traffic,
    trouble: Site['trouble'],
  ): Listening {
    const origin = `http://${host}:${port}`;
    const site = { node, routes, traffic, trouble };
    this.#sites.set(origin, site);
    return {
      port,
      close: async () => {
        if (this.#sites.get(origin) === site) this.#sites.delete(origin);
      },
    };
  }

  /** A dead node's connections break. */
  hangUp(node: Living): void {
    for (const broken of this.#open.get(node) ?? []) broken();
    this.#open.delete(node);
  }

  transport(node: Living, traffic: Traffic): Transport & { close(): void } {
    const transport: Transport = (request) =>
      new Promise((resolve, reject) => {
        const { signal, timeoutMilliseconds, url } = request;
        const fail = (why: unknown): void => {
          signal.removeEventListener('abort', stop);
          cancel();
          if (node.alive()) reject(why);
        };
        const stop = (): void => fail(signal.reason);
        const cancel = this.#timeline.after(timeoutMilliseconds, () =>
          fail(new Error(`${url} did not answer in time`)),
        );
        if (signal.aborted) return stop();
        signal.addEventListener('abort', stop);
        const answered = (status: number, body: Uint8Array): void => {
          if (signal.aborted || !node.alive()) return;
          signal.removeEventListener('abort', stop);
          cancel();
          resolve({ status, body });
        };
        traffic.sent(request.body?.length ?? 0);
        this.#travel(() => this.#arrive(node, request, answered, fail));
      });
    return Object.assign(transport, { close: () => undefined });
  }

  /** A message on its way. */
  #travel(arrive: () => void): void {
    const { lost, twice, late, slow, latency } = this.#weather;
    const [from, to] = latency;
    if (this.#dice.chance(lost)) return;
    for (let copies = this.#dice.chance(twice) ? 2 : 1; copies > 0; copies--) {
      const delay = this.#dice.between(from, to) + (this.#dice.chance(late) ? this.#dice.between(0, slow) : 0);
      this.#timeline.after(Math.ceil(delay), arrive);
    }
  }

  #arrive(
    from: Living,
    { method, url, body = new Uint8Array(0) }: Request,
    answered: (status: number, body: Uint8Array) => void,
    fail: (why: unknown) => void,
  ): void {
    const target = new URL(url);
    const origin = `http://${target.hostname}:${target.port || '80'}`;
    const site = this.#sites.get(origin);
    if (!site?.node.alive()) {
      this.#travel(() => fail(new Error(`nobody listens at ${origin}`)));
      return;
    }
    const bytes = body.slice();
    const open = this.#open.get(site.node) ?? new Set();
    this.#open.set(site.node, open);
    const broken = (): void => this.#travel(() => fail(new Error(`${origin} hung up`)));
    open.add(broken);
    const answering = answer(site.routes, method, target, async (most) => (bytes.length <= most ? bytes : undefined));
    void answering
      .catch((error: unknown) => {
        if (site.node.alive()) site.trouble(error);
        return refusal(500, 'INTERNAL', 'this node failed to answer');
      })
      .then(({ status, body: said, nothing }) => {
        if (!site.node.alive()) return;
        open.delete(broken);
        const reply = replyBytes(said).slice();
        const path = target.pathname;
        site.traffic.answered(path, status === 200 && !nothing, reply.length);
        this.#heard({ from: from.name, to: site.node.name, method, path, body: bytes, status, reply });
        this.#travel(() => answered(status, reply));
      });
  }
}
