/** When things happen: one round by its phases, and the whole run against the gas price of the day. */
import type { Plan } from '../search/document.ts';
import { secondsText } from '../search/words.ts';
import { linearScale } from './scale.ts';
import { element, label, line, type Picture } from './svg.ts';

const WIDTH = 560;
const LEFT = 84;
const RIGHT = WIDTH - 64;
const ROW = 22;

/** Phases below each other, each where it lies in the round. */
export function roundPicture({ recommended }: Plan): Picture {
  const { parts } = recommended.cost;
  const total = parts.reduce((sum, { seconds }) => sum + seconds, 0);
  const [unit, name] = total > 600 ? [60, 'min'] : [1, 's'];
  const x = linearScale({ low: 0, high: total / unit || 1 }, LEFT, RIGHT);
  const top = 36;
  const bottom = top + ROW * parts.length + 4;
  let at = 0;
  const rows = parts.flatMap(({ phase, seconds }, i) => {
    const [from, y] = [x.at(at / unit), top + ROW * i];
    at += seconds;
    return [
      label(LEFT - 10, y + 14, phase.toLowerCase(), { anchor: 'end' }),
      element('rect', { x: from, y: y + 3, width: Math.max(1, x.at(at / unit) - from), height: ROW - 6, class: 't3' }),
      label(x.at(at / unit) + 6, y + 14, secondsText(seconds), { as: 'soft' }),
    ];
  });
  const content = [
    ...x.ticks.flatMap((tick) => [
      line(x.at(tick), top, x.at(tick), bottom, 'grid'),
      label(x.at(tick), bottom + 16, tick === 0 ? '0' : `${tick} ${name}`, { anchor: 'middle', as: 'soft' }),
    ]),
    ...rows,
    line(LEFT, bottom, RIGHT, bottom, 'axis'),
    label(8, 20, `One training round: ${secondsText(total)} if nobody is absent`, { as: 'strong' }),
  ];
  return {
    ...{ width: WIDTH, height: bottom + 28, content },
    title: 'One training round, phase by phase',
    description: parts.map(({ phase, seconds }) => `${phase.toLowerCase()} ${secondsText(seconds)}`).join(', '),
  };
}

const gwei = (wei: number): number => wei / 1e9;
/** A name that fits above a picture. */
const short = (name: string): string => ([...name].length > 24 ? `${[...name].slice(0, 23).join('')}…` : name);
const gweiText = (value: number): string => `${Number(value.toPrecision(2))}`;

/** Gas price by the hour with the run on it; a run longer than a day covers all of it. */
export function dayPicture({ prices, recommended }: Plan): Picture {
  const chain = prices.chains.find(({ name }) => name === recommended.choice.chain);
  const price = chain?.gasPrice ?? 0;
  const hours = Array.from({ length: 24 }, (_, hour) => gwei(typeof price === 'number' ? price : (price[hour] ?? 0)));
  const [top, bottom] = [40, 176];
  const right = WIDTH - 16;
  const left = 52;
  const x = linearScale({ low: 0, high: 24 }, left, right, 8);
  const y = linearScale({ low: 0, high: Math.max(...hours) * 1.1 || 1 }, bottom, top, 3);
  const long = recommended.cost.seconds / 3_600;
  const { hour } = recommended.choice;
  const end = hour + long;
  const spans: readonly (readonly [number, number])[] =
    long >= 24
      ? [[0, 24]]
      : end > 24
        ? [
            [hour, 24],
            [0, end - 24],
          ]
        : [[hour, end]];
  const path = hours
    .map(
      (value, i) => `${i === 0 ? 'M' : 'L'}${x.at(i).toFixed(1)} ${y.at(value).toFixed(1)}H${x.at(i + 1).toFixed(1)}`,
    )
    .join('');
  const curve = typeof price !== 'number';
  const begins = `${secondsText(recommended.cost.seconds)} ${curve ? `from ${String(hour).padStart(2, '0')}:00 UTC` : 'at any hour'}`;
  const content = [
    ...y.ticks.flatMap((tick) => [
      line(left, y.at(tick), right, y.at(tick), 'grid'),
      label(left - 8, y.at(tick) + 4, gweiText(tick), { anchor: 'end', as: 'soft' }),
    ]),
    ...spans.map(([from, to]) =>
      element('rect', {
        x: x.at(from),
        y: top,
        width: Math.max(2, x.at(to) - x.at(from)),
        height: bottom - top,
        class: 'span',
      }),
    ),
    element('path', { d: path, class: 'price' }),
    line(left, bottom, right, bottom, 'axis'),
    ...[0, 3, 6, 9, 12, 15, 18, 21, 24].map((at) =>
      label(x.at(at), bottom + 16, String(at).padStart(2, '0'), { anchor: 'middle', as: 'soft' }),
    ),
    label(8, 20, `The run: ${begins}; gas price on ${short(recommended.choice.chain)} in gwei`, { as: 'strong' }),
    label((left + right) / 2, bottom + 34, 'hour of the day, UTC', { anchor: 'middle', as: 'soft' }),
  ];
  return {
    ...{ width: WIDTH, height: 222, content },
    title: `The run against the gas price of ${recommended.choice.chain}`,
    description: `The run takes ${begins}. Gas price in gwei by the hour: ${hours.map(gweiText).join(', ')}.`,
  };
}
