/**
 * The readable half of a charter as data: purpose, schema, model, training and clauses in plain words. Its bytes are
 * content-addressed (`textDigest` on chain, CH1); decoding is total, so a node that accepts a text knows every number
 * that it will compute with. The struct on chain holds the other half (spec/charter.md).
 */
import { type Caps, decodeCaps } from './caps.ts';
import { CharterTextError, integer, list, object, oneOf, positive, text } from './charterFields.ts';
import { ModelError, type ModelShape, parameterCount } from './model/model.ts';
import { BASES, type Basis, featuresPerColumn, statisticsLength } from './model/standardization.ts';
import { MOST_DEPTH, type TreesShape } from './model/trees.ts';
import { treePlan } from './strategies/treePlan.ts';
import { decodeUse, type TermsOfUse } from './termsOfUse.ts';
import { decodeTraining, type DescentTraining, type Training } from './trainingText.ts';

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
    /** What a column becomes (LR6). */
    readonly basis: Basis;
  };
  readonly model: ModelShape;
  readonly training: Training;
  readonly clauses: readonly TextClause[];
  /** None: any model is served. */
  readonly acceptance?: Acceptance;
  /** None: a run may cost its members whatever its rounds cost (CH8). */
  readonly caps?: Caps;
  /** Runs from before there were terms have none, and their models cannot be registered (CH10). */
  readonly use?: TermsOfUse;
}

/** As many as the longest vector has coordinates (AG1): whoever reads a text makes its first model. */
const MOST_PARAMETERS = 2 ** 24;

function decodeShape(value: unknown, inputs: number): ModelShape {
  const shape = decodeKind(value, inputs);
  const count = parameterCount(shape);
  if (count > MOST_PARAMETERS)
    throw new CharterTextError('model', `at most ${MOST_PARAMETERS} parameters, have ${count}`);
  return shape;
}

function decodeKind(value: unknown, inputs: number): ModelShape {
  const any = object(value, 'model', ['kind', 'inputs', 'hidden', 'trees', 'depth']);
  const kind = oneOf(any['kind'], 'model.kind', ['logistic', 'mlp', 'trees']);
  const json = object(
    value,
    'model',
    kind === 'trees' ? ['kind', 'inputs', 'trees', 'depth'] : ['kind', 'inputs', 'hidden'],
  );
  if (integer(json['inputs'], 'model.inputs', 1, 0xffff) !== inputs)
    throw new CharterTextError('model.inputs', `${inputs}: one for each schema column, three on a basis of waves`);
  if (kind === 'logistic') return { kind, inputs };
  if (kind === 'trees')
    return {
      ...{ kind, inputs },
      trees: integer(json['trees'], 'model.trees', 1, 0xffff),
      depth: integer(json['depth'], 'model.depth', 1, MOST_DEPTH),
    };
  return { kind, inputs, hidden: integer(json['hidden'], 'model.hidden', 1, 0xffff) };
}

/** boostedTrees and models of trees belong together, on plain columns, and their numbers fit each other (LR32). */
function checkTrees(model: ModelShape, training: Training, basis: Basis): void {
  if (training.algorithm !== 'boostedTrees') {
    if (model.kind === 'trees') throw new CharterTextError('training.algorithm', 'boostedTrees, for a model of trees');
    return;
  }
  if (model.kind !== 'trees') throw new CharterTextError('model.kind', 'trees, which boostedTrees grows');
  if (basis !== 'plain') throw new CharterTextError('schema.basis', 'plain: trees divide columns themselves');
  if (model.trees % training.together !== 0)
    throw new CharterTextError('training.together', `a divisor of the ${model.trees} trees`);
  if (training.featuresPerTree > model.inputs)
    throw new CharterTextError('training.featuresPerTree', `at most the ${model.inputs} columns`);
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
  const top = [
    'version',
    'name',
    'purpose',
    'metric',
    'schema',
    'model',
    'training',
    'clauses',
    'acceptance',
    'caps',
    'use',
  ];
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
  const basis = oneOf(schema['basis'], 'schema.basis', version === 1 ? BASES.slice(0, 2) : BASES);
  const model = decodeShape(json['model'], columns.length * featuresPerColumn(basis));
  const training = decodeTraining(json['training'], version);
  checkTrees(model, training, basis);
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
    model,
    training,
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
    ...(json['caps'] !== undefined && { caps: decodeCaps(json['caps'], version) }),
    // Last: the text ends with it.
    ...(json['use'] !== undefined && { use: decodeUse(json['use']) }),
  };
}

/** A text whose algorithm moves the parameters of a model of layers (LR4), on standardised features. */
export interface DescentText extends CharterText {
  readonly model: Exclude<ModelShape, TreesShape>;
  readonly training: DescentTraining;
}

/** The text as one that descends. Throws ModelError for trees, which do not. */
export function descending(text: CharterText): DescentText {
  const { model, training } = text;
  if (model.kind === 'trees' || training.algorithm === 'boostedTrees')
    throw new ModelError('SHAPE', 'a model of trees', 'logistic or mlp');
  return { ...text, model, training };
}

/** What decides how a model that descends sees a record's features (LR7). */
export interface InputRules {
  readonly basis: Basis;
  /** Standardised features are clamped to ±this. */
  readonly featureLimit: number;
}

/** The input rules of a text. Throws ModelError for trees, which see features as they are (LR31). */
export const inputRules = (text: CharterText): InputRules => ({
  basis: text.schema.basis,
  featureLimit: descending(text).training.featureLimit,
});

/** Coordinates of an update under this text: enough for the parameters and for the statistics round, or for histograms. */
export function updateLength(charter: CharterText): number {
  try {
    const plan = treePlan(charter);
    if (plan) return plan.length;
    return Math.max(parameterCount(charter.model), statisticsLength(charter.model.inputs));
  } catch (error) {
    if (error instanceof ModelError) throw new CharterTextError('model', error.need);
    throw error;
  }
}
