/** A small draft and records that fit it, for the tests of this folder. */
import type { Address } from '@concord/sdk';
import { type Records, seededRandom } from '@concord/trainer';
import type { Draft } from '../types.ts';

export const MEMBERS: readonly Address[] = [1, 2, 3].map((i): Address => `0x${String(i).padStart(40, '0')}`);

const COLUMNS = 4;
const deadlines = { seat: 60, noise: 60, open: 60, upload: 60, query: 60, verify: 60, unmask: 60, settle: 60 };

export const smallDraft: Draft = {
  text: {
    version: 1,
    name: 'test',
    purpose: 'test',
    metric: 'test',
    schema: {
      columns: Array.from({ length: COLUMNS }, (_, i) => ({ name: `x${i}`, transform: 'identity', bound: 1 })),
      label: 'y',
      blank: 'refuse',
      basis: 'plain',
    },
    model: { kind: 'logistic', inputs: COLUMNS },
    training: {
      clippingNorm: 65_536,
      statisticsNorm: 131_072,
      deviationFloor: 16_384,
      featureLimit: 3,
      learningRate: [65_536, 65_536],
      momentum: 32_768,
    },
    clauses: [{ id: 'CH1', sentence: 'test', enforcedBy: 'test' }],
    acceptance: { measure: 'auc', least: 0.6, records: 100 },
  },
  terms: {
    ...{
      epsilon: 2,
      deltaExponent: 5,
      trainingRounds: 6,
      minCohort: 3,
      maxRecords: 512,
      recordBound: 16_384,
      honest: 1,
    },
    ...{ votingSeconds: 600, sunset: 0, gasCap: 0, deadlines },
  },
};

/** So many records of a seed whose label follows two of four columns, with noise. */
export function smallRecords(count: number, seed: number): Records {
  const random = seededRandom(seed);
  const features = Float64Array.from({ length: COLUMNS * count }, () => 2 * random.uniform() - 1);
  const labels = Uint8Array.from({ length: count }, (_, i) =>
    Number(features[COLUMNS * i]! - 0.7 * features[COLUMNS * i + 1]! + 0.35 * random.normal() > 0),
  );
  return { count, width: COLUMNS, features, labels };
}

/** Test records, then those of three members. */
export const RECORDS: readonly Records[] = [600, 300, 250, 200].map((count, i) => smallRecords(count, i + 1));
