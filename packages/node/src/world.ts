/** What a node stands on. A process has one real world; a simulation brings another, and all of it. */
import type { Components, Random } from '@concord/protocol';
import type { ClientOptions, ConcordClient } from '@concord/sdk';
import type { Listening, Traffic } from './adapters/server.ts';
import type { Route } from './api/route.ts';
import type { Clock } from './clock.ts';
import type { Journal } from './journal.ts';
import type { Transport } from './peers.ts';

export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly components: () => Components;
  /** Milliseconds that this process has computed, since it began. */
  readonly computed: () => number;
  /** The journal in a node's own folder. */
  readonly openJournal: (folder: string) => Journal;
  readonly connect: (options: ClientOptions) => Promise<ConcordClient>;
  /** Answers requests of others at a host and port; told of what the routes throw. */
  readonly listen: (
    routes: readonly Route[],
    at: { readonly host: string; readonly port: number },
    traffic: Traffic,
    trouble: (error: unknown) => void,
  ) => Promise<Listening>;
  readonly transport: (traffic: Traffic) => Transport & { close(): void };
}
