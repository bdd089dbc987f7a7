import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import test from 'node:test';
import { dequantize, memberUnit, quantizeMember, quantizeRecord, recordUnit } from './quantize.ts';

/** Uniform words of a fixed stream. */
function source(label: number): (count: number) => Uint32Array {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, label), Buffer.alloc(16));
  return (count) => new Uint32Array(Uint8Array.from(cipher.update(Buffer.alloc(4 * count))).buffer);
}

/** A direction of norm 1 with both many small and a few large coordinates. */
function direction(d: number, power: number): Float64Array {
  const x = Float64Array.from({ length: d }, (_, i) => Math.sin(i * i + 1) / (i + 1) ** power);
  const norm = Math.sqrt(x.reduce((s, v) => s + v * v, 0));
  return x.map((v) => v / norm);
}
const squared = (x: Iterable<number | bigint>): bigint => {
  let sum = 0n;
  for (const v of x) sum += BigInt(v) ** 2n;
  return sum;
};

test('[DP12] a record has integer norm ≤ Δ whatever its size and shape', () => {
  const words = source(1);
  const scale = { clippingNorm: 1, recordBound: 2 ** 14 };
  for (const d of [1, 3, 64, 1281]) {
    for (const power of [0, 1, 3]) {
      for (const size of [0, 1e-9, 0.5, 0.999999, 1, 7, 1e12]) {
        const record = new Int32Array(d);
        const gradient = direction(d, power).map((v) => v * size);
        assert.equal(quantizeRecord(gradient, scale, words(d), record), true);
        assert.ok(squared(record) <= BigInt(scale.recordBound) ** 2n);
      }
    }
  }
});

test('[DP12] the bound holds at its edge: all words at their ends, few steps a coordinate', () => {
  for (const word of [0, 0xffff_ffff]) {
    for (const [d, recordBound] of [
      [1281, 37],
      [100, 11],
      [1, 2],
      [64, 1000],
    ] as const) {
      for (const sign of [1, -1]) {
        const record = new Int32Array(d);
        const gradient = new Float64Array(d).fill(sign);
        const added = quantizeRecord(
          gradient,
          { clippingNorm: 0.1, recordBound },
          new Uint32Array(d).fill(word),
          record,
        );
        assert.ok(added && squared(record) <= BigInt(recordBound) ** 2n, `d ${d} Δ ${recordBound}`);
      }
    }
  }
});

test('[DP12] a record that is not finite adds nothing', () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 1e200]) {
    const sum = Int32Array.of(5, -5);
    assert.equal(
      quantizeRecord(Float64Array.of(bad, 1), { clippingNorm: 1, recordBound: 100 }, source(2)(2), sum),
      false,
    );
    assert.deepEqual([...sum], [5, -5]);
  }
});

test('[DP12] the mean of rounded records is the clipped gradient, and sums add up', () => {
  const [d, records] = [50, 2000];
  const words = source(3);
  const scale = { clippingNorm: 2, recordBound: 64 };
  const gradient = direction(d, 0.5).map((v) => 3 * v);
  const sum = new Int32Array(d);
  for (let r = 0; r < records; r++) quantizeRecord(gradient, scale, words(d), sum);
  const mean = dequantize(sum, recordUnit(scale, d), records);
  // Rounding has at most half a step of deviation, so the mean has 0.5/√records steps; six of those.
  const tolerance = (6 * 0.5 * recordUnit(scale, d)) / Math.sqrt(records);
  for (let i = 0; i < d; i++) assert.ok(Math.abs(mean[i]! - (2 / 3) * gradient[i]!) < tolerance, `coordinate ${i}`);
});

test('[DP12] wrong lengths, a Δ without room and an overflowing sum are refused and change nothing', () => {
  const scale = { clippingNorm: 1, recordBound: 100 };
  const sum = Int32Array.of(2 ** 31 - 1);
  const edge = () => quantizeRecord(Float64Array.of(1), scale, Uint32Array.of(0), sum);
  assert.throws(edge, { code: 'PRIVACY_RANGE', parameter: 'sum' });
  assert.equal(sum[0], 2 ** 31 - 1);
  assert.throws(() => quantizeRecord(new Float64Array(2), scale, new Uint32Array(1), new Int32Array(2)), {
    code: 'PRIVACY_RANGE',
  });
  assert.throws(() => quantizeRecord(new Float64Array(2), scale, new Uint32Array(2), new Int32Array(1)), {
    code: 'PRIVACY_RANGE',
  });
  for (const recordBound of [36, 36.5, Number.NaN, 2 ** 27]) {
    assert.throws(() => recordUnit({ clippingNorm: 1, recordBound }, 1281), { code: 'PRIVACY_RANGE' });
  }
  assert.throws(() => recordUnit({ clippingNorm: 0, recordBound: 100 }, 4), { code: 'PRIVACY_RANGE' });
});

test('[DP13] a member update has integer norm ≤ the bound, in 32 and in 64 bits', () => {
  const words = source(4);
  for (const [d, bound] of [
    [1, 5],
    [100, 50],
    [4096, 320],
    [4096, 30_000],
  ] as const) {
    for (const size of [0, 0.3, 1, 1e6]) {
      const [narrow, wide] = [new Int32Array(d), new BigInt64Array(d)];
      const update = direction(d, 0).map((v) => v * size);
      quantizeMember(update, { clippingNorm: 1, bound }, words, narrow);
      quantizeMember(update, { clippingNorm: 1, bound }, words, wide);
      assert.ok(squared(narrow) <= BigInt(bound) ** 2n && squared(wide) <= BigInt(bound) ** 2n, `d ${d}, ${size}`);
    }
  }
});

test('[DP13] bounds beyond 2^31 are exact, and the value comes back', () => {
  const scale = { clippingNorm: 1, bound: 2_470_000_000 };
  const update = direction(1000, 0.5);
  const out = new BigInt64Array(1000);
  assert.equal(quantizeMember(update, scale, source(5), out), 1);
  const unit = memberUnit(scale, 1000);
  for (const [i, v] of dequantize(out, unit, 1).entries()) assert.ok(Math.abs(v - update[i]!) <= unit * 1.001);
});

test('[DP13] roundings that exceed the bound are repeated with fresh words, then the scale shrinks', () => {
  const d = 400;
  const update = new Float64Array(d).fill(1);
  let calls = 0;
  // All words at their top: every coordinate rounds up, by almost a whole step.
  const up = (count: number): Uint32Array => {
    calls++;
    return new Uint32Array(count).fill(0xffff_ffff);
  };
  const out = new Int32Array(d);
  const tries = quantizeMember(update, { clippingNorm: 1, bound: 104.9 }, up, out);
  assert.equal(tries, calls);
  assert.ok(tries > 8 && tries <= 65 && tries % 8 === 1, `${tries}`);
  assert.ok(squared(out) <= 104n ** 2n);
});

test('[DP13] what cannot be quantized is refused', () => {
  const run = (update: Float64Array, bound: number, out: Int32Array | BigInt64Array) => () =>
    quantizeMember(update, { clippingNorm: 1, bound }, source(6), out);
  assert.throws(run(Float64Array.of(Number.NaN), 100, new Int32Array(1)), { code: 'PRIVACY_RANGE' });
  assert.throws(run(new Float64Array(2), 100, new Int32Array(1)), { code: 'PRIVACY_RANGE' });
  assert.throws(run(new Float64Array(1), 2 ** 31, new Int32Array(1)), { code: 'PRIVACY_RANGE' });
  assert.throws(run(new Float64Array(400), 99, new Int32Array(400)), { code: 'PRIVACY_RANGE' });
  assert.throws(() => dequantize(new Int32Array(1), 1, 0), { code: 'PRIVACY_RANGE' });
});
