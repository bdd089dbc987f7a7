/** One attempt with one member's report, made up, in the sizes at which kernels are timed. Nothing in it is secret. */
import {
  type Attempt,
  addressOf,
  aggregateShare,
  type Components,
  createQuery,
  decodeReport,
  decodeSeal,
  type Elements,
  encodeReport,
  fixedParams,
  type KeyPair,
  leastNoiseBound,
  noiseContext,
  openSeal,
  type Params,
  type PublicReport,
  prepareRun,
  publicKeyOf,
  type Query,
  type Random,
  ReportError,
  Secret,
  type Signed,
  shard,
  shortestWireLength,
  signReport,
  UPDATE,
  updateContext,
  verifyPublicShare,
  verifyShare,
} from '@concord/protocol';

/** Standard deviation of one contributor's noise, in steps: about what charters of records come to. */
export const SIGMA = 100_000n;
const RECORD_BOUND = 16_384n;
const MAX_RECORDS = 2_048;

const must = <T>(value: T | ReportError): T => {
  if (value instanceof ReportError) throw value;
  return value;
};

export interface Specimen {
  /** D and k. */
  readonly coordinates: number;
  readonly shares: number;
  readonly attempt: Attempt;
  readonly query: Query;
  readonly report: PublicReport;
  readonly bytes: Uint8Array;
  /** The first holder's, with its seed opened; V_0 … V_k; Z_1 … Z_k. */
  readonly seed: Secret;
  readonly verifiers: readonly Elements[];
  readonly sums: readonly Elements[];
  make(): { readonly bytes: Uint8Array; readonly seals: readonly Uint8Array[] };
  open(): Secret;
  ask(): Query;
}

/** A specimen of d coordinates and k shares in the field that charters are compiled for. */
export function specimenOf(d: number, shares: number, random: Random, components: Components): Specimen {
  const { platform } = components;
  const bound = RECORD_BOUND * BigInt(MAX_RECORDS) + 1_024n;
  const params: Params = {
    ...{ field: 64, d, bound, noiseBound: leastNoiseBound(64, d, SIGMA), recordBound: RECORD_BOUND },
    ...{ maxRecords: MAX_RECORDS, sigma: SIGMA, honest: 1, minNoise: 1, shares, holders: 1, unit: 1 },
    ...fixedParams(64, d, shortestWireLength(64, d)),
    matrixSeed: random(32),
  };
  const domain = { chainId: 1n, contract: random(20) };
  const facts = {
    runId: random(32),
    round: 1,
    attempt: 0,
    paramsHash: random(32),
    drawBeacon: random(32),
    committeeHash: random(32),
  };
  const noiseCtx = noiseContext({ ...domain, ...facts }, platform);
  const opened = { modelHash: random(32), noiseRoot: random(32), openBeacon: random(32) };
  const attempt: Attempt = {
    ...prepareRun(params, components),
    ...{ shares, domain, noiseContext: noiseCtx, updateContext: updateContext(noiseCtx, opened, platform) },
  };
  const key = new Secret(random(32));
  const member = addressOf(publicKeyOf(key));
  const holders: readonly KeyPair[] = Array.from({ length: shares }, () =>
    platform.x25519KeyPair(new Secret(random(32))),
  );
  const sealKeys = holders.map(({ publicKey }) => [publicKey]);
  const words = new Uint32Array(random(4 * d).slice().buffer);
  const vector: Signed = BigInt64Array.from(words, (word) => BigInt(word % 2_001) - 1_000n);
  const make = () => {
    const { report, seals } = must(shard({ attempt, type: UPDATE, member, vector, sealKeys }, random, components));
    return { bytes: encodeReport({ ...report, signature: signReport(domain, report.headerHash, key) }), seals };
  };
  const { bytes, seals } = make();
  const report = must(decodeReport(bytes, UPDATE, attempt, components));
  const openOf = (j: number): Secret =>
    must(openSeal(must(decodeSeal(seals[j]!, attempt)), report.header, j + 1, 0, holders[j]!, attempt, components));
  const beacon = random(32);
  const ask = (): Query => createQuery(attempt, beacon, components);
  const query = ask();
  const seeds = holders.map((_, j) => openOf(j));
  const sumOf = (seed: Secret, j: number): Elements =>
    aggregateShare(j + 1, [{ member, type: UPDATE, seed, ...(j === 0 && { y1: report.y1 }) }], attempt, components);
  return {
    ...{ coordinates: attempt.sizes.vectorLength, shares, attempt, query, report, bytes, seed: seeds[0]! },
    verifiers: [
      verifyPublicShare(report, query, attempt, components),
      ...seeds.map((seed, j) => verifyShare(report.header, j + 1, seed, query, attempt, components)),
    ],
    sums: seeds.map(sumOf),
    ...{ make, open: () => openOf(0), ask },
  };
}
