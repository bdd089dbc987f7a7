/** What a node asks of others, over any transport. Asks again, ever more slowly, until it is answered, refused or told to stop. */
import { hash } from 'node:crypto';
import { type Address, cidOf, type Hex } from '@concord/sdk';
import { type Clock, delay } from './clock.ts';
import { type PostKind, type Slot, slotName, type TypeName } from './core/slot.ts';

export interface Request {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly url: string;
  readonly body?: Uint8Array;
  readonly signal: AbortSignal;
  readonly timeoutMilliseconds: number;
}

/** Carries one request to another node and brings its answer; rejects when there is none. */
export type Transport = (request: Request) => Promise<{ readonly status: number; readonly body: Uint8Array }>;

/** A peer said no for good: asking again would not help. */
export class PeerRefusal extends Error {
  readonly code: string;
  readonly status: number;
  readonly url: string;
  constructor(url: string, status: number, code: string, message: string) {
    super(`${url} refused (${status} ${code}): ${message}`);
    this.name = 'PeerRefusal';
    this.code = code;
    this.status = status;
    this.url = url;
  }
}

/** Where a node answers now; it may move while it is being asked. */
export type Where = () => string | undefined;

export type Json = Readonly<Record<string, unknown>>;

export interface Peers {
  /** Brings a report to the holder of its group; the answer is the holder's receipt. */
  putReport(
    where: Where,
    slot: Slot,
    type: TypeName,
    member: Address,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<Json>;
  putSeal(
    where: Where,
    slot: Slot,
    type: TypeName,
    member: Address,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<Json>;
  /** The closed list of a holder's group as header-blob bytes; waits until it is closed. */
  headers(where: Where, slot: Slot, type: TypeName, signal: AbortSignal): Promise<Uint8Array>;
  /** What a holder says; waits until it has said it. */
  post(where: Where, slot: Slot, kind: PostKind, signal: AbortSignal): Promise<Json>;
  /** The bytes with this SHA-256 (hex, no prefix) from whichever place has them. */
  blob(places: readonly Where[], digest: string, signal: AbortSignal): Promise<Uint8Array>;
  /** Hands a signed vote, join or stop, or an answer to a demand, to a relayer. */
  hand(
    relayerUrl: string,
    what: 'votes' | 'joins' | 'stops' | 'answers',
    message: Json,
    signal: AbortSignal,
  ): Promise<Json>;
}

/** How long one request may be kept waiting by its peer, and may take in all, milliseconds. */
const WAIT = 5_000;
const TIMEOUT = 15_000;
const SHORTEST_PAUSE = 40;
const LONGEST_PAUSE = 1_000;

/** Statuses that may become 200 by themselves. */
const passing = (status: number): boolean => status === 404 || status === 408 || status === 429 || status >= 500;

/** A JSON object; empty where the bytes are none, so that what is missing in it is noticed where it is needed. */
const parse = (bytes: Uint8Array): Json => {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? (value as Json) : {};
  } catch {
    return {};
  }
};

export function createPeers(transport: Transport, clock: Clock): Peers {
  /** Asks the places in turn until `accept` makes something of an answer with status 200. */
  async function insist<T>(
    places: readonly Where[],
    path: string,
    signal: AbortSignal,
    accept: (body: Uint8Array) => T | undefined,
    method: 'GET' | 'PUT' | 'POST' = 'GET',
    body?: Uint8Array,
  ): Promise<T> {
    let pause = SHORTEST_PAUSE;
    for (let turn = 0; ; turn++) {
      signal.throwIfAborted();
      const endpoint = places[turn % places.length]?.();
      const asked = endpoint === undefined ? 'nobody' : await ask(`${endpoint}${path}`);
      if (typeof asked === 'object') return asked.found;
      // Whoever kept the request waiting has paced it already.
      pause = asked === 'later' && method === 'GET' ? SHORTEST_PAUSE : Math.min(LONGEST_PAUSE, pause * 2);
      await delay(clock, pause, signal);
    }

    async function ask(url: string): Promise<{ readonly found: T } | 'later' | 'nobody'> {
      let answer: Awaited<ReturnType<Transport>>;
      try {
        answer = await transport({ method, url, signal, timeoutMilliseconds: TIMEOUT, ...(body && { body }) });
      } catch {
        signal.throwIfAborted();
        return 'nobody';
      }
      if (answer.status === 200) {
        const found = accept(answer.body);
        return found === undefined ? 'later' : { found };
      }
      if (passing(answer.status)) return 'later';
      const { code, message } = parse(answer.body);
      throw new PeerRefusal(url, answer.status, String(code), String(message));
    }
  }

  const put =
    (what: string) =>
    (
      where: Where,
      slot: Slot,
      type: TypeName,
      member: Address,
      bytes: Uint8Array,
      signal: AbortSignal,
    ): Promise<Json> =>
      insist([where], `/${what}/${slotName(slot)}/${type}/${member}`, signal, parse, 'PUT', bytes);

  return {
    putReport: put('reports'),
    putSeal: put('seals'),
    headers: (where, slot, type, signal) =>
      insist([where], `/headers/${slotName(slot)}/${type}?wait=${WAIT}`, signal, (body) => {
        const { closed, entries } = parse(body);
        return closed === true ? Buffer.from(String(entries), 'hex') : undefined;
      }),
    post: (where, slot, kind, signal) =>
      insist([where], `/posts/${slotName(slot)}/${kind}?wait=${WAIT}`, signal, parse),
    blob: (places, digest, signal) =>
      insist(places, `/ipfs/${cidOf(`0x${digest}` as Hex)}?format=raw`, signal, (body) =>
        hash('sha256', body) === digest ? body : undefined,
      ),
    hand: (relayerUrl, what, message, signal) =>
      insist([() => relayerUrl], `/${what}`, signal, parse, 'POST', new TextEncoder().encode(JSON.stringify(message))),
  };
}
