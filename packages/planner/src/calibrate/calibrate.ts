/** Two seconds that tell what this machine takes for what nodes compute. The clock and the kernels are passed in. [PL3] */
import {
  aggregateShare,
  type Components,
  decide,
  decodeReport,
  noiseSampler,
  noiseWords,
  quantizeRecord,
  type Random,
  recover,
  Secret,
  sampleNoise,
  sign,
  UPDATE,
  unshard,
  verifyPublicShare,
  verifyShare,
} from '@concord/protocol';
import { mlp, seededRandom } from '@concord/trainer';
import type { Calibration, KernelName, Plane } from '../types.ts';
import { SIGMA, type Specimen, specimenOf } from './specimen.ts';
import { lineThrough, type Timing, timed } from './timing.ts';

export interface CalibrationWorld {
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  readonly components: Components;
  readonly random: Random;
  /** Name of the processor, as the system tells it. */
  readonly processor: string;
  /** Lets others have a turn between two kernels; nobody waits unless told. */
  readonly breathe?: () => Promise<void>;
}

export interface CalibrationProgress {
  /** Kernels timed, of all. */
  readonly done: number;
  readonly of: number;
  readonly kernel: string;
}

/** What all timings may take, milliseconds; making the specimens comes on top. */
const BUDGET = 1_500;
/** Coordinates of the small and the large specimen, and shares. */
const SIZES = [16, 16_384] as const;
const SHARES = [2, 8] as const;
/** Parameters of the two models: 16 and 114 inputs, 4 and 16 hidden units. */
const MODELS = [
  [16, 4],
  [114, 16],
] as const;

type OnSpecimen = (specimen: Specimen, components: Components) => unknown;

/** Kernels whose time grows with the report alone. */
const BY_REPORT: Partial<Record<KernelName, OnSpecimen>> = {
  decode: ({ bytes, attempt }, components) => decodeReport(bytes, UPDATE, attempt, components, () => true),
  check: (specimen, components) =>
    verifyShare(specimen.report.header, 1, specimen.open(), specimen.query, specimen.attempt, components),
  checkPublic: ({ report, query, attempt }, components) => verifyPublicShare(report, query, attempt, components),
  query: (specimen) => specimen.ask(),
  aggregate: ({ report, seed, attempt }, components) =>
    aggregateShare(2, [{ member: report.header.member, type: UPDATE, seed }], attempt, components),
};
/** Kernels whose time grows with the report and with the number of shares. */
const BY_SHARES: Partial<Record<KernelName, OnSpecimen>> = {
  make: (specimen) => specimen.make(),
  decide: ({ report, verifiers, query, attempt }, components) => decide(report, verifiers, query, attempt, components),
  open: ({ sums, report, attempt }, components) =>
    unshard(sums, [report.commitment], { updates: 1, noises: 0 }, attempt, components),
};

const line = (small: Timing, large: Timing, at: readonly [number, number]): Plane => {
  const { fixed, each } = lineThrough([at[0], small.median], [at[1], large.median]);
  return { fixed, perCoordinate: each, perShare: 0, perBoth: 0, spread: Math.max(small.spread, large.spread) };
};

/** Lines in D at two numbers of shares, and a line between them in the number of shares. */
function plane(few: Plane, many: Plane): Plane {
  const fixed = lineThrough([SHARES[0], few.fixed], [SHARES[1], many.fixed]);
  const slope = lineThrough([SHARES[0], few.perCoordinate], [SHARES[1], many.perCoordinate]);
  return {
    ...{ fixed: fixed.fixed, perShare: fixed.each, perCoordinate: slope.fixed, perBoth: slope.each },
    spread: Math.max(few.spread, many.spread),
  };
}

/** Measures this machine; takes about two seconds of its processor. `onProgress` is told before each kernel. */
export async function calibrate(
  { now, components, random, processor, breathe = async () => undefined }: CalibrationWorld,
  onProgress: (progress: CalibrationProgress) => void = () => undefined,
): Promise<Calibration> {
  const begun = now();
  const byReport = Object.entries(BY_REPORT) as [KernelName, OnSpecimen][];
  const byShares = Object.entries(BY_SHARES) as [KernelName, OnSpecimen][];
  const of = byReport.length + byShares.length + 6;
  const each = BUDGET / (2 * byReport.length + 4 * byShares.length + 9);
  const time = (work: () => unknown): Timing => timed(work, each, now);
  let done = 0;
  const kernel = async <T>(name: string, measure: () => T): Promise<T> => {
    onProgress({ done, of, kernel: name });
    await breathe();
    const found = measure();
    done += 1;
    return found;
  };
  const specimens = await kernel('specimens', () =>
    SHARES.map((shares) => SIZES.map((d) => specimenOf(d, shares, random, components)) as [Specimen, Specimen]),
  );
  const kernels = {} as Record<KernelName, Plane>;
  const lineOf = (work: OnSpecimen, [small, large]: readonly [Specimen, Specimen]): Plane =>
    line(
      time(() => work(small, components)),
      time(() => work(large, components)),
      [small.coordinates, large.coordinates],
    );
  for (const [name, work] of byReport) kernels[name] = await kernel(name, () => lineOf(work, specimens[0]!));
  for (const [name, work] of byShares)
    kernels[name] = await kernel(name, () => plane(lineOf(work, specimens[0]!), lineOf(work, specimens[1]!)));
  kernels.noise = await kernel('noise', () => overSizes((d) => noiseOf(d, random, components), time));
  kernels.quantize = await kernel('quantize', () => overSizes((d) => quantizeOf(d, random), time));
  kernels.gradient = await kernel('gradient', () => gradientOf(time));
  const words = await kernel('signatures', () => {
    const key = new Secret(random(32));
    const digest = random(32).slice();
    const signature = sign(digest, key);
    return { sign: time(() => sign(digest, key)).median, recover: time(() => recover(digest, signature)).median };
  });
  const hashByte = await kernel('hash', () => {
    const bytes = new Uint8Array(1 << 16);
    return time(() => components.platform.sha256(bytes)).median / bytes.length;
  });
  onProgress({ done: of, of, kernel: '' });
  return { version: 1, processor, seconds: (now() - begun) / 1_000, kernels, ...words, hashByte };
}

/** A line through the small and the large size, in the length of an update. */
const overSizes = (workOf: (d: number) => () => unknown, time: (work: () => unknown) => Timing): Plane =>
  line(time(workOf(SIZES[0])), time(workOf(SIZES[1])), SIZES);

function noiseOf(d: number, random: Random, { kernels }: Components): () => unknown {
  const sampler = noiseSampler(SIGMA);
  const out = new BigInt64Array(d);
  return () =>
    sampleNoise(sampler, kernels, new BigUint64Array(random(8 * noiseWords(sampler, d)).slice().buffer), out);
}

function quantizeOf(d: number, random: Random): () => unknown {
  const vector = Float64Array.from({ length: d }, (_, i) => Math.sin(i));
  const sum = new Int32Array(d);
  const scale = { clippingNorm: 1, recordBound: 16_384 };
  // Drawn for eight records at once, as a node does.
  let [left, words] = [0, new Uint32Array(0)];
  return () => {
    if (left === 0) [left, words] = [8, new Uint32Array(random(4 * d * 8).slice().buffer)];
    left -= 1;
    quantizeRecord(vector, scale, words.subarray(left * d, (left + 1) * d), sum);
  };
}

function gradientOf(time: (work: () => unknown) => Timing): Plane {
  const [small, large] = MODELS.map(([inputs, hidden]) => {
    const model = mlp(inputs, hidden);
    const random = seededRandom(1);
    const [parameters, features, out] = [
      new Float64Array(model.parameterCount),
      new Float64Array(inputs),
      new Float64Array(model.parameterCount),
    ];
    for (const values of [parameters, features])
      for (let i = 0; i < values.length; i++) values[i] = random.normal() / 4;
    return { parameters: model.parameterCount, timing: time(() => model.gradient(parameters, features, 0, 1, out)) };
  });
  return line(small!.timing, large!.timing, [small!.parameters, large!.parameters]);
}
