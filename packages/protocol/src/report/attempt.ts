/** What every verb of the report layer is given: the attempt's public facts, and the machines to compute with. */
import { expandMatrix } from '../commitment.ts';
import type { Elements } from '../field.ts';
import type { FieldKernels, Kernels } from '../kernels/types.ts';
import { deriveSizes, NOISE, type Params, type ReportType, type Sizes } from '../params.ts';
import type { Platform } from '../platform.ts';
import type { Domain } from '../signing.ts';

export interface Components {
  readonly platform: Platform;
  readonly kernels: Kernels;
}

/** One attempt. Plain data in ordinary memory: it may be kept, shared and dropped at will. */
export interface Attempt {
  readonly sizes: Sizes;
  /** k of this attempt: the seated committee, at most params.shares. */
  readonly shares: number;
  /** A: D elements. */
  readonly matrix: Elements;
  /** Signing domain of reports: the chain and contract of the noise context. */
  readonly domain: Domain;
  readonly noiseContext: Uint8Array;
  /** Not known before the attempt is OPEN; no update can be made or judged without it. */
  readonly updateContext?: Uint8Array;
}

/** Sizes and matrix of a run, made once: attempts differ in the rest. The parameters must have passed `checkParams`. */
export function prepareRun(
  params: Params,
  { kernels }: Pick<Components, 'kernels'>,
): Pick<Attempt, 'sizes' | 'matrix'> {
  const sizes = deriveSizes(params);
  return { sizes, matrix: expandMatrix(sizes, kernels) };
}

export const kernelsOf = (attempt: Pick<Attempt, 'sizes'>, components: Components): FieldKernels =>
  components.kernels[attempt.sizes.field.name];

/** The context of the report's type (AG4). Throws RangeError for an update before the attempt is open. */
export function contextFor(attempt: Attempt, type: ReportType): Uint8Array {
  const context = type === NOISE ? attempt.noiseContext : attempt.updateContext;
  if (context === undefined) throw new RangeError('the attempt has no update context before it is OPEN');
  return context;
}
