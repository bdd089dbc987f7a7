/**
 * A charter draft from the shape of a table. Bounds are public and must not come from data, so they follow from the kind
 * of a column (its name, and whether it holds flags, counts or amounts), never from how large its values are.
 */
import type { TextColumn } from '@concord/protocol';
import { SchemaError, type Table } from '@concord/trainer';

export interface DraftColumn extends TextColumn {
  /** Why this bound: the kind of the column. */
  readonly kind: string;
}

export interface Draft {
  readonly label: string;
  readonly columns: readonly DraftColumn[];
  /** Columns that are not used, and why. */
  readonly left: readonly { readonly name: string; readonly why: string }[];
  readonly records: number;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
/** What names somebody must not become an input. */
const NAMING =
  /(^|[\s_-])(id|uuid|guid|name|surname|e-?mail|phone|address|ssn|mrn|iban|passport|zip|postcode|birth\w*|dob)($|[\s_-])/i;
const LABELS = ['label', 'target', 'y', 'class', 'outcome', 'flag', 'diagnosis', 'fraud'];

type Kind = readonly [kind: string, transform: 'identity' | 'signedLog', bound: number];
const BY_NAME: readonly (readonly [pattern: RegExp, ...Kind])[] = [
  [/(^|[\s_-])age($|[\s_-])/i, 'an age in years', 'identity', 130],
  [/(^|[\s_-])year($|[\s_-])/i, 'a calendar year', 'identity', 3_000],
  [/percent|pct|%/i, 'a percentage', 'identity', 100],
  [/(^|[\s_-])(rate|ratio|share|fraction|probability|score)($|[\s_-])/i, 'a share of one', 'identity', 1],
];
const FLAG: Kind = ['a flag, 0 or 1', 'identity', 1];
/** ln(1 + 10^7) = 16.1 and ln(1 + 10^12) = 27.6. */
const COUNT: Kind = ['a count, up to ten million', 'signedLog', 16.2];
const AMOUNT: Kind = ['an amount, up to a million million', 'signedLog', 27.7];

function kindOf(name: string, values: readonly string[]): Kind {
  if (values.every((value) => value === '0' || value === '1')) return FLAG;
  const named = BY_NAME.find(([pattern]) => pattern.test(name));
  if (named) return [named[1], named[2], named[3]];
  return values.every((value) => /^\d+$/.test(value)) ? COUNT : AMOUNT;
}

function labelOf(table: Table, asked: string | undefined): string {
  if (asked !== undefined) {
    if (table.header.includes(asked)) return asked;
    throw new SchemaError('MISSING_COLUMN', `missing; the table has ${table.header.join(', ')}`, asked);
  }
  const found = table.header.filter((name) => LABELS.includes(name.toLowerCase()));
  if (found.length === 1) return found[0]!;
  throw new SchemaError(
    'MISSING_COLUMN',
    `name the column that holds 0 or 1 with --label; the table has ${table.header.join(', ')}`,
  );
}

/** Throws SchemaError naming row and column when there is no label of 0 and 1, no row, or no column that can be used. */
export function draftOf(table: Table, askedLabel: string | undefined): Draft {
  const label = labelOf(table, askedLabel);
  if (table.rows.length === 0) throw new SchemaError('NO_RECORDS', 'the table has a header but no rows');
  const at = table.header.indexOf(label);
  table.rows.forEach((row, i) => {
    const value = (row[at] ?? '').trim();
    if (value !== '0' && value !== '1')
      throw new SchemaError(
        'LABEL',
        `have “${value}”, need 0 or 1: choose another column with --label, or write 0 and 1`,
        label,
        i + 1,
      );
  });
  const columns: DraftColumn[] = [];
  const left: { name: string; why: string }[] = [];
  table.header.forEach((name, j) => {
    if (j === at) return;
    const values = table.rows.map((row) => (row[j] ?? '').trim());
    const odd = values.findIndex((value) => value !== '' && !(NUMBER.test(value) && Number.isFinite(Number(value))));
    const filled = values.filter((value) => value !== '');
    if (name === '') left.push({ name: `(column ${j + 1})`, why: 'it has no name in the header' });
    else if (NAMING.test(name)) left.push({ name, why: 'its name says that it may name somebody' });
    else if (odd >= 0) left.push({ name, why: `row ${odd + 1} holds text; only numbers can be learned from` });
    else if (filled.length === 0) left.push({ name, why: 'it is empty in every row' });
    else {
      const [kind, transform, bound] = kindOf(name, filled);
      columns.push({ name, transform, bound, kind });
    }
  });
  if (columns.length === 0)
    throw new SchemaError(
      'SCHEMA',
      `no column can be learned from: ${left.map(({ name, why }) => `“${name}”: ${why}`).join('; ')}`,
    );
  return { label, columns, left, records: table.rows.length };
}

/** Most records a member may hold beside the integer norm bound Δ that still fits the field; public, so in few sizes. */
const SIZES: readonly (readonly [maxRecords: number, recordBound: number])[] = [
  [4_096, 16_384],
  [32_768, 2_048],
  [65_536, 1_024],
];

/** The draft as commented YAML. Throws SchemaError when the member holds more records than this version can count. */
export function draftYaml({ label, columns, records }: Draft): string {
  const size = SIZES.find(([most]) => records <= most);
  if (!size)
    throw new SchemaError(
      'SCHEMA',
      `${records} rows, this version takes at most ${SIZES.at(-1)![0]} of one member: use a part of them`,
    );
  const [maxRecords, recordBound] = size;
  const quoted = (text: string): string => JSON.stringify(text);
  // A record's statistics on the wave basis are never longer than √(1 + 4·columns) (spec/learning.md).
  const statisticsNorm = Math.ceil(Math.sqrt(1 + 4 * columns.length) * 65_536);
  const lines = columns.map(
    ({ name, transform, bound, kind }) =>
      `      - { name: ${quoted(name)}, transform: ${transform}, bound: ${bound} }   # REPLACE: guessed for ${kind}`,
  );
  return `# A charter draft. Correct every line that says REPLACE and take the word away: “concord propose” refuses it until then.
# Bounds are PUBLIC and must come from public knowledge, never from your records: this draft guessed them from the kind of
# each column. A bound that is too small cuts values off, one that is far too large makes them hard to tell apart.
text:
  version: 1
  name: A joint model            # REPLACE
  purpose: >-                    # REPLACE: what it is for, and what it is not for
    To learn to predict “${label}” from ${columns.length} columns.
  metric: Area under the ROC curve on records that nobody trained on.   # REPLACE: how you will judge it
  schema:
    label: ${quoted(label)}
    blank: zero                  # an empty field counts as 0; “refuse” turns such a file away
    basis: waves                 # each column becomes its presence and its place on a circle: three inputs
    columns:                     # bound: the most that the transformed value can be, from public knowledge
${lines.join('\n')}
  model: { kind: logistic, inputs: ${3 * columns.length} }
  training:                      # measured on other data (spec/learning.md); try others on public or synthetic records
    clippingNorm: 91750          # 1.4, in 2^-16
    statisticsNorm: ${statisticsNorm}
    deviationFloor: 4096
    featureLimit: 3
    learningRate: [360448, 360448]   # 5.5
    momentum: 32768              # 0.5
  clauses:                       # REPLACE: what members vote on, in your words
    - { id: CH1, sentence: "We learn one thing: ${label.replaceAll('"', '')}.", enforcedBy: "every member's node refuses a text that does not hash to the voted digest" }
    - { id: CH2, sentence: "Records have the ${columns.length} columns named here and a label, nothing else.", enforcedBy: "every member's node refuses a file that does not fit" }
    - { id: CH3, sentence: "The model is a logistic one; nobody runs anybody's code.", enforcedBy: "the model's hash is part of every update's context" }
    - { id: CH4, sentence: "No single record can be told from its absence by more than the ε and δ below over the whole run.", enforcedBy: "the ledger contract charges every sum before it is opened and refuses beyond the cap" }
    - { id: CH5, sentence: "A round with fewer than three members opens nothing.", enforcedBy: "the rounds contract" }
    - { id: CH6, sentence: "The members listed in the proposal vote and take part; one vote each.", enforcedBy: "the charters contract checks every signature" }
    - { id: CH8, sentence: "The run ends after its rounds, and every phase has a deadline.", enforcedBy: "the rounds contract" }
    - { id: CH10, sentence: "Anybody may use the finished model, for free.", enforcedBy: "the inference contract holds its callers to what stands under use; nothing hides the parameters" }
    - { id: CH11, sentence: "This charter holds once more than half of us voted for it; a change is a new charter and a new vote.", enforcedBy: "the charters contract" }
  # acceptance: { measure: auc, least: 0.7, records: 500 }   # what the model must reach on held-out records to be registered
  # caps: { memberBytes: 1000000000, memberSeconds: 86400 }   # what the run may cost each member; needs version 2 and training.algorithm: fedSgd
  use:                           # what the inference contract holds its callers to; the parameters are public all the same
    callers: anybody             # or a list of addresses
    price: "0"                   # wei for one use, which the members share
    purpose: any                 # or a word that every caller must name
    until: 0                     # the last second (Unix) of use; 0: no end
terms:
  epsilon: 4                     # the whole privacy budget; smaller protects better and learns less
  deltaExponent: 5               # δ = 10^-5; choose it below one over the number of all records
  trainingRounds: 12
  minCohort: 3
  maxRecords: ${maxRecords}               # REPLACE: most records of one member; public
  recordBound: ${recordBound}            # keep maxRecords × recordBound below about 100 million
  honest: 1                      # members whose noise is counted on; 1 trusts nobody but yourself
  votingSeconds: 86400
  # committee: { shares: 8 }     # drawn staked aggregators hold the shares; without it the members do
  sunset: 0
  gasCap: 0                      # 0: no cap; with one the run ends, with the model it has, once too little is left for a round
  deadlines: { seat: 600, noise: 600, open: 300, upload: 600, query: 300, verify: 600, unmask: 300, settle: 300 }
`;
}
