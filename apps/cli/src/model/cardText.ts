/** A model card as Markdown, for people. */
import type { ModelCard } from './card.ts';
import { probabilityOf, type Share } from './evaluation.ts';

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const told = ({ flagged, of, share }: Share): string => `${flagged} of ${of} (${percent(share)})`;
/** Authors' words and data stay on their line and out of the table's columns. */
const cell = (text: string): string => text.replace(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;');

function evaluationText({ evaluation }: ModelCard): string[] {
  if (evaluation === null) return ['Nobody evaluated it here.'];
  const { data, records, positives, metrics, served, groups } = evaluation;
  return [
    `On ${cell(data)}: ${records} records, ${positives} of label 1.`,
    '',
    '| measure | value |',
    '|---|---|',
    `| accuracy (always guessing the majority: ${metrics.majorityGuess.toFixed(3)}) | ${metrics.accuracy.toFixed(3)} |`,
    `| AUC | ${metrics.auc.toFixed(3)} |`,
    `| average precision | ${metrics.averagePrecision.toFixed(3)} |`,
    `| found at 1 % false alarms | ${metrics.recallAt1PercentFalseAlarms.toFixed(3)} |`,
    '',
    `Served threshold: flag what scores above ${served.threshold} (Q16; an estimated probability of ${probabilityOf(served.threshold).toFixed(3)}), chosen on every second of these records of each label for ${percent(served.aimedFalseAlarmRate)} false alarms. On the others:`,
    '',
    `- known-good records flagged by mistake: ${told(served.falseAlarmsOnKnownGood)}`,
    `- records of label 1 found: ${told(served.found)}`,
    ...(groups.length === 0
      ? []
      : ['', '| among the others | of label 1 found | known-good flagged by mistake |', '|---|---|---|']),
    ...groups.map(({ what, found, falseAlarms }) => `| ${cell(what)} | ${told(found)} | ${told(falseAlarms)} |`),
  ];
}

/** The card as it is shown and kept beside the JSON. [BD5] */
export function cardText(card: ModelCard): string {
  const { model, lineage, data, privacy, training, use } = card;
  const shape =
    model.kind === 'mlp'
      ? `a network ${model.inputs}-${model.hidden}-1`
      : `a ${model.kind} model with ${model.inputs} inputs`;
  const sizes = data.perMember.map((member) =>
    'name' in member
      ? `| ${cell(member.name)} | \`${member.address}\` | ${member.records} | ${member.positives} |`
      : `| | \`${member.address}\` | not published | not published |`,
  );
  const lines = [
    `# Model card: ${cell(card.name)}`,
    '',
    cell(card.purpose),
    '',
    `Judged by: ${cell(card.metric)}`,
    '',
    '## What it is',
    `${shape[0]!.toUpperCase()}${shape.slice(1)}, ${model.parameters} parameters, from ${data.schema.columns.length} columns to the chance of “${cell(data.schema.label)}”; model id \`${model.modelId}\`.`,
    '',
    '## Learned from',
    `${data.members} members${data.recordsNoised === undefined ? '' : `, about ${data.recordsNoised} records in all (a noised count)`}; ${data.split}. Sizes come from ${cell(data.perMemberFrom)}.`,
    '',
    '| member | address | records | of label 1 |',
    '|---|---|---|---|',
    ...sizes,
    '',
    '## Privacy',
    `ε = ${privacy.epsilon.toFixed(3)} of at most ${privacy.epsilonCap} at δ = ${privacy.delta}, ${privacy.unit} level, ${privacy.adjacency} adjacency, over ${training.rounds} opened sums; noise multiplier ${privacy.noiseMultiplier.toFixed(2)}, ${privacy.honestNoiseContributors} honest contributor counted on; shares held by ${privacy.holders}.`,
    '',
    '## What it gets right and wrong',
    ...evaluationText(card),
    '',
    ...card.limits.map((each) => `- ${each}`),
    '',
    '## Lineage',
    `Charter \`${lineage.charter.id}\` (text \`${lineage.charter.textDigest}\`) → run of ${lineage.run.settledRounds} settled rounds, ${lineage.run.voidAttempts} void attempts → state \`${lineage.run.runStateHash}\` → model \`${lineage.modelId}\`${lineage.registered === undefined ? '' : lineage.registered ? ', registered on chain' : ', not registered on chain'}. Engine: ${lineage.engine.class}: ${lineage.engine.says}. Read from ${lineage.readFrom === 'chain' ? 'the chain' : 'an archive, whose logs are what the archivist read'}. Check it: \`${lineage.check}\`.`,
    '',
    '## Use',
    `${use.asWritten === null ? '' : `The charter says: “${cell(use.asWritten)}” `}${use.says}`,
    '',
  ];
  return `${lines.join('\n')}`;
}
