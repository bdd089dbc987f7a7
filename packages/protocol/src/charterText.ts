/**
 * The readable half of a charter as data: purpose, schema, model, training and clauses in plain words. Its bytes are
 * content-addressed (`textDigest` on chain, CH1); decoding is total, so a node that accepts a text knows every number
 * that it will compute with. The struct on chain holds the other half (spec/charter.md).
 */
import { CharterTextError, integer, list, object, oneOf, positive, text } from './charterFields.ts';
import { ModelError, type ModelShape, parameterCount } from './model/model.ts';
import { statisticsLength } from './model/standardization.ts';
import { decodeUse, type TermsOfUse } from './termsOfUse.ts';
import { decodeTraining, type Training } from './trainingText.ts';

export interface TextColumn {
  readonly name: string;
  readonly transform: 'identity' | 'signedLog';
  /** Public bound on the transformed value. */
  readonly bound: number;
}

export interface TextClause {
  readonly id: string;
  readonly sentence: string;
  readonly enforcedBy: string;
}

/** What the finished model must reach on records that nobody trained on, in the integers that are served (CH12). */
export interface Acceptance {
  readonly measure: (typeof MEASURES)[number];
  readonly least: number;
  /** Fewest held-out records. */
  readonly records: number;
}

const MEASURES = ['accuracy', 'auc', 'recallAt1PercentFalseAlarms'] as const;

export interface CharterText {
  /** 1 trains by fedSgd and does not say so; 2 names its algorithm (LR20). */
  readonly version: 1 | 2;
  readonly name: string;
  readonly purpose: string;
  readonly metric: string;
  readonly schema: {
    readonly columns: readonly TextColumn[];
    readonly label: string;
    readonly blank: 'zero' | 'refuse';
    /** What a column becomes: itself, or its presence and two waves (LR6). */
    readonly basis: 'plain' | 'waves';
  };
  readonly model: ModelShape;
  readonly training: Training;
  readonly clauses: readonly TextClause[];
  /** None: any model is served. */
  readonly acceptance?: Acceptance;
  /** Runs from before there were terms have none, and their models cannot be registered (CH10). */
  readonly use?: TermsOfUse;
}

function decodeShape(value: unknown, inputs: number): ModelShape {
  const json = object(value, 'model', ['kind', 'inputs', 'hidden']);
  const kind = oneOf(json['kind'], 'model.kind', ['logistic', 'mlp']);
  if (integer(json['inputs'], 'model.inputs', 1, 0xffff) !== inputs)
    throw new CharterTextError('model.inputs', `${inputs}: one for each schema column, three on the wave basis`);
  if (kind === 'logistic') return { kind, inputs };
  return { kind, inputs, hidden: integer(json['hidden'], 'model.hidden', 1, 0xffff) };
}

function decodeAcceptance(value: unknown): Acceptance {
  const json = object(value, 'acceptance', ['measure', 'least', 'records']);
  const least = positive(json['least'], 'acceptance.least');
  if (least > 1) throw new CharterTextError('acceptance.least', 'a share above 0 and at most 1');
  return {
    measure: oneOf(json['measure'], 'acceptance.measure', MEASURES),
    least,
    records: integer(json['records'], 'acceptance.records', 2, 0xffff_ffff),
  };
}

/** Decodes a parsed JSON text. Throws CharterTextError naming the first field that does not fit (CH1, CH2, CH3). */
export function decodeCharterText(value: unknown): CharterText {
  const top = ['version', 'name', 'purpose', 'metric', 'schema', 'model', 'training', 'clauses', 'acceptance', 'use'];
  const json = object(value, 'charter', top);
  const { version } = json;
  if (version !== 1 && version !== 2) throw new CharterTextError('version', '1 or 2');
  const schema = object(json['schema'], 'schema', ['columns', 'label', 'blank', 'basis']);
  const columns = list(schema['columns'], 'schema.columns').map((each, i): TextColumn => {
    const path = `schema.columns[${i}]`;
    const column = object(each, path, ['name', 'transform', 'bound']);
    return {
      name: text(column['name'], `${path}.name`),
      transform: oneOf(column['transform'], `${path}.transform`, ['identity', 'signedLog']),
      bound: positive(column['bound'], `${path}.bound`),
    };
  });
  const basis = oneOf(schema['basis'], 'schema.basis', ['plain', 'waves']);
  return {
    version,
    name: text(json['name'], 'name'),
    purpose: text(json['purpose'], 'purpose'),
    metric: text(json['metric'], 'metric'),
    schema: {
      columns,
      label: text(schema['label'], 'schema.label'),
      blank: oneOf(schema['blank'], 'schema.blank', ['zero', 'refuse']),
      basis,
    },
    model: decodeShape(json['model'], columns.length * (basis === 'waves' ? 3 : 1)),
    training: decodeTraining(json['training'], version),
    clauses: list(json['clauses'], 'clauses').map((each, i): TextClause => {
      const path = `clauses[${i}]`;
      const clause = object(each, path, ['id', 'sentence', 'enforcedBy']);
      return {
        id: text(clause['id'], `${path}.id`),
        sentence: text(clause['sentence'], `${path}.sentence`),
        enforcedBy: text(clause['enforcedBy'], `${path}.enforcedBy`),
      };
    }),
    ...(json['acceptance'] !== undefined && { acceptance: decodeAcceptance(json['acceptance']) }),
    // Last: the text ends with it.
    ...(json['use'] !== undefined && { use: decodeUse(json['use']) }),
  };
}

/** Coordinates of an update under this text: enough for the parameters and for the statistics round. */
export function updateLength(charter: CharterText): number {
  try {
    return Math.max(parameterCount(charter.model), statisticsLength(charter.model.inputs));
  } catch (error) {
    if (error instanceof ModelError) throw new CharterTextError('model', error.need);
    throw error;
  }
}
