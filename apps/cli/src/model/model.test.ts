import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeCharterText, inputRules, predict, type RunState, startState, toFixed } from '@concord/protocol';
import { readFeatures, standardizeFeatures } from '@concord/trainer';
import { adaptiveText, smallText, treesText } from '../../../../packages/testing/src/charter.ts';
import { encodeOnnx } from './onnx.ts';
import { encodeSafetensors } from './safetensors.ts';
import { tensorsOf } from './tensors.ts';

const INPUTS = 9;
const HIDDEN = 2;
const count = HIDDEN * (INPUTS + 2) + 1;
const constants = {
  mean: Int32Array.from({ length: INPUTS }, (_, i) => i * 4_096),
  deviation: new Int32Array(INPUTS).fill(32_768),
};
const state: RunState = {
  round: 2,
  optimizer: {
    model: {
      shape: { kind: 'mlp', inputs: INPUTS, hidden: HIDDEN },
      parameters: Int32Array.from({ length: count }, (_, i) => (i - 7) * 8_192),
    },
    velocity: new BigInt64Array(count),
  },
  statistics: { recordCount: 100, constants },
};
const text = decodeCharterText({
  ...smallText,
  schema: { ...smallText.schema, basis: 'waves' },
  model: { kind: 'mlp', inputs: INPUTS, hidden: HIDDEN },
});

test('[LR1] tensors are the parameters in their order, as PyTorch’s Linear has them', () => {
  const tensors = new Map(tensorsOf(state).map((each) => [each.name, each]));
  assert.deepEqual(
    [...tensors.keys()],
    [
      'hidden.weight',
      'hidden.bias',
      'output.weight',
      'output.bias',
      'standardization.mean',
      'standardization.deviation',
    ],
  );
  assert.deepEqual(tensors.get('hidden.weight')!.shape, [HIDDEN, INPUTS]);
  const flat = ['hidden.weight', 'hidden.bias', 'output.weight', 'output.bias'].flatMap(
    (name) => tensors.get(name)!.values,
  );
  assert.deepEqual(
    flat,
    Array.from(state.optimizer.model.parameters, (each) => each / 65_536),
  );
});

test('[LR30] trees are tensors of features, thresholds and leaves, and say that they have no ONNX form', () => {
  const growing = decodeCharterText({ ...treesText, model: { ...treesText.model, trees: 2, depth: 1 } });
  const { optimizer } = startState(growing, new Uint8Array(32));
  optimizer.model.parameters.set([2, 32_768, -65_536, 16_384, 1, -(2 ** 31), 0, 1]);
  const grown: RunState = { round: 1, optimizer };
  assert.deepEqual(tensorsOf(grown), [
    { name: 'feature', shape: [2, 1], values: [2, 1] },
    { name: 'threshold', shape: [2, 1], values: [0.5, -32_768] },
    { name: 'leaf', shape: [2, 2], values: [-1, 0.25, 0, 1 / 65_536] },
  ]);
  assert.throws(() => encodeOnnx(grown, growing), /trees have no ONNX form yet/);
});

test('a safetensors file is a length, a header and aligned float32', () => {
  const bytes = encodeSafetensors(
    [
      { name: 'a', shape: [2, 1], values: [1.5, -2] },
      { name: 'b', shape: [1], values: [0.25] },
    ],
    { made: 'here' },
  );
  const view = new DataView(bytes.buffer);
  const length = Number(view.getBigUint64(0, true));
  assert.equal(length % 8, 0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  assert.deepEqual(header, {
    __metadata__: { made: 'here' },
    a: { dtype: 'F32', shape: [2, 1], data_offsets: [0, 8] },
    b: { dtype: 'F32', shape: [1], data_offsets: [8, 12] },
  });
  assert.equal(bytes.length, 8 + length + 12);
  assert.deepEqual(
    [0, 4, 8].map((at) => view.getFloat32(8 + length + at, true)),
    [1.5, -2, 0.25],
  );
  assert.throws(() => encodeSafetensors([{ name: 'a', shape: [3], values: [1] }], {}), RangeError);
});

type Fields = ReadonlyMap<number, readonly (bigint | Uint8Array)[]>;

/** Reads a message of varints and length-delimited fields; throws on anything else. */
function fieldsOf(bytes: Uint8Array): Fields {
  const fields = new Map<number, (bigint | Uint8Array)[]>();
  let at = 0;
  const varint = (): bigint => {
    for (let value = 0n, shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('the message ends inside a varint');
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const kind = key & 7;
    if (kind !== 0 && kind !== 2) throw new RangeError(`wire type ${kind}`);
    const size = varint();
    const value = kind === 0 ? size : bytes.subarray(at, at + Number(size));
    if (kind === 2) at += Number(size);
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  assert.equal(at, bytes.length);
  return fields;
}
const messages = (fields: Fields, field: number): Fields[] =>
  (fields.get(field) ?? []).map((each) => fieldsOf(each as Uint8Array));
const words = (fields: Fields, field: number): string[] =>
  (fields.get(field) ?? []).map((each) => new TextDecoder().decode(each as Uint8Array));

/** One record through a graph of `encodeOnnx`, in float64: what the model sees, and the logit. */
function computed(
  encoded: Uint8Array,
  columns: readonly number[],
): { readonly seen: readonly number[]; readonly logit: number } {
  const [graph] = messages(fieldsOf(encoded), 7) as [Fields];
  const values = new Map<string, readonly number[]>([['columns', columns]]);
  for (const each of messages(graph, 5)) {
    const raw = each.get(9)![0] as Uint8Array;
    const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
    const isFloat = each.get(2)![0] === 1n;
    const read = (i: number): number =>
      isFloat ? view.getFloat32(4 * i, true) : Number(view.getBigInt64(8 * i, true));
    values.set(
      words(each, 8)[0]!,
      Array.from({ length: raw.length / (isFloat ? 4 : 8) }, (_, i) => read(i)),
    );
  }
  const both =
    (of: (a: number, b: number) => number) =>
    ([a, b]: readonly (readonly number[])[]) =>
      a!.map((x, i) => of(x, b![i % b!.length]!));
  const each =
    (of: (x: number) => number) =>
    ([a]: readonly (readonly number[])[]) =>
      a!.map(of);
  const same = each((x) => x);
  const operators: Readonly<Record<string, (inputs: readonly (readonly number[])[]) => readonly number[]>> = {
    ...{
      Add: both((a, b) => a + b),
      Sub: both((a, b) => a - b),
      Mul: both((a, b) => a * b),
      Div: both((a, b) => a / b),
    },
    ...{ Max: both(Math.max), Equal: both((a, b) => Number(a === b)), Not: each((x) => 1 - x), Cast: same },
    ...{ Abs: each(Math.abs), Sign: each(Math.sign), Log: each(Math.log), Sin: each(Math.sin), Cos: each(Math.cos) },
    ...{
      Unsqueeze: same,
      Reshape: same,
      Relu: each((x) => Math.max(0, x)),
      Sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
    },
    Clip: ([x, low, high]) => x!.map((value) => Math.max(low![0]!, Math.min(high![0]!, value))),
    // Along the last axis of columns that were raised.
    Concat: (parts) => parts[0]!.flatMap((_, i) => parts.map((part) => part[i]!)),
    Gemm: ([x, w, b]) => b!.map((bias, j) => x!.reduce((sum, value, i) => sum + value * w![j * x!.length + i]!, bias)),
  };
  let seen: readonly number[] = [];
  for (const made of messages(graph, 1)) {
    const inputs = words(made, 1).map((name) => values.get(name)!);
    const [operator, output] = [words(made, 4)[0]!, words(made, 2)[0]!];
    if (operator === 'Gemm' && seen.length === 0) [seen] = inputs as [readonly number[]];
    values.set(output, operators[operator]!(inputs));
  }
  return { seen, logit: values.get('logit')![0]! };
}

describe('an ONNX graph', () => {
  const model = fieldsOf(encodeOnnx(state, text));
  const [graph] = messages(model, 7) as [Fields];
  const nodes = messages(graph, 1).map((node) => ({
    operator: words(node, 4)[0],
    inputs: words(node, 1),
    output: words(node, 2)[0]!,
  }));

  test('uses only what was made before, and ends in logit and probability', () => {
    const known = new Set([
      ...messages(graph, 5).flatMap((each) => words(each, 8)),
      ...messages(graph, 11).flatMap((each) => words(each, 1)),
    ]);
    for (const { inputs, output } of nodes) {
      for (const input of inputs) assert.ok(known.has(input), `${output} needs ${input}`);
      assert.ok(!known.has(output), `${output} is made twice`);
      known.add(output);
    }
    assert.deepEqual(
      messages(graph, 12).flatMap((each) => words(each, 1)),
      ['logit', 'probability'],
    );
    assert.ok(known.has('logit') && known.has('probability'));
    assert.deepEqual(
      nodes.filter(({ operator }) => operator === 'Gemm').map(({ inputs }) => inputs[1]),
      ['hidden.weight', 'output.weight'],
    );
  });

  test('carries the weights, and the columns in their order', () => {
    const weights = messages(graph, 5).find((each) => words(each, 8)[0] === 'hidden.weight')!;
    assert.deepEqual(weights.get(1), [BigInt(HIDDEN), BigInt(INPUTS)]);
    const raw = weights.get(9)![0] as Uint8Array;
    const view = new DataView(raw.buffer, raw.byteOffset);
    assert.equal(view.getFloat32(4, true), state.optimizer.model.parameters[1]! / 65_536);
    assert.deepEqual(JSON.parse(words(messages(model, 14)[0]!, 2)[0]!), ['a', 'b', 'c']);
  });

  test('[LR6][LR7] computes what the model sees and says, on either basis of waves, where columns are there and where not', () => {
    for (const basis of ['waves', 'gatedWaves'] as const) {
      const told = decodeCharterText({ ...adaptiveText, schema: { ...smallText.schema, basis }, model: text.model });
      for (const [a, b, c] of [
        [0.3, -12, -0.5],
        [0, 0, 0],
        [0, 1e9, 1.9],
        [-1, 0, 0],
      ] as const) {
        const { seen, logit } = computed(encodeOnnx(state, told), [a, b, c]);
        const real = standardizeFeatures(readFeatures({ a, b, c }, told.schema), constants, inputRules(told));
        for (const [i, x] of real.entries())
          assert.ok(Math.abs(seen[i]! - x) < 1e-4, `${basis}: input ${i} is ${seen[i]}, not ${x}`);
        const exact = predict(state.optimizer.model, toFixed(real)) / 65_536;
        assert.ok(Math.abs(logit - exact) < 1e-2, `${basis}: ${logit}, not ${exact}`);
      }
    }
  });

  test('is refused before the statistics round is settled', () => {
    const { statistics: _, ...early } = state;
    assert.throws(() => encodeOnnx(early, text), /no standardization.mean/);
  });
});
