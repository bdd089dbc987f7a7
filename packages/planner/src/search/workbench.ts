/** A small draft, made prices and a made learning model, for the tests of the search and of its pictures. */
import type { Address } from '@concord/sdk';
import type { Calibration, Draft, LearningModel, Prices } from '../types.ts';
import { parseBudget } from './budget.ts';
import type { Plan } from './document.ts';
import type { Taught } from './evaluate.ts';
import { gridOf, type Holders } from './grid.ts';
import { plan } from './plan.ts';

export const DRAFT: Draft = {
  text: {
    version: 1,
    name: 'Small',
    purpose: 'p',
    metric: 'm',
    schema: { label: 'y', blank: 'zero', basis: 'plain', columns: [{ name: 'a', transform: 'identity', bound: 1 }] },
    model: { kind: 'logistic', inputs: 1 },
    training: {
      ...{ clippingNorm: 65_536, statisticsNorm: 65_536, deviationFloor: 4_096, featureLimit: 3 },
      ...{ learningRate: [65_536, 65_536], momentum: 0 },
    },
    clauses: [{ id: 'CH1', sentence: 's', enforcedBy: 'e' }],
  },
  terms: {
    ...{
      epsilon: 4,
      deltaExponent: 5,
      trainingRounds: 12,
      minCohort: 3,
      maxRecords: 256,
      recordBound: 16_384,
      honest: 1,
    },
    ...{ votingSeconds: 3_600, sunset: 0, gasCap: 0 },
    deadlines: { seat: 60, noise: 60, open: 60, upload: 60, query: 60, verify: 60, unmask: 60, settle: 60 },
  },
};
export const MEMBERS = [1, 2, 3, 4].map((i): Address => `0x${String(i).padStart(40, '0')}`);
const night = Array.from({ length: 24 }, (_, hour) => (hour === 3 ? 4e9 : hour < 8 ? 8e9 : 20e9));
export const PRICES: Prices = {
  chains: [
    { name: 'l1', blockSeconds: 12, confirmations: 2, gasPrice: night, usdPerEther: 2_000, origin: 'made' },
    { name: 'l2', blockSeconds: 2, confirmations: 2, gasPrice: 1e9, usdPerEther: 2_000, origin: 'made' },
  ],
  usdPerGigabyte: 0.1,
  usdPerProcessorHour: 0.05,
  origin: 'made',
};
const KERNELS = [
  'make',
  'noise',
  'quantize',
  'gradient',
  'decode',
  'check',
  'checkPublic',
  'decide',
  'query',
  'aggregate',
  'open',
] as const;
const plane = { fixed: 1e-3, perCoordinate: 1e-7, perShare: 1e-4, perBoth: 1e-9, spread: 0.1 };
export const CALIBRATION: Calibration = {
  ...{ version: 1, processor: 'made', seconds: 2, sign: 1e-3, recover: 1e-3, hashByte: 1e-9 },
  kernels: Object.fromEntries(KERNELS.map((name) => [name, plane])) as Calibration['kernels'],
};
export const LEARNING: LearningModel = {
  metric: 'auc',
  at: ({ trainingRounds, multiplier }) => {
    const mean = 0.9 - 0.2 / trainingRounds - 0.002 * multiplier;
    const training = { clippingNorm: 65_536 + trainingRounds };
    return { mean, low: mean - 0.004, high: mean + 0.004, extrapolated: trainingRounds > 16, training };
  },
};
interface Wanted {
  readonly least?: number;
  readonly holders?: readonly Holders[];
  readonly draft?: Draft;
  readonly prices?: Prices;
  readonly learning?: LearningModel;
  readonly others?: readonly Taught[];
}

/** The plan for a budget as people write it. */
export function answer(
  budget?: string,
  { least, holders, draft = DRAFT, prices = PRICES, learning = LEARNING, others = [] }: Wanted = {},
): Plan {
  const asked = budget === undefined ? {} : parseBudget(budget);
  const { chains, absence } = prices;
  const grid = gridOf(draft, {
    ...{ chains, budget: asked },
    ...(holders && { holders }),
    ...(absence !== undefined && { absence }),
  });
  const known = { prices, calibration: CALIBRATION, learning, others };
  const question = {
    draft,
    members: MEMBERS,
    records: [100, 100, 100, 100],
    grid,
    budget: asked,
    ...(least !== undefined && { goal: { metric: 'auc', least } as const }),
  };
  return plan(question, { ...known, pilots: [{ training: {}, pilot: { made: true } }] });
}
