import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernels } from '../../../node/src/adapters/kernels.ts';
import { plainKernels } from './plain.ts';
import { source, words } from './twins.ts';

const wasmKernels = loadKernels({ memoryBytes: 2 ** 26 });

test('samples agree: a table of one entry, steep, flat, long, and the ends of the range', () => {
  const bytes = source('sample');
  const top = 2n ** 63n;
  const tables = [
    [top],
    [1n, 2n, top - 1n, top],
    [0n, 0n, 5n, 5n, top],
    [3n, 4n],
    Array.from({ length: 1000 }, (_, i) => (top * BigInt(i + 1)) / 1000n),
    Array.from({ length: 70_000 }, (_, i) => top - top / BigInt(i + 2)),
  ];
  for (const table of tables) {
    const thresholds = BigUint64Array.from(table);
    for (const count of [0, 1, 5, 4096]) {
      const random = words(bytes, count);
      [0n, 1n, 2n ** 64n - 1n, 2n ** 64n - 2n, 2n, 6n, 7n].slice(0, count).forEach((w, i) => {
        random[i] = w;
      });
      for (const make of [() => new Int32Array(count), () => new BigInt64Array(count)]) {
        const [a, b] = [make(), make()];
        plainKernels.sampleTable(random, thresholds, a);
        wasmKernels.sampleTable(random, thresholds, b);
        assert.deepEqual(b, a);
      }
    }
  }
});

test('stochastic rounding agrees to the bit and refuses what does not fit', () => {
  const bytes = source('round');
  for (const count of [0, 1, 2, 3, 1001]) {
    const random = new Uint32Array(bytes(4 * count).buffer);
    random.set([0, 0xffffffff, 255].slice(0, count));
    const x = Float64Array.from(random, (w, i) => ((w % 2001) - 1000) / (i % 7 === 0 ? 1000 : 3));
    for (const scale of [1, 16384, 0.125, 12345.678]) {
      for (const make of [() => new Int32Array(count), () => new BigInt64Array(count)]) {
        const [a, b] = [make(), make()];
        plainKernels.roundStochastically(x, scale, random, a);
        wasmKernels.roundStochastically(x, scale, random, b);
        assert.deepEqual(b, a);
      }
    }
  }
  for (const k of [plainKernels, wasmKernels]) {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, -(2 ** 31) - 1]) {
      for (const at of [0, 1, 2]) {
        const x = Float64Array.from([0, 0, 0], (_, i) => (i === at ? bad : 0));
        assert.throws(() => k.roundStochastically(x, 1, new Uint32Array(3), new Int32Array(3)), { code: 'RANGE' });
      }
    }
  }
});
