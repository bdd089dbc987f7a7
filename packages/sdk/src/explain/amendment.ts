/**
 * What would change for whom if one charter took the place of another, in plain words. An amendment is a new charter with
 * a run and a ledger of its own, so what was spent before is not given back: the words say what both spend together. [BD3]
 */
import { type CharterText, epsilonWad, rhoWithin, UNITS } from '@concord/protocol';
import type { Charter } from '../facts.ts';
import { charterFacts, type CharterFacts } from './facts.ts';
import { bytesText, duration, onOneLine, thousands, timeOf } from './words.ts';

export interface CharterWithText {
  readonly charter: Charter;
  readonly text: CharterText;
}

/** For whom something changes. */
export type Whom = 'records' | 'members' | 'newcomers' | 'leavers' | 'holders' | 'relayers' | 'callers' | 'everybody';

export interface Change {
  /** The clause that it is about (spec/charter.md). */
  readonly clause: string;
  readonly whom: Whom;
  /** Seen by those for whom it changes; “different” where that is a matter of taste. */
  readonly effect: 'better' | 'worse' | 'different';
  readonly sentence: string;
}

export interface AmendmentExplanation {
  /** Of this shape. */
  readonly version: 1;
  readonly before: string;
  readonly after: string;
  /** Whether the new charter says itself that it replaces the old one (`succeeds`); no contract ends the old run. */
  readonly declared: boolean;
  readonly changes: readonly Change[];
  /** ε that whoever is in both runs is promised, both budgets added, and at which level and δ. */
  readonly together: {
    readonly epsilon: number;
    readonly deltaExponent: number;
    readonly unit: 'record' | 'member';
  };
  /** The same in words, worst first. */
  readonly sentences: readonly string[];
}

interface Side extends CharterWithText {
  readonly facts: CharterFacts;
}

type Compare = (before: Side, after: Side) => readonly Change[];

/** A number that is better for somebody when it falls (or rises): one change where it differs. */
const number =
  (
    clause: string,
    whom: Whom,
    better: 'less' | 'more' | 'neither',
    of: (facts: CharterFacts) => number,
    sentence: (before: number, after: number) => string,
  ): Compare =>
  (before, after) => {
    const [a, b] = [of(before.facts), of(after.facts)];
    if (a === b) return [];
    const effect = better === 'neither' ? 'different' : b < a === (better === 'less') ? 'better' : 'worse';
    return [{ clause, whom, effect, sentence: sentence(a, b) }];
  };

const words =
  (clause: string, whom: Whom, what: string, of: (text: CharterText) => string): Compare =>
  (before, after) => {
    const [a, b] = [of(before.text), of(after.text)];
    const sentence = `${what} is no longer “${onOneLine(a)}” but “${onOneLine(b)}”.`;
    return a === b ? [] : [{ clause, whom, effect: 'different', sentence }];
  };

/** The most that a member may hold; a promise to members does not bound them. */
const records = (most: number): string => (most === 0 ? 'any number of records' : `at most ${thousands(most)} records`);
const rises = (a: number, b: number): string => (b > a ? 'rises' : 'falls');
const every = (facts: CharterFacts): string => `each ${facts.privacy.unit}`;

const privacy: Compare = (before, after) => {
  const [a, b] = [before.facts.privacy, after.facts.privacy];
  const changes: Change[] = [];
  if (a.unit !== b.unit)
    changes.push({
      clause: 'CH4',
      whom: 'records',
      effect: b.unit === 'member' ? 'better' : 'worse',
      sentence: `The promise is no longer about each ${a.unit} but about each ${b.unit}${b.unit === 'member' ? ', so about all that a member holds at once' : ': who holds many records about one person no longer protects that person as one'}.`,
    });
  const [from, to] = [a.epsilonAfterAllRounds, b.epsilonAfterAllRounds];
  if (from.toFixed(3) !== to.toFixed(3))
    changes.push({
      clause: 'CH4',
      whom: 'records',
      effect: to < from ? 'better' : 'worse',
      sentence: `What the run may reveal about ${every(after.facts)} ${rises(from, to)}: ε = ${from.toFixed(3)} becomes ${to.toFixed(3)} after all rounds (at most ${a.epsilonCap}, then ${b.epsilonCap}); a smaller ε protects better.`,
    });
  return changes;
};

const sentencesOf: Compare = ({ text: before }, { text: after }) => {
  const [old, now] = [before, after].map(({ clauses }) => new Map(clauses.map((each) => [each.id, each]))) as [
    Map<string, CharterText['clauses'][number]>,
    Map<string, CharterText['clauses'][number]>,
  ];
  const changed = [...now.values()].flatMap(({ id, sentence, enforcedBy }): Change[] => {
    const was = old.get(id);
    const change = (said: string): Change[] => [
      { clause: id, whom: 'everybody', effect: 'different', sentence: onOneLine(said) },
    ];
    if (!was) return change(`Clause ${id} is new: “${sentence}” (enforced by: ${enforcedBy}).`);
    if (was.sentence !== sentence) return change(`Clause ${id} said “${was.sentence}”; it now says “${sentence}”.`);
    if (was.enforcedBy !== enforcedBy)
      return change(`Clause ${id} was enforced by: ${was.enforcedBy}; it says now: ${enforcedBy}.`);
    return [];
  });
  const gone = [...old.values()].filter(({ id }) => !now.has(id));
  return [
    ...changed,
    ...gone.map(
      ({ id, sentence }): Change => ({
        clause: id,
        whom: 'everybody',
        effect: 'different',
        sentence: onOneLine(`Clause ${id} is gone: “${sentence}”.`),
      }),
    ),
  ];
};

const membership: Compare = ({ facts: before }, { facts: after }) => {
  const added = after.members.filter((each) => !before.members.includes(each));
  const left = before.members.filter((each) => !after.members.includes(each));
  const changes: Change[] = [];
  if (added.length > 0)
    changes.push({
      clause: 'CH6',
      whom: 'newcomers',
      effect: 'better',
      sentence: `${added.join(', ')} may vote and take part.`,
    });
  if (left.length > 0)
    changes.push({
      clause: 'CH6',
      whom: 'leavers',
      effect: 'worse',
      sentence: `${left.join(', ')} may no longer vote or take part; what they added to earlier sums stays in them.`,
    });
  if (before.votesNeeded !== after.votesNeeded || before.members.length !== after.members.length)
    changes.push({
      clause: 'CH11',
      whom: 'members',
      effect: 'different',
      sentence: `${after.votesNeeded} of ${after.members.length} votes carry a charter instead of ${before.votesNeeded} of ${before.members.length}.`,
    });
  return changes;
};

const columns: Compare = ({ text: before }, { text: after }) => {
  const [old, now] = [before, after].map(({ schema }) => new Map(schema.columns.map((each) => [each.name, each]))) as [
    Map<string, CharterText['schema']['columns'][number]>,
    Map<string, CharterText['schema']['columns'][number]>,
  ];
  const change = (effect: Change['effect'], sentence: string): Change => ({
    clause: 'CH2',
    whom: 'members',
    effect,
    sentence,
  });
  const quoted = (names: readonly string[]): string => names.map((name) => `“${onOneLine(name)}”`).join(', ');
  const added = [...now.keys()].filter((name) => !old.has(name));
  const gone = [...old.keys()].filter((name) => !now.has(name));
  const recut = [...now.values()].filter(({ name, transform, bound }) => {
    const was = old.get(name);
    return was !== undefined && (was.transform !== transform || was.bound !== bound);
  });
  return [
    ...(added.length > 0
      ? [change('different', `Every record must have ${quoted(added)} too, and they are learned from.`)]
      : []),
    ...(gone.length > 0 ? [change('different', `No longer read: ${quoted(gone)}.`)] : []),
    ...(recut.length > 0
      ? [change('different', `Scale or bound changes for ${quoted(recut.map(({ name }) => name))}.`)]
      : []),
  ];
};

const holding: Compare = ({ facts: before }, { facts: after }) => {
  if (before.committee === after.committee && before.shares === after.shares) return [];
  const told = ({ committee, shares }: CharterFacts): string =>
    committee
      ? `${shares} pairs of staked aggregators, drawn for every round`
      : `the ${shares} members, one share each`;
  const change = {
    clause: 'CH7',
    whom: 'members' as const,
    effect:
      before.committee === after.committee && after.shares < before.shares
        ? ('worse' as const)
        : ('different' as const),
    sentence: `Shares are held by ${told(after)} instead of ${told(before)}: an update stays secret unless ${after.colludersThatOpenAnUpdate} shares fall to colluders, before ${before.colludersThatOpenAnUpdate}.`,
  };
  return [change];
};

const limits: Compare = ({ facts: before }, { facts: after }) => {
  const changes: Change[] = [];
  const when = (sunset: number | null): string => (sunset === null ? 'no sunset' : `a sunset at ${timeOf(sunset)}`);
  const cap = (gas: number | null): string => (gas === null ? 'no cap on gas' : `a cap of ${thousands(gas)} gas`);
  if (before.sunset !== after.sunset)
    changes.push({
      clause: 'CH8',
      whom: 'everybody',
      effect: 'different',
      sentence: `The run has ${when(after.sunset)} instead of ${when(before.sunset)}.`,
    });
  const caps = ({ caps: each }: CharterFacts): string =>
    each
      ? `at most ${bytesText(each.memberBytes)} and ${duration(each.memberSeconds)} of computing`
      : 'whatever it takes';
  if (JSON.stringify(before.caps) !== JSON.stringify(after.caps))
    changes.push({
      clause: 'CH8',
      whom: 'members',
      effect: 'different',
      sentence: `The run may cost a member ${caps(after)} instead of ${caps(before)}.`,
    });
  if (before.gasCap !== after.gasCap)
    changes.push({
      clause: 'CH8',
      whom: 'relayers',
      effect: 'different',
      sentence: `There is ${cap(after.gasCap)} instead of ${cap(before.gasCap)}.`,
    });
  return changes;
};

const modelAndTraining: Compare = ({ text: before }, { text: after }) => {
  const change = (sentence: string): Change => ({ clause: 'CH3', whom: 'everybody', effect: 'different', sentence });
  const same = (of: (text: CharterText) => unknown): boolean =>
    JSON.stringify(of(before)) === JSON.stringify(of(after));
  const shape = ({ model }: CharterText): string =>
    model.kind === 'trees'
      ? `${model.trees} boosted trees of depth ${model.depth} on ${model.inputs} inputs`
      : model.kind === 'mlp'
        ? `a network with ${model.inputs} inputs and ${model.hidden} hidden units`
        : `a ${model.kind} model with ${model.inputs} inputs`;
  return [
    ...(same(({ model }) => model) ? [] : [change(`The model is ${shape(after)} instead of ${shape(before)}.`)]),
    ...(same(({ schema }) => schema.basis)
      ? []
      : [change(`Columns become inputs on the basis “${after.schema.basis}” instead of “${before.schema.basis}”.`)]),
    ...(same(({ training }) => training)
      ? []
      : [change('It is trained with other numbers (clipping, learning rate, momentum, adaptive steps, passes).')]),
  ];
};

const COMPARISONS: readonly Compare[] = [
  privacy,
  number(
    'CH4',
    'records',
    'more',
    ({ privacy }) => privacy.deltaExponent,
    (a, b) => `δ, the chance that the promise of ε does not hold, is 1e-${b} instead of 1e-${a}.`,
  ),
  number(
    'CH4',
    'records',
    'less',
    ({ privacy }) => privacy.honestContributors,
    (a, b) => `The promise counts on the noise of ${b} honest members instead of ${a}.`,
  ),
  number(
    'CH4',
    'members',
    'more',
    ({ maxRecords }) => maxRecords,
    (a, b) => `A member may hold ${records(b)} instead of ${records(a)}.`,
  ),
  number(
    'CH5',
    'members',
    'more',
    ({ minCohort }) => minCohort,
    (a, b) => `A sum is opened over ${b} or more members instead of ${a}.`,
  ),
  words('CH1', 'everybody', 'The purpose', ({ purpose }) => purpose),
  words('CH1', 'everybody', 'What it is judged by', ({ metric }) => metric),
  words('CH1', 'everybody', 'The name', ({ name }) => name),
  words('CH2', 'members', 'The label', ({ schema }) => schema.label),
  words('CH2', 'members', 'What an empty field does', ({ schema }) => schema.blank),
  columns,
  modelAndTraining,
  membership,
  holding,
  number(
    'CH8',
    'everybody',
    'neither',
    ({ rounds }) => rounds,
    (a, b) => `${b} sums are opened instead of ${a}.`,
  ),
  number(
    'CH8',
    'holders',
    'neither',
    ({ deadlines }) => deadlines.all,
    (a, b) => `An attempt may take ${duration(b)} instead of ${duration(a)}.`,
  ),
  number(
    'CH11',
    'members',
    'neither',
    ({ votingSeconds }) => votingSeconds,
    (a, b) => `The vote is open for ${duration(b)} instead of ${duration(a)}.`,
  ),
  limits,
  number(
    'CH8',
    'relayers',
    'less',
    ({ estimates }) => estimates.gas.total,
    (a, b) =>
      `The run costs about ${thousands(Math.round(b / 1e3))} k gas instead of ${thousands(Math.round(a / 1e3))} k.`,
  ),
  number(
    'CH8',
    'members',
    'less',
    ({ estimates, rounds }) => estimates.bytes.memberPerRound * rounds,
    (a, b) => `A member sends about ${bytesText(b)} in all instead of ${bytesText(a)}.`,
  ),
  sentencesOf,
];

const RANK: Readonly<Record<Change['effect'], number>> = { worse: 0, different: 1, better: 2 };

/** The most ρ that a charter's ledger lets a run spend, void attempts included (DP7). */
const budgetOf = ({ limits }: Charter): bigint =>
  rhoWithin({ epsilon: limits.epsilonCap, deltaExponent: BigInt(limits.deltaExponent) });

/** ε of both budgets at the new δ, at the level that both promises imply: member level protects records too. */
function together(before: Charter, after: Charter, spent: bigint | undefined): AmendmentExplanation['together'] {
  const rho = (spent ?? budgetOf(before)) + budgetOf(after);
  const { deltaExponent } = after.limits;
  const unit = UNITS[before.aggregation.unit === 1 ? 1 : after.aggregation.unit];
  return { epsilon: Number(epsilonWad(rho, BigInt(deltaExponent))) / 1e18, deltaExponent, unit };
}

/**
 * Explains what `after` would change. `spentRho` is what the old run spent (`RunView.rho`, wad), if it can spend no
 * more; without it, all that its ledger allows. Pure; throws CharterTextError where a model and its text do not fit. [BD3]
 */
export function explainAmendment(
  before: CharterWithText,
  after: CharterWithText,
  { spentRho }: { readonly spentRho?: bigint } = {},
): AmendmentExplanation {
  const [a, b] = [before, after].map((each): Side => ({ ...each, facts: charterFacts(each.charter, each.text) })) as [
    Side,
    Side,
  ];
  const changes = COMPARISONS.flatMap((compare) => compare(a, b)).sort((x, y) => RANK[x.effect] - RANK[y.effect]);
  const both = together(before.charter, after.charter, spentRho);
  const declared = after.charter.succeeds === a.facts.charterId;
  const stays = declared
    ? 'The new charter says that it replaces the old one; no contract ends the old run.'
    : 'The new charter does not say that it replaces the old one: both may run side by side.';
  return {
    version: 1,
    before: a.facts.charterId,
    after: b.facts.charterId,
    declared,
    changes,
    together: both,
    sentences: [
      ...changes.map(({ whom, sentence }) => `For ${whom}: ${sentence}`),
      ...(changes.length === 0 ? ['Nothing that this version can read changes.'] : []),
      `A new charter is a new run with a budget of its own, and nothing that was spent is given back: together they promise each ${both.unit} that is in both ε = ${both.epsilon.toFixed(3)} at δ = 1e-${both.deltaExponent}.`,
      stays,
      `It holds only once ${b.facts.votesNeeded} of its ${b.facts.members.length} members voted for it.`,
    ],
  };
}
