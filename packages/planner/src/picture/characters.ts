/** The front in characters, for a terminal. */
import type { Plan } from '../search/document.ts';
import type { Point } from '../search/front.ts';
import { metricName, metricText, usdText } from '../search/words.ts';
import { linearScale, moneyScale, spanOf } from './scale.ts';

const SIGNS = { front: '·', recommended: '◆', draft: '○', goal: '-', interval: '┊' } as const;

/** Lines of a plot of `width` × `height` characters, axes and legend around it. */
export function frontCharacters(plan: Plan, { width = 60, height = 11 } = {}): string[] {
  const { front, recommended, asDrafted, question } = plan;
  const all = [...front, recommended, asDrafted];
  const goal = question.goal?.least;
  const x = moneyScale(
    all.map(({ cost }) => cost.usd.total),
    0,
    width - 1,
  );
  const span = spanOf(
    all.map(({ worth }) => worth.mean).concat(recommended.worth.low, recommended.worth.high, goal ?? []),
  );
  const y = linearScale(span, height - 1, 0);
  const cells = Array.from({ length: height }, () => new Array<string>(width).fill(' '));
  const put = ({ cost, worth }: Point, sign: string): void => {
    const [column, row] = [Math.round(x.at(cost.usd.total)), Math.round(y.at(worth.mean))];
    cells[row]![column] = sign;
  };
  if (goal !== undefined) cells[Math.round(y.at(goal))]!.fill(SIGNS.goal);
  const column = Math.round(x.at(recommended.cost.usd.total));
  for (let row = Math.round(y.at(recommended.worth.high)); row <= Math.round(y.at(recommended.worth.low)); row++)
    cells[row]![column] = SIGNS.interval;
  for (const point of front) put(point, SIGNS.front);
  put(asDrafted, SIGNS.draft);
  put(recommended, SIGNS.recommended);
  const marks = new Map(
    [0, Math.floor((height - 1) / 2), height - 1].map((row) => [
      row,
      span.high - (row / (height - 1)) * (span.high - span.low),
    ]),
  );
  const rows = cells.map(
    (row, i) => `${(marks.has(i) ? metricText(marks.get(i)!) : '').padStart(5)} │${row.join('').trimEnd()}`,
  );
  const labels = new Array<string>(width).fill(' ');
  let free = 0;
  for (const tick of x.ticks) {
    const text = usdText(tick).replace(/ USD$/, '').replace(/\.00$/, '');
    const from = Math.min(width - text.length, Math.max(0, Math.round(x.at(tick)) - Math.floor(text.length / 2)));
    if (from < free) continue;
    labels.splice(from, text.length, ...text);
    free = from + text.length + 1;
  }
  return [
    `${metricName(plan)}, expected`,
    ...rows,
    `      └${'─'.repeat(width)}`,
    `       ${labels.join('').trimEnd()}  USD`,
    `       ${SIGNS.recommended} recommended, ${SIGNS.interval} its 90 %   ${SIGNS.draft} the draft as it stands   ${SIGNS.front} choices that no other beats${goal === undefined ? '' : `   ${SIGNS.goal} goal`}`,
  ];
}
