/** Heads of the confirmed chain, each with the whole view folded anew from facts: nothing of it is remembered across runs. */
import { ChainError, type ConcordClient, emptyView, type Fact, fold, getFacts, headOf, watchFacts } from '@concord/sdk';
import { type Clock, delay } from '../clock.ts';
import type { Head, Log } from '../ports.ts';

export interface FollowOptions {
  /** Block in which the contracts were deployed. */
  readonly fromBlock: bigint;
  readonly confirmations: number;
  readonly pollMilliseconds: number;
  readonly signal: AbortSignal;
  /** Told in words why the chain cannot be followed now; the next head says that it can again. */
  readonly onTrouble: (what: string) => void;
  readonly log: Log;
  readonly clock: Clock;
}

/** Blocks below the head that are looked at one by one, so that a reorganisation right after the start is seen. */
const RECENT = 32n;

/** Every confirmed head from now on. Rejects with ViewError when the chain tells facts that cannot follow each other, and with ChainError when it is another chain than before. */
export async function* followChain(client: ConcordClient, options: FollowOptions): AsyncGenerator<Head, void> {
  const { fromBlock, confirmations, signal, log, clock } = options;
  const start = (await headOf(client)) - BigInt(confirmations);
  const settled = start - RECENT;
  const caughtUp = settled >= fromBlock;
  const first = caughtUp ? settled + 1n : fromBlock;
  let facts: Fact[] = caughtUp ? await getFacts(client, fromBlock, settled) : [];
  let view = facts.reduce(fold, emptyView);
  const events = watchFacts(client, {
    ...options,
    fromBlock: first,
    pause: (milliseconds) => delay(clock, milliseconds, signal).catch(() => undefined),
    onTrouble: (error) => {
      const trouble = error instanceof Error ? error.message : String(error);
      options.onTrouble(trouble);
      log('chain', { trouble });
    },
  });
  for await (const event of events) {
    if (signal.aborted) return;
    if (event.type === 'fact') {
      facts.push(event.fact);
      view = fold(view, event.fact);
    } else if (event.type === 'reorg') {
      log('reorg', { depth: event.depth, from: event.from });
      // Below the first block that was looked at nothing is known to stand.
      if (caughtUp && event.from <= first)
        throw new ChainError('OTHER_CHAIN', `none of the blocks since ${first} is on the chain any more`);
      facts = facts.filter(({ origin }) => origin.block < event.from);
      view = facts.reduce(fold, emptyView);
    } else if (event.number >= start) {
      // Before that the view is of the past: acting on it would be acting late.
      yield { view, block: event.number, now: event.time };
    }
  }
}
