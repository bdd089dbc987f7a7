/** What a node is told: plain configuration, and the parts of it that tests replace by those of named liars. */
import type { Deployment, Hex } from '@concord/sdk';
import type { EncodeUpdate, Holding, Log } from './ports.ts';
import type { readPost } from './statements.ts';

export interface NodeConfig {
  readonly privateKey: Hex;
  /** JSON-RPC address of the chain, or several: then a fact counts when more than half of them tell it [RD14]. */
  readonly rpcUrl: string | readonly string[];
  /** What the chain's id must be; without it, what the RPCs say. */
  readonly chainId?: number;
  readonly contracts: Omit<Deployment, 'chainId'>;
  /** Block in which the contracts were deployed; 0 unless told. */
  readonly fromBlock?: number;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Blocks above a fact before it counts. */
  readonly confirmations: number;
  readonly pollMilliseconds: number;
  readonly log?: Log;
}

export interface MemberConfig extends NodeConfig {
  /** The node's own folder; the journal in it must survive as long as the run. */
  readonly folder: string;
  /** The member's records as CSV. */
  readonly dataFile: string;
  /** The exact text that hashes to the charter's `textDigest`: what this member consents to. */
  readonly charterText: string;
  /** The charter that this member agreed to: its members and terms, which the text does not name. Unset: any with the text. */
  readonly charterId?: Hex;
  readonly relayerUrl: string;
  /** Program and arguments that train instead of this node, in every round but the first (LR22). */
  readonly trainCommand?: readonly string[];
  /** What others reach this node by, if it is not `http://host:port`. */
  readonly publicUrl?: string;
}

export interface AggregatorConfig extends NodeConfig {
  /** The node's own folder; the journal in it must survive as long as the runs. */
  readonly folder: string;
  /** What its stake was registered with, if that is not `http://host:port`. */
  readonly publicUrl?: string;
}

export interface RelayerConfig extends NodeConfig {
  /** Appeals against finished models that it carries in a day; none unless told [GU14]. */
  readonly appealsPerDay?: number;
  /** Wei for a unit of gas: while the chain asks for more, what can wait without costing an attempt waits [RD19]. */
  readonly maxGasPrice?: number;
}

/** Parts that tests replace, by those of named liars: of whoever holds a share, and of a member. */
export interface HolderParts extends Partial<Holding> {
  /** Whether this node gives away the bytes of a digest (lower-case hex, no prefix) that it has: any, unless told. */
  readonly serves?: (digest: string) => boolean;
  /** What this node answers when it is asked for what it has said. */
  readonly readPost?: typeof readPost;
  /** The list of its group that it shows, of the one that it closed. */
  readonly readList?: (closed: Uint8Array) => Uint8Array;
}
export interface MemberParts extends HolderParts {
  readonly encodeUpdate?: EncodeUpdate;
}

export interface RunningNode {
  readonly endpoint: string;
  status(): object;
  /** Settles when the node has stopped; rejects with what stopped it, unless that was `stop`. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}
