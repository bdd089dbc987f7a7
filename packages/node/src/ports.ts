/** What a node needs from the world, as small as it uses it; `createNode.ts` brings the real ones, tests bring theirs. */
import {
  aggregateShare,
  type CharterText,
  type Components,
  nextState,
  type Random,
  type RunState,
  type Secret,
  type shard,
} from '@concord/protocol';
import type { ChainView, Deployment, Hex } from '@concord/sdk';
import type { Records } from '@concord/trainer';
import type { Bell } from './bell.ts';
import type { Clock } from './clock.ts';
import type { Me } from './core/duties.ts';
import type { Journal } from './journal.ts';
import type { Peers } from './peers.ts';
import type { Meter } from './meter.ts';
import type { Spendings } from './spendings.ts';
import type { Workbench } from './workbench.ts';

/** What the confirmed chain says at a moment. */
export interface Head {
  readonly view: ChainView;
  /** The last confirmed block. */
  readonly block: bigint;
  /** Its timestamp, seconds. */
  readonly now: number;
}

export type Log = (event: string, details?: Readonly<Record<string, unknown>>) => void;

/** Turns the honest update (or noise) of this member into what it sends. Tests put liars here. */
export type EncodeUpdate = typeof shard;

/** What a holder computes and then puts its name to. Tests put liars here. */
export interface Holding {
  readonly aggregateShare: typeof aggregateShare;
  readonly nextState: typeof nextState;
}

export const honestly: Holding = { aggregateShare, nextState };

/** A training round, as a program of the member's own is told about it. */
export interface TrainingTask {
  readonly state: RunState;
  readonly text: CharterText;
  readonly records: Records;
}

/**
 * Trains instead of this node (LR22), within so many seconds and until the signal: resolves with what `Contributor.trained`
 * is; rejects with what to do about it.
 */
export type TrainElsewhere = (task: TrainingTask, seconds: number, signal: AbortSignal) => Promise<Float64Array>;

/** What only a member has: data, and consent to one charter. */
export interface Reporter {
  readonly encodeUpdate: EncodeUpdate;
  readonly text: CharterText;
  /** The member's own data, read under the charter's schema; it never leaves this process. */
  readonly records: Records;
  /** Undefined: this node trains. */
  readonly train?: TrainElsewhere;
  readonly relayerUrl: string;
}

/** Whoever takes part in a run, as a member or as an aggregator: everything that its effects stand on. */
export interface Party {
  readonly me: Me;
  readonly secretKey: Secret;
  readonly deployment: Deployment;
  readonly journal: Journal;
  readonly peers: Peers;
  readonly components: Components;
  readonly random: Random;
  readonly clock: Clock;
  readonly holding: Holding;
  /** Has bytes that are asked for on chain published there; resolves too when somebody else was first [CM10]. */
  readonly publish: (demandId: Hex, bytes: Uint8Array, signal: AbortSignal) => Promise<void>;
  /** Undefined: an aggregator. */
  readonly reporter?: Reporter;
  readonly bell: Bell;
  readonly workbench: Workbench;
  readonly meter: Meter;
  /** Undefined: nothing caps what this node may spend on its run. */
  readonly spendings?: Spendings;
  readonly log: Log;
}
