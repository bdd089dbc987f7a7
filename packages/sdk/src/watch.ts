/**
 * An own cursor over the chain: blocks in order, each checked against the one before it, logs by block hash, and facts
 * only from blocks that lie `confirmations` deep. Filters and `removed` flags are not used, since not every node keeps
 * the former or sends the latter.
 */
import type { ConcordClient } from './client.ts';
import type { Fact, Hex } from './facts.ts';
import { factOf } from './logs.ts';
import { ChainError } from './rpc.ts';
import { type Witnessed, witnessed } from './sources.ts';

export interface WatchOptions {
  readonly fromBlock: bigint;
  /** Blocks that must lie above a block before its facts count. 0: the head counts. */
  readonly confirmations: number;
  readonly pollMilliseconds: number;
  readonly signal?: AbortSignal;
  /** How to wait between two looks; the process's own timers unless told. */
  readonly pause?: typeof pause;
  /** Told of every failed look at the chain; the next one follows after a pause that doubles up to 5 seconds. */
  readonly onTrouble?: (error: unknown) => void;
  /** How long the head may stand still before that is a trouble; 60,000 unless told. */
  readonly stillMilliseconds?: number;
}

export type ChainEvent =
  /** Every fact up to and including this block has been told; `time` in seconds. */
  | { readonly type: 'block'; readonly number: bigint; readonly time: number }
  | { readonly type: 'fact'; readonly fact: Fact }
  /**
   * The chain took back `depth` blocks that had been told although they were confirmed. Forget every fact of block
   * `from` and later: the true ones follow from there.
   */
  | { readonly type: 'reorg'; readonly depth: number; readonly from: bigint };

interface Told {
  readonly number: bigint;
  readonly hash: Hex;
}

/** Blocks whose hashes are remembered; a chain that has none of them is another chain. */
const RING = 256;
/** Blocks asked for at once while catching up. */
const BATCH = 16;
const LONGEST_PAUSE = 5_000;

const pause = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done);
  });

/**
 * Tells the chain's blocks and facts from `fromBlock` on, until `signal` aborts. Throws ChainError OTHER_CHAIN when the
 * chain turns out to be another one than it was; every other lie and failure goes to `onTrouble`, and nothing of it counts.
 */
export async function* watchFacts(client: ConcordClient, options: WatchOptions): AsyncGenerator<ChainEvent, void> {
  const { fromBlock, confirmations, pollMilliseconds, signal, onTrouble, stillMilliseconds = 60_000 } = options;
  const rest = options.pause ?? pause;
  const told: Told[] = [];
  const chain = witnessed(client, confirmations, onTrouble);
  const pulse = takePulse(stillMilliseconds);
  let next = fromBlock;
  let wait = pollMilliseconds;
  while (!signal?.aborted) {
    try {
      // One question a look where nothing was missed: the head serves as a block too, once it lies deep enough.
      const head = await chain.head();
      const stale = pulse(head);
      if (stale) onTrouble?.(stale);
      const target = head - BigInt(confirmations);
      const count = Math.max(0, Math.min(BATCH, Number(target - next) + 1));
      const blocks = await Promise.all(Array.from({ length: count }, (_, i) => chain.at(next + BigInt(i))));
      for (const { number, hash, parentHash, time, logs } of blocks) {
        const last = told.at(-1);
        if (last && parentHash !== last.hash) {
          const depth = await forget(chain, told);
          if (depth === 0)
            throw new ChainError(
              'CONTRADICTION',
              `block ${number} is built on ${parentHash}, block ${last.number} is ${last.hash}`,
            );
          next = (told.at(-1)?.number ?? fromBlock - 1n) + 1n;
          yield { type: 'reorg', depth, from: next };
          break;
        }
        const facts = logs.map((log) => factOf(client.deployment, log));
        told.push({ number, hash });
        if (told.length > RING) told.shift();
        next = number + 1n;
        for (const fact of facts) yield { type: 'fact', fact };
        yield { type: 'block', number, time };
      }
      wait = pollMilliseconds;
      if (count === BATCH) continue;
    } catch (error) {
      if (signal?.aborted) return;
      if (error instanceof ChainError && error.code === 'OTHER_CHAIN') throw error;
      onTrouble?.(error);
      wait = Math.min(LONGEST_PAUSE, wait * 2);
    }
    await rest(wait, signal);
  }
}

/** Watches the height of the head: says when it went back, and each time that it has stood still for so long. */
function takePulse(stillMilliseconds: number): (head: bigint) => ChainError | undefined {
  let highest = -1n;
  let since = performance.now();
  let told = false;
  return (head) => {
    if (head > highest) {
      highest = head;
      since = performance.now();
      told = false;
      return undefined;
    }
    if (head < highest && !told) {
      told = true;
      return new ChainError('STALE_HEAD', `the head went back from block ${highest} to ${head}`);
    }
    const still = performance.now() - since;
    if (still < stillMilliseconds) return undefined;
    since = performance.now();
    return new ChainError(
      'STALE_HEAD',
      `the head is block ${head} and was ${highest} ${Math.round(still / 1_000)} s ago`,
    );
  };
}

/**
 * Drops the told blocks that the chain no longer has; returns how many. Throws ChainError OTHER_CHAIN when it has none of
 * them, although more are remembered than any chain takes back, or answers for another chain.
 */
async function forget(chain: Witnessed, told: Told[]): Promise<number> {
  await chain.checkChain();
  const kept: Told[] = [...told];
  let depth = 0;
  for (let last = kept.at(-1); last; last = kept.at(-1)) {
    if ((await chain.hashAt(last.number)) === last.hash) break;
    kept.pop();
    depth += 1;
  }
  if (kept.length === 0 && told.length === RING)
    throw new ChainError('OTHER_CHAIN', `none of the last ${RING} blocks is on the chain any more`);
  told.length = kept.length;
  return depth;
}
