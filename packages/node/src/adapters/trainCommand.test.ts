import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { decodeCharterText, nextState, type RunState, startState } from '@concord/protocol';
import { logistic, mlp, parseCsv, readRecords, realParameters } from '@concord/trainer';
import { averagingText, smallText, treesText } from '../../../testing/src/charter.ts';
import { localOptions, standardized } from '../core/vectors.ts';
import { startMember } from '../createNode.ts';
import type { TrainingTask } from '../ports.ts';
import { CommandError } from './command.ts';
import { trainCommand } from './trainCommand.ts';

const EXAMPLE = fileURLToPath(new URL('../../../../examples/train-command/train.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'concord-command-test-'));
after(() => rmSync(folder, { recursive: true }));
const rows = Array.from({ length: 20 }, (_, i) => `${Math.sin(i)},${i},${Math.cos(i)},${i % 2}`);
const dataFile = join(folder, 'data.csv');
writeFileSync(dataFile, ['a,b,c,y', ...rows, ''].join('\n'));

function taskOf(told: unknown): TrainingTask {
  const text = decodeCharterText(told);
  const records = readRecords(parseCsv(readFileSync(dataFile, 'utf8')), text.schema);
  const begin = startState(text, new Uint8Array(32));
  const d = Math.max(7, begin.optimizer.model.parameters.length);
  const rules = { charter: text, rounds: 2, d, recordBound: 1 << 14, bound: 1 << 17 };
  const sum = Array<bigint>(d).fill(400_000n);
  const { statistics } = nextState(rules, begin, sum, 3);
  const parameters = begin.optimizer.model.parameters.map((value, i) => value + 1_000 * i);
  const state: RunState = {
    round: 1,
    optimizer: { ...begin.optimizer, model: { ...begin.optimizer.model, parameters } },
    statistics: statistics!,
  };
  return { text, records, state };
}

const network = { kind: 'mlp', inputs: 3, hidden: 4 } as const;
const never = new AbortController().signal;
/** A program that is a line of JavaScript; `out(tensors, extra)` writes safetensors. */
const script = (line: string): readonly string[] => [
  process.execPath,
  '-e',
  `const fs = require('node:fs');
   const out = (tensors) => {
     let at = 0; const header = {}; const data = [];
     for (const [name, shape, value] of tensors) {
       const n = shape.reduce((a, b) => a * b, 1);
       header[name] = { dtype: 'F32', shape, data_offsets: [at, at += 4 * n] };
       data.push(Buffer.from(new Float32Array(n).fill(value).buffer));
     }
     const json = Buffer.from(JSON.stringify(header)); const length = Buffer.alloc(8);
     length.writeBigUInt64LE(BigInt(json.length));
     fs.writeFileSync(process.env.CONCORD_UPDATE, Buffer.concat([length, json, ...data]));
   };
   ${line}`,
];
const run = (argv: readonly string[], task = taskOf(averagingText), seconds = 30, signal = never) =>
  trainCommand({ argv, dataFile })(task, seconds, signal);

test('[LR22] the example program trains as this node would, but for the order of its records', async () => {
  const { training } = averagingText;
  const whole = {
    ...averagingText,
    training: { ...training, local: { ...training.local, batchSize: 20, momentum: 30_000 } },
  };
  for (const told of [whole, { ...whole, model: network }]) {
    const task = taskOf(told);
    const { records, state, text } = task;
    const begin = realParameters(state.optimizer.model.parameters);
    const model = told.model.kind === 'mlp' ? mlp(3, 4) : logistic(3);
    const standard = standardized(records, state, text);
    assert.ok(text.training.algorithm === 'fedAvg');
    const { passes, learningRate, momentum } = localOptions(text.training, state);
    const [expected, velocity, gradient] = [
      begin.slice(),
      new Float64Array(begin.length),
      new Float64Array(begin.length),
    ];
    for (let pass = 0; pass < passes; pass++) {
      const mean = new Float64Array(begin.length);
      for (let row = 0; row < 20; row++) {
        model.gradient(expected, standard.features, 3 * row, standard.labels[row]!, gradient);
        for (const [i, value] of gradient.entries()) mean[i]! += value / 20;
      }
      for (const [i, value] of mean.entries()) {
        velocity[i] = momentum * velocity[i]! + value;
        expected[i]! -= learningRate * velocity[i]!;
      }
    }
    const trained = await run([process.execPath, EXAMPLE], task);
    for (const [i, value] of trained.entries()) assert.ok(Math.abs(value - expected[i]!) < 1e-5, `parameter ${i}`);
    assert.ok(trained.some((value, i) => Math.abs(value - begin[i]!) > 1e-3));
  }
});

test('[LR22] the example program gives the gradient of every record', async () => {
  for (const told of [smallText, { ...smallText, model: network }]) {
    const task = taskOf(told);
    const standard = standardized(task.records, task.state, task.text);
    const model = told.model.kind === 'mlp' ? mlp(3, 4) : logistic(3);
    const begin = realParameters(task.state.optimizer.model.parameters);
    const found = await run([process.execPath, EXAMPLE], task);
    const gradient = new Float64Array(begin.length);
    for (let row = 0; row < 20; row++) {
      model.gradient(begin, standard.features, 3 * row, standard.labels[row]!, gradient);
      for (const [i, value] of gradient.entries())
        assert.ok(Math.abs(found[row * begin.length + i]! - value) < 1e-5, `record ${row}, parameter ${i}`);
    }
  }
});

test('[LR22] a program is told the round in a folder that only its user can read, and nothing of it is left', async () => {
  const told = join(folder, 'told.json');
  const line = `
    const task = JSON.parse(fs.readFileSync(process.env.CONCORD_ROUND_FILE));
    const mode = fs.statSync(require('node:path').dirname(process.env.CONCORD_UPDATE)).mode & 0o777;
    fs.writeFileSync(${JSON.stringify(told)}, JSON.stringify({ task, mode, update: process.env.CONCORD_UPDATE }));
    out([['update', [4], 0.5]]);`;
  const task = taskOf(averagingText);
  const begin = realParameters(task.state.optimizer.model.parameters);
  assert.deepEqual(
    await run(script(line), task),
    begin.map((value) => value + 0.5),
  );
  const { task: said, mode, update } = JSON.parse(readFileSync(told, 'utf8'));
  assert.equal(mode, 0o700);
  assert.equal(existsSync(update), false);
  assert.equal(existsSync(join(update, '..')), false);
  const { version, round, algorithm, recordCount, model, schema, seed, local } = said;
  assert.deepEqual(
    { version, round, algorithm, recordCount, model, schema },
    {
      version: 1,
      round: 1,
      algorithm: 'fedAvg',
      recordCount: 20,
      model: averagingText.model,
      schema: averagingText.schema,
    },
  );
  assert.ok(Number.isInteger(seed) && local.passes === 2 && Math.abs(local.learningRate - 0.1) < 1e-4);
  assert.equal(said.dataFile, dataFile);
});

test('[LR22] answers that do not fit are refused by what is wrong and what is needed', async () => {
  const refused = (line: string, need: RegExp, told: unknown = averagingText) =>
    assert.rejects(run(script(line), taskOf(told)), (error: unknown) => {
      assert.match(String((error as Error).message), need);
      return true;
    });
  await refused('', /left nothing at CONCORD_UPDATE: write one safetensors file there/);
  await refused(
    'process.stderr.write("no GPU"); process.exit(3)',
    /ended with status 3, need status 0; its last words: no GPU/,
  );
  await refused('fs.mkdirSync(process.env.CONCORD_UPDATE)', /are no file of at most/);
  await refused(
    'fs.writeFileSync(process.env.CONCORD_UPDATE, Buffer.alloc(2e6))',
    /left 2000000 bytes that are no file of at most/,
  );
  await refused(
    'fs.writeFileSync(process.env.CONCORD_UPDATE, "garbage!garbage!")',
    /^safetensors: a header of \d+ bytes, need at most 8/,
  );
  await refused('out([["update", [4], NaN]])', /^tensor “update”: value 0 is NaN, need finite numbers/);
  await refused('out([["update", [5], 1]])', /^tensor “update”: have shape \[5\], need \[4\]/);
  await refused('out([["output.weight", [1, 3], 1]])', /^tensor “output\.bias”: missing, need one of shape \[1\]/);
  await refused(
    'out([["gradients", [21, 4], 1]])',
    /^tensor “gradients”: have shape \[21, 4\], need \[20, 4\]/,
    smallText,
  );
});

test('[LR22] a program that cannot be started says which', () =>
  assert.rejects(
    run(['/no/such/program']),
    (error: unknown) => error instanceof CommandError && error.code === 'NOT_STARTED',
  ));

/** Resolves when nobody has this process id any more. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    // A zombie still has an id; it is nobody.
    if (/\) Z /.test(existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '')) return;
    await delay(20);
  }
}

/** A program that starts another, says both ids in a file, and waits for ever. */
const lingering = (file: string): readonly string[] =>
  script(`
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    fs.writeFileSync(${JSON.stringify(file)}, process.pid + ' ' + child.pid + ' ');
    setInterval(() => {}, 1000);`);
async function pidsIn(file: string): Promise<readonly number[]> {
  while (!existsSync(file) || readFileSync(file, 'utf8').trim().split(' ').length < 2) await delay(20);
  return readFileSync(file, 'utf8').trim().split(' ').map(Number);
}

test('[LR22] a program that takes too long ends with all that it started', async () => {
  const file = join(folder, 'late');
  await assert.rejects(run(lingering(file), taskOf(averagingText), 2), {
    code: 'TIME',
    message: /took longer than the 2 s/,
  });
  // On a busy machine it may have ended before it said anything.
  if (existsSync(file)) for (const pid of await pidsIn(file)) await gone(pid);
});

test('[LR22] a program ends with the attempt, and with all that it started', async () => {
  const file = join(folder, 'aborted');
  const controller = new AbortController();
  const running = assert.rejects(run(lingering(file), taskOf(averagingText), 600, controller.signal), {
    code: 'ABORTED',
  });
  const pids = await pidsIn(file);
  controller.abort();
  await running;
  for (const pid of pids) await gone(pid);
  await assert.rejects(run(lingering(file), taskOf(averagingText), 600, controller.signal), { code: 'ABORTED' });
});

test('[LR22] what a program leaves running ends when it does', async () => {
  const file = join(folder, 'left');
  const line = `
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    fs.writeFileSync(${JSON.stringify(file)}, process.pid + ' ' + child.pid + ' ');
    out([['update', [4], 0.5]]);
    process.exit(0);`;
  await run(script(line));
  for (const pid of await pidsIn(file)) await gone(pid);
});

test('[LR22] a member with a train command does not start under a charter that grows trees', async () => {
  const hex = (byte: string, bytes: number): `0x${string}` => `0x${byte.repeat(bytes)}`;
  const config = {
    ...{
      rpcUrl: 'http://127.0.0.1:1',
      fromBlock: 0,
      host: '127.0.0.1',
      port: 0,
      confirmations: 0,
      pollMilliseconds: 100,
    },
    contracts: { charters: hex('11', 20), rounds: hex('22', 20), inference: hex('33', 20) },
    ...{ privateKey: hex('44', 32), folder, relayerUrl: 'http://127.0.0.1:1', dataFile },
    charterText: JSON.stringify(treesText),
    trainCommand: ['true'],
  };
  await assert.rejects(startMember(config), { code: 'NOT_STARTED', message: /grows trees/ });
});
