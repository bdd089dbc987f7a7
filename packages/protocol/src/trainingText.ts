/** The training part of a charter's text: the algorithm by its name, and every number that it computes with (LR4, LR20). */
import { CharterTextError, integer, list, object, oneOf, positive } from './charterFields.ts';

/** The adaptive step's numbers, in 2^-16 (LR13). */
export interface Adaptive {
  /** How much of a moment stays from round to round. */
  readonly decay: number;
  /** What is added to a root of a moment before it divides. */
  readonly epsilon: number;
}

/** Numbers of the algorithms whose sums move parameters (LR4). */
interface Descending {
  /** L2 norm to which one record's gradient (fedAvg: one member's update) is clipped, in 2^-16. */
  readonly clippingNorm: number;
  /** L2 norm to which one record's statistics (fedAvg: one member's mean statistics) are clipped, in 2^-16. */
  readonly statisticsNorm: number;
  /** Least deviation of a feature, in 2^-16 of its bound (LR7). */
  readonly deviationFloor: number;
  /** Standardised features are clamped to ±this. */
  readonly featureLimit: number;
  /** Learning rate of the first and the last training round, in 2^-16; linear between (LR4). */
  readonly learningRate: readonly [first: number, last: number];
  /** Momentum, in 2^-16. */
  readonly momentum: number;
  /** None: LR4 as it is. Texts of version 1 have none. */
  readonly adaptive?: Adaptive;
}

/** Gradient descent on all records, clipped one by one. A text of version 1 does not name it. */
export interface FedSgdTraining extends Descending {
  readonly algorithm?: 'fedSgd';
}

/** What a member does with its records in a round of fedAvg, before its one update is clipped (LR21). */
export interface LocalTraining {
  /** Times that it goes over its records. */
  readonly passes: number;
  readonly batchSize: number;
  /** In 2^-16. */
  readonly learningRate: number;
  /** In 2^-16. */
  readonly momentum: number;
  /** Pull towards the round's model, in 2^-16; 0: federated averaging, above it FedProx. */
  readonly proximal: number;
}

/** Local training, one update a member. */
export interface FedAvgTraining extends Descending {
  readonly algorithm: 'fedAvg';
  readonly local: LocalTraining;
}

/** Trees grown level by level from histograms (LR32 … LR35); all numbers in 2^-16 but counts and the seed. */
export interface BoostedTreesTraining {
  readonly algorithm: 'boostedTrees';
  /** Trees that grow beside each other, on the same gradients; divides the model's trees. */
  readonly together: number;
  /** Columns that one tree may look at. */
  readonly featuresPerTree: number;
  /** What columns are chosen by; public. */
  readonly seed: number;
  /** Strictly ascending thresholds, the same for every column, of its value divided by its bound. */
  readonly edges: readonly number[];
  /** By which a leaf's Newton step is multiplied. */
  readonly learningRate: number;
  /** Most size of a leaf's Newton step. */
  readonly leafLimit: number;
  /** λ: added to a leaf's sum of p(1 − p). */
  readonly penalty: number;
  /** Least sum of p(1 − p) on either side of a division. */
  readonly leastHessian: number;
}

export type DescentTraining = FedSgdTraining | FedAvgTraining;
export type Training = DescentTraining | BoostedTreesTraining;

export const ALGORITHMS = ['fedSgd', 'fedAvg', 'boostedTrees'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** The algorithm of a text: version 1 knew no other than fedSgd. */
export const algorithmOf = ({ algorithm }: Training): Algorithm => algorithm ?? 'fedSgd';

/** The numbers of the adaptive step, where a text asks for it (LR13). */
export const adaptiveOf = (training: Training): Adaptive | undefined =>
  training.algorithm === 'boostedTrees' ? undefined : training.adaptive;

const KEYS = ['clippingNorm', 'statisticsNorm', 'deviationFloor', 'featureLimit', 'learningRate', 'momentum'];
const LOCAL_KEYS = ['passes', 'batchSize', 'learningRate', 'momentum', 'proximal'];
const MOST = 2 ** 31 - 1;

function decodeLocal(value: unknown): LocalTraining {
  const json = object(value, 'training.local', LOCAL_KEYS);
  const field = (name: keyof LocalTraining, least: number, most: number): number =>
    integer(json[name], `training.local.${name}`, least, most);
  const learningRate = field('learningRate', 1, MOST);
  const proximal = field('proximal', 0, MOST);
  if (learningRate * proximal > 2 * 2 ** 32)
    throw new CharterTextError(
      'training.local.proximal',
      'at most 2 / learningRate: beyond it a pull back overshoots ever more',
    );
  return {
    passes: field('passes', 1, 1_000),
    batchSize: field('batchSize', 1, MOST),
    learningRate,
    momentum: field('momentum', 0, 65_535),
    proximal,
  };
}

function decodeAdaptive(value: unknown): Adaptive {
  const json = object(value, 'training.adaptive', ['decay', 'epsilon']);
  return {
    decay: integer(json['decay'], 'training.adaptive.decay', 0, 65_535),
    epsilon: integer(json['epsilon'], 'training.adaptive.epsilon', 1, MOST),
  };
}

const TREE_KEYS = [
  'together',
  'featuresPerTree',
  'seed',
  'edges',
  'learningRate',
  'leafLimit',
  'penalty',
  'leastHessian',
];
/** A bin is a byte. */
const MOST_EDGES = 255;

function decodeTrees(value: unknown): BoostedTreesTraining {
  const json = object(value, 'training', ['algorithm', ...TREE_KEYS]);
  const field = (name: keyof BoostedTreesTraining, least: number, most: number): number =>
    integer(json[name], `training.${name}`, least, most);
  const edges = list(json['edges'], 'training.edges').map((each, i) =>
    integer(each, `training.edges[${i}]`, -65_536, 65_536),
  );
  if (edges.length > MOST_EDGES) throw new CharterTextError('training.edges', `at most ${MOST_EDGES} numbers`);
  const unordered = edges.findIndex((edge, i) => i > 0 && edge <= edges[i - 1]!);
  if (unordered > 0) throw new CharterTextError(`training.edges[${unordered}]`, `more than ${edges[unordered - 1]}`);
  return {
    algorithm: 'boostedTrees',
    together: field('together', 1, 0xffff),
    featuresPerTree: field('featuresPerTree', 1, 0xffff),
    seed: field('seed', 0, 2 ** 32 - 1),
    edges,
    learningRate: field('learningRate', 1, 65_536),
    leafLimit: field('leafLimit', 1, MOST),
    penalty: field('penalty', 0, MOST),
    leastHessian: field('leastHessian', 0, MOST),
  };
}

const named = (value: unknown): unknown => (value as { readonly algorithm?: unknown } | null)?.algorithm;

/** Decodes `training` of a text of this version. Throws CharterTextError naming the first field that does not fit (CH3). */
export function decodeTraining(value: unknown, version: 1 | 2): Training {
  if (version === 2 && named(value) === 'boostedTrees') return decodeTrees(value);
  const json = object(value, 'training', version === 1 ? KEYS : ['algorithm', ...KEYS, 'adaptive', 'local']);
  const algorithm = version === 1 ? undefined : oneOf(json['algorithm'], 'training.algorithm', ALGORITHMS);
  if (algorithm === 'fedSgd' && json['local'] !== undefined)
    throw new CharterTextError('training.local', 'none: fedSgd trains on all records at once');
  const rates = list(json['learningRate'], 'training.learningRate');
  if (rates.length !== 2) throw new CharterTextError('training.learningRate', 'two numbers: first and last round');
  const every: Descending = {
    clippingNorm: integer(json['clippingNorm'], 'training.clippingNorm', 1, MOST),
    statisticsNorm: integer(json['statisticsNorm'], 'training.statisticsNorm', 1, MOST),
    deviationFloor: integer(json['deviationFloor'], 'training.deviationFloor', 1, 65_536),
    featureLimit: positive(json['featureLimit'], 'training.featureLimit'),
    learningRate: [
      integer(rates[0], 'training.learningRate[0]', 0, MOST),
      integer(rates[1], 'training.learningRate[1]', 0, MOST),
    ],
    momentum: integer(json['momentum'], 'training.momentum', 0, 65_535),
    ...(json['adaptive'] !== undefined && { adaptive: decodeAdaptive(json['adaptive']) }),
  };
  if (algorithm === undefined) return every;
  return algorithm === 'fedAvg'
    ? { algorithm, ...every, local: decodeLocal(json['local']) }
    : { algorithm: 'fedSgd', ...every };
}
