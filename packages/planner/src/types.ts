/** What the planner's parts tell each other: choices, prices, costs, calibrations, and what a model would be worth. */
import type { CharterTerms, Deadlines } from '@concord/sdk';
import type { Bar } from '@concord/trainer';

/** A charter draft as a person writes it: the text that members will hash, and the terms that become the struct. */
export interface Draft {
  readonly text: unknown;
  readonly terms: CharterTerms;
}

/** What may differ between two plans for one draft. [PL1] */
export interface Choice {
  readonly trainingRounds: number;
  /** Without it the draft's own; less only where the person's budget of ε says so, more only to ask what it would buy. */
  readonly epsilon?: number;
  /** Without it the members hold the shares. */
  readonly committee?: { readonly shares: number };
  /** Over `text.training`, in its units (2^-16); `local` is laid over the text's own. */
  readonly training?: Readonly<Record<string, unknown>>;
  /** Part of the draft's deadlines that is asked for; without it, the draft's own. [PL13] */
  readonly slack?: number;
  /** What that makes of them, no shorter than their phases need. */
  readonly deadlines?: Deadlines;
  /** Name of one of the chains that have a price. */
  readonly chain: string;
  /** Hour of the day, UTC, at which the run begins: 0 up to, not including, 24. */
  readonly hour: number;
}

export interface Chain {
  readonly name: string;
  readonly blockSeconds: number;
  /** Blocks that a fact must lie below the head before nodes act on it. */
  readonly confirmations: number;
  /** Wei for one gas; one number, or 24 by the hour of the day, UTC. */
  readonly gasPrice: number | readonly number[];
  readonly usdPerEther: number;
  /** Seconds between two looks of a node at the chain; a node's own default unless told. */
  readonly pollSeconds?: number;
  /** Where these figures are from, for people. */
  readonly origin: string;
}

/** How parts reach each other. */
export interface Network {
  /** Of one message, and of one question to an RPC. */
  readonly latencySeconds: number;
  /** What the slowest part can send. */
  readonly bytesPerSecond: number;
}

export interface Prices {
  readonly chains: readonly Chain[];
  readonly usdPerGigabyte: number;
  readonly usdPerProcessorHour: number;
  /** `NETWORK` unless told. */
  readonly network?: Network;
  /** Chance that somebody who is needed is absent in an attempt; 0 unless told. [PL4] */
  readonly absence?: number;
  /** Aggregators on the roster that committees are drawn from; the fewest that suffice unless told. */
  readonly aggregators?: number;
  readonly origin: string;
}

/** What one whole run costs; with a chance of absence (`Prices.absence`), what it is expected to. */
export interface Cost {
  readonly gas: number;
  readonly usd: { readonly gas: number; readonly bytes: number; readonly compute: number; readonly total: number };
  /** Who pays for it: gas is the relayer's; bytes and processors are of whoever sends and computes. Adds up to `usd.total`. */
  readonly payers: { readonly relayer: number; readonly members: number; readonly aggregators: number };
  /** Bytes sent: by one member, and by all parts. */
  readonly bytes: { readonly member: number; readonly all: number };
  /** Wall clock, from the first seats on chain to the last settled round. */
  readonly seconds: number;
  /** Of the member with most records; of one drawn holder on the mean (in a consortium a member); of all parts. */
  readonly processorSeconds: { readonly member: number; readonly holder: number; readonly all: number };
  /** After all rounds, by the integer ledger. */
  readonly epsilon: number;
  /** Timeline of one later round: phases in their order; adds up to that round's seconds. */
  readonly parts: readonly { readonly phase: string; readonly seconds: number }[];
}

/** Seconds = fixed + perCoordinate·D + perShare·k + perBoth·D·k, D and k as the protocol names them. */
export interface Plane {
  readonly fixed: number;
  readonly perCoordinate: number;
  readonly perShare: number;
  readonly perBoth: number;
  /** Half of the repeats lie within this part of their median. */
  readonly spread: number;
}

/** What a node computes again and again, and what it is measured by. */
export type KernelName =
  /** One record's gradient; D is the number of parameters. */
  | 'gradient'
  /** One record's vector clipped and rounded; D is the length of an update. */
  | 'quantize'
  /** A member makes, seals and signs one report. */
  | 'make'
  /** A member draws one noise vector; D is the length of an update. */
  | 'noise'
  /** A holder reads one report, whose signature it has checked. */
  | 'decode'
  /** A holder opens its seal and checks its share of one report. */
  | 'check'
  /** A holder of the group checks the public share of one report. */
  | 'checkPublic'
  /** A holder decides about one report. */
  | 'decide'
  /** A holder prepares the query of one attempt. */
  | 'query'
  /** A holder adds one report to its sum. */
  | 'aggregate'
  /** A holder puts the sums together, checks the result and steps the model. */
  | 'open';

/** What a machine's processor takes for what nodes compute. [PL3] */
export interface Calibration {
  readonly version: 1;
  /** Name of the processor, as its system tells it. */
  readonly processor: string;
  /** Seconds that measuring took. */
  readonly seconds: number;
  readonly kernels: Readonly<Record<KernelName, Plane>>;
  /** Seconds: of one signature, of one signature checked, of one byte hashed. */
  readonly sign: number;
  readonly recover: number;
  readonly hashByte: number;
}

/** A measure that models are judged by (CH12). */
export type Metric = Bar['measure'];

/** What the model of a choice is expected to be worth on records that it did not train on. [PL7] */
export interface Worth {
  readonly mean: number;
  /** Between these lie 90 % of what refits and residuals say. */
  readonly low: number;
  readonly high: number;
  /** Outside the pilot's range. */
  readonly extrapolated: boolean;
  /** Training numbers chosen for this choice, as `Choice.training` has them. */
  readonly training?: Readonly<Record<string, unknown>>;
}

export interface LearningModel {
  readonly metric: Metric;
  /** `multiplier`: noise per opened sum in units of what one record (or member) can add, as `privacyCost` says it. */
  at(choice: { readonly trainingRounds: number; readonly multiplier: number }): Worth;
}

/** Any of what a person will spend. */
export interface Budget {
  readonly usd?: number;
  readonly gas?: number;
  /** Sent by all parts together. */
  readonly bytes?: number;
  /** Sent by one member. */
  readonly memberBytes?: number;
  readonly seconds?: number;
  readonly epsilon?: number;
}

export interface Goal {
  readonly metric: Metric;
  readonly least: number;
}
