/** The front: expected metric against money, time by shade, ε by shape; the recommended point and the draft's own are marked. */
import type { Plan } from '../search/document.ts';
import type { Point } from '../search/front.ts';
import { epsilonText, metricName, metricText, secondsText, usdText } from '../search/words.ts';
import { linearScale, moneyScale, spanOf, wider } from './scale.ts';
import { element, escaped, label, line, type Markup, type Picture } from './svg.ts';

const WIDTH = 560;
const HEIGHT = 398;
const PLOT = { left: 52, right: WIDTH - 16, top: 40, bottom: HEIGHT - 110 };

const shades = 4;
const money = ({ cost }: Point): number => cost.usd.total;

/** 1 … 4 by where the time lies among all times, on a logarithm. */
function shadeOf(seconds: number, all: readonly number[]): number {
  const { low, high } = spanOf(all.map(Math.log));
  const place = (Math.log(seconds) - low) / (high - low);
  return Math.max(1, Math.min(shades, 1 + Math.floor(place * shades)));
}

/** Circle, square, triangle: the largest ε first. */
function dot(x: number, y: number, r: number, kind: number, as: string): Markup {
  if (kind === 0) return element('circle', { cx: x, cy: y, r, class: as });
  if (kind === 1) return element('rect', { x: x - r, y: y - r, width: 2 * r, height: 2 * r, class: as });
  return element('path', {
    d: `M${(x - 1.2 * r).toFixed(1)} ${(y + r).toFixed(1)}h${(2.4 * r).toFixed(1)}L${x.toFixed(1)} ${(y - 1.2 * r).toFixed(1)}z`,
    class: as,
  });
}

/** Shapes and shades in words and signs, below the axis. */
function legend(epsilons: readonly number[], times: readonly number[]): Markup[] {
  const y = HEIGHT - 42;
  const { low, high } = spanOf(times);
  const kinds = epsilons.flatMap((epsilon, i) => {
    const x = PLOT.left + 8 + 72 * i;
    return [dot(x, y, 4.5, i, 'dot t3'), label(x + 10, y + 4, `ε = ${epsilonText(epsilon)}`, { as: 'soft' })];
  });
  const at = PLOT.right - 196;
  const ramp = [1, 2, 3, 4].map((shade, i) =>
    element('rect', { x: at + 62 + 16 * i, y: y - 5, width: 16, height: 10, class: `t${shade}` }),
  );
  return [
    ...kinds,
    label(at + 56, y + 4, secondsText(low), { anchor: 'end', as: 'soft' }),
    ...ramp,
    label(at + 132, y + 4, secondsText(high), { as: 'soft' }),
  ];
}

export function frontPicture(plan: Plan): Picture {
  const { front, recommended, asDrafted, question } = plan;
  const all = [...front, recommended, asDrafted];
  const goal = question.goal?.least;
  const metrics = all.flatMap(({ worth }) => [worth.low, worth.high]).concat(goal ?? []);
  const x = moneyScale(all.map(money), PLOT.left, PLOT.right);
  const y = linearScale(wider(spanOf(metrics), 0.06), PLOT.bottom, PLOT.top);
  const times = all.map(({ cost }) => cost.seconds);
  const epsilons = [...new Set(all.map(({ cost }) => epsilonText(cost.epsilon)))].map(Number).sort((a, b) => b - a);
  const kind = ({ cost }: Point): number => Math.min(2, epsilons.indexOf(Number(epsilonText(cost.epsilon))));
  const bar = (point: Point, as: string): Markup =>
    line(x.at(money(point)), y.at(point.worth.low), x.at(money(point)), y.at(point.worth.high), as);
  const grid = [
    ...y.ticks.flatMap((tick) => [
      line(PLOT.left, y.at(tick), PLOT.right, y.at(tick), 'grid'),
      label(PLOT.left - 8, y.at(tick) + 4, metricText(tick), { anchor: 'end', as: 'soft' }),
    ]),
    ...x.ticks.flatMap((tick) => [
      line(x.at(tick), PLOT.bottom, x.at(tick), PLOT.bottom + 4, 'axis'),
      label(x.at(tick), PLOT.bottom + 18, shortUsd(tick), { anchor: 'middle', as: 'soft' }),
    ]),
    line(PLOT.left, PLOT.bottom, PLOT.right, PLOT.bottom, 'axis'),
    ...(goal === undefined ? [] : [line(PLOT.left, y.at(goal), PLOT.right, y.at(goal), 'limit')]),
  ];
  const points = front.map((point) => {
    const says = `${pointWords(point)}${point === recommended ? ', recommended' : ''}`;
    const beyond = point.worth.extrapolated ? ' beyond' : '';
    const shape = dot(
      x.at(money(point)),
      y.at(point.worth.mean),
      4.5,
      kind(point),
      `dot t${shadeOf(point.cost.seconds, times)}${beyond}`,
    );
    return element('g', {}, element('title', {}, escaped(says)), bar(point, 'bar'), shape);
  });
  /** A ring, its interval and its name above or below that, where no other point can hide it. */
  const marked = (point: Point, { name, ring, bar: as, text }: Mark, above: boolean): Markup[] => {
    const [px, py] = [x.at(money(point)), y.at(point.worth.mean)];
    const beyond = above ? y.at(point.worth.high) - 7 : y.at(point.worth.low) + 15;
    const anchor = px < PLOT.left + 80 ? 'start' : px > PLOT.right - 80 ? 'end' : 'middle';
    const at = Math.max(PLOT.top - 4, Math.min(PLOT.bottom - 4, beyond));
    return [
      bar(point, as),
      element('circle', { cx: px, cy: py, r: ring === 'marked' ? 9 : 6, class: ring }),
      label(px, at, name, { anchor, as: `${text} halo` }),
    ];
  };
  const content = [
    ...grid,
    ...points,
    ...marked(asDrafted, DRAFTED, false),
    ...marked(recommended, RECOMMENDED, true),
    label(PLOT.left - 44, 20, `${metricName(plan)}, expected, with 90 % intervals`, { as: 'strong' }),
    ...(goal === undefined ? [] : [label(PLOT.right, y.at(goal) - 5, 'goal', { anchor: 'end', as: 'mark' })]),
    label((PLOT.left + PLOT.right) / 2, PLOT.bottom + 38, 'USD for the whole run', { anchor: 'middle', as: 'strong' }),
    ...(front.some(({ worth }) => worth.extrapolated)
      ? [label(PLOT.left + 4, HEIGHT - 16, 'hollow: beyond what the pilot tried', { as: 'soft' })]
      : []),
    ...legend(epsilons.slice(0, 3), times),
  ];
  return {
    ...{ width: WIDTH, height: HEIGHT, content },
    title: `${metricName(plan)} against money: ${front.length} choices that no other beats`,
    description: `From ${front[0] ? pointWords(front[0]) : 'nothing'} to ${front.at(-1) ? pointWords(front.at(-1)!) : 'nothing'}. Recommended: ${pointWords(recommended)}. The draft as it stands: ${pointWords(asDrafted)}. Darker points (lighter on a dark page) take longer. The table beside it has the same figures.`,
  };
}

interface Mark {
  readonly name: string;
  /** Classes of the ring, the interval and the name. */
  readonly ring: string;
  readonly bar: string;
  readonly text: string;
}
const RECOMMENDED: Mark = { name: 'recommended', ring: 'marked', bar: 'markedbar', text: 'mark' };
const DRAFTED: Mark = { name: 'the draft as it stands', ring: 'drafted', bar: 'draftedbar', text: 'draft' };

const shortUsd = (value: number): string => usdText(value).replace(/ USD$/, '').replace(/\.00$/, '');

const pointWords = ({ choice, cost, worth }: Point): string =>
  `${choice.trainingRounds} ${choice.trainingRounds === 1 ? 'round' : 'rounds'} on ${choice.chain}, ${metricText(worth.mean)} (${metricText(worth.low)} to ${metricText(worth.high)}) for ${usdText(cost.usd.total)}, ${secondsText(cost.seconds)}, ε = ${epsilonText(cost.epsilon)}`;
