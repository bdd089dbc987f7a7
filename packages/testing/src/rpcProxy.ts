/** An RPC between a node and the chain that can be told to lie, each lie with a name; told nothing, it is honest. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keccak256 } from 'viem';
import type { Hex } from './devnet.ts';

export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}
type Json = Readonly<Record<string, unknown>>;
/** Asks the chain itself. */
type Ask = (method: string, ...params: unknown[]) => Promise<unknown>;
/** What is answered in place of the truth; undefined: the truth. */
type Lie = (call: RpcCall, ask: Ask) => Promise<unknown>;

export interface RpcProxy {
  readonly url: string;
  /** From now on it lies like this, or is honest again. */
  behave(lie?: RpcLieName): void;
  /** How many calls were answered with something else than the truth. */
  readonly lies: number;
  stop(): Promise<void>;
}

const hex = (value: number): Hex => `0x${value.toString(16)}`;
const flipped = (word: unknown): string => `${String(word).slice(0, -1)}${String(word).endsWith('0') ? '1' : '0'}`;
const isBlock = ({ method }: RpcCall): boolean => method === 'eth_getBlockByNumber' || method === 'eth_getBlockByHash';
const answer = (ask: Ask, { method, params }: RpcCall): Promise<unknown> => ask(method, ...params);

/** Answers as if the head were another block, by its number now. */
const headAt =
  (choose: (head: number) => number): Lie =>
  async ({ method, params }, ask) => {
    const asksHead = method === 'eth_blockNumber' || (method === 'eth_getBlockByNumber' && params[0] === 'latest');
    if (!asksHead) return undefined;
    const shown = hex(choose(Number(await ask('eth_blockNumber'))));
    return method === 'eth_blockNumber' ? shown : ask('eth_getBlockByNumber', shown, params[1]);
  };

/** Changes a field of blocks; of the head only where it is told to. */
const blockWith =
  (field: string, headToo = false): Lie =>
  async (call, ask) => {
    if (!isBlock(call) || (call.params[0] === 'latest' && !headToo)) return undefined;
    const block = (await answer(ask, call)) as Json | null;
    return block && { ...block, [field]: flipped(block[field]) };
  };

/** A log like the true ones that says something else: of the true transaction, with other data. */
const forged = (log: Json): Json => ({
  ...log,
  data: flipped(log['data']),
  logIndex: hex(Number(log['logIndex']) + 1),
});

const addLogs: Lie = async (call, ask) => {
  if (call.method !== 'eth_getLogs') return undefined;
  const logs = (await answer(ask, call)) as readonly Json[];
  return logs.length === 0 ? undefined : [...logs, forged(logs.at(-1)!)];
};

const inReceipts =
  (change: (logs: readonly Json[]) => readonly Json[]): Lie =>
  async (call, ask) => {
    if (call.method !== 'eth_getTransactionReceipt') return undefined;
    const receipt = (await answer(ask, call)) as Json | null;
    const logs = (receipt?.['logs'] ?? []) as readonly Json[];
    return logs.length === 0 ? undefined : { ...receipt, logs: change(logs) };
  };

const hideLogs: Lie = async ({ method }) => (method === 'eth_getLogs' ? [] : undefined);

const both =
  (...lies: readonly Lie[]): Lie =>
  async (call, ask) => {
    for (const lie of lies) {
      const said = await lie(call, ask);
      if (said !== undefined) return said;
    }
    return undefined;
  };

/** By name; each call makes a liar of its own. */
export const rpcLies = {
  /** Shows a chain half as long. */
  'stale-head': (): Lie => headAt((head) => Math.floor(head / 2)),
  /** Shows the head that it had when it was first asked, for ever. */
  'frozen-head': (): Lie => {
    let frozen: number | undefined;
    return headAt((head) => (frozen ??= head));
  },
  'hidden-logs': (): Lie => hideLogs,
  /** Hides them in receipts too, so that only the bloom filter of the block tells. */
  'hidden-receipts': (): Lie =>
    both(
      hideLogs,
      inReceipts(() => []),
    ),
  /** A log more than the receipt has. */
  'forged-log': (): Lie => addLogs,
  /** A log of another topic than the block's bloom filter has, in the receipt too. */
  'forged-topic': (): Lie => {
    const change = (logs: readonly Json[]): readonly Json[] =>
      logs.map((log) => ({ ...log, topics: [...(log['topics'] as Hex[]).slice(0, 1), keccak256('0x01')] }));
    const list: Lie = async (call, ask) =>
      call.method === 'eth_getLogs' ? change((await answer(ask, call)) as readonly Json[]) : undefined;
    return both(list, inReceipts(change));
  },
  /** The same data in the log and in the receipt, and not what the chain has: nothing contradicts it. */
  'consistent-lie': (): Lie => {
    const change = (logs: readonly Json[]): readonly Json[] =>
      logs.map((log) => ({ ...log, data: flipped(log['data']) }));
    const list: Lie = async (call, ask) =>
      call.method === 'eth_getLogs' ? change((await answer(ask, call)) as readonly Json[]) : undefined;
    return both(list, inReceipts(change));
  },
  'forged-hash': (): Lie => blockWith('hash'),
  'forged-parent': (): Lie => blockWith('parentHash'),
  'wrong-block': (): Lie => blockWith('number'),
  /** Another chain id, and blocks that do not follow those of the chain. */
  'other-chain': (): Lie =>
    both(async ({ method }) => (method === 'eth_chainId' ? hex(1) : undefined), blockWith('parentHash', true)),
  /** Takes transactions, and forgets them. */
  'lost-transactions':
    (): Lie =>
    async ({ method, params }) =>
      method === 'eth_sendRawTransaction' ? keccak256(params[0] as Hex) : undefined,
  errors: (): Lie => async () => {
    throw new Error('the proxy was told to fail');
  },
  /** Never answers. */
  silence: (): Lie => () => new Promise(() => undefined),
} as const satisfies Record<string, () => Lie>;
export type RpcLieName = keyof typeof rpcLies | 'flapping';

/** Calls in a row that one of two views answers. */
const FLAP = 7;

/** Starts a proxy before `upstream`; flapping, it also answers from `other`, in turns. */
export async function startRpcProxy(upstream: string, other = upstream): Promise<RpcProxy> {
  let lie: Lie | undefined;
  let flapping = false;
  let calls = 0;
  let lies = 0;
  const post = async (url: string, body: string): Promise<Json> =>
    (await (
      await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    ).json()) as Json;
  const ask: Ask = async (method, ...params) =>
    (await post(upstream, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })))['result'];
  const reply = async (text: string): Promise<Json> => {
    const call = JSON.parse(text) as RpcCall & { readonly id: unknown };
    const said = await lie?.(call, ask);
    if (said !== undefined) lies += 1;
    if (said !== undefined) return { jsonrpc: '2.0', id: call.id, result: said };
    const aside = flapping && Math.floor(calls++ / FLAP) % 2 === 1;
    if (aside) lies += 1;
    return post(aside ? other : upstream, text);
  };
  const server = createServer((request, response) => {
    void textOf(request)
      .then(reply)
      .then((body) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)))
      .catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behave(name) {
      flapping = name === 'flapping';
      lie = name === undefined || name === 'flapping' ? undefined : rpcLies[name]();
    },
    get lies() {
      return lies;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}
