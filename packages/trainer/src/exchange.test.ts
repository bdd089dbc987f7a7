import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExchangeError, layersOf, readGradients, readTrained, writeParameters } from './exchange.ts';
import { mlp } from './models/mlp.ts';
import { seededRandom } from './random.ts';
import type { Tensor } from './safetensors.ts';

const network = { kind: 'mlp', inputs: 3, hidden: 2 } as const;
const line = { kind: 'logistic', inputs: 3 } as const;
const start = Float64Array.from({ length: mlp(3, 2).parameterCount }, (_, i) => i / 4);

const tensor = (shape: readonly number[], value: (i: number) => number = (i) => i): Tensor => ({
  shape,
  values: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => value(i)),
});
const without = (tensors: ReadonlyMap<string, Tensor>, name: string) =>
  new Map([...tensors].filter(([each]) => each !== name));

test('[LR22] parameters go out under the names and shapes of PyTorch’s layers, and come back in their order', () => {
  assert.deepEqual(
    [...writeParameters(network, start)].map(([name, { shape }]) => [name, shape]),
    [
      ['hidden.weight', [2, 3]],
      ['hidden.bias', [2]],
      ['output.weight', [1, 2]],
      ['output.bias', [1]],
    ],
  );
  assert.deepEqual(readTrained(writeParameters(network, start), network, start), start);
  assert.deepEqual([...writeParameters(line, start.subarray(0, 4)).keys()], ['output.weight', 'output.bias']);
});

test('[LR22] an update is what is added to the round’s parameters', () => {
  const update = new Map([['update', tensor([start.length], (i) => (i === 2 ? -1 : 0))]]);
  const trained = readTrained(update, network, start);
  assert.deepEqual(
    Array.from(trained, (value, i) => value - start[i]!),
    Array.from(start, (_, i) => (i === 2 ? -1 : 0)),
  );
});

test('[LR22] gradients of records come in one tensor or in one a layer, and mean the same', () => {
  const records = 4;
  const random = seededRandom(1);
  const rows = tensor([records, start.length], () => random.normal());
  let at = 0;
  const layered = new Map<string, Tensor>();
  for (const [name, shape] of layersOf(network)) {
    const size = shape.reduce((a, b) => a * b, 1);
    const from = at;
    const value = (i: number): number => rows.values[Math.floor(i / size) * start.length + from + (i % size)]!;
    layered.set(name, tensor([records, ...shape], value));
    at += size;
  }
  const whole = readGradients(new Map([['gradients', rows]]), network, records);
  assert.deepEqual(whole, rows.values);
  assert.deepEqual(readGradients(layered, network, records), whole);
});

test('[LR22] what does not fit is refused by the tensor’s name and what is needed', () => {
  const honest = writeParameters(network, start);
  const refused = (read: () => unknown, code: ExchangeError['code'], name: string, need: RegExp): void =>
    assert.throws(read, (error: unknown) => {
      assert.ok(error instanceof ExchangeError);
      assert.deepEqual([error.code, error.tensor], [code, name]);
      assert.match(error.message, need);
      return true;
    });
  const trained = (tensors: ReadonlyMap<string, Tensor>) => () => readTrained(tensors, network, start);
  const gradients = (tensors: ReadonlyMap<string, Tensor>) => () => readGradients(tensors, network, 4);
  refused(trained(new Map()), 'MISSING', 'hidden.weight', /need one of shape \[2, 3\]/);
  refused(trained(without(honest, 'output.bias')), 'MISSING', 'output.bias', /need one of shape \[1\]/);
  refused(trained(new Map(honest).set('step', tensor([1]))), 'UNKNOWN', 'step', /need update, or hidden\.weight/);
  refused(trained(new Map(honest).set('update', tensor([1]))), 'UNKNOWN', 'hidden.weight', /need update/);
  refused(trained(new Map([['update', tensor([12])]])), 'SHAPE', 'update', /have shape \[12\], need \[11\]/);
  refused(trained(new Map(honest).set('hidden.weight', tensor([3, 2]))), 'SHAPE', 'hidden.weight', /need \[2, 3\]/);
  for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    refused(
      trained(
        new Map(honest).set(
          'hidden.bias',
          tensor([2], (i) => (i === 1 ? odd : 0)),
        ),
      ),
      'NOT_FINITE',
      'hidden.bias',
      /value 1 is -?(NaN|Infinity), need finite/,
    );
  for (const records of [3, 5])
    refused(gradients(new Map([['gradients', tensor([records, 11])]])), 'SHAPE', 'gradients', /need \[4, 11\]/);
  refused(gradients(new Map([['gradients', tensor([44])]])), 'SHAPE', 'gradients', /need \[4, 11\]/);
  refused(gradients(honest), 'SHAPE', 'hidden.weight', /have shape \[2, 3\], need \[4, 2, 3\]/);
});
