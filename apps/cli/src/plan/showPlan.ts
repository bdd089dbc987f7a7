/** A plan in a terminal: two choices side by side, the front in characters, and what there is to say. */
import {
  byTheHour,
  epsilonText,
  frontCharacters,
  gasText,
  metricName,
  type Plan,
  type Point,
  secondsText,
  usdText,
  worthText,
} from '@concord/planner';
import { bytesText, type Renderer } from '../render.ts';

const where = ({ choice: { chain, hour } }: Point, { prices }: Plan): string =>
  byTheHour(chain, prices) ? `${chain}, ${String(hour).padStart(2, '0')}:00 UTC` : chain;

/** What is told of a choice, row by row. */
const ROWS: readonly (readonly [name: string, of: (point: Point, plan: Plan) => string])[] = [
  ['training rounds', ({ choice }) => String(choice.trainingRounds)],
  ['holders', ({ choice }) => (choice.committee ? `committee of ${choice.committee.shares} pairs` : 'the members')],
  ['where and when', where],
  [
    'deadlines',
    ({ choice: { slack } }) =>
      slack === undefined ? 'as drafted' : `${Math.round(100 * slack)} %, at least 4 × the work`,
  ],
  ['money', ({ cost }) => usdText(cost.usd.total)],
  ['  gas', ({ cost }) => `${usdText(cost.usd.gas)} (${gasText(cost.gas)})`],
  ['  bytes and processors', ({ cost }) => usdText(cost.usd.bytes + cost.usd.compute)],
  ['  paid by the relayer', ({ cost }) => usdText(cost.payers.relayer)],
  ['  by all members', ({ cost }) => usdText(cost.payers.members)],
  ['  by aggregators', ({ cost }) => usdText(cost.payers.aggregators)],
  ['time', ({ cost }) => secondsText(cost.seconds)],
  ['sent by a member, by all', ({ cost }) => `${bytesText(cost.bytes.member)}, ${bytesText(cost.bytes.all)}`],
  ['ε', ({ cost }) => epsilonText(cost.epsilon)],
];

export function showPlan(render: Renderer, plan: Plan): void {
  const { recommended, asDrafted, misses, question, prices } = plan;
  render.title(`Plan: ${question.name}`);
  render.line(`  Prices: ${prices.origin}`, 'warn');
  for (const { name, origin } of prices.chains) render.prose(`${name}: ${origin}`, '    ');
  render.line();
  const rows = [...ROWS, [metricName(plan), (point: Point) => worthText(point)] as const].filter(
    ([name]) =>
      (name !== '  by aggregators' || recommended.choice.committee || asDrafted.choice.committee) &&
      (name !== 'deadlines' || recommended.choice.slack !== undefined),
  );
  render.table(
    [
      ['', misses.length > 0 ? 'nearest' : 'recommended', 'the draft as it stands'],
      ...rows.map(([name, of]) => [name, of(recommended, plan), of(asDrafted, plan)]),
    ],
    ['faint'],
  );
  render.title(`${plan.front.length} choices that no other beats, of ${plan.looked}`);
  for (const line of frontCharacters(plan)) render.line(`  ${line}`);
  render.title('In words');
  for (const sentence of [...plan.sentences, ...plan.notes]) render.prose(sentence, '  – ');
}
