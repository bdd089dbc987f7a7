/**
 * An own cursor over the chain: blocks in order, each checked against the one before it, logs by block hash, and facts
 * only from blocks that lie `confirmations` deep. Filters and `removed` flags are not used, since not every node keeps
 * the former or sends the latter.
 */
import type { ConcordClient } from './client.ts';
import type { Fact, Hex } from './facts.ts';
import { factsOfBlock } from './logs.ts';

export interface WatchOptions {
  readonly fromBlock: bigint;
  /** Blocks that must lie above a block before its facts count. 0: the head counts. */
  readonly confirmations: number;
  readonly pollMilliseconds: number;
  readonly signal?: AbortSignal;
  /** Told of every failed look at the chain; the next one follows after a pause that doubles up to 5 seconds. */
  readonly onTrouble?: (error: unknown) => void;
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

/** Blocks whose hashes are remembered; a deeper reorganisation starts over from `fromBlock`. */
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

/** Tells the chain's blocks and facts from `fromBlock` on, for ever or until `signal` aborts. */
export async function* watchFacts(client: ConcordClient, options: WatchOptions): AsyncGenerator<ChainEvent, void> {
  const { fromBlock, confirmations, pollMilliseconds, signal, onTrouble } = options;
  const told: Told[] = [];
  let next = fromBlock;
  let wait = pollMilliseconds;
  while (!signal?.aborted) {
    try {
      const target = (await client.reader.getBlockNumber({ cacheTime: 0 })) - BigInt(confirmations);
      const count = Math.max(0, Math.min(BATCH, Number(target - next) + 1));
      const numbers = Array.from({ length: count }, (_, i) => next + BigInt(i));
      const blocks = await Promise.all(numbers.map((blockNumber) => client.reader.getBlock({ blockNumber })));
      for (const block of blocks) {
        const last = told.at(-1);
        if (last && block.parentHash !== last.hash) {
          const depth = await forget(client, told);
          next = (told.at(-1)?.number ?? fromBlock - 1n) + 1n;
          yield { type: 'reorg', depth, from: next };
          break;
        }
        // An empty block needs no second question.
        const facts = block.transactions.length === 0 ? [] : await factsOfBlock(client, block.hash);
        told.push({ number: block.number, hash: block.hash });
        if (told.length > RING) told.shift();
        next = block.number + 1n;
        for (const fact of facts) yield { type: 'fact', fact };
        yield { type: 'block', number: block.number, time: Number(block.timestamp) };
      }
      wait = pollMilliseconds;
      if (count === BATCH) continue;
    } catch (error) {
      if (signal?.aborted) return;
      onTrouble?.(error);
      wait = Math.min(LONGEST_PAUSE, wait * 2);
    }
    await pause(wait, signal);
  }
}

/** Drops the told blocks that the chain no longer has; returns how many. If none is left, all had to go. */
async function forget(client: ConcordClient, told: Told[]): Promise<number> {
  let depth = 0;
  for (let last = told.at(-1); last; last = told.at(-1)) {
    const { hash } = await client.reader.getBlock({ blockNumber: last.number });
    if (hash === last.hash) break;
    told.pop();
    depth += 1;
  }
  return depth;
}
