/**
 * An own cursor over the chain: blocks in order, each checked against the one before it, logs by block hash, and facts
 * only from blocks that lie `confirmations` deep. Filters and `removed` flags are not used, since not every node keeps
 * the former or sends the latter.
 */
import type { Block } from 'viem';
import type { ConcordClient } from './client.ts';
import type { Fact, Hex } from './facts.ts';
import { factsOfBlock } from './logs.ts';

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
  const rest = options.pause ?? pause;
  const told: Told[] = [];
  /** The last head and what it was seen to be built on, newest first: the blocks that are next to be deep enough. */
  let heads: readonly Block<bigint, false, 'latest'>[] = [];
  let next = fromBlock;
  let wait = pollMilliseconds;
  while (!signal?.aborted) {
    try {
      // One question a look where nothing was missed: the head serves as a block too, once it lies deep enough.
      const head = await client.reader.getBlock({ blockTag: 'latest' });
      heads = builtOn(head, heads).slice(0, confirmations + 1);
      const target = head.number - BigInt(confirmations);
      const count = Math.max(0, Math.min(BATCH, Number(target - next) + 1));
      const numbers = Array.from({ length: count }, (_, i) => next + BigInt(i));
      const blocks = await Promise.all(
        numbers.map((number) => heads[Number(head.number - number)] ?? client.reader.getBlock({ blockNumber: number })),
      );
      for (const block of blocks) {
        const last = told.at(-1);
        if (last && block.parentHash !== last.hash) {
          const depth = await forget(client, told);
          next = (told.at(-1)?.number ?? fromBlock - 1n) + 1n;
          yield { type: 'reorg', depth, from: next };
          break;
        }
        // An empty block needs no second question.
        const facts = block.transactions.length === 0 ? [] : await factsOfBlock(client, block);
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
    await rest(wait, signal);
  }
}

/** A head before those of `heads` that it is built on, without a gap. */
function builtOn<B extends Pick<Block<bigint, false, 'latest'>, 'hash' | 'parentHash'>>(
  head: B,
  heads: readonly B[],
): readonly B[] {
  const same = heads.findIndex(({ hash }) => hash === head.hash);
  if (same >= 0) return heads.slice(same);
  return heads[0]?.hash === head.parentHash ? [head, ...heads] : [head];
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
