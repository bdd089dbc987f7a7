/** A plan as one page that needs nothing else: no script, no font, no address; it follows the reader's light or dark. */
import { bytesText } from '@concord/sdk';
import type { Plan } from '../search/document.ts';
import type { Point } from '../search/front.ts';
import {
  byTheHour,
  choiceText,
  epsilonText,
  gasText,
  metricName,
  secondsText,
  usdText,
  worthText,
} from '../search/words.ts';
import { frontPicture } from './front.ts';
import { COLORS, drawn, element, escaped, type Markup, SHAPES, styled } from './svg.ts';
import { dayPicture, roundPicture } from './timeline.ts';

const STYLE = `${COLORS}${SHAPES}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: anywhere; }
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
p { margin: .5rem 0; max-width: 46rem; } .soft { color: var(--soft); } .failing { border-left: 4px solid var(--mark); padding-left: .75rem; }
.beside { display: grid; gap: 1.5rem; grid-template-columns: minmax(0, 1fr); }
@media (min-width: 60rem) { .beside { grid-template-columns: minmax(0, 1.35fr) minmax(0, 1fr); } }
figure { margin: 0; } .scroll { overflow: auto; max-height: 27rem; } svg.plan { display: block; width: 100%; min-width: 27rem; height: auto; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; margin: 1rem 0; }
.card { border: 1px solid var(--rule); border-radius: 8px; padding: .75rem 1rem; } .card.mark { border-color: var(--mark); border-width: 2px; }
.card h3 { margin: 0 0 .5rem; font-size: 1rem; } dl { display: grid; grid-template-columns: auto 1fr; gap: .15rem .9rem; margin: 0; } dt { color: var(--soft); } dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; } caption { text-align: left; color: var(--soft); padding-bottom: .4rem; }
th, td { text-align: right; padding: .25rem .5rem; border-bottom: 1px solid var(--rule); white-space: nowrap; } th:first-child, td:first-child { text-align: left; }
thead th { position: sticky; top: 0; background: var(--paper); color: var(--soft); font-weight: 500; } tr.mark td, tr.mark th { color: var(--mark); font-weight: 600; }
@media print { .scroll { max-height: none; } }
pre { background: var(--band); padding: .75rem 1rem; border-radius: 6px; overflow: auto; font-size: .8rem; } summary { cursor: pointer; }`;

const p = (text: string, as?: string): Markup => element('p', { class: as }, escaped(text));
const cell = (name: 'td' | 'th', text: string, scope?: string): Markup => element(name, { scope }, escaped(text));

function card(title: string, point: Point, plan: Plan, as: string): Markup {
  const { cost } = point;
  const facts = [
    [metricName(plan), worthText(point)],
    ['training rounds', String(point.choice.trainingRounds)],
    ['holders', point.choice.committee ? `committee of ${point.choice.committee.shares} pairs` : 'the members'],
    ['money', usdText(cost.usd.total)],
    ['of it gas', `${usdText(cost.usd.gas)}, ${gasText(cost.gas)}`],
    ['paid by the relayer', usdText(cost.payers.relayer)],
    ['by all members', usdText(cost.payers.members)],
    ['by aggregators', usdText(cost.payers.aggregators)],
    ['time', secondsText(cost.seconds)],
    ['sent by a member', bytesText(cost.bytes.member)],
    ['sent by all', bytesText(cost.bytes.all)],
    ['ε', epsilonText(cost.epsilon)],
  ];
  const list = facts.flatMap(([name = '', value = '']) => [
    element('dt', {}, escaped(name)),
    element('dd', {}, escaped(value)),
  ]);
  return element(
    'section',
    { class: `card ${as}` },
    element('h3', {}, escaped(title)),
    p(choiceText(point, plan), 'soft'),
    element('dl', {}, ...list),
  );
}

/** A column of the front's table; those that say the same of every choice are left out. */
interface Column {
  readonly head: string;
  readonly of: (point: Point) => string;
  readonly always?: true;
}

function frontTable(plan: Plan): Markup {
  const { front, recommended, prices } = plan;
  const all: readonly Column[] = [
    { head: metricName(plan), of: worthText, always: true },
    { head: 'money', of: ({ cost }) => usdText(cost.usd.total), always: true },
    { head: 'time', of: ({ cost }) => secondsText(cost.seconds), always: true },
    { head: 'ε', of: ({ cost }) => epsilonText(cost.epsilon) },
    { head: 'holders', of: ({ choice }) => (choice.committee ? `${choice.committee.shares} × 2` : 'members') },
    { head: 'chain', of: ({ choice }) => choice.chain },
    {
      head: 'from',
      of: ({ choice }) => (byTheHour(choice.chain, prices) ? `${String(choice.hour).padStart(2, '0')}:00` : 'any hour'),
    },
  ];
  const columns = all.filter(({ of, always }) => always || new Set(front.map(of)).size > 1);
  const rows = front.map((point) => {
    const first = `${point.choice.trainingRounds}${point === recommended ? ' ◆' : ''}`;
    return element(
      'tr',
      { class: point === recommended ? 'mark' : undefined },
      cell('th', first, 'row'),
      ...columns.map(({ of }) => cell('td', of(point))),
    );
  });
  return element(
    'table',
    {},
    element('caption', {}, escaped(`The ${front.length} choices that no other beats, cheapest first; ◆ recommended`)),
    element(
      'thead',
      {},
      element('tr', {}, cell('th', 'rounds', 'col'), ...columns.map(({ head }) => cell('th', head, 'col'))),
    ),
    element('tbody', {}, ...rows),
  );
}

const roundTable = ({ recommended }: Plan): Markup =>
  element(
    'table',
    {},
    element('caption', {}, escaped('One training round')),
    element(
      'tbody',
      {},
      ...recommended.cost.parts.map(({ phase, seconds }) =>
        element('tr', {}, cell('th', phase.toLowerCase(), 'row'), cell('td', secondsText(seconds))),
      ),
    ),
  );

const figure = (picture: Markup): Markup => element('figure', { class: 'scroll', tabindex: 0 }, picture);

function ground(plan: Plan): Markup[] {
  const { prices, calibration, question, looked } = plan;
  const chains = prices.chains.map(({ name, blockSeconds, confirmations, gasPrice, usdPerEther, origin }) => {
    const gas =
      typeof gasPrice === 'number'
        ? `${gasPrice / 1e9} gwei`
        : `${Math.min(...gasPrice) / 1e9} – ${Math.max(...gasPrice) / 1e9} gwei by the hour`;
    return p(
      `${name}: ${gas}, ether at ${usdPerEther} USD, a block every ${blockSeconds} s, ${confirmations} confirmations. From: ${origin}`,
    );
  });
  return [
    ...plan.notes.map((note) => p(note, 'failing')),
    p(
      `${looked} choices were compiled and costed. ${question.members} members with ${question.records.join(', ')} records.`,
    ),
    p(
      `Prices: ${prices.origin}. A gigabyte ${prices.usdPerGigabyte} USD, an hour of one processor ${prices.usdPerProcessorHour} USD.`,
    ),
    ...chains,
    p(
      `Times were measured on: ${calibration.processor}. Gas comes from the contracts’ own snapshots, bytes from the sizes of the charter.`,
    ),
    element(
      'details',
      {},
      element('summary', {}, escaped('The charter draft with the recommended numbers')),
      element('pre', {}, escaped(JSON.stringify(plan.draft, undefined, 2))),
    ),
  ];
}

/** The page of a plan. */
export function pageOf(read: Plan): string {
  // A document that was read from JSON: the recommended point of the front is equal, no longer the same.
  const same = read.front.find((point) => JSON.stringify(point) === JSON.stringify(read.recommended));
  const plan: Plan = same ? { ...read, recommended: same } : read;
  const said = plan.sentences.map((sentence, i) =>
    p(sentence, i === 0 && plan.misses.length > 0 ? 'failing' : undefined),
  );
  const title = `Plan: ${plan.question.name}`;
  const body = element(
    'main',
    {},
    element('h1', {}, escaped(title)),
    p(`What it would cost, and what it is expected to be worth. Prices: ${plan.prices.origin}.`, 'soft'),
    ...said,
    element(
      'div',
      { class: 'cards' },
      card(plan.misses.length > 0 ? 'Nearest to what was asked' : 'Recommended', plan.recommended, plan, 'mark'),
      card('The draft as it stands', plan.asDrafted, plan, ''),
    ),
    element('h2', {}, escaped('The front')),
    element(
      'div',
      { class: 'beside' },
      figure(drawn(frontPicture(plan), 'front')),
      element('div', { class: 'scroll', tabindex: 0 }, frontTable(plan)),
    ),
    element('h2', {}, escaped('When')),
    element(
      'div',
      { class: 'beside' },
      element('div', {}, figure(drawn(dayPicture(plan), 'day')), figure(drawn(roundPicture(plan), 'round'))),
      element('div', { class: 'scroll', tabindex: 0 }, roundTable(plan)),
    ),
    element('h2', {}, escaped('What this rests on')),
    ...ground(plan),
  );
  const head = [
    element('meta', { charset: 'utf-8' }),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    element('meta', { name: 'color-scheme', content: 'light dark' }),
    element('meta', {
      'http-equiv': 'Content-Security-Policy',
      content: "default-src 'none'; style-src 'unsafe-inline'",
    }),
    element('title', {}, escaped(title)),
    element('style', {}, styled(STYLE)),
  ];
  return `<!doctype html>\n<html lang="en"><head>${head.join('').replaceAll('/>', '>')}</head><body>${body}</body></html>\n`;
}
