/** Whether what stands in a file is a calibration and pilots as plans have them: whoever wrote it, numbers must be numbers. */
import type { Calibration, KernelName, Pilot, PilotPoint } from '@concord/planner';
import { METRICS } from '@concord/planner';

const KERNELS: Readonly<Record<KernelName, true>> = {
  ...{ gradient: true, quantize: true, make: true, noise: true, decode: true, check: true, checkPublic: true },
  ...{ decide: true, query: true, aggregate: true, open: true },
};
/** Beyond this a plan made of it has sums that are no numbers. */
const MOST = 1e15;
/** As many as a charter has at most; a plan looks at each. */
const MOST_ROUNDS = 100_000;

const isNumber = (value: unknown, least = -MOST, most = MOST): boolean =>
  typeof value === 'number' && value >= least && value <= most;
const isCount = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && isNumber(value, least, most);
type Unchecked<T> = { readonly [K in keyof T]?: unknown };
const fieldsOf = <T>(value: unknown): Unchecked<T> => (typeof value === 'object' && value !== null ? value : {});
const areNumbers = (value: object, keys: readonly string[], least?: number): boolean =>
  keys.every((key) => isNumber((value as Readonly<Record<string, unknown>>)[key], least));

export function isCalibration(value: unknown): value is Calibration {
  const { version, processor, kernels, ...times } = fieldsOf<Calibration>(value);
  const planes = fieldsOf<Calibration['kernels']>(kernels);
  return (
    version === 1 &&
    typeof processor === 'string' &&
    areNumbers(times, ['seconds', 'sign', 'recover', 'hashByte'], 0) &&
    (Object.keys(KERNELS) as KernelName[]).every((name) =>
      areNumbers(fieldsOf(planes[name]), ['fixed', 'perCoordinate', 'perShare', 'perBoth', 'spread']),
    )
  );
}

function isPoint(value: unknown, folds: number): boolean {
  const { trainingRounds, epsilon, multiplier, training, runs } = fieldsOf<PilotPoint>(value);
  const { learningRate, local, ...numbers } = fieldsOf<PilotPoint['training']>(training);
  return (
    isCount(trainingRounds, 1, MOST_ROUNDS) &&
    areNumbers({ epsilon, multiplier }, ['epsilon', 'multiplier'], 0) &&
    areNumbers(numbers, ['clippingNorm', 'statisticsNorm', 'deviationFloor', 'featureLimit', 'momentum'], 0) &&
    Array.isArray(learningRate) &&
    areNumbers(learningRate, ['0', '1'], 0) &&
    (local === undefined || areNumbers(fieldsOf(local), ['learningRate'], 0)) &&
    Array.isArray(runs) &&
    runs.length > 0 &&
    runs.every((run: unknown) => {
      const { fold, scores } = fieldsOf<PilotPoint['runs'][number]>(run);
      return isCount(fold, 0, folds - 1) && areNumbers(fieldsOf(scores), METRICS, 0);
    })
  );
}

export function isPilot(value: unknown): value is Pilot {
  const { version, origin, records, metric, seed, folds, points, drafted, leftOut, warning } = fieldsOf<Pilot>(value);
  return (
    version === 1 &&
    (origin === 'own' || origin === 'synthetic') &&
    areNumbers(fieldsOf(records), ['used', 'declared'], 0) &&
    METRICS.some((each) => each === metric) &&
    isCount(seed, 0, 2 ** 32) &&
    isCount(folds, 1, 1_000) &&
    Array.isArray(points) &&
    points.length > 0 &&
    [...(points as unknown[]), drafted].every((each) => isPoint(each, folds as number)) &&
    Array.isArray(leftOut) &&
    [...(leftOut as unknown[]), warning].every((each) => typeof each === 'string')
  );
}
