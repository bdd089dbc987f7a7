/**
 * What a model of a choice is worth, from a pilot [PL7]: the curve of `curve.ts` through all points of the pilot; what the
 * points say beyond the curve, as far as it is more than their own chance, carried over between them in log T and log ν; and
 * the whole made monotone: at one ν more rounds are never worth less, at one T more noise never more.
 */
import { type Random, seededRandom } from '@concord/trainer';
import { mean } from '../mean.ts';
import type { LearningModel, Metric, Worth } from '../types.ts';
import { type Curve, curveAt, fitCurve, noiseOf, type Observation } from './curve.ts';
import { monotone } from './monotone.ts';
import { between, type TrainingNumbers } from './numbers.ts';
import type { Pilot, PilotPoint, PilotRun } from './pilot.ts';

/** Refits on runs drawn again. */
const REFITS = 200;
/** 90 % of a normal distribution lie within so many standard deviations. */
const NINETY = 1.645;
/** Least variance of a mean of runs: runs that happen to agree are not sure of everything. */
const LEAST_VARIANCE = 1e-6;
/** Beyond the last tuned number by so much of itself, a point is still counted within the pilot's range. */
const SLACK = 0.02;

interface Cell extends Observation {
  readonly training: TrainingNumbers;
}

function variance(values: readonly number[]): number {
  const m = mean(values);
  return values.reduce((sum, value) => sum + (value - m) ** 2, 0) / Math.max(1, values.length - 1);
}

function observed(point: PilotPoint, runs: readonly PilotRun[], metric: Metric, variances: number): Cell {
  const { trainingRounds, multiplier, training } = point;
  const value = mean(runs.map(({ scores }) => scores[metric]));
  return {
    trainingRounds,
    noise: noiseOf(trainingRounds, multiplier),
    value,
    weight: 1 / Math.max(LEAST_VARIANCE, variances / runs.length),
    training,
  };
}

/** Where x lies among ascending places: the places beside it, and how far it is from the first to the second, in log space. */
function beside(places: readonly number[], x: number): readonly [low: number, high: number, share: number] {
  const last = places.length - 1;
  if (x <= places[0]!) return [0, 0, 0];
  if (x >= places[last]!) return [last, last, 0];
  const high = places.findIndex((place) => place > x);
  const [a, b] = [places[high - 1]!, places[high]!];
  return [high - 1, high, Math.log(x / a) / Math.log(b / a)];
}

/** Levels of ν that lie within a hundredth of each other are one; ascending. */
function levelsOf(cells: readonly Cell[]): number[] {
  const out: number[] = [];
  for (const { noise } of [...cells].sort((a, b) => a.noise - b.noise))
    if (out.length === 0 || noise > out.at(-1)! * 1.01) out.push(noise);
  return out;
}

/** A pilot's means as a grid of ν by T, and the curve where no run was made. */
interface Fit {
  readonly curve: Curve;
  /** Pilot rounds, ascending. */
  readonly rounds: readonly number[];
  /** ν, ascending. */
  readonly levels: readonly number[];
  /** By level and every whole number of rounds from the first to the last. */
  readonly table: readonly (readonly number[])[];
}

function fitCells(cells: readonly Cell[]): Fit {
  const curve = fitCurve(cells);
  const rounds = [...new Set(cells.map(({ trainingRounds }) => trainingRounds))].sort((a, b) => a - b);
  const levels = levelsOf(cells);
  const beyond = cells.map((cell) => cell.value - curveAt(curve, cell.trainingRounds, cell.noise));
  // What of the residuals is not chance of the runs.
  const excess = Math.max(0, mean(beyond.map((r, i) => r * r - 1 / cells[i]!.weight)));
  const kept = cells.map((cell, i) => ({ ...cell, rest: (beyond[i]! * excess) / (excess + 1 / cell.weight || 1) }));
  const restAt = (level: number, t: number): number =>
    kept.find(({ noise, trainingRounds }) => trainingRounds === t && Math.abs(noise / level - 1) < 0.01)?.rest ??
    mean(kept.filter(({ trainingRounds }) => trainingRounds === t).map(({ rest }) => rest));
  const table = levels.map((level) => {
    const rests = rounds.map((t) => restAt(level, t));
    return Array.from({ length: rounds.at(-1)! - rounds[0]! + 1 }, (_, i) => {
      const t = rounds[0]! + i;
      const [low, high, share] = beside(rounds, t);
      return curveAt(curve, t, level) + (1 - share) * rests[low]! + share * rests[high]!;
    });
  });
  return { curve, rounds, levels, table: monotone(table) };
}

/** The fit at any T and ν; beyond the pilot's range what the curve adds to its border. */
function valueAt({ curve, rounds, levels, table }: Fit, trainingRounds: number, noise: number): number {
  const t = Math.max(rounds[0]!, Math.min(rounds.at(-1)!, trainingRounds));
  const v = Math.max(levels[0]!, Math.min(levels.at(-1)!, noise));
  const [low, high, share] = beside(levels, v);
  const at = (level: number): number => table[level]![Math.round(t) - rounds[0]!]!;
  const inside = (1 - share) * at(low) + share * at(high);
  return inside + curveAt(curve, trainingRounds, noise) - curveAt(curve, t, v);
}

/** Runs drawn again: the held-out parts for the whole pilot, for a hard part is hard for every point, then runs within them. */
function drawnAgain(pilot: Pilot, random: Random): readonly (readonly PilotRun[])[] {
  const parts = Array.from({ length: pilot.folds }, () => random.integer(pilot.folds));
  return pilot.points.map(({ runs }) => {
    const drawn = parts.flatMap((part) => {
      const of = runs.filter(({ fold }) => fold === part);
      return of.map(() => of[random.integer(of.length)]!);
    });
    return drawn.length > 0 ? drawn : runs;
  });
}

/** Tuned numbers between pilot points: in log T at the two levels of ν beside the asked one, then in log ν. */
function numbersAt(
  cells: readonly Cell[],
  levels: readonly number[],
  trainingRounds: number,
  noise: number,
): TrainingNumbers {
  const along = (level: number): TrainingNumbers => {
    const of = cells
      .filter((cell) => Math.abs(cell.noise / level - 1) < 0.01)
      .sort((a, b) => a.trainingRounds - b.trainingRounds);
    const [low, high, share] = beside(
      of.map((cell) => cell.trainingRounds),
      trainingRounds,
    );
    return low === high ? of[low]!.training : between(of[low]!.training, of[high]!.training, share);
  };
  const [low, high, share] = beside(levels, noise);
  return low === high ? along(levels[low]!) : between(along(levels[low]!), along(levels[high]!), share);
}

/** The learning model of a pilot for one measure, by default the one that its numbers were chosen by. Deterministic. */
export function fitLearning(pilot: Pilot, metric: Metric = pilot.metric): LearningModel {
  // One point has few runs: the chance of one run is taken from all points of as many rounds.
  const own = pilot.points.map(({ runs }) => variance(runs.map(({ scores }) => scores[metric])));
  const variances = pilot.points.map(({ trainingRounds }) =>
    mean(own.filter((_, i) => pilot.points[i]!.trainingRounds === trainingRounds)),
  );
  const cellsOf = (runs: readonly (readonly PilotRun[])[]): Cell[] =>
    pilot.points.map((point, i) => observed(point, runs[i]!, metric, variances[i]!));
  const cells = cellsOf(pilot.points.map(({ runs }) => runs));
  const fit = fitCells(cells);
  const random = seededRandom(pilot.seed);
  const refits = Array.from({ length: REFITS }, () => fitCells(cellsOf(drawnAgain(pilot, random))));
  const residual = mean(cells.map((cell) => (cell.value - valueAt(fit, cell.trainingRounds, cell.noise)) ** 2));
  const cut = (value: number): number => Math.max(0, Math.min(1, value));
  return {
    metric,
    at({ trainingRounds, multiplier }): Worth {
      const noise = noiseOf(trainingRounds, multiplier);
      const value = valueAt(fit, trainingRounds, noise);
      const spread =
        NINETY * Math.sqrt(variance(refits.map((refit) => valueAt(refit, trainingRounds, noise))) + residual);
      const { rounds, levels } = fit;
      const extrapolated =
        trainingRounds < rounds[0]! ||
        trainingRounds > rounds.at(-1)! ||
        noise < levels[0]! * (1 - SLACK) ||
        noise > levels.at(-1)! * (1 + SLACK);
      return {
        ...{ mean: cut(value), low: cut(value - spread), high: cut(value + spread), extrapolated },
        training: { ...numbersAt(cells, levels, trainingRounds, noise) },
      };
    },
  };
}
