/** A draft, prices and a calibration that tests start from. The times are round numbers, of no machine. */
import { smallTerms, smallText } from '../../testing/src/charter.ts';
import { anyMembers, compileAt } from '../src/compileAt.ts';
import type { Calibration, Choice, Draft, KernelName, Plane, Prices } from '../src/types.ts';

export const draft: Draft = { text: smallText, terms: smallTerms(4, 3) };

export const choice: Choice = { trainingRounds: 4, chain: 'slow', hour: 0 };

export const prices: Prices = {
  chains: [
    { name: 'slow', blockSeconds: 12, confirmations: 1, gasPrice: 1e9, usdPerEther: 2_000, origin: 'a test' },
    { name: 'quick', blockSeconds: 2, confirmations: 0, gasPrice: 1e7, usdPerEther: 2_000, origin: 'a test' },
  ],
  usdPerGigabyte: 0.1,
  usdPerProcessorHour: 0.05,
  origin: 'a test',
};

const plane = (fixed: number, perCoordinate: number, perShare = 0): Plane => ({
  fixed,
  perCoordinate,
  perShare,
  perBoth: 0,
  spread: 0,
});
const kernels: Readonly<Record<KernelName, Plane>> = {
  gradient: plane(0, 4e-9),
  quantize: plane(0, 2e-8),
  make: plane(2e-3, 2e-7, 5e-4),
  noise: plane(0, 1e-7),
  decode: plane(5e-4, 1e-8),
  check: plane(1e-3, 2e-8),
  checkPublic: plane(1e-3, 2e-8),
  decide: plane(3e-5, 0),
  query: plane(1e-3, 3e-8),
  aggregate: plane(2e-5, 4e-9),
  open: plane(3e-4, 2e-8),
};
export const calibration: Calibration = {
  ...{ version: 1, processor: 'of no machine', seconds: 0, kernels },
  ...{ sign: 5e-4, recover: 1.5e-3, hashByte: 1e-9 },
};

/** The example's draft compiled for so many members with 20 records each. */
export function compiledFor(members: number, change: Partial<Choice> = {}) {
  const found = compileAt(draft, { ...choice, ...change }, anyMembers(members), Array(members).fill(20));
  if ('refused' in found) throw new RangeError(found.refused);
  return found.compiled;
}
