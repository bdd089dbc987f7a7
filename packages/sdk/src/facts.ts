/**
 * What the chain says, as data. Facts come only from confirmed blocks, in order; a run's view is a pure fold over them
 * (`view.ts`), so a node, a verifier and a test replay the same log to the same answer. Rule ids: spec/rounds.md,
 * spec/charter.md. Addresses are lowercase, so that they compare and sort as numbers.
 */
export type Hex = `0x${string}`;
export type Address = `0x${string}`;

export interface Aggregation {
  readonly field: 32 | 64;
  readonly d: number;
  readonly bound: bigint;
  readonly noiseBound: bigint;
  readonly recordBound: bigint;
  readonly maxRecords: number;
  readonly sigma: bigint;
  readonly honest: number;
  readonly minNoise: number;
  readonly shares: number;
  readonly holders: number;
  readonly wireLength: number;
  readonly chunk: number;
  readonly normProofs: number;
  readonly validityProofs: number;
  readonly checks: number;
  /** 1 record, 2 member. */
  readonly unit: 1 | 2;
  readonly matrixSeed: Hex;
}

export interface Limits {
  readonly rounds: number;
  readonly minCohort: number;
  /** wad (1e-18). */
  readonly epsilonCap: bigint;
  /** δ = 10^-deltaExponent. */
  readonly deltaExponent: number;
  readonly sunset: bigint;
  readonly gasCap: bigint;
}

/** Seconds that a phase may take. */
export interface Deadlines {
  readonly seat: number;
  readonly noise: number;
  readonly open: number;
  readonly upload: number;
  readonly query: number;
  readonly verify: number;
  readonly unmask: number;
  readonly settle: number;
}

export interface Charter {
  readonly version: number;
  readonly succeeds: Hex;
  readonly textDigest: Hex;
  readonly initialModel: Hex;
  readonly members: readonly Address[];
  readonly votingSeconds: bigint;
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly aggregation: Aggregation;
}

export interface Seat {
  readonly holder: Address;
  readonly sealKey: Hex;
  readonly openCommit: Hex;
  readonly queryCommit: Hex;
}

/** A seat of a committee (CM5). A holder that was drawn and is missing has its address here and zeros. */
export interface CommitteeSeat extends Seat {
  readonly drawCommit: Hex;
}

/** What a member says it has spent on a run, where it signs for the run's end [RD17]. */
export interface Reading {
  readonly member: Address;
  readonly bytesSent: number;
  /** Of computing. */
  readonly milliseconds: number;
}

/** Where a fact stands on chain. */
export interface Origin {
  readonly block: bigint;
  readonly blockHash: Hex;
  /** Block timestamp, seconds. */
  readonly time: number;
  readonly transaction: Hex;
  readonly logIndex: number;
  /** Gas used by the whole transaction. */
  readonly gas: bigint;
}

interface Attempted {
  readonly runId: Hex;
  readonly round: number;
  readonly attempt: number;
}

/** Which contracts of which chain: part of every signature and of every report's context [AG4][CH6]. */
export interface Deployment {
  readonly chainId: number;
  readonly charters: Address;
  readonly rounds: Address;
  readonly inference: Address;
  /** Where accounts object to finished models; older deployments have none [GU12]. */
  readonly appeals?: Address;
  /** Not in deployments from before there was one, and of no run [MK1]. */
  readonly market?: Address;
}

export type FactBody =
  | { readonly kind: 'proposed'; readonly charterId: Hex; readonly proposer: Address; readonly charter: Charter }
  | { readonly kind: 'voted'; readonly charterId: Hex; readonly voter: Address; readonly support: boolean }
  | { readonly kind: 'joined'; readonly charterId: Hex; readonly member: Address; readonly endpoint: string }
  | ({ readonly kind: 'seated'; readonly committeeHash: Hex; readonly seats: readonly Seat[] } & Attempted)
  /** A committee's run: the snapshot for round 0, attempt 0 (CM2). */
  | { readonly kind: 'begun'; readonly runId: Hex; readonly rosterHash: Hex }
  /** The snapshot that the attempt named here, a coming one as a rule, is drawn from (CM2). */
  | ({ readonly kind: 'snapshot'; readonly rosterHash: Hex } & Attempted)
  /** drawBeacon, and the snapshot that it draws from (CM3). */
  | ({ readonly kind: 'drawn'; readonly beacon: Hex; readonly rosterHash: Hex } & Attempted)
  /** 2k seats in the order of the draw (CM5). */
  | ({
      readonly kind: 'committeeSeated';
      readonly committeeHash: Hex;
      readonly seats: readonly CommitteeSeat[];
    } & Attempted)
  | ({ readonly kind: 'noiseClosed'; readonly root: Hex; readonly blob: Hex } & Attempted)
  | ({ readonly kind: 'opened'; readonly beacon: Hex } & Attempted)
  | ({ readonly kind: 'uploadsClosed'; readonly root: Hex; readonly blob: Hex } & Attempted)
  | ({ readonly kind: 'queried'; readonly beacon: Hex } & Attempted)
  | ({
      readonly kind: 'verified';
      readonly uploadRoot: Hex;
      readonly verifierRoot: Hex;
      readonly acceptRoot: Hex;
      readonly updates: number;
      readonly noises: number;
      readonly blob: Hex;
      /** The run's total after this charge, wad of zCDP rho. */
      readonly rho: bigint;
    } & Attempted)
  | ({ readonly kind: 'unmasked'; readonly shareDigests: readonly Hex[] } & Attempted)
  /** XOR of the draw preimages of all shares: half of the next round's first draw (CM3). */
  | { readonly kind: 'drawRevealed'; readonly runId: Hex; readonly round: number; readonly mix: Hex }
  | ({ readonly kind: 'settled'; readonly aggregateRoot: Hex; readonly modelHash: Hex; readonly blob: Hex } & Attempted)
  | ({ readonly kind: 'voided'; readonly phase: number } & Attempted)
  /** Of a charter with a gas cap: no attempt is under way, and this is left before the one named here [RD16]. */
  | ({ readonly kind: 'gasLeft'; readonly gas: bigint } & Attempted)
  /** The members ended the run in a phase of this attempt [RD17]. */
  | ({
      readonly kind: 'stopped';
      readonly phase: number;
      readonly readings: readonly Reading[];
      /** In the order of the readings. */
      readonly signatures: readonly Hex[];
    } & Attempted)
  | InferenceFact
  | CourtFact
  | RegistryFact;

/** What became of a run's model: registered under terms, used, its price handed to members (IN5, CH10). Amounts in wei. */
export type InferenceFact =
  | { readonly kind: 'registered'; readonly runId: Hex; readonly modelId: Hex }
  | { readonly kind: 'offered'; readonly runId: Hex; readonly terms: OfferedTerms }
  | {
      readonly kind: 'used';
      readonly runId: Hex;
      readonly caller: Address;
      readonly purpose: string;
      readonly paid: bigint;
    }
  | { readonly kind: 'paidOut'; readonly runId: Hex; readonly member: Address; readonly amount: bigint };

/** Terms of use as the contract has them: no callers, anybody. */
export interface OfferedTerms {
  readonly callers: readonly Address[];
  readonly price: bigint;
  readonly purpose: string;
  readonly until: bigint;
}

/** Who was asked for bytes that it promised, and what came of it (CM10). */
export type CourtFact =
  | ({
      readonly kind: 'demanded';
      readonly demandId: Hex;
      readonly holder: Address;
      /** Of the statement that promised: `Unmasked` or `Verified`. */
      readonly typeHash: Hex;
      /** SHA-256 of the bytes that are asked for. */
      readonly piece: Hex;
      /** Seconds: from then on it can be forfeited. */
      readonly due: bigint;
      /** wei. */
      readonly bond: bigint;
    } & Attempted)
  | { readonly kind: 'answered'; readonly runId: Hex; readonly demandId: Hex; readonly data: Hex }
  | ({
      readonly kind: 'forfeited';
      readonly demandId: Hex;
      readonly holder: Address;
      readonly voided: boolean;
    } & Attempted)
  | { readonly kind: 'returned'; readonly runId: Hex; readonly demandId: Hex };

/** What happened to the stake of an aggregator; of no run (CM1, CM9). Amounts in wei. */
export type RegistryFact =
  /** `stake` is the whole of it. */
  | {
      readonly kind: 'registeredAggregator';
      readonly aggregator: Address;
      readonly stake: bigint;
      readonly endpoint: string;
    }
  | { readonly kind: 'resigned'; readonly aggregator: Address }
  | { readonly kind: 'withdrawn'; readonly aggregator: Address; readonly amount: bigint }
  | { readonly kind: 'slashed'; readonly aggregator: Address; readonly evidence: Hex; readonly amount: bigint };

export type Fact = FactBody & { readonly origin: Origin };
