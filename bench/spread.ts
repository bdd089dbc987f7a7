/** Mean and sample deviation of a measure over seeds. */
export interface Spread {
  readonly mean: number;
  /** Sample deviation over seeds. */
  readonly deviation: number;
}

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

export function spread(values: readonly number[]): Spread {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return { mean: middle, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}
