/** The fixed attempts that spec/vectors/aggregation.json is made of. Everything random comes from `draw`. */
import { join, sha256, u32 } from './bytes.ts';
import type { Attempt } from './contexts.ts';
import { publicKeyOf } from './hpke.ts';
import {
  degree,
  leastNoiseBound,
  NOISE,
  type Parameters,
  parametersHash,
  type ReportType,
  UPDATE,
} from './parameters.ts';
import { setUp, type Setup } from './report.ts';
import type { Input } from './shard.ts';

/** The one seed of all vectors. */
export const SEED = sha256(Buffer.from('concord/v1/aggregation vectors', 'ascii'));

/** `length` bytes for a label: SHA-256(SEED ‖ SHA-256(label) ‖ u32 0), SHA-256(… ‖ u32 1), … */
export function draw(label: string, length = 32): Buffer {
  const name = sha256(Buffer.from(label, 'utf8'));
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) => sha256(SEED, name, u32(i)));
  return join(...blocks).subarray(0, length);
}

const popcount = (value: number): number => value.toString(2).replaceAll('0', '').length;

/** AG7: n coefficients popcount(u16) − popcount(u16). */
export function smallVector(label: string, n: number): bigint[] {
  const bytes = draw(label, 4 * n);
  return Array.from({ length: n }, (_, i) =>
    BigInt(popcount(bytes.readUInt16BE(4 * i)) - popcount(bytes.readUInt16BE(4 * i + 2))),
  );
}

/** `count` integers in [−most, most]. */
export function integers(label: string, count: number, most: number): bigint[] {
  const bytes = draw(label, 4 * count);
  return Array.from({ length: count }, (_, i) => BigInt((bytes.readUInt32BE(4 * i) % (2 * most + 1)) - most));
}

export interface Scene {
  readonly name: string;
  readonly setup: Setup;
  readonly attempt: Attempt;
  readonly verifyBeacon: Uint8Array;
  /** X25519 secrets of the holders in the order of the ciphertexts. */
  readonly holders: readonly Uint8Array[];
  readonly inputs: readonly Input[];
  /** k = N: an update needs its member's noise report (AG16). */
  readonly consortium: boolean;
}

type Size = Pick<
  Parameters,
  | 'field'
  | 'bound'
  | 'recordBound'
  | 'maxRecords'
  | 'sigma'
  | 'shares'
  | 'holders'
  | 'wireLength'
  | 'chunk'
  | 'minNoise'
>;

function parametersOf(name: string, size: Size): Parameters {
  const p: Parameters = {
    ...size,
    d: 10,
    noiseBound: 0n,
    honest: 1,
    normProofs: size.field === 32 ? 2 : 1,
    validityProofs: size.field === 32 ? 5 : 3,
    checks: 100,
    unit: 1,
    matrixSeed: draw(`${name} matrix`),
  };
  return { ...p, noiseBound: leastNoiseBound(p) };
}

/** The input of one member; `x` is drawn unless it is given. */
export function inputOf(
  name: string,
  p: Parameters,
  attempt: Attempt,
  holders: readonly Uint8Array[],
  member: number,
  type: ReportType,
  x?: readonly bigint[],
): Input {
  const label = `${name} member ${member} ${type === UPDATE ? 'update' : 'noise'}`;
  const most = Number(type === UPDATE ? p.bound : p.noiseBound) / 8;
  return {
    attempt,
    type,
    key: draw(`${name} member ${member}`),
    x: x ?? integers(`${label} x`, p.d, Math.floor(most)),
    s: smallVector(`${label} s`, degree(p)),
    e: smallVector(`${label} e`, degree(p)),
    seeds: Array.from({ length: p.shares }, (_, j) => draw(`${label} seed ${j + 1}`)),
    proveSeed: draw(`${label} prove`),
    ephemerals: holders.map((_, i) => draw(`${label} ephemeral ${i + 1}`)),
    recipients: holders.map(publicKeyOf),
  };
}

function scene(name: string, size: Size, members: number, noises: number): Scene {
  const p = parametersOf(name, size);
  const holders = Array.from({ length: p.shares * p.holders }, (_, i) => draw(`${name} holder ${i + 1}`));
  const attempt: Attempt = {
    chainId: 31337n,
    contract: draw(`${name} contract`, 20),
    runId: draw(`${name} run`),
    round: 3,
    attempt: 1,
    paramsHash: parametersHash(p),
    drawBeacon: draw(`${name} draw beacon`),
    committeeHash: draw(`${name} committee`),
    modelHash: draw(`${name} model`),
    noiseRoot: draw(`${name} noise root`),
    openBeacon: draw(`${name} open beacon`),
  };
  const of = (type: ReportType, count: number) =>
    Array.from({ length: count }, (_, i) => inputOf(name, p, attempt, holders, i + 1, type));
  return {
    name,
    setup: setUp(p),
    attempt,
    verifyBeacon: draw(`${name} verify beacon`),
    holders,
    inputs: [...of(UPDATE, members), ...of(NOISE, noises)],
    consortium: members === noises,
  };
}

/** The three attempts; F32 bounds are small because AG1 asks for 9·wrap² ≤ q. */
export const scenes = (): Scene[] => [
  scene(
    'F32 k=2 r=2',
    {
      field: 32,
      bound: 1800n,
      recordBound: 64n,
      maxRecords: 12,
      sigma: 100n,
      shares: 2,
      holders: 2,
      wireLength: 64,
      chunk: 100,
      minNoise: 1,
    },
    2,
    1,
  ),
  scene(
    'F32 k=3 r=1',
    {
      field: 32,
      bound: 1883n,
      recordBound: 64n,
      maxRecords: 13,
      sigma: 3n,
      shares: 3,
      holders: 1,
      wireLength: 32,
      chunk: 200,
      minNoise: 1,
    },
    2,
    1,
  ),
  scene(
    'F64 k=3 r=1',
    {
      field: 64,
      bound: 2_098_176n,
      recordBound: 16_384n,
      maxRecords: 128,
      sigma: 33_443n,
      shares: 3,
      holders: 1,
      wireLength: 128,
      chunk: 100,
      minNoise: 3,
    },
    3,
    3,
  ),
];
