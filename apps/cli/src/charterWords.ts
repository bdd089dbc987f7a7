/** A charter in plain words: its own clauses, what the contract holds everybody to, what it promises and what it costs. */
import { type CharterText, isOpen, parameterCount, type TermsOfUse, updateLength } from '@concord/protocol';
import { byteCost, type Charter, charterIdOf, gasCost, isCommittee, privacyCost } from '@concord/sdk';
import { bytesText, type Renderer, thousands, timeOf } from './render.ts';

const NO_SUNSET = 1n << 62n;

export const duration = (seconds: number | bigint): string => {
  const all = Number(seconds);
  const units = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ] as const;
  for (const [name, size] of units)
    if (all >= 2 * size) return `${Number.isInteger(all / size) ? all / size : (all / size).toFixed(1)} ${name}s`;
  return `${all} seconds`;
};

const wad = (value: bigint): number => Number(value) / 1e18;

/** What the words are made of, for machines. */
export function charterFacts(charter: Charter, text: CharterText) {
  const privacy = privacyCost(charter);
  const { limits, aggregation } = charter;
  return {
    charterId: charterIdOf(charter),
    name: text.name,
    textDigest: charter.textDigest,
    use: text.use,
    acceptance: text.acceptance,
    members: charter.members,
    rounds: limits.rounds,
    minCohort: limits.minCohort,
    shares: aggregation.shares,
    committee: isCommittee(charter),
    maxRecords: aggregation.maxRecords,
    parameters: parameterCount(text.model),
    coordinates: updateLength(text),
    privacy: {
      unit: aggregation.unit === 1 ? ('record' as const) : ('member' as const),
      epsilonCap: wad(limits.epsilonCap),
      epsilonAfterAllRounds: wad(privacy.epsilon),
      deltaExponent: limits.deltaExponent,
      noiseMultiplier: privacy.multiplier,
      noiseMultiplierIfAllBring: privacy.multiplierIfAllBring,
      honestContributors: aggregation.honest,
    },
    estimates: { gas: gasCost(charter), bytes: byteCost(charter) },
  };
}

function held(charter: Charter): string[] {
  const { members, limits, deadlines, aggregation, votingSeconds } = charter;
  const all = Object.values(deadlines).reduce((sum, each) => sum + each, 0);
  return [
    `It passes with the votes of more than half of ${members.length} members, within ${duration(votingSeconds)} of the proposal.`,
    `${limits.rounds} sums are opened: one of feature statistics, ${limits.rounds - 1} of gradients. A sum over fewer than ${limits.minCohort} members is never opened.`,
    isCommittee(charter)
      ? `Every update is cut into ${aggregation.shares} shares, each held by two staked aggregators who are drawn by stake for every round. It stays secret unless every share falls to somebody who colludes.`
      : `Every update is cut into ${aggregation.shares} shares, one for each member. It stays secret unless all ${aggregation.shares} collude; one absent member voids the attempt, which is then tried again.`,
    `An attempt may take ${duration(all)} in all; a phase that misses its deadline voids it.`,
    limits.sunset >= NO_SUNSET ? 'It has no sunset.' : `No attempt begins after ${timeOf(limits.sunset)}.`,
    limits.gasCap === 0n ? 'Gas is not capped.' : `The run may burn at most ${thousands(limits.gasCap)} gas.`,
  ];
}

function promised(charter: Charter, text: CharterText): string[] {
  const { privacy, maxRecords } = charterFacts(charter, text);
  const of = privacy.unit === 'record' ? 'one record' : 'one member';
  const z = privacy.noiseMultiplier;
  return [
    `ε = ${privacy.epsilonAfterAllRounds.toFixed(3)} of at most ${privacy.epsilonCap} at δ = 1e-${privacy.deltaExponent} after all rounds, for ${of}, even if all but ${privacy.honestContributors} of the members collude. The contract charges each sum before it is opened and refuses what goes beyond.`,
    `That takes noise of standard deviation ${z.toFixed(2)} × the most that ${of} can add to a sum, in each coordinate; as each member brings that much on its own, a round of all ${charter.members.length} carries ${privacy.noiseMultiplierIfAllBring.toFixed(2)} ×.`,
    z < 1
      ? 'That is little noise: whoever knows much else may learn much about a record. A smaller ε protects better.'
      : `Seen from the data: a sum over ${Math.ceil(4 * privacy.noiseMultiplierIfAllBring)} or more similar records stands out of the noise, a single one does not.`,
    `A member may hold at most ${thousands(maxRecords)} records; its node refuses to begin with more.`,
  ];
}

function costs(charter: Charter): string[] {
  const gas = gasCost(charter);
  const bytes = byteCost(charter);
  const { rounds } = charter.limits;
  return [
    `A report has ${bytesText(bytes.report)}; a member sends about ${bytesText(bytes.memberPerRound)} a round or more, ${bytesText(bytes.memberPerRound * rounds)} in all.`,
    `The relayer pays about ${thousands(Math.round(gas.laterRound / 1e3))} k gas a round, ${thousands(Math.round(gas.total / 1e3))} k for the whole run from proposal to last round. Members pay nothing.`,
  ];
}

function learned(text: CharterText): string[] {
  const { schema, model } = text;
  const shape =
    model.kind === 'mlp'
      ? `a network with ${model.inputs} inputs and ${model.hidden} hidden units`
      : `a logistic model with ${model.inputs} inputs`;
  return [
    `${shape[0]!.toUpperCase()}${shape.slice(1)}, ${thousands(parameterCount(model))} parameters; nobody runs anybody’s code.`,
    `From ${schema.columns.length} columns of each record it predicts “${schema.label}” (0 or 1); an empty field ${schema.blank === 'zero' ? 'counts as 0' : 'is refused'}. No other column is read.`,
  ];
}

/** [CH12] */
const acceptanceWords = ({ acceptance }: CharterText): string[] =>
  acceptance
    ? [
        `Whoever registers it tries it on at least ${acceptance.records} records that nobody trained on first; below ${acceptance.measure} ${acceptance.least} its Concord refuses. No contract sees those records, so nothing but that program enforces this.`,
      ]
    : [];

/** [CH10] */
export function useWords(use: TermsOfUse | undefined): string[] {
  if (!use) return ['The charter does not say, so its model cannot be put on chain.'];
  const { callers, price, purpose, until } = use;
  const who = callers === 'anybody' ? 'Anybody' : `Only ${callers.join(', ')}`;
  const what = purpose === 'any' ? 'for any purpose' : `only for “${purpose}”, which every caller names on record`;
  const cost = price === '0' ? 'for free' : `for ${thousands(BigInt(price))} wei a use, which the members share in equal parts`;
  const end = until === 0 ? 'without end' : `until ${timeOf(BigInt(until))}`;
  const free = isOpen(use)
    ? 'Contracts ask it with “predict”, which costs nothing but gas.'
    : 'The Inference contract refuses every other use.';
  return [
    `${who} may use the finished model on chain, ${what}, ${cost}, ${end}. ${free}`,
    'What is on a public chain is public: anybody can copy the parameters from there and use them elsewhere, whatever these terms say.',
  ];
}

export function showCharter(render: Renderer, charter: Charter, text: CharterText): void {
  render.title(`The charter: ${text.name}`);
  render.prose(text.purpose, '  ');
  render.prose(`Judged by: ${text.metric}`, '  ');
  for (const { id, sentence, enforcedBy } of text.clauses) {
    render.prose(sentence, `  ${id.padEnd(5)}`);
    render.prose(`enforced by: ${enforcedBy}`, '       ');
  }
  const chapter = (title: string, sentences: readonly string[]): void => {
    render.title(title);
    for (const sentence of sentences) render.prose(sentence, '  – ');
  };
  chapter('What is learned', learned(text));
  render.table(
    text.schema.columns.map(({ name, transform, bound }) => [
      name,
      transform === 'signedLog' ? 'log scale' : 'as it is',
      `cut at ±${bound}`,
    ]),
  );
  chapter('Who may use the model', [...acceptanceWords(text), ...useWords(text.use)]);
  chapter('What the contract holds everybody to, whatever the sentences above say', held(charter));
  chapter('What it promises each record, and the noise that this takes', promised(charter, text));
  chapter('What it costs, about', costs(charter));
}
