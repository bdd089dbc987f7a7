#!/usr/bin/env node
// Local training by a program of the member's own (spec/learning.md LR22), in plain JavaScript without a library: what
// `concord member --train-command "node examples/train-command/train.mjs"` runs in every training round.
import { readFileSync, writeFileSync } from 'node:fs';
import { env } from 'node:process';

/** Tensors of a safetensors file as { shape, values }. */
function load(file) {
  const bytes = readFileSync(file);
  const data = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, data));
  const read = { F32: (at) => bytes.readFloatLE(at), F64: (at) => bytes.readDoubleLE(at) };
  return Object.fromEntries(
    Object.entries(header).map(([name, { dtype, shape, data_offsets: [begin, end] }]) => {
      const size = dtype === 'F32' ? 4 : 8;
      const values = Float64Array.from({ length: (end - begin) / size }, (_, i) => read[dtype](data + begin + size * i));
      return [name, { shape, values }];
    }),
  );
}

/** The same, written as 64-bit floats. */
function save(file, tensors) {
  let at = 0;
  const header = {};
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    header[name] = { dtype: 'F64', shape, data_offsets: [at, at + 8 * values.length] };
    at += 8 * values.length;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const data = Object.values(tensors).map(({ values }) => Buffer.from(Float64Array.from(values).buffer));
  writeFileSync(file, Buffer.concat([length, json, ...data]));
}

/** Numbers from a seed (Mulberry32). */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const { algorithm, local, seed, records } = JSON.parse(readFileSync(env.CONCORD_ROUND_FILE, 'utf8'));
const tensors = load(env.CONCORD_PARAMETERS);
const { features, labels } = load(records);
const [count, inputs] = features.shape;
const { 'hidden.weight': W1, 'hidden.bias': b1, 'output.weight': w2, 'output.bias': b2 } = tensors;

/** Adds one record's gradient of the logistic loss to `sum`, which has the shapes of the parameters. */
function addGradient(row, sum) {
  const x = features.values.subarray(row * inputs, (row + 1) * inputs);
  const dot = (w, from) => x.reduce((total, value, i) => total + w[from + i] * value, 0);
  const units = W1 ? Array.from(b1.values, (bias, j) => Math.max(0, bias + dot(W1.values, j * inputs))) : x;
  const z = units.reduce((total, value, j) => total + w2.values[j] * value, b2.values[0]);
  const slope = 1 / (1 + Math.exp(-z)) - labels.values[row];
  units.forEach((value, j) => {
    sum['output.weight'].values[j] += slope * value;
    if (!W1 || value <= 0) return;
    const back = slope * w2.values[j];
    sum['hidden.bias'].values[j] += back;
    for (let i = 0; i < inputs; i++) sum['hidden.weight'].values[j * inputs + i] += back * x[i];
  });
  sum['output.bias'].values[0] += slope;
}

const like = (source, rows = []) =>
  Object.fromEntries(
    Object.entries(source).map(([name, { shape, values }]) => [
      name,
      { shape: [...rows, ...shape], values: new Float64Array(values.length * (rows[0] ?? 1)) },
    ]),
  );

if (algorithm === 'fedSgd') {
  // One gradient a record, in the order of the records.
  const all = like(tensors, [count]);
  for (let row = 0; row < count; row++) {
    const one = like(tensors);
    addGradient(row, one);
    for (const [name, { values }] of Object.entries(one)) all[name].values.set(values, row * values.length);
  }
  save(env.CONCORD_UPDATE, all);
} else {
  const next = random(seed);
  const velocity = like(tensors);
  for (let pass = 0; pass < local.passes; pass++) {
    const order = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    for (let from = 0; from < count; from += local.batchSize) {
      const batch = order.slice(from, from + local.batchSize);
      const sum = like(tensors);
      for (const row of batch) addGradient(row, sum);
      for (const [name, { values }] of Object.entries(tensors))
        for (let i = 0; i < values.length; i++) {
          const v = local.momentum * velocity[name].values[i] + sum[name].values[i] / batch.length;
          velocity[name].values[i] = v;
          values[i] -= local.learningRate * v;
        }
    }
  }
  save(env.CONCORD_UPDATE, tensors);
}
