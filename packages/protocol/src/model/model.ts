/**
 * A model as everyone agrees on it: a shape and int32 parameters in Q16 fixed point, one canonical byte encoding, and
 * the SHA-256 of that encoding as its name (spec/learning.md LR1, LR2). No floats; replicable on chain.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { leavesAt, MOST_DEPTH, type TreesShape, treeWidth } from './trees.ts';

/**
 * What kind of function the parameters describe. Their order is
 * - logistic: w[inputs], b
 * - mlp (one hidden ReLU layer, one logit): W1[hidden][inputs] row by row, b1[hidden], w2[hidden], b2
 * - trees: as trees.ts says; a feature is an integer in 0 … inputs − 1, a threshold and a leaf are Q16
 */
export type ModelShape =
  | { readonly kind: 'logistic'; readonly inputs: number }
  | { readonly kind: 'mlp'; readonly inputs: number; readonly hidden: number }
  | TreesShape;

export interface Model {
  readonly shape: ModelShape;
  /** Q16: the real value is parameter / 2^16. */
  readonly parameters: Int32Array;
}

/** Fraction bits of a parameter (LR1). */
export const FRACTION_BITS = 16;
/** Bytes before the first parameter (LR2): version, kind, u16 inputs, u16 hidden or trees, fraction bits, depth or zero. */
export const HEADER_BYTES = 8;

const VERSION = 1;
const KINDS = ['logistic', 'mlp', 'trees'] as const;

export type ModelErrorCode =
  | 'SHAPE'
  | 'PARAMETER_COUNT'
  | 'LENGTH'
  | 'HEADER'
  | 'NO_SUCH_KIND'
  | 'NO_SUCH_FEATURE'
  | 'MOMENT';

/** A model, a state or its bytes are not what LR1, LR2 and LR5 allow. */
export class ModelError extends Error {
  readonly code: ModelErrorCode;
  readonly have: string;
  readonly need: string;
  constructor(code: ModelErrorCode, have: string | number, need: string | number) {
    super(`${code}: have ${have}, need ${need}`);
    this.name = 'ModelError';
    this.code = code;
    this.have = String(have);
    this.need = String(need);
  }
}

/** The second width of the header: hidden units, trees, or 0 for a linear model. */
const secondWidth = (shape: ModelShape): number =>
  shape.kind === 'mlp' ? shape.hidden : shape.kind === 'trees' ? shape.trees : 0;

/** Number of parameters of the shape. Throws ModelError SHAPE when a width is not an integer in 1 … 65,535, or a depth in 1 … 10. */
export function parameterCount(shape: ModelShape): number {
  const widths = shape.kind === 'logistic' ? [shape.inputs] : [shape.inputs, secondWidth(shape)];
  for (const width of widths)
    if (!Number.isInteger(width) || width < 1 || width > 0xffff)
      throw new ModelError('SHAPE', width, 'an integer width in 1 … 65535');
  if (shape.kind === 'trees') {
    if (!Number.isInteger(shape.depth) || shape.depth < 1 || shape.depth > MOST_DEPTH)
      throw new ModelError('SHAPE', shape.depth, `an integer depth in 1 … ${MOST_DEPTH}`);
    return shape.trees * treeWidth(shape.depth);
  }
  return shape.kind === 'mlp' ? shape.hidden * (shape.inputs + 2) + 1 : shape.inputs + 1;
}

/** Every node looks at a feature that there is (LR30). */
function checkFeatures({ shape, parameters }: Model): void {
  if (shape.kind !== 'trees') return;
  const width = treeWidth(shape.depth);
  for (let tree = 0; tree < parameters.length; tree += width)
    for (let at = tree; at < tree + leavesAt(shape.depth); at += 2)
      if (parameters[at]! < 0 || parameters[at]! >= shape.inputs)
        throw new ModelError('NO_SUCH_FEATURE', parameters[at]!, `0 … ${shape.inputs - 1}`);
}

/** The canonical bytes of a model (LR2). Throws ModelError when the parameters do not fit the shape. */
export function encodeModel(model: Model): Uint8Array {
  const count = parameterCount(model.shape);
  if (model.parameters.length !== count) throw new ModelError('PARAMETER_COUNT', model.parameters.length, count);
  checkFeatures(model);
  const bytes = new Uint8Array(HEADER_BYTES + 4 * count);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, KINDS.indexOf(model.shape.kind) + 1);
  view.setUint16(2, model.shape.inputs, true);
  view.setUint16(4, secondWidth(model.shape), true);
  view.setUint8(6, FRACTION_BITS);
  if (model.shape.kind === 'trees') view.setUint8(7, model.shape.depth);
  for (let i = 0; i < count; i++) view.setInt32(HEADER_BYTES + 4 * i, model.parameters[i]!, true);
  return bytes;
}

/** The shape in the first eight bytes. Throws ModelError when they are not a header that `encodeModel` writes. */
export function decodeShape(bytes: Uint8Array): ModelShape {
  if (bytes.length < HEADER_BYTES) throw new ModelError('LENGTH', bytes.length, `at least ${HEADER_BYTES}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = KINDS[view.getUint8(1) - 1];
  const depth = view.getUint8(7);
  if (view.getUint8(0) !== VERSION || view.getUint8(6) !== FRACTION_BITS || (depth !== 0 && kind !== 'trees'))
    throw new ModelError('HEADER', bytes.slice(0, HEADER_BYTES).join(' '), `version ${VERSION}, ${FRACTION_BITS} bits`);
  const inputs = view.getUint16(2, true);
  const hidden = view.getUint16(4, true);
  if (kind === undefined) throw new ModelError('NO_SUCH_KIND', view.getUint8(1), `1 … ${KINDS.length}`);
  if (kind === 'logistic' && hidden !== 0) throw new ModelError('HEADER', `${hidden} hidden units`, 'none');
  if (kind === 'trees') return { kind, inputs, trees: hidden, depth };
  return kind === 'mlp' ? { kind, inputs, hidden } : { kind, inputs };
}

/** The inverse of `encodeModel`; every other byte string throws ModelError. */
export function decodeModel(bytes: Uint8Array): Model {
  const shape = decodeShape(bytes);
  const count = parameterCount(shape);
  if (bytes.length !== HEADER_BYTES + 4 * count) throw new ModelError('LENGTH', bytes.length, HEADER_BYTES + 4 * count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parameters = Int32Array.from({ length: count }, (_, i) => view.getInt32(HEADER_BYTES + 4 * i, true));
  const model = { shape, parameters };
  checkFeatures(model);
  return model;
}

/** The name of a model everywhere, on chain too: SHA-256 of its canonical bytes (LR2). 32 bytes. */
export const modelHash = (model: Model): Uint8Array => sha256(encodeModel(model));
