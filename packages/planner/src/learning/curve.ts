/**
 * The curve of PL7: m(T, ν) = m∞ − a·T^−α − b·ν^β with a, b ≥ 0, where T are training rounds and ν = z/√(T + 1) is the
 * noise of the mean of all rounds' sums (at one ε nearly the same for every T). Size of the model and number of records are
 * one draft's and lie in b. Weighted least squares: a and b in closed form, α and β the best of a fixed grid.
 */

export interface Observation {
  readonly trainingRounds: number;
  /** ν. */
  readonly noise: number;
  readonly value: number;
  /** One over the variance of `value`. */
  readonly weight: number;
}

export interface Curve {
  readonly limit: number;
  readonly a: number;
  readonly alpha: number;
  readonly b: number;
  readonly beta: number;
}

const ALPHAS = [0.25, 0.35, 0.5, 0.7, 1, 1.4, 2, 2.8] as const;
const BETAS = [0.5, 1, 1.5, 2, 3] as const;

/** ν of a run whose sums have noise multiplier z. */
export const noiseOf = (trainingRounds: number, multiplier: number): number =>
  multiplier / Math.sqrt(trainingRounds + 1);

export const curveAt = ({ limit, a, alpha, b, beta }: Curve, trainingRounds: number, noise: number): number =>
  limit - a * trainingRounds ** -alpha - b * noise ** beta;

/** Weighted means, variances and covariances of two columns and the values. */
function moments(x: readonly number[], y: readonly number[], v: readonly number[], w: readonly number[]) {
  const total = w.reduce((sum, each) => sum + each, 0);
  const mean = (of: readonly number[]): number => of.reduce((sum, each, i) => sum + each * w[i]!, 0) / total;
  const [mx, my, mv] = [mean(x), mean(y), mean(v)];
  const product = (p: readonly number[], mp: number, q: readonly number[], mq: number): number =>
    p.reduce((sum, each, i) => sum + w[i]! * (each - mp) * (q[i]! - mq), 0) / total;
  return {
    ...{ mx, my, mv, xx: product(x, mx, x, mx), yy: product(y, my, y, my), vv: product(v, mv, v, mv) },
    ...{ xy: product(x, mx, y, my), xv: product(x, mx, v, mv), yv: product(y, my, v, mv) },
  };
}

/** The slopes (a, b ≥ 0) of v ≈ limit − a·x − b·y with the least squares: both free, or one or both at 0. */
function slopes({ xx, yy, xy, xv, yv }: ReturnType<typeof moments>): readonly [a: number, b: number] {
  const determinant = xx * yy - xy * xy;
  const both = [(xy * yv - yy * xv) / determinant, (xy * xv - xx * yv) / determinant] as const;
  if (determinant > 1e-12 * xx * yy && both[0] >= 0 && both[1] >= 0) return both;
  const [a, b] = [xx > 0 ? Math.max(0, -xv / xx) : 0, yy > 0 ? Math.max(0, -yv / yy) : 0];
  // What each alone takes off the squares.
  return a * a * xx >= b * b * yy ? [a, 0] : [0, b];
}

/** The curve of least weighted squares through these observations, of which there is at least one. */
export function fitCurve(observations: readonly Observation[]): Curve {
  const [v, w] = [observations.map(({ value }) => value), observations.map(({ weight }) => weight)];
  let best: Curve | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const alpha of ALPHAS)
    for (const beta of BETAS) {
      const x = observations.map(({ trainingRounds }) => trainingRounds ** -alpha);
      const y = observations.map(({ noise }) => noise ** beta);
      const m = moments(x, y, v, w);
      const [a, b] = slopes(m);
      const squares = m.vv + a * a * m.xx + b * b * m.yy + 2 * (a * m.xv + b * m.yv + a * b * m.xy);
      if (squares >= least - 1e-15) continue;
      least = squares;
      best = { limit: m.mv + a * m.mx + b * m.my, a, alpha, b, beta };
    }
  return best!;
}
