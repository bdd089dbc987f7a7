/** A small charter for tests: three features, a logistic model, real floors. */
import type { Caps } from '@concord/protocol';
import type { CharterTerms } from '@concord/sdk';

export const smallText = {
  version: 1,
  name: 'A small run',
  purpose: 'to be checked by strangers',
  metric: 'none: its data are made up',
  schema: {
    columns: [
      { name: 'a', transform: 'identity', bound: 1 },
      { name: 'b', transform: 'signedLog', bound: 8 },
      { name: 'c', transform: 'identity', bound: 2 },
    ],
    label: 'y',
    blank: 'zero',
    basis: 'plain',
  },
  model: { kind: 'logistic', inputs: 3 },
  training: {
    clippingNorm: 65_536,
    statisticsNorm: 65_536,
    deviationFloor: 1_024,
    featureLimit: 5,
    learningRate: [65_536, 16_384],
    momentum: 32_768,
  },
  clauses: [{ id: 'CH1', sentence: 'This run is a test.', enforcedBy: 'nobody needs to' }],
} as const;

/** The same where each member may only spend so much on it (CH8). */
export const cappedText = (caps: Caps) => ({
  ...smallText,
  version: 2,
  training: { algorithm: 'fedSgd', ...smallText.training },
  caps,
});

/** The same, trained by federated averaging: every member adds one update to a round (LR21). */
export const averagingText = {
  ...smallText,
  version: 2,
  training: {
    algorithm: 'fedAvg',
    ...smallText.training,
    learningRate: [65_536, 65_536],
    momentum: 0,
    local: { passes: 2, batchSize: 8, learningRate: 6_554, momentum: 0, proximal: 0 },
  },
} as const;

/** The same records, learned by two groups of two trees of depth 2 from secure histograms: four rounds (LR32). */
export const treesText = {
  ...smallText,
  version: 2,
  model: { kind: 'trees', inputs: 3, trees: 4, depth: 2 },
  training: {
    algorithm: 'boostedTrees',
    together: 2,
    featuresPerTree: 2,
    seed: 3,
    edges: [-32_768, 0, 1, 16_384, 32_768],
    learningRate: 32_768,
    leafLimit: 262_144,
    penalty: 65_536,
    leastHessian: 16_384,
  },
} as const;

/** Terms for so many training rounds; deadlines of ten minutes a phase. */
export const smallTerms = (trainingRounds: number, minCohort: number): CharterTerms => ({
  ...{ maxRecords: 100, recordBound: 1 << 14 },
  ...memberTerms(trainingRounds, minCohort),
});

/** The same for a charter that protects members. */
export const memberTerms = (trainingRounds: number, minCohort: number): CharterTerms => ({
  epsilon: 8,
  deltaExponent: 5,
  trainingRounds,
  minCohort,
  honest: 1,
  votingSeconds: 600,
  sunset: 0,
  gasCap: 0,
  deadlines: { seat: 600, noise: 600, open: 600, upload: 600, query: 600, verify: 600, unmask: 600, settle: 600 },
});
