/** spec/vectors/aggregation.json: its shape, and how its parts become arguments of the product. */
import { readFileSync } from 'node:fs';
import { nodePlatform as platform } from '../../node/src/adapters/platform.ts';
import { noiseContext, updateContext } from '../src/context.ts';
import type { Params, ReportType } from '../src/params.ts';
import { type Attempt, type Components, prepareRun } from '../src/report/attempt.ts';

type Big = number | string;
type BigFields = 'bound' | 'noiseBound' | 'recordBound' | 'sigma';

export type ParamsVector = Omit<Params, BigFields | 'matrixSeed'> &
  Readonly<Record<BigFields, Big>> & { readonly matrixSeed: string };

export interface SizesVector {
  readonly bound: Big;
  readonly normBits: number;
  readonly wrap: Big;
  readonly wrapBits: number;
  readonly bits: number;
  readonly vector: number;
  readonly pairs: number;
  readonly proof: number;
  readonly verifier: number;
  readonly header: number;
  readonly report: number;
}

/** Byte strings are hex; y1, y2, T, proof and their like are SHA-256 digests of the elements. */
export interface ReportVector {
  readonly type: ReportType;
  readonly key: string;
  readonly member: string;
  readonly x: readonly Big[];
  readonly s: string;
  readonly e: string;
  readonly seeds: readonly string[];
  readonly proveSeed: string;
  readonly ephemerals: readonly string[];
  readonly hc: readonly string[];
  readonly y1: string;
  readonly y1Root: string;
  readonly T: string;
  readonly tRoot: string;
  readonly wrSeed: string;
  readonly y2: string;
  readonly jointRandomness: string;
  readonly publicProof: string;
  readonly core: string;
  readonly coreHash: string;
  readonly header: string;
  readonly headerHash: string;
  readonly eip712Digest: string;
  readonly signature: string;
  readonly report: { readonly length: number; readonly sha256: string; readonly bytes: string | null };
  readonly seals: readonly string[];
  readonly verifierShares: readonly string[];
  readonly accepted: boolean;
}

type Hashes =
  | 'contract'
  | 'runId'
  | 'paramsHash'
  | 'drawBeacon'
  | 'committeeHash'
  | 'modelHash'
  | 'noiseRoot'
  | 'openBeacon';

export interface AttemptVector {
  readonly name: string;
  readonly parameters: ParamsVector;
  readonly D: number;
  readonly update: SizesVector;
  readonly noise: SizesVector;
  readonly matrix: { readonly sha256: string };
  readonly attempt: Readonly<Record<Hashes, string>> & {
    readonly chainId: number;
    readonly round: number;
    readonly attempt: number;
  };
  readonly noiseCtx: string;
  readonly updateCtx: string;
  readonly consortium: boolean;
  readonly holders: readonly { readonly share: number; readonly secret: string; readonly public: string }[];
  readonly verifyBeacon: string;
  readonly checkVectors: readonly { readonly sha256: string }[];
  readonly reports: readonly ReportVector[];
  readonly aggregate: {
    readonly S: readonly {
      readonly member: string;
      readonly type: ReportType;
      readonly headerHash: string;
      readonly group: number;
    }[];
    readonly acceptRoot: string;
    readonly Z: readonly { readonly digest: string }[];
    readonly xRoot: string;
    readonly sum: readonly number[];
  };
}

export type Patches = readonly (readonly [offset: number, bytes: string])[];

interface ParamsRefusal {
  readonly change: Partial<ParamsVector>;
  readonly broken: readonly string[];
}

interface VectorFile {
  readonly primitives: {
    readonly xof: readonly {
      readonly field: 32 | 64;
      readonly seed: string;
      readonly usage: 1;
      readonly binder: string;
      readonly dst: string;
      readonly stream: string;
      readonly elements: { readonly count: number; readonly sha256: string };
    }[];
    readonly ntt: readonly { readonly field: 32 | 64; readonly sha256: string }[];
    readonly merkle: readonly { readonly dataHashes: readonly string[]; readonly root: string }[];
  };
  readonly attempts: readonly AttemptVector[];
  readonly refused: {
    readonly base: string;
    readonly reports: readonly {
      readonly name: string;
      readonly rule: string;
      readonly patches: Patches;
      readonly sha256: string;
      readonly seals: readonly string[];
      readonly complaints: readonly { readonly share: number }[];
      readonly failed: readonly string[];
    }[];
    readonly received: readonly {
      readonly name: string;
      readonly patches: Patches;
      readonly truncate?: number;
      readonly desk?: { readonly ctx?: string; readonly member?: string; readonly chainId?: number };
    }[];
    readonly sum: { readonly first: Big };
    readonly sets: readonly {
      readonly name: string;
      readonly consortium: boolean;
      readonly S: readonly { readonly headerHash: string }[];
      readonly acceptRoot?: string;
    }[];
    readonly parameters: readonly ParamsRefusal[];
  };
  readonly alsoRefusedParameters: readonly ParamsRefusal[];
}

export const vectorFile: VectorFile = JSON.parse(
  readFileSync(new URL('../../../spec/vectors/aggregation.json', import.meta.url), 'utf8'),
);

export const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const digest = (bytes: Uint8Array): string => text(platform.sha256(bytes));

export const paramsOf = (p: ParamsVector): Params => ({
  ...p,
  bound: BigInt(p.bound),
  noiseBound: BigInt(p.noiseBound),
  recordBound: BigInt(p.recordBound),
  sigma: BigInt(p.sigma),
  matrixSeed: hex(p.matrixSeed),
});

export function attemptOf({ parameters, attempt: facts }: AttemptVector, components: Components): Attempt {
  const { round, attempt } = facts;
  const [contract, runId, paramsHash, drawBeacon, committeeHash, modelHash, noiseRoot, openBeacon] = [
    facts.contract,
    facts.runId,
    facts.paramsHash,
    facts.drawBeacon,
    facts.committeeHash,
    facts.modelHash,
    facts.noiseRoot,
    facts.openBeacon,
  ].map(hex) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const domain = { chainId: BigInt(facts.chainId), contract };
  const noiseCtx = noiseContext({ ...domain, runId, round, attempt, paramsHash, drawBeacon, committeeHash }, platform);
  return {
    ...prepareRun(paramsOf(parameters), components),
    shares: parameters.shares,
    domain,
    noiseContext: noiseCtx,
    updateContext: updateContext(noiseCtx, { modelHash, noiseRoot, openBeacon }, platform),
  };
}
