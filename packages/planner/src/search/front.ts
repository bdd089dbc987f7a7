/** Choices that no other beats: the Pareto front over metric, money, seconds and ε. [PL8] */
import type { Choice, Cost, Worth } from '../types.ts';

/** A choice, what it costs and what its model is expected to be worth. */
export interface Point {
  readonly choice: Choice;
  readonly cost: Cost;
  readonly worth: Worth;
}

/** Noise is rounded against the spender, so that runs of one ε differ in its ninth digit: that makes none the better one. */
const epsilon = ({ cost }: Point): number => Math.round(cost.epsilon * 1e6) / 1e6;

/** Less is better in each. */
const measures = (point: Point): readonly number[] => {
  const { cost, worth } = point;
  return [cost.usd.total, cost.seconds, epsilon(point), -worth.mean];
};

/** By money, then time, then ε, then the better metric. */
export function byCost(a: Point, b: Point): number {
  const [x, y] = [measures(a), measures(b)];
  const at = x.findIndex((value, i) => value !== y[i]);
  return at < 0 ? 0 : x[at]! - y[at]!;
}

/** Whether `a` is at least as good as `b` everywhere and better somewhere. */
export function beats(a: Point, b: Point): boolean {
  const [x, y] = [measures(a), measures(b)];
  return x.every((value, i) => value <= y[i]!) && x.some((value, i) => value < y[i]!);
}

/** All points that no other beats, cheapest first. What beats a point stands before it in this order. */
export function frontOf(points: readonly Point[]): Point[] {
  const front: Point[] = [];
  for (const point of [...points].sort(byCost)) if (!front.some((other) => beats(other, point))) front.push(point);
  return front;
}
