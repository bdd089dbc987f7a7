/** The longer scenes of the demo, as they are printed. */
import { type CharterText, LARGEST_USEFUL_EPSILON } from '@concord/protocol';
import { type Renderer, score, thousands, type Tone } from '../render.ts';
import { type Spread, spreadOf } from './comparison.ts';
import type { DemoFacts, FinishedFacts } from './document.ts';
import type { Example, TableColumn } from './examples.ts';

export function showCharter(render: Renderer, text: CharterText): void {
  render.title(`The charter: ${text.name}`);
  render.prose(text.purpose, '  ');
  for (const { id, sentence, enforcedBy } of text.clauses) {
    render.prose(sentence, `  ${id.padEnd(5)}`);
    render.line(`       enforced by: ${enforcedBy}`, 'faint');
  }
}

/** What a row of the table has: scores without privacy, scores at the run's ε, or both. */
interface Row {
  readonly name: string;
  readonly open?: Spread;
  readonly private?: Spread;
  readonly tone?: Tone;
}

function cellOf(row: Row, { metric, side, spread }: TableColumn): string {
  const from = side === 'either' ? (row.open ?? row.private) : row[side];
  const mean = from?.mean[metric];
  if (from === undefined || mean === undefined) return '';
  // Noise that leaves no model in any seed leaves nothing to score.
  if (from.mean.noModel === 1) return 'no model';
  const deviation = from.deviation[metric] ?? 0;
  // One seed has no spread.
  return spread && deviation > 0 ? `${score(mean)} ± ${score(deviation)}` : score(mean);
}

/** “switzerland alone (diseased only)”: who has records of one label only can learn nothing from them. */
const nameAlone = (
  { name, rows, positives }: FinishedFacts['members'][number],
  { positives: one, ordinary }: Example,
): string => {
  const only = positives === rows ? one : positives === 0 ? ordinary : undefined;
  return `${name} alone${only === undefined ? '' : ` (${only} only)`}`;
};

export function showTable(render: Renderer, facts: FinishedFacts, example: Example): void {
  const { baselines, privately, privacy } = facts;
  const { columns, headline, verb } = example;
  render.title('What each could do alone, and what they can do together');
  const rows: readonly Row[] = [
    ...facts.members.map((member, i) => ({
      name: nameAlone(member, example),
      open: baselines.alone[i]!,
      private: baselines.alonePrivate[i]!,
    })),
    { name: 'together: this run', private: spreadOf([privately]), tone: 'strong' },
    { name: 'together, other seeds', private: baselines.privately },
    { name: 'together, no privacy', open: baselines.together },
    { name: 'all records in one place', open: baselines.pooled },
  ];
  const { majority } = baselines;
  const guess = columns.map(({ metric, side }) =>
    side === 'private' || (metric !== 'accuracy' && metric !== 'atHome') ? '' : score(majority[metric] ?? 0),
  );
  const labels = columns.map(({ label }) => (label === 'ε' ? `ε = ${privacy.epsilon.toFixed(2)}` : label));
  render.table(
    [
      [example.scores, ...labels],
      ...rows.map((row) => [row.name, ...columns.map((column) => cellOf(row, column))]),
      ['always guess the majority', ...guess],
    ],
    ['faint', ...rows.map(({ tone }) => tone ?? 'plain'), 'faint'],
  );
  render.prose(
    'Only “this run” comes from the processes above. The demo holds all files, so it can compute the other rows, which no member could: same model, means over seeds, one process.',
    '  ',
  );
  if (majority.atHome !== undefined)
    render.prose(
      `Own ${example.records}: accuracy on the member’s own test part; in the rows of all, the plain mean over members.`,
      '  ',
    );
  const reached = privately[headline] ?? 0;
  const best = (spreads: readonly Spread[]): number => Math.max(...spreads.map(({ mean }) => mean[headline] ?? 0));
  const [bestPrivate, bestAlone] = [best(baselines.alonePrivate), best(baselines.alone)];
  render.prose(
    `At the same ε the best member alone ${verb} ${score(bestPrivate)}${reached > bestPrivate ? '' : ': joining did not pay in this run'}.`,
    '  ',
  );
  if (reached <= bestAlone)
    render.prose(
      `Without any privacy the best member alone ${verb} ${score(bestAlone)}, as much as this run or more; ${example.limit}.`,
      '  ',
    );
  render.line();
  render.line(
    `  privacy   ε = ${privacy.epsilon.toFixed(3)} of ${privacy.cap} at δ = ${privacy.delta}, ${privacy.unit} level, zero-out adjacency, z = ${privacy.noiseMultiplier.toFixed(2)}, ${privacy.honestNoiseContributors} honest noise contributor counted on`,
  );
  if (privacy.epsilon > Number(LARGEST_USEFUL_EPSILON) / 1e18)
    render.line('            an ε above 10 is kept, but no useful privacy [DP15]', 'warn');
  const perRound = facts.rounds.reduce((sum, { gas }) => sum + gas, 0n) / BigInt(Math.max(1, facts.rounds.length));
  render.line(`  gas       ${thousands(perRound)} a round, ${thousands(facts.gas.total)} in total`);
  render.line(`  bytes     ${(facts.bytesPerMember / 1e6).toFixed(1)} MB sent by a member`);
  render.line(
    `  seconds   ${facts.seconds.total.toFixed(0)} in all, ${facts.seconds.training.toFixed(0)} of them training; one central process needs ${facts.seconds.central.toPrecision(2)} (${thousands(Math.round(facts.seconds.training / facts.seconds.central))} ×)`,
  );
}

/** The verdict; and who broke a rule, although the run survived it or because it did not. */
export function showEnding(render: Renderer, { verify }: DemoFacts, finished: boolean): void {
  const { broken } = verify;
  render.line();
  for (const { clause, who, sentence, evidence } of broken) {
    render.line(`  BROKEN  ${clause}  by ${who}: ${sentence}`, 'bad');
    for (const each of evidence) render.prose(each, '          → ');
  }
  const run = finished ? ' for the run' : ' for the run, which was stopped here';
  const good = broken.length === 0 && verify.verdict === 'PASS';
  render.line(
    `  ${verify.verdict}${broken.length === 0 ? '' : `${run}; FAIL for whoever lied`}`,
    good ? 'good' : 'bad',
  );
}
