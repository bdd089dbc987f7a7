/**
 * How a model and what somebody else's program makes of it lie in safetensors (LR22): named as PyTorch names the layers
 * `hidden` and `output`. What comes back is checked for names, shapes and finite numbers and for nothing else; clipping
 * and rounding are done to it as to our own.
 */
import type { Tensor } from './safetensors.ts';

/** The shape of the protocol's `ModelShape`. */
export type LayeredShape =
  | { readonly kind: 'logistic'; readonly inputs: number }
  | { readonly kind: 'mlp'; readonly inputs: number; readonly hidden: number };

type Layer = readonly [name: string, shape: readonly number[]];

/** Tensors in parameter order (LR1). */
export const layersOf = (shape: LayeredShape): readonly Layer[] =>
  shape.kind === 'mlp'
    ? [
        ['hidden.weight', [shape.hidden, shape.inputs]],
        ['hidden.bias', [shape.hidden]],
        ['output.weight', [1, shape.hidden]],
        ['output.bias', [1]],
      ]
    : [
        ['output.weight', [1, shape.inputs]],
        ['output.bias', [1]],
      ];

/** What a program wrote is not what was asked for. `tensor` is the one that does not fit. */
export class ExchangeError extends Error {
  readonly code: 'MISSING' | 'UNKNOWN' | 'SHAPE' | 'NOT_FINITE';
  readonly tensor: string;
  constructor(code: ExchangeError['code'], tensor: string, message: string) {
    super(`tensor “${tensor}”: ${message}`);
    this.name = 'ExchangeError';
    this.code = code;
    this.tensor = tensor;
  }
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
const words = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** Parameters as named tensors of 32-bit floats. */
export function writeParameters(shape: LayeredShape, parameters: Float64Array): Map<string, Tensor> {
  let at = 0;
  const tensors = new Map<string, Tensor>();
  for (const [name, size] of layersOf(shape)) {
    const end = at + sizeOf(size);
    tensors.set(name, { shape: size, values: Float32Array.from(parameters.subarray(at, end)) });
    at = end;
  }
  return tensors;
}

function checked(name: string, tensor: Tensor | undefined, shape: readonly number[]): Tensor {
  if (!tensor) throw new ExchangeError('MISSING', name, `missing, need one of shape ${words(shape)}`);
  if (tensor.shape.length !== shape.length || !shape.every((size, i) => size === tensor.shape[i]))
    throw new ExchangeError('SHAPE', name, `have shape ${words(tensor.shape)}, need ${words(shape)}`);
  const wrong = tensor.values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new ExchangeError('NOT_FINITE', name, `value ${wrong} is ${tensor.values[wrong]}, need finite numbers`);
  return tensor;
}

/** `rows` rows of parameters, from the one tensor `whole` or from one a layer; `axis` leads every shape. */
function readRows(
  tensors: ReadonlyMap<string, Tensor>,
  shape: LayeredShape,
  whole: string,
  axis: readonly number[],
): { readonly values: Float64Array; readonly layered: boolean } {
  const layers = layersOf(shape);
  const width = layers.reduce((sum, [, size]) => sum + sizeOf(size), 0);
  const layered = !tensors.has(whole);
  const wanted: readonly Layer[] = layered ? layers : [[whole, [width]]];
  const names = wanted.map(([name]) => name);
  for (const name of tensors.keys())
    if (!names.includes(name))
      throw new ExchangeError(
        'UNKNOWN',
        name,
        `nobody asked for it, need ${whole}, or ${layers.map(([each]) => each).join(', ')}`,
      );
  const rows = sizeOf(axis);
  const values = new Float64Array(rows * width);
  let at = 0;
  for (const [name, size] of wanted) {
    const tensor = checked(name, tensors.get(name), [...axis, ...size]);
    const part = sizeOf(size);
    for (let row = 0; row < rows; row++)
      values.set(tensor.values.subarray(row * part, (row + 1) * part), row * width + at);
    at += part;
  }
  return { values, layered };
}

/**
 * The parameters after local training: new ones, a tensor a layer, or `update` [parameters], what was added to `start`.
 * Throws ExchangeError.
 */
export function readTrained(
  tensors: ReadonlyMap<string, Tensor>,
  shape: LayeredShape,
  start: Float64Array,
): Float64Array {
  const { values, layered } = readRows(tensors, shape, 'update', []);
  return layered ? values : values.map((value, i) => start[i]! + value);
}

/**
 * One gradient a record, in the order of the records: `gradients` [records, parameters], or a tensor a layer with a
 * leading axis of records. Returns records × parameters, row by row. Throws ExchangeError.
 */
export const readGradients = (
  tensors: ReadonlyMap<string, Tensor>,
  shape: LayeredShape,
  records: number,
): Float64Array => readRows(tensors, shape, 'gradients', [records]).values;
