/** Heads of the confirmed chain, each with the whole view folded anew from facts: nothing of it is remembered across runs. */
import { type ConcordClient, emptyView, type Fact, fold, getFacts, watchFacts } from '@concord/sdk';
import { type Clock, delay } from '../clock.ts';
import type { Head, Log } from '../ports.ts';

export interface FollowOptions {
  /** Block in which the contracts were deployed. */
  readonly fromBlock: bigint;
  readonly confirmations: number;
  readonly pollMilliseconds: number;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly clock: Clock;
}

/** Blocks below the head that are looked at one by one, so that a reorganisation right after the start is seen. */
const RECENT = 32n;

/** Every confirmed head from now on. Rejects with ViewError when the chain tells facts that cannot follow each other. */
export async function* followChain(client: ConcordClient, options: FollowOptions): AsyncGenerator<Head, void> {
  const { fromBlock, confirmations, signal, log, clock } = options;
  const start = (await client.reader.getBlockNumber({ cacheTime: 0 })) - BigInt(confirmations);
  const settled = start - RECENT;
  let facts: Fact[] = settled >= fromBlock ? await getFacts(client, fromBlock, settled) : [];
  let view = facts.reduce(fold, emptyView);
  const events = watchFacts(client, {
    ...options,
    fromBlock: settled >= fromBlock ? settled + 1n : fromBlock,
    pause: (milliseconds) => delay(clock, milliseconds, signal).catch(() => undefined),
    onTrouble: (error) => log('chain', { trouble: error instanceof Error ? error.message : String(error) }),
  });
  for await (const event of events) {
    if (signal.aborted) return;
    if (event.type === 'fact') {
      facts.push(event.fact);
      view = fold(view, event.fact);
    } else if (event.type === 'reorg') {
      log('reorg', { depth: event.depth, from: event.from });
      facts = facts.filter(({ origin }) => origin.block < event.from);
      view = facts.reduce(fold, emptyView);
    } else if (event.number >= start) {
      // Before that the view is of the past: acting on it would be acting late.
      yield { view, block: event.number, now: event.time };
    }
  }
}
