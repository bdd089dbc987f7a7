/**
 * A charter in plain words: its own clauses, what is learned, what the contract holds everybody to whatever those clauses
 * say, what it promises and what it costs. The words follow from struct and text alone. [BD2]
 */
import { adaptiveOf, type CharterText, type TextClause } from '@concord/protocol';
import type { Charter } from '../facts.ts';
import { charterFacts, type CharterFacts } from './facts.ts';
import { acceptanceWords, useWords } from './use.ts';
import { bytesText, duration, onOneLine, thousands, timeOf } from './words.ts';

export interface Chapter {
  readonly id: 'learned' | 'held' | 'promised' | 'costs' | 'use';
  readonly title: string;
  readonly sentences: readonly string[];
}

export interface CharterExplanation {
  /** Of this shape. */
  readonly version: 1;
  readonly charterId: string;
  /** Name, purpose, metric and clauses as their author wrote them: words of somebody else. */
  readonly name: string;
  readonly purpose: string;
  readonly metric: string;
  readonly clauses: readonly TextClause[];
  readonly chapters: readonly Chapter[];
  readonly facts: CharterFacts;
}

/** What a column becomes, where that is more than itself (LR6). */
const BASIS: Readonly<Record<CharterText['schema']['basis'], string>> = {
  plain: '',
  waves: ' Each column becomes three inputs: whether it is there, and two waves of its size.',
  gatedWaves: ' Each column becomes three inputs: whether it is there, and where it is, two waves of its size.',
};

function learned({ schema, model, training }: CharterText, facts: CharterFacts): string[] {
  const shape =
    model.kind === 'trees'
      ? `${model.trees} boosted trees of depth ${model.depth} on ${model.inputs} inputs`
      : model.kind === 'mlp'
        ? `A network with ${model.inputs} inputs and ${model.hidden} hidden units`
        : `A logistic model with ${model.inputs} inputs`;
  return [
    `${shape}, ${thousands(facts.parameters)} parameters; nobody runs anybody’s code.`,
    `From ${schema.columns.length} columns of each record it predicts “${onOneLine(schema.label)}” (0 or 1); an empty field ${schema.blank === 'zero' ? 'counts as 0' : 'is refused'}.${BASIS[schema.basis]} No other column is read.`,
    ...(adaptiveOf(training)
      ? ['Each parameter’s step is scaled by how large its opened gradients have been; that looks at opened sums only.']
      : []),
  ];
}

/** What the sums of a run are of. */
const OPENED: Readonly<Record<CharterFacts['algorithm'], (rounds: number) => string>> = {
  fedSgd: (rounds) => `one of feature statistics, ${rounds - 1} of gradients`,
  fedAvg: (rounds) => `one of feature statistics, ${rounds - 1} of updates`,
  boostedTrees: () => 'all of them of histograms of gradients',
};

function held(facts: CharterFacts): string[] {
  const { members, rounds, shares, sunset, gasCap } = facts;
  return [
    `It passes with the votes of more than half of ${members.length} members, within ${duration(facts.votingSeconds)} of the proposal.`,
    `${rounds} sums are opened: ${OPENED[facts.algorithm](rounds)}. A sum over fewer than ${facts.minCohort} members is never opened.`,
    facts.committee
      ? `Every update is cut into ${shares} shares, each held by two staked aggregators who are drawn by stake for every round. It stays secret unless every share falls to somebody who colludes.`
      : `Every update is cut into ${shares} shares, one for each member. It stays secret unless all ${shares} collude; one absent member voids the attempt, which is then tried again.`,
    `An attempt may take ${duration(facts.deadlines.all)} in all; a phase that misses its deadline voids it.`,
    sunset === null ? 'It has no sunset.' : `No attempt begins after ${timeOf(sunset)}.`,
    gasCap === null
      ? 'Gas is not capped.'
      : `The run may burn at most ${thousands(gasCap)} gas: once too little is left for a round it ends with the model that it has.`,
  ];
}

function promised({ privacy, members, maxRecords }: CharterFacts): string[] {
  const of = privacy.unit === 'record' ? 'one record' : 'one member';
  const z = privacy.noiseMultiplier;
  return [
    `ε = ${privacy.epsilonAfterAllRounds.toFixed(3)} of at most ${privacy.epsilonCap} at δ = 1e-${privacy.deltaExponent} after all rounds, for ${of}, even if all but ${privacy.honestContributors} of the members collude. The contract charges each sum before it is opened and refuses what goes beyond.`,
    `That takes noise of standard deviation ${z.toFixed(2)} × the most that ${of} can add to a sum, in each coordinate; as each member brings that much on its own, a round of all ${members.length} carries ${privacy.noiseMultiplierIfAllBring.toFixed(2)} ×.`,
    z < 1
      ? `That is little noise: whoever knows much else may learn much about ${of}. A smaller ε protects better.`
      : privacy.unit === 'record'
        ? `Seen from the data: a sum over ${Math.ceil(4 * privacy.noiseMultiplierIfAllBring)} or more similar records stands out of the noise, a single one does not.`
        : 'What one member adds drowns in that noise.',
    ...(privacy.unit === 'record'
      ? [`A member may hold at most ${thousands(maxRecords)} records; its node refuses to begin with more.`]
      : []),
  ];
}

/** [CH8][RD17] */
function capped({ caps, stopsNeeded, members, rounds, estimates: { bytes } }: CharterFacts): string[] {
  if (!caps) return [];
  const most = caps.memberBytes;
  return [
    `It may cost each member at most ${bytesText(most)} sent and ${duration(caps.memberSeconds)} of computing, by its own node’s count. A node that sees no room for another round signs to stop instead of taking part; with ${stopsNeeded} of ${members.length} such signatures the run ends with the model that it has.`,
    ...(bytes.memberPerRound * rounds > most
      ? [
          `That is too little for all ${rounds} rounds: a member will have sent ${bytesText(most)} after about ${Math.floor(most / bytes.memberPerRound)} of them.`,
        ]
      : []),
  ];
}

function costs(facts: CharterFacts): string[] {
  const {
    estimates: { gas, bytes },
    rounds,
  } = facts;
  return [
    `A report has ${bytesText(bytes.report)}; a member sends about ${bytesText(bytes.memberPerRound)} a round, ${bytesText(bytes.memberPerRound * rounds)} in all.`,
    `The relayer pays about ${thousands(Math.round(gas.laterRound / 1e3))} k gas a round, ${thousands(Math.round(gas.total / 1e3))} k for the whole run from proposal to last round. Members pay nothing.`,
    ...capped(facts),
  ];
}

const used = (text: CharterText, { use }: CharterFacts): string[] => [
  ...acceptanceWords(text),
  ...useWords(text.use),
  ...(use.asWritten === null ? [] : [`The charter itself says: “${onOneLine(use.asWritten)}”`]),
];

/** Explains a charter, proposed or only drafted. Pure; throws CharterTextError where model and text do not fit. [BD2] */
export function explainCharter(charter: Charter, text: CharterText): CharterExplanation {
  const facts = charterFacts(charter, text);
  const { name, purpose, metric, clauses } = text;
  return {
    version: 1,
    charterId: facts.charterId,
    ...{ name, purpose, metric, clauses },
    chapters: [
      { id: 'learned', title: 'What is learned', sentences: learned(text, facts) },
      {
        id: 'held',
        title: 'What the contract holds everybody to, whatever the sentences above say',
        sentences: held(facts),
      },
      {
        id: 'promised',
        title: `What it promises each ${facts.privacy.unit}, and the noise that this takes`,
        sentences: promised(facts),
      },
      { id: 'costs', title: 'What it costs, about', sentences: costs(facts) },
      { id: 'use', title: 'Who may use the model', sentences: used(text, facts) },
    ],
    facts,
  };
}
