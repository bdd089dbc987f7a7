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

/** The same, of so many columns, 3 at least. */
export const textOf = (features: number) => ({
  ...smallText,
  schema: {
    ...smallText.schema,
    columns: [
      ...smallText.schema.columns,
      ...moreOf(features).map((name) => ({ name, transform: 'identity', bound: 1 })),
    ],
  },
  model: { kind: 'logistic', inputs: features },
});

const moreOf = (features: number): readonly string[] => Array.from({ length: features - 3 }, (_, i) => `x${i}`);

/** Rows of a member, as CSV, for the text of so many columns: they differ from member to member and mean nothing. */
export const tableOf = (member: number, rows: number, features = 3): string =>
  [
    ['a,b,c,y', ...moreOf(features)].join(),
    ...Array.from({ length: rows }, (_, i) =>
      [Math.sin(i * (member + 1)), i, Math.cos(i), i % 2, ...moreOf(features).map((_, j) => Math.sin(i + j))].join(),
    ),
    '',
  ].join('\n');

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

/** The same records on gated waves, learned by a small network with the adaptive step (LR6, LR13). */
export const adaptiveText = {
  ...smallText,
  version: 2,
  schema: { ...smallText.schema, basis: 'gatedWaves' },
  model: { kind: 'mlp', inputs: 9, hidden: 2 },
  training: {
    algorithm: 'fedSgd',
    ...smallText.training,
    learningRate: [6_554, 3_277],
    adaptive: { decay: 58_982, epsilon: 66 },
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
