/** From quantities to places on a picture, and the numbers that stand beside its axes. */

export interface Scale {
  /** Where a value lies, in the units of the picture. */
  at(value: number): number;
  readonly ticks: readonly number[];
}

interface Span {
  readonly low: number;
  readonly high: number;
}

/** The smallest and largest of these, a little apart where they are one. */
export function spanOf(values: readonly number[]): Span {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (high > low) return { low, high };
  const apart = Math.abs(low) * 0.05 || 1;
  return { low: low - apart, high: high + apart };
}

/** A span with a part of itself beyond either end. */
export const wider = ({ low, high }: Span, part: number): Span => ({
  low: low - part * (high - low),
  high: high + part * (high - low),
});

/** Steps of 1, 2 or 5 × 10^n, about `count` of them in the span. */
export function linearTicks({ low, high }: Span, count = 5): number[] {
  const rough = (high - low) / count;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * size).find((each) => each >= rough) ?? 10 * size;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** 1, 2 and 5 of every power of ten in the span; only the powers where that is too many. */
export function logTicks({ low, high }: Span, most = 8): number[] {
  const decades = Array.from(
    { length: Math.ceil(Math.log10(high / low)) + 2 },
    (_, i) => Math.floor(Math.log10(low)) + i,
  );
  const within = (multiples: readonly number[]): number[] =>
    decades
      .flatMap((power) => multiples.map((times) => Number((times * 10 ** power).toPrecision(3))))
      .filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
  const all = within([1, 2, 5]);
  return all.length <= most ? all : within([1]);
}

export function linearScale(span: Span, from: number, to: number, count?: number): Scale {
  const { low, high } = span;
  return { at: (value) => from + ((value - low) / (high - low)) * (to - from), ticks: linearTicks(span, count) };
}

/** For positive values whose size differs much. */
export function logScale(span: Span, from: number, to: number): Scale {
  const [low, high] = [Math.log(span.low), Math.log(span.high)];
  return { at: (value) => from + ((Math.log(value) - low) / (high - low)) * (to - from), ticks: logTicks(span) };
}

/** How many times larger the dearest may be before an axis is logarithmic. */
const MUCH = 6;

/** An axis from nothing, or a logarithmic one where values differ much in size. */
export function moneyScale(values: readonly number[], from: number, to: number): Scale {
  const { low, high } = spanOf(values);
  return low > 0 && high / low > MUCH
    ? logScale({ low: low / 1.25, high: high * 1.25 }, from, to)
    : linearScale({ low: 0, high: high * 1.08 || 1 }, from, to);
}
