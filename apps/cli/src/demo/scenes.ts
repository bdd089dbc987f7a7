/** The longer scenes of the demo, as they are printed. */
import { type CharterText, LARGEST_USEFUL_EPSILON } from '@concord/protocol';
import { type Renderer, score, thousands } from '../render.ts';
import type { Spread } from './baselines.ts';
import type { DemoFacts, FinishedFacts } from './document.ts';

export function showCharter(render: Renderer, text: CharterText): void {
  render.title(`The charter: ${text.name}`);
  render.prose(text.purpose, '  ');
  for (const { id, sentence, enforcedBy } of text.clauses) {
    render.prose(sentence, `  ${id.padEnd(5)}`);
    render.line(`       enforced by: ${enforcedBy}`, 'faint');
  }
}

export function showTable(render: Renderer, facts: FinishedFacts): void {
  const { baselines, privately, privacy } = facts;
  render.title('What each could do alone, and what they can do together');
  const found = ({ recallAt1PercentFalseAlarms }: typeof privately): number => recallAt1PercentFalseAlarms;
  // One seed has no spread.
  const spreadOf = ({ mean, deviation }: Spread): string =>
    found(deviation) === 0 ? score(found(mean)) : `${score(found(mean))} ± ${score(found(deviation))}`;
  const rows = facts.members.map((member, i) => {
    const { mean } = baselines.alone[i]!;
    const cells = [score(mean.accuracy), score(mean.auc), spreadOf(baselines.alone[i]!)];
    return [`${member.name} alone`, ...cells, spreadOf(baselines.alonePrivate[i]!)];
  });
  render.table(
    [
      [
        'scams found at 1 % false alarms, beside accuracy and AUC',
        'accuracy',
        'AUC',
        'no privacy',
        `ε = ${privacy.epsilon.toFixed(2)}`,
      ],
      ...rows,
      ['together: this run', score(privately.accuracy), score(privately.auc), '', score(found(privately))],
      ['together, other seeds', '', '', spreadOf(baselines.together), spreadOf(baselines.privately)],
      [
        'all records in one place',
        score(baselines.pooled.mean.accuracy),
        score(baselines.pooled.mean.auc),
        spreadOf(baselines.pooled),
        '',
      ],
      ['always guess “ordinary”', score(baselines.majority), '', '', ''],
    ],
    ['faint', ...rows.map(() => 'plain' as const), 'strong', 'plain', 'plain', 'faint'],
  );
  render.prose(
    'Only “this run” comes from the processes above. The demo holds all files, so it can compute the other rows, which no member could: same model, means over seeds, one process.',
    '  ',
  );
  const bestPrivate = Math.max(...baselines.alonePrivate.map(({ mean }) => found(mean)));
  const bestAlone = Math.max(...baselines.alone.map(({ mean }) => found(mean)));
  render.prose(
    found(privately) > bestPrivate
      ? `At the same ε no member alone comes near: the best finds ${score(bestPrivate)}.`
      : `At the same ε the best member alone finds ${score(bestPrivate)}: joining did not pay in this run.`,
    '  ',
  );
  if (found(privately) <= bestAlone)
    render.prose(
      `Without any privacy the best member alone finds ${score(bestAlone)}, as much as this run or more; what limits the run is the number of rounds first and the noise second.`,
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
    `  seconds   ${facts.seconds.total.toFixed(0)} in all, ${facts.seconds.training.toFixed(0)} of them training; one central process needs ${facts.seconds.central.toFixed(1)} (${(facts.seconds.training / facts.seconds.central).toFixed(1)} ×)`,
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
