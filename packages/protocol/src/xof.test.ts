import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernels } from '../../node/src/adapters/kernels.ts';
import { nodePlatform as platform } from '../../node/src/adapters/platform.ts';
import { F32, F64 } from './field.ts';
import { plainKernels } from './kernels/plain.ts';
import { Secret } from './secret.ts';
import { domainTag, draw, fold, open, USAGE } from './xof.ts';

const kernels = loadKernels();
const seed = new Secret(new Uint8Array(32).fill(5));
const binder = Uint8Array.of(1);

test('[AG3] domain tags separate fields and usages', () => {
  assert.equal(Buffer.from(domainTag(F32, USAGE.commit)).toString('hex'), '636f6e636f72642f7631c0320001000b');
  assert.equal(Buffer.from(domainTag(F64, USAGE.mask)).toString('hex'), '636f6e636f72642f7631c06400010001');
});

for (const field of [F32, F64]) {
  const start = () => open(platform, field, seed, USAGE.mask, binder);

  test(`[AG5] ${field.name}: a vector drawn in two parts is the vector drawn at once`, () => {
    const whole = draw(start(), kernels[field.name], 60_001);
    const stream = start();
    const parts = [6 * 2048, 60_001 - 6 * 2048].map((count) => draw(stream, kernels[field.name], count));
    assert.deepEqual([...parts[0]!, ...parts[1]!], [...whole]);
  });

  test(`[AG5] ${field.name}: window w begins at byte w · 2,080 · bytes of the stream`, () => {
    const whole = draw(start(), kernels[field.name], 5 * 2048);
    const stream = start();
    stream.read(3 * 2080 * field.bytes);
    assert.deepEqual(draw(stream, kernels[field.name], 2048), whole.subarray(3 * 2048, 4 * 2048));
  });

  test(`[AG5] ${field.name}: plain and compiled kernels draw, add and subtract alike`, () => {
    const [a, b] = [plainKernels, kernels].map((set) => {
      const out = draw(start(), set[field.name], 4100);
      fold(open(platform, field, seed, USAGE.prove, binder), set[field.name], out, 'add');
      fold(open(platform, field, seed, USAGE.commit, binder), set[field.name], out, 'sub');
      return out;
    });
    assert.deepEqual(a, b);
  });
}

test('[AG3] a stream may be entered at any block, also across the carry of its counter', () => {
  const [key, iv] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(0xff)];
  const whole = platform.aesCtr(key, iv).read(96).slice();
  for (const blocks of [0, 1, 3])
    assert.deepEqual(platform.aesCtr(key, iv, blocks).read(16).slice(), whole.slice(16 * blocks, 16 * blocks + 16));
});
