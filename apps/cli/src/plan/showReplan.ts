/** A re-plan in a terminal: what is left, what may end it, what moved, and what to do. */
import {
  capName,
  capText,
  chanceText,
  epsilonText,
  gasText,
  gweiText,
  type Left,
  movedName,
  movedText,
  percent,
  type Replan,
  secondsText,
  usdText,
} from '@concord/planner';
import { bytesText, type Renderer } from '../render.ts';

const ROWS: readonly (readonly [name: string, of: (left: Left) => string])[] = [
  ['money', ({ usd }) => usdText(usd.total)],
  ['  gas', ({ usd, gas }) => `${usdText(usd.gas)} (${gasText(gas)})`],
  ['  bytes and processors', ({ usd }) => usdText(usd.bytes + usd.compute)],
  ['time', ({ seconds }) => secondsText(seconds)],
  ['sent by a member, by all', ({ bytes }) => `${bytesText(bytes.member)}, ${bytesText(bytes.all)}`],
  ['void attempts', ({ voids }) => voids.toFixed(1)],
];

export function showReplan(render: Renderer, plan: Replan): void {
  const { run, prices, left, ends, moved, relayer, absence, sentences } = plan;
  render.title(`The rest of run ${run.id}`);
  render.line(
    `  ${run.settled} of ${run.rounds} rounds settled, ${run.voids} attempts void (${run.chargedVoids} charged), ${gasText(run.gas)} used, ε ${epsilonText(run.epsilon)} of ${epsilonText(run.epsilonCap)} spent; now ${run.phase}`,
  );
  render.line(`  Prices: ${prices.origin}`, 'warn');
  render.prose(`${prices.chains[0]!.name}: ${prices.chains[0]!.origin}`, '    ');
  render.line();
  const limited = relayer.maxGasPrice === undefined ? undefined : relayer;
  render.table([
    [
      '',
      `void: ${percent(absence.expected)}`,
      percent(absence.low),
      percent(absence.high),
      ...(limited ? [`at most ${gweiText(limited.maxGasPrice!)}`] : []),
    ],
    ...ROWS.map(([name, of]) => [
      name,
      ...[left.expected, left.low, left.high, ...(limited ? [limited.left] : [])].map(of),
    ]),
  ]);
  render.title('What could end it before its last round');
  render.table([
    ['', 'left', 'one more round', 'pays for', 'more voids it stands', 'chance'],
    ...ends.map((end) => [
      capName(end.cap),
      capText(end, end.left),
      capText(end, end.each),
      `${end.rounds} of ${run.rounds - run.settled} rounds`,
      end.spare < 0 ? 'none' : end.spare > 999 ? '> 999' : String(end.spare),
      chanceText(end.early),
    ]),
  ]);
  if (moved.length > 0) {
    render.title('Since the plan');
    render.table([
      ['', 'planned', 'actual', ''],
      ...moved.map(({ what, planned, actual, moved: changed }) => [
        movedName(what),
        movedText(what, planned),
        movedText(what, actual),
        changed ? 'moved' : '',
      ]),
    ]);
  }
  render.title('In words');
  for (const sentence of sentences) render.prose(sentence, '  – ');
}
