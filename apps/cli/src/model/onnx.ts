/**
 * The whole way from raw columns to a probability as one ONNX graph (opset 13, float32): transform, bound and basis of
 * the schema (LR6), the run's standardisation (LR7), the model (LR1). Close to what contracts compute, not bit for bit.
 */
import { type CharterText, descending, type RunState } from '@concord/protocol';
import { bytes, concat, int, message, text as string } from './protobuf.ts';
import { tensorsOf } from './tensors.ts';

const FLOAT = 1;
const INT64 = 7;

interface Graph {
  readonly nodes: Uint8Array[];
  readonly initializers: Uint8Array[];
}

function constant(graph: Graph, name: string, shape: readonly number[], values: readonly number[]): string {
  const raw = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, each] of values.entries()) raw.setFloat32(4 * i, each, true);
  graph.initializers.push(
    message(
      5,
      ...shape.map((size) => int(1, size)),
      int(2, FLOAT),
      string(8, name),
      bytes(9, new Uint8Array(raw.buffer)),
    ),
  );
  return name;
}

function integers(graph: Graph, name: string, values: readonly number[]): string {
  const raw = new DataView(new ArrayBuffer(8 * values.length));
  for (const [i, each] of values.entries()) raw.setBigInt64(8 * i, BigInt(each), true);
  graph.initializers.push(
    message(5, int(1, values.length), int(2, INT64), string(8, name), bytes(9, new Uint8Array(raw.buffer))),
  );
  return name;
}

/** Adds a node with one output of its own name; attributes are integers. */
function node(
  graph: Graph,
  operator: string,
  output: string,
  inputs: readonly string[],
  attributes: Readonly<Record<string, number>> = {},
): string {
  const encoded = Object.entries(attributes).map(([name, value]) =>
    message(5, string(1, name), int(3, value), int(20, 2)),
  );
  graph.nodes.push(
    message(
      1,
      ...inputs.map((each) => string(1, each)),
      string(2, output),
      string(3, output),
      string(4, operator),
      ...encoded,
    ),
  );
  return output;
}

const value = (field: number, name: string, width: number): Uint8Array =>
  message(
    field,
    string(1, name),
    message(2, message(1, int(1, FLOAT), message(2, message(1, string(2, 'N')), message(1, int(1, width))))),
  );

/** u of LR6 for every column, then its basis: [N, columns] → [N, inputs]. */
function features(graph: Graph, { columns, basis }: CharterText['schema']): string {
  const wide = (name: string, values: readonly number[]): string => constant(graph, name, [columns.length], values);
  const one = constant(graph, 'one', [], [1]);
  const logarithm = node(graph, 'Log', 'logarithm', [
    node(graph, 'Add', 'above', [node(graph, 'Abs', 'size', ['columns']), one]),
  ]);
  const signed = node(graph, 'Mul', 'signedLog', [node(graph, 'Sign', 'sign', ['columns']), logarithm]);
  const isLog = wide(
    'isLog',
    columns.map(({ transform }) => (transform === 'signedLog' ? 1 : 0)),
  );
  const isPlain = wide(
    'isPlain',
    columns.map(({ transform }) => (transform === 'signedLog' ? 0 : 1)),
  );
  const transformed = node(graph, 'Add', 'transformed', [
    node(graph, 'Mul', 'logPart', [isLog, signed]),
    node(graph, 'Mul', 'plainPart', [isPlain, 'columns']),
  ]);
  const share = node(graph, 'Div', 'share', [
    transformed,
    wide(
      'bounds',
      columns.map(({ bound }) => bound),
    ),
  ]);
  const u = node(graph, 'Clip', 'u', [share, constant(graph, 'minusOne', [], [-1]), one]);
  if (basis === 'plain') return u;
  const angle = node(graph, 'Mul', 'angle', [u, constant(graph, 'turn', [], [2 * Math.PI])]);
  const absent = node(graph, 'Equal', 'absent', [u, constant(graph, 'zero', [], [0])]);
  const present = node(graph, 'Cast', 'present', [node(graph, 'Not', 'isPresent', [absent])], { to: FLOAT });
  const last = integers(graph, 'last', [2]);
  const parts = [present, node(graph, 'Sin', 'sine', [angle]), node(graph, 'Cos', 'cosine', [angle])];
  const raised = parts.map((part) => node(graph, 'Unsqueeze', `${part}Raised`, [part, last]));
  const woven = node(graph, 'Concat', 'woven', raised, { axis: 2 });
  return node(graph, 'Reshape', 'features', [woven, integers(graph, 'flat', [0, -1])]);
}

/** On gated waves: the standardised inputs, 0 where a wave's column is absent (LR7). */
function gated(graph: Graph, inputs: string, { columns, basis }: CharterText['schema']): string {
  if (basis !== 'gatedWaves') return inputs;
  const presence = columns.flatMap(() => [1, 0, 0]);
  const thrice = node(graph, 'Concat', 'thrice', ['presentRaised', 'presentRaised', 'presentRaised'], { axis: 2 });
  const gates = node(graph, 'Reshape', 'gates', [thrice, 'flat']);
  // A presence itself passes.
  const open = node(graph, 'Max', 'open', [gates, constant(graph, 'isPresence', [presence.length], presence)]);
  return node(graph, 'Mul', 'seen', [inputs, open]);
}

/**
 * Input `columns` [N, columns of the schema, in its order; blanks as 0], outputs `logit` and `probability` [N, 1].
 * Throws RangeError before the statistics round is settled, and for trees, which are not written as ONNX yet.
 */
export function encodeOnnx(state: RunState, text: CharterText): Uint8Array {
  if (text.model.kind === 'trees')
    throw new RangeError('trees have no ONNX form yet: take model.safetensors or model.bin, without --onnx');
  const { training } = descending(text);
  const graph: Graph = { nodes: [], initializers: [] };
  const tensors = new Map(tensorsOf(state).map((tensor) => [tensor.name, tensor]));
  const weights = (name: string): string => {
    const tensor = tensors.get(name);
    if (!tensor) throw new RangeError(`the state has no ${name}: export a finished run`);
    return constant(graph, name, tensor.shape, tensor.values);
  };
  const centred = node(graph, 'Sub', 'centred', [features(graph, text.schema), weights('standardization.mean')]);
  const scaled = node(graph, 'Div', 'scaled', [centred, weights('standardization.deviation')]);
  const limit = training.featureLimit;
  const clipped = node(graph, 'Clip', 'inputs', [
    scaled,
    constant(graph, 'least', [], [-limit]),
    constant(graph, 'most', [], [limit]),
  ]);
  const inputs = gated(graph, clipped, text.schema);
  const layer = (name: string, from: string, to: string): string =>
    node(graph, 'Gemm', to, [from, weights(`${name}.weight`), weights(`${name}.bias`)], { transB: 1 });
  const top =
    text.model.kind === 'mlp' ? node(graph, 'Relu', 'activated', [layer('hidden', inputs, 'hidden')]) : inputs;
  node(graph, 'Sigmoid', 'probability', [layer('output', top, 'logit')]);
  const body = [
    ...graph.nodes,
    string(2, 'concord'),
    ...graph.initializers,
    value(11, 'columns', text.schema.columns.length),
    value(12, 'logit', 1),
    value(12, 'probability', 1),
  ];
  const names = message(
    14,
    string(1, 'columns'),
    string(2, JSON.stringify(text.schema.columns.map(({ name }) => name))),
  );
  return concat([int(1, 8), string(2, 'concord'), message(7, ...body), message(8, string(1, ''), int(2, 13)), names]);
}
